"""The warning that a guarantee is nearly used up: once per crossing, never lost (policy guarantee.alert_share)."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from events.guarantee import GuaranteeLow
from functions.bus import BusError, OutboundEvent
from functions.ledger import alerts, guarantee_store
from functions.ledger import handler as ledger
from tests.functions.ledger.samples import (
    bill_of,
    charge,
    claim,
    commit,
    guarantee,
    open_guarantee,
    order,
    release,
    reserve,
    settle_request,
)

pytestmark = pytest.mark.usefixtures("aws")

ONE, TWO, THREE = order(1), order(2), order(3)
Said = list[OutboundEvent]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """What was put on the bus."""
    heard: Said = []

    def put(source: str, events: Sequence[OutboundEvent]) -> None:
        assert source == "sandan.orders"
        heard.extend(events)

    monkeypatch.setattr(alerts, "put_events", put)
    return heard


@pytest.fixture(autouse=True)
def _opened(aws: None) -> None:
    open_guarantee("100")


def _crossings(said: Said) -> list[str]:
    return [event.id.rpartition("#")[2] for event in said]


def test_below_the_share_nothing_is_said(said: Said) -> None:
    """79.99 of 100."""
    reserve(ONE, charge("1000", "79.99"))

    assert said == []
    assert not guarantee().alerted


def test_at_the_share_the_guarantor_is_warned_once(said: Said) -> None:
    """80.00 of 100, by the second order; further orders, retries and bills say nothing new."""
    reserve(ONE, charge("1000", "79.99"))
    reserve(TWO, charge("1000", "0.01"))
    reserve(TWO, charge("1000", "0.01"))
    reserve(THREE, charge("1000", "5"))
    commit(ONE, bill_of(ONE, "79.99"))

    (event,) = said
    assert event.type == "cn.sandan.guarantee.low.v1"
    assert isinstance(event.data, GuaranteeLow)
    assert (event.data.amount, event.data.in_use, event.data.available) == (Decimal(100), Decimal(80), Decimal(20))
    assert event.data.alert_share == Decimal("0.80")
    assert guarantee().alerted


def _released() -> None:
    release(ONE)


def _raised() -> None:
    open_guarantee("200")


def _paid() -> None:
    commit(ONE, bill_of(ONE, "90"))
    claim()
    ledger.settle(settle_request())


def _reserved_again() -> None:
    reserve(TWO, charge("1000", "90"))


def _lowered() -> None:
    open_guarantee("100")


@pytest.mark.parametrize(
    ("relief", "again"), [(_released, _reserved_again), (_paid, _reserved_again), (_raised, _lowered)]
)
def test_after_a_relief_the_next_crossing_is_a_new_one(
    said: Said, relief: Callable[[], None], again: Callable[[], None]
) -> None:
    """Released or paid, or the limit raised and lowered."""
    reserve(ONE, charge("1000", "90"))

    relief()
    assert not guarantee().alerted
    again()

    assert _crossings(said) == ["1", "2"]


def test_a_bus_that_refuses_loses_no_warning(monkeypatch: pytest.MonkeyPatch, said: Said) -> None:
    """The charge is reserved; the repeated call, or the next order, says what was not said."""
    with monkeypatch.context() as broken:
        broken.setattr(alerts, "put_events", _refuse)
        with pytest.raises(BusError):
            reserve(ONE, charge("1000", "90"))
    assert guarantee().reserved == 90

    reserve(ONE, charge("1000", "90"))

    assert _crossings(said) == ["1"]


def test_a_crash_after_the_event_says_the_same_again(monkeypatch: pytest.MonkeyPatch, said: Said) -> None:
    """Under the same id, so that who listens can tell."""
    with monkeypatch.context() as broken:
        broken.setattr(guarantee_store, "note_alert", _refuse)
        with pytest.raises(BusError):
            reserve(ONE, charge("1000", "90"))

    reserve(TWO, charge("1000", "1"))

    assert _crossings(said) == ["1", "1"]


def test_a_guarantee_that_moves_while_it_is_watched_is_watched_again(
    monkeypatch: pytest.MonkeyPatch, said: Said
) -> None:
    """It falls below the share after the event and before the note: the next crossing is announced all the same."""
    note = guarantee_store.note_alert

    def noted_late(guarantor: str, crossing: int) -> bool:
        monkeypatch.setattr(guarantee_store, "note_alert", note)
        release(ONE)
        return note(guarantor, crossing)

    monkeypatch.setattr(guarantee_store, "note_alert", noted_late)
    reserve(ONE, charge("1000", "90"))
    assert not guarantee().alerted

    reserve(TWO, charge("1000", "95"))

    assert _crossings(said) == ["1", "2"]


def test_a_guarantee_is_not_set_below_its_use(said: Said) -> None:
    """The finding says what is in use; the same amount again changes nothing."""
    reserve(ONE, charge("1000", "50"))

    refused = open_guarantee("49.99")

    assert [finding.rule for finding in refused.findings] == ["GUARANTEE"]
    assert refused.amount == 100
    assert open_guarantee("100").findings == []
    assert open_guarantee("50").available == 0
    assert _crossings(said) == ["1"]


def _refuse(*_: Any) -> None:
    raise BusError("the bus refused")
