"""Every life that an import order can have, on a server whose clock is skipped."""

from datetime import timedelta

from events.life import Stage
from functions.dossier import rules, store
from tests.workflows.life import Life

WINDOW = timedelta(days=31)


def stages(state_or_history: object) -> list[Stage]:
    """The stages of a history, without repeats."""
    found: list[Stage] = []
    for change in state_or_history.history:  # type: ignore[attr-defined]
        if not found or found[-1] is not change.stage:
            found.append(change.stage)
    return found


async def test_release_to_closed(life: Life) -> None:
    # Given the four documents, when customs releases and the parcel is signed for
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("2", "3", "120", "800")
    await life.until(Stage.RELEASED)
    await life.deliver()
    state = await life.until(Stage.DELIVERED)
    assert stages(state) == [Stage.COLLECTING, Stage.MATCHED, Stage.DECLARED, Stage.RELEASED, Stage.DELIVERED]
    # Then the order closes when the return window of 30 days (公告2020-45) is over
    await life.forward(WINDOW)
    result = await life.result()
    assert result.stage is Stage.CLOSED
    # and its dossier is whole
    dossier = store.get_dossier(life.key)
    rules.verify(dossier)
    assert dossier.head == result.head
    kinds = [entry.kind for entry in dossier.entries]
    assert {"order", "payment", "waybill", "list", "list-receipt", "waybill-status", "matching"} <= set(kinds)
