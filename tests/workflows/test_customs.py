"""What customs answers: rejections, inspections, silence, receipts in any order."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from events.ceb.declaration_list import DeclarationList
from events.documents import DocumentKind
from events.findings import Fix
from events.life import Resolution, ResolveRequest, Stage
from events.values import Text
from functions.orders.handler import show
from functions.orders.models import ShowRequest
from tests import builders
from tests.workflows.life import LIMITS, MINUTE, Life, stages
from workflows.import_order import ImportOrderWorkflow


async def test_rejection_by_customs_then_fixed(life: Life) -> None:
    # Given a rejection with an official code
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("2", "100", info="[Code:1322;Desc:清单与订单商品不一致]")
    state = await life.until(Stage.MISMATCHED)
    assert state.findings[0].code == "1322"
    assert state.findings[0].fix == Fix(document="list", field="items")
    # When the declarant sends a changed list
    declared = life.documents()[DocumentKind.DECLARATION_LIST]
    assert isinstance(declared, DeclarationList)
    head = declared.head.model_copy(
        update={"app_type": "2", "app_time": "20260107103000", "note": "fixed", "guid": builders.GUID.format(622)}
    )
    await life.send(life.accepted(DocumentKind.DECLARATION_LIST, declared.model_copy(update={"head": head})))
    # Then a second version is declared, without the documents that customs has already
    await life.until_sent(2)
    assert life.customs.versions == [1, 2]
    assert life.customs.submissions[1].payment is None
    # and late receipts of the first version change nothing
    await life.customs_says("100", info="[Code:1322;Desc:late]", version=1)
    await life.customs_says("120", "800", version=2)
    await life.until(Stage.RELEASED)


@pytest.mark.parametrize(
    ("code", "stage"), [("[Code:1332;Desc:金额不符]", Stage.MISMATCHED), ("[Code:9999;Desc:其他]", Stage.REJECTED)]
)
async def test_rejections_are_mismatches_or_not(life: Life, code: str, stage: Stage) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("100", info=code)
    await life.until(stage)
    await life.forward(LIMITS.correction + MINUTE)
    assert (await life.result()).stage is Stage.EXPIRED


async def test_negative_status_is_a_rejection_with_that_code(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("-621018", info="年度限额")
    state = await life.until(Stage.REJECTED)
    assert state.findings[0].code == "-621018"


async def test_review_and_inspection_then_release(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("2", "3", "120", "300")
    await life.until(Stage.REVIEWING)
    await life.customs_says("500")
    await life.until(Stage.INSPECTING)
    await life.customs_says("800")
    await life.until(Stage.RELEASED)


async def test_inspection_then_shipped_back(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120", "500", "700")
    assert (await life.result()).stage is Stage.SHIPPED_BACK


async def test_receipts_out_of_order_and_repeated_never_go_backwards(life: Life) -> None:
    # Rulebook 2.6: a lower stage never overwrites 800, whatever arrives when
    await life.send_all()
    await life.until_sent(1)
    declared = life.customs.submissions[0].declaration_list
    at = datetime.now(UTC)
    receipts = [
        life.receipt(declared, status, status, at + timedelta(seconds=number))
        for number, status in enumerate(["2", "3", "120", "500", "800"])
    ]
    for receipt in reversed(receipts):
        await life.send(life.accepted(DocumentKind.LIST_RECEIPT, receipt))
        await life.send(life.accepted(DocumentKind.LIST_RECEIPT, receipt))
    state = await life.until(Stage.RELEASED)
    assert Stage.INSPECTING not in stages(state)
    assert state.customs_status == "800"
    # and a rejection after the release counts as little
    await life.customs_says("100")
    await life.deliver()
    assert (await life.until(Stage.DELIVERED)).customs_status == "800"


async def test_unknown_status_is_kept_and_flagged(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("777", info="未知")
    state = await life.until_true(lambda state: state.needs_human is not None, "a flag")
    assert state.needs_human == "unknown-status"
    assert state.stage is Stage.DECLARED
    assert state.findings[0].code == "777"
    # and what follows goes on as ever
    await life.customs_says("120", "800")
    await life.until(Stage.RELEASED)


async def test_silence_resends_the_same_version_then_calls_a_person(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    for resend in range(1, LIMITS.resends + 1):
        await life.forward(LIMITS.silence + MINUTE)
        await life.until_sent(resend + 1)
    await life.forward(LIMITS.silence + MINUTE)
    state = await life.until_true(lambda state: state.needs_human is not None, "a person")
    assert state.needs_human == "customs-silent"
    # Then only one version was ever declared, and each time with the same documents
    assert life.customs.versions == [1, 1, 1]
    assert life.customs.submissions[0] == life.customs.submissions[2]
    # and a late answer takes the order on
    await life.customs_says("2", "3", "120", "800")
    assert (await life.until(Stage.RELEASED)).needs_human is None


async def test_endpoint_down_for_a_while(life: Life) -> None:
    life.customs.down = 2
    await life.send_all()
    await life.until_sent(1)
    assert life.customs.versions == [1]


async def test_endpoint_refuses_for_good(life: Life) -> None:
    life.customs.refusal = Text(zh="拒收", en="refused")
    await life.send_all()
    state = await life.until(Stage.REJECTED)
    assert state.findings[0].rule == "ENDPOINT"


async def test_endpoint_away_for_long_calls_a_person_until_it_answers(life: Life) -> None:
    # The clock is not skipped while a call is under way, so this silence is short
    life.limits = LIMITS.model_copy(update={"silence": timedelta(seconds=1.5)})
    life.customs.down = 3
    await life.send_all()
    await life.until_true(lambda state: state.needs_human == "customs-unreachable", "a person")
    # When it answers, nobody is needed, and silence is watched again
    state = await life.until_true(lambda state: state.needs_human is None, "the answer")
    assert life.customs.versions[0] == 1
    assert state.due_by


async def test_customs_that_does_not_decide_calls_a_person(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("2", "3", "120")
    await life.forward(LIMITS.silence + MINUTE)
    assert (await life.snapshot()).needs_human is None
    await life.forward(LIMITS.decision + MINUTE)
    await life.until_true(lambda state: state.needs_human == "customs-undecided", "a person")
    assert life.customs.versions == [1]
    # A list that customs has is not sent again
    request = ResolveRequest(case="customs-undecided", resolution=Resolution.RESEND, who="op-1", why="test")
    with pytest.raises(WorkflowUpdateFailedError):
        await life.handle.execute_update(ImportOrderWorkflow.resolve, request)
    await life.customs_says("800")
    await life.until(Stage.RELEASED)


async def test_an_ended_order_waits_for_nothing(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120", "501")
    await life.until(Stage.DETAINED)
    await life.customs_says("700")
    await life.result()
    shown = show(ShowRequest(key=life.key)).order
    assert shown
    assert (shown.stage, shown.needs_human, shown.due_by) == (Stage.SHIPPED_BACK, None, None)


async def test_rejections_that_are_none_leave_the_list_declared(life: Life) -> None:
    # -621004: declared already (class duplicate)
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("2", "-621004", info="清单已经申报过，请勿重复申报")
    await life.customs_says("120", "800")
    assert Stage.REJECTED not in stages(await life.until(Stage.RELEASED))


async def test_a_fault_of_customs_is_answered_by_sending_again(life: Life) -> None:
    # -621017: system error (class retry)
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("-621017", info="系统发生异常")
    await life.until_true(lambda _: True, "the receipt")
    await life.forward(LIMITS.silence + MINUTE)
    await life.until_sent(2)
    assert life.customs.versions == [1, 1]
    assert (await life.snapshot()).stage is Stage.DECLARED


async def test_an_unknown_reason_calls_a_person(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("100", info="[Code:9999;Desc:其他]")
    state = await life.until(Stage.REJECTED)
    assert state.needs_human == "customs-rejection"
