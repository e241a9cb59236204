"""The door: what is accepted, what is refused, and that the same document twice has one answer and one effect."""

from datetime import timedelta

import pytest

from events.ceb.base import CebModel
from events.documents import DocumentKind, InboundDocument
from events.problems import InvalidInputError
from events.receipts import Answer
from functions.aws import dynamodb
from functions.intake import store
from functions.intake.answers import accepted
from functions.intake.handler import accept, freeze, thaw
from functions.intake.models import Accepted, FreezeRequest, ThawRequest
from functions.intake.rules import Record, business_key
from functions.settings import settings
from tests.builders import declaration_list, order, original_payment, payment, waybill
from tests.functions.intake.samples import (
    COP_NO,
    KEY,
    NOW,
    OTHER_KEY,
    RETURN_NO,
    arrival,
    cancellation,
    everything,
    goods_returned,
    kind_of,
    list_request,
    request,
    send,
    to_freeze,
    waybill_status,
)

pytestmark = pytest.mark.usefixtures("aws")

LATER = "20260105110000"
EARLIER = "20260105100000"
RECEIPTS = [kind for kind in DocumentKind if kind.is_from_customs]


def taken(result: Accepted) -> InboundDocument:
    assert result.answer.status == "120"
    assert result.document is not None
    return result.document


def code(result: Accepted) -> str:
    assert result.document is None
    return result.answer.status


def declare(*models: CebModel, version: int = 1) -> None:
    documents = to_freeze(*models)
    frozen = freeze(
        FreezeRequest(key=KEY, list_version=version, cop_no=COP_NO, agent_code="3207DECL01", documents=documents)
    )
    assert frozen.frozen


def items() -> int:
    return dynamodb().scan(TableName=settings().intake_table)["Count"]


@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if not kind.is_from_customs])
def test_the_same_document_twice_has_one_answer_and_one_identity(kind: DocumentKind) -> None:
    model = everything()[kind]
    first = send(model, "first")
    again = send(model, "second", NOW + timedelta(hours=1))
    assert taken(first).document_id == taken(again).document_id == "first"
    assert again == first


def test_a_second_report_of_a_return_is_refused_by_its_number_and_another_return_is_another_report() -> None:
    taken(send(goods_returned()))
    refused = send(goods_returned(lines=[{"gnum": 1, "qty": "1", "condition": "damaged"}]))
    (problem,) = refused.answer.problems
    assert (problem.path, problem.value) == ("/returnNo", RETURN_NO)
    assert refused.answer.keys == {"ebpCode": KEY.ebp_code, "orderNo": KEY.order_no}
    assert taken(send(goods_returned(return_no="SR2"))).kind is DocumentKind.GOODS_RETURNED


def test_another_serial_number_or_time_is_still_the_same_document() -> None:
    first = send(order(), "first")
    again = send(order(guid="F" * 36, app_time=LATER, app_type="2"), "second")
    assert again.answer == first.answer
    assert taken(again).document_id == "first"


EXISTS = [
    (order(freight="20"), "-301010"),
    (payment(amount_paid="1"), "-401007"),
    (waybill(weight="9"), "-504012"),
    (waybill_status(logistics_time="20260108120000"), "-505012"),
    (declaration_list(net_weight="1"), "-621003"),
    (list_request(net_weight="1"), "-621003"),
    (cancellation(reason="另一个原因"), "-623009"),
    (goods_returned(inspection="unqualified"), "-625004"),
    (original_payment(recp_name="另一个卖家"), "-401007"),
]


@pytest.mark.parametrize(("changed", "expected"), EXISTS)
def test_other_content_under_the_same_key_is_refused(changed: CebModel, expected: str) -> None:
    first = send(everything()[kind_of(changed)])
    refused = send(changed)
    assert code(refused) == expected
    assert business_key(kind_of(changed), changed) in refused.answer.info.en
    assert [problem.rule for problem in refused.answer.problems] == ["exists"]
    assert send(everything()[kind_of(changed)]) == first


CHANGES = [
    (order(freight="20", app_type="2", app_time=LATER), "-301009"),
    (payment(amount_paid="1", app_type="2", app_time=LATER), "-401006"),
    (waybill(weight="9", app_type="2", app_time=LATER), "-504014"),
    (declaration_list(net_weight="1", app_type="2", app_time=LATER), "-621011"),
    (list_request(net_weight="1", app_type="2", app_time=LATER), "-621011"),
    (original_payment(recp_name="另一个卖家", app_type="2", app_time=LATER), "-401006"),
]


@pytest.mark.parametrize(("changed", "unknown"), CHANGES)
def test_a_change_replaces_the_content_and_only_what_is_there(changed: CebModel, unknown: str) -> None:
    assert code(send(changed)) == unknown
    assert items() == 0
    original = everything()[kind_of(changed)]
    send(original, "first")
    document = taken(send(changed, "second"))
    assert document.document_id == "second"
    assert document.received_at > NOW  # although the clock stood still
    assert taken(send(changed, "third")).document_id == "second"
    assert code(send(original)) in {expected for _, expected in EXISTS}


OUTDATED = [
    (order(freight="20", app_type="2", app_time=EARLIER), "-301014"),
    (payment(amount_paid="1", app_type="2", app_time=EARLIER), "-401012"),
    (waybill(weight="9", app_type="2", app_time=EARLIER), "-504011"),
    (declaration_list(net_weight="1", app_type="2", app_time=EARLIER), "-621001"),
    (list_request(net_weight="1", app_type="2", app_time=EARLIER), "-621001"),
]


@pytest.mark.parametrize(("changed", "expected"), OUTDATED)
def test_a_change_that_is_older_than_the_record_has_no_effect(changed: CebModel, expected: str) -> None:
    original = everything()[kind_of(changed)]
    first = send(original)
    refused = send(changed)
    assert code(refused) == expected
    assert [(problem.rule, problem.value) for problem in refused.answer.problems] == [("outdated", EARLIER)]
    assert "旧报文" in refused.answer.info.zh
    assert send(original) == first


def test_a_change_in_between_is_old_once_the_first_content_was_said_again() -> None:
    send(order())
    taken(send(order(app_type="2", app_time="20260105110005")))
    assert code(send(order(app_type="2", app_time="20260105110003", freight="20"))) == "-301014"


FROZEN = [
    (order(freight="20", app_type="2", app_time=LATER), "-301011"),
    (payment(amount_paid="1", app_type="2", app_time=LATER), "-401008"),
    (waybill(weight="9", app_type="2", app_time=LATER), "-504016"),
    (declaration_list(net_weight="1", app_type="2", app_time=LATER), "-621004"),
    (list_request(net_weight="1", app_type="2", app_time=LATER), "-621004"),
    (order(freight="20"), "-301011"),
]


@pytest.mark.parametrize(("changed", "expected"), FROZEN)
def test_m11_a_document_of_a_declared_list_cannot_change_until_the_list_is_gone(
    changed: CebModel, expected: str
) -> None:
    original = everything()[kind_of(changed)]
    first = send(original)
    declare(original)
    assert code(send(changed)) == expected
    assert send(original) == first
    thaw(ThawRequest(key=KEY, documents=to_freeze(original)))
    assert code(send(changed)) != expected if changed == order(freight="20") else taken(send(changed))


@pytest.mark.parametrize("kind", RECEIPTS)
def test_what_customs_says_is_always_taken_and_not_remembered(kind: DocumentKind) -> None:
    model = everything()[kind]
    assert taken(send(model, "first")).document_id == "first"
    assert taken(send(model, "second")).document_id == "second"
    assert items() == 0


def test_a_document_of_a_wrong_structure_is_a_fault_that_repeats_no_value() -> None:
    wrong = request(order())
    with pytest.raises(InvalidInputError, match="OrderHead/buyerName") as caught:
        accept(wrong.model_copy(update={"content": {"OrderHead": {"buyerName": ["测试甲"]}}}))
    assert "测试甲" not in str(caught.value)


def test_a_refused_document_leaves_nothing_behind() -> None:
    assert code(send(order(app_status="1"))) == "-301008"
    assert items() == 0


def test_a_list_and_the_request_for_one_do_not_get_in_each_others_way() -> None:
    taken(send(list_request()))
    taken(send(declaration_list()))


def test_the_table_forgets_waybills_when_their_numbers_may_be_used_again() -> None:
    for model in (order(), waybill(), waybill_status()):
        send(model)
    expiring = {
        item["pk"]["S"].split("#")[1]: int(item["expires_at"]["N"])
        for item in dynamodb().scan(TableName=settings().intake_table)["Items"]
        if "expires_at" in item
    }
    six_months = int((NOW + timedelta(days=184)).timestamp())
    assert expiring == {"waybill": six_months, "waybill-status": six_months}


def record_of(model: CebModel, version: int, document_id: str) -> Record:
    at_door = arrival(model)
    answer: Answer = accepted(at_door, NOW)
    return Record(
        content_hash=at_door.content_hash,
        version=version,
        app_time=at_door.app_time,
        accepted_at=NOW,
        document_id=document_id,
        answer=answer,
        order=KEY,
    )


def put(model: CebModel, record: Record, over: Record | None) -> bool:
    return store.write(DocumentKind.ORDER, business_key(DocumentKind.ORDER, model), record, over)


def test_of_two_first_documents_at_once_one_wins() -> None:
    one, two = order(), order(freight="20")
    assert put(one, record_of(one, 1, "one"), None)
    assert not put(two, record_of(two, 1, "two"), None)
    assert store.read(DocumentKind.ORDER, str(KEY)) == record_of(one, 1, "one")


def test_of_two_changes_at_once_one_wins() -> None:
    first, one, two = order(), order(freight="20"), order(freight="30")
    seen = record_of(first, 1, "first")
    put(first, seen, None)
    assert put(one, record_of(one, 2, "one"), seen)
    assert not put(two, record_of(two, 2, "two"), seen)


def test_a_change_that_was_decided_before_the_freeze_does_not_slip_through() -> None:
    first, change = order(), order(freight="20")
    seen = record_of(first, 1, "first")
    put(first, seen, None)
    declare(first)
    assert not put(change, record_of(change, 2, "change"), seen)


def test_a_change_that_was_decided_before_the_first_content_was_said_again_does_not_slip_through() -> None:
    first, change = order(), order(freight="20")
    seen = record_of(first, 1, "first")
    put(first, seen, None)
    send(order(app_time=LATER, app_type="2"))
    assert not put(change, record_of(change, 2, "change"), seen)


def test_a_record_keeps_all_that_it_was_given() -> None:
    kept = record_of(order(), 1, "one")
    put(order(), kept, None)
    declare(order())
    assert store.read(DocumentKind.ORDER, str(KEY)) == kept.model_copy(update={"frozen": KEY.workflow_id})
    assert store.read(DocumentKind.ORDER, str(OTHER_KEY)) is None
