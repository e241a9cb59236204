"""A receipt with a time that cannot be: the order goes on as if customs had said it when we heard of it."""

from datetime import UTC, datetime, timedelta

import pytest

from events.documents import DocumentKind
from events.life import Stage
from tests.workflows.life import WINDOW, Life


@pytest.mark.parametrize("moment", ["2026-01-05 10:30:", "20261345103000000", "99991231235959999", "19000101000000000"])
async def test_a_release_with_an_impossible_time_counts_from_now(life: Life, moment: str) -> None:
    # Given a declared list, when customs releases it with a time that is none, or far from this life
    await life.send_all()
    await life.until_sent(1)
    declared = life.customs.submissions[-1].declaration_list
    receipt = life.receipt(declared, "800", "测试回执").model_copy(update={"return_time": moment})
    await life.send(life.accepted(DocumentKind.LIST_RECEIPT, receipt))
    # Then it is released, the return window runs from now, and the life comes to its end
    state = await life.until(Stage.RELEASED)
    assert state.due_by
    assert abs(state.due_by - datetime.now(UTC) - timedelta(days=30)) < timedelta(minutes=5)
    await life.deliver()
    await life.until(Stage.DELIVERED)
    await life.tax_bill()
    await life.forward(WINDOW)
    await life.tax_paid()
    assert (await life.result()).stage is Stage.CLOSED
