"""How documents find their order, in whatever sequence they come."""

from collections.abc import Iterator
from typing import Any

import pytest

from events.documents import InboundDocument
from events.values import OrderKey, cop_msg_id
from functions.aws import dynamodb
from functions.intake import links
from functions.intake.handler import expect, freeze, route, settle
from functions.intake.models import ExpectRequest, FreezeRequest, Routed, RouteRequest, SettleRequest
from functions.intake.rules import UnroutableError
from functions.settings import settings
from tests.builders import declaration_list, order, payment, waybill
from tests.functions.intake.samples import (
    COP_NO,
    INVT_NO,
    KEY,
    NOW,
    OTHER_KEY,
    RETURN_NO,
    cancellation,
    cancellation_receipt,
    format_error,
    goods_returned,
    inbound,
    list_receipt,
    list_request,
    order_receipt,
    payment_receipt,
    refund_receipt,
    tax_bill,
    tax_bill_status,
    waybill_receipt,
    waybill_status,
    waybill_status_receipt,
)

pytestmark = pytest.mark.usefixtures("aws")

NUMBER = "3207LOGI01/LG20260105000001"
OTHERS = OTHER_KEY.ebp_code


def routed(document: InboundDocument) -> Routed:
    return route(RouteRequest(document=document))


def ids(result: Routed) -> list[str]:
    return [document.document_id for document in result.documents]


def waits(document: InboundDocument) -> None:
    assert routed(document) == Routed(key=None, documents=[document])


def settled(result: Routed) -> None:
    settle(SettleRequest(document_ids=ids(result), parked=result.parked))


@pytest.fixture
def requests() -> Iterator[list[str]]:
    """What the tables are asked for meanwhile."""
    asked: list[str] = []

    def ask(model: Any, **_: object) -> None:
        asked.append(model.name)

    events = dynamodb().meta.events
    events.register("before-call.dynamodb", ask)
    yield asked
    events.unregister("before-call.dynamodb", ask)


def waiting_places() -> list[str]:
    items = dynamodb().scan(TableName=settings().intake_table)["Items"]
    return [item["pk"]["S"] for item in items if any(name.startswith("document#") for name in item)]


@pytest.mark.parametrize(
    "model", [order(), payment(), declaration_list(), list_request(), cancellation(), goods_returned()]
)
def test_a_document_that_names_its_order_finds_it(model: object) -> None:
    document = inbound(model)  # type: ignore[arg-type]
    assert routed(document) == Routed(key=KEY, documents=[document])


def test_a_waybill_finds_the_only_order_of_its_number() -> None:
    routed(inbound(payment()))
    document = inbound(waybill())
    assert routed(document) == Routed(key=KEY, documents=[document])


def test_a_waybill_waits_for_its_order_and_comes_along_with_it() -> None:
    waits(inbound(waybill(), "waybill"))
    found = routed(inbound(order(), "order"))
    assert (found.key, ids(found)) == (KEY, ["order", "waybill"])


def test_a_status_waits_for_its_waybill_which_waits_for_its_order() -> None:
    waits(inbound(waybill_status(), "status", later=1))
    waits(inbound(waybill(), "waybill", later=2))
    found = routed(inbound(list_request(), "request", later=3))
    assert ids(found) == ["request", "status", "waybill"]
    assert routed(inbound(waybill_status(), "status")).key == KEY


def test_a_list_tells_the_order_of_its_waybill() -> None:
    waits(inbound(waybill_status(), "status"))
    assert ids(routed(inbound(declaration_list(), "list"))) == ["list", "status"]
    late = inbound(waybill(order_no="another"), "waybill")  # to be found by the matching (M5)
    assert routed(late).key == KEY


def test_what_waited_comes_again_until_the_order_has_it() -> None:
    waits(inbound(waybill(), "waybill"))
    waits(inbound(waybill_status(), "status"))
    first = routed(inbound(order(), "order"))
    assert ids(routed(inbound(order(), "order"))) == ids(first)  # the first time, its bearer crashed
    settled(first)
    assert waiting_places() == []
    assert ids(routed(inbound(order(), "order"))) == ["order"]


def test_settling_is_repeatable_and_makes_no_items() -> None:
    request = SettleRequest(document_ids=["a"], parked=["order-no#never"])
    assert settle(request).places == 0
    assert dynamodb().scan(TableName=settings().intake_table)["Count"] == 0


def test_two_platforms_with_one_order_number_leave_the_waybill_to_the_list() -> None:
    routed(inbound(order()))
    routed(inbound(order(ebp_code=OTHERS)))
    waits(inbound(waybill(), "waybill"))
    assert ids(routed(inbound(payment(), "payment"))) == ["payment"]
    found = routed(inbound(declaration_list(ebp_code=OTHERS), "list"))
    assert (found.key, ids(found)) == (OTHER_KEY, ["list", "waybill"])
    settled(found)
    assert waiting_places() == []


def test_a_waybill_that_was_given_to_the_wrong_platform_reaches_the_right_one_with_its_list() -> None:
    routed(inbound(order()))
    assert routed(inbound(waybill(), "waybill")).key == KEY  # nobody knows of the other order yet
    routed(inbound(order(ebp_code=OTHERS)))
    for _ in range(2):  # the first time, its bearer crashed
        found = routed(inbound(declaration_list(ebp_code=OTHERS), "list"))
        assert (found.key, ids(found)) == (OTHER_KEY, ["list", "waybill"])
    settled(found)
    assert routed(inbound(waybill_status())).key == OTHER_KEY
    assert ids(routed(inbound(declaration_list(ebp_code=OTHERS), "list"))) == ["list"]


def test_the_list_of_the_same_order_does_not_bring_the_waybill_again() -> None:
    routed(inbound(order()))
    routed(inbound(waybill()))
    assert ids(routed(inbound(declaration_list(), "list"))) == ["list"]


def test_a_waybill_whose_order_number_was_corrected_goes_to_the_other_order() -> None:
    routed(inbound(order(order_no="wrong")))
    assert routed(inbound(waybill(order_no="wrong"))).key != KEY
    corrected = inbound(waybill(), "corrected")
    waits(corrected)
    waits(inbound(waybill_status(), "status"))
    assert ids(routed(inbound(order(), "order"))) == ["order", "corrected", "status"]


def test_a_waybill_corrected_to_an_order_that_is_there_goes_there_at_once() -> None:
    routed(inbound(order()))
    routed(inbound(order(order_no="wrong")))
    routed(inbound(waybill(order_no="wrong")))
    assert routed(inbound(waybill())).key == KEY
    assert routed(inbound(waybill_status())).key == KEY


def test_no_waybill_is_lost_when_its_order_comes_while_it_sits_down_to_wait() -> None:
    document = inbound(waybill(), "waybill")
    assert links.waybill(NUMBER).key is None
    assert links.wait_for_platform("SD20260105000001", document)
    assert ids(routed(inbound(order(), "order"))) == ["order", "waybill"]
    assert not links.wait_for_link(NUMBER, document, None)


def test_no_waybill_is_lost_when_its_order_comes_just_before_it_sits_down_to_wait() -> None:
    document = inbound(waybill(), "waybill")
    assert links.order_number("SD20260105000001").platforms == frozenset()
    routed(inbound(order()))
    assert not links.wait_for_platform("SD20260105000001", document)
    assert routed(document).key == KEY


def test_a_list_that_comes_between_reading_and_linking_has_the_last_word() -> None:
    seen = links.waybill(NUMBER).key
    routed(inbound(declaration_list(ebp_code=OTHERS)))
    assert links.conclude(NUMBER, KEY, inbound(waybill()), seen) is None
    assert links.waybill(NUMBER).key == OTHER_KEY


def test_the_word_of_a_list_stays_final_when_the_waybill_comes_again_at_the_same_moment() -> None:
    routed(inbound(order()))
    routed(inbound(waybill()))
    seen = links.waybill(NUMBER).key
    routed(inbound(declaration_list()))
    assert links.conclude(NUMBER, KEY, inbound(waybill()), seen) is None
    assert not links.waybill(NUMBER).concluded


def test_a_waybill_that_a_list_has_claimed_does_not_come_along_with_another_order() -> None:
    waits(inbound(waybill(), "waybill"))
    routed(inbound(declaration_list(order_no="by-list"), "list"))
    assert ids(routed(inbound(order(), "order"))) == ["order"]


def test_customs_answers_find_the_order_that_was_declared_under_their_cop_no() -> None:
    freeze(FreezeRequest(key=KEY, list_version=1, cop_no=COP_NO, agent_code="3207DECL01", documents=[]))
    for receipt in (list_receipt(agent_code="3207DECL01"), cancellation_receipt()):
        assert routed(inbound(receipt)).key == KEY


def test_customs_answers_on_the_three_documents_find_their_order() -> None:
    for model in (order(), payment(), waybill()):
        routed(inbound(model))
    for receipt in (order_receipt(), payment_receipt(), waybill_receipt(), waybill_status_receipt()):
        assert routed(inbound(receipt)).key == KEY


def declared(order_key: OrderKey = KEY, cop_no: str = COP_NO) -> None:
    freeze(FreezeRequest(key=order_key, list_version=1, cop_no=cop_no, agent_code="3207DECL01", documents=[]))


def test_a_tax_bill_finds_the_order_whose_list_has_its_number() -> None:
    declared()
    routed(inbound(list_receipt(invt_no=INVT_NO)))
    for model in (tax_bill(), tax_bill_status()):
        document = inbound(model)
        assert routed(document) == Routed(key=KEY, documents=[document])


def test_a_tax_bill_that_is_early_waits_for_the_receipt_that_numbers_its_list() -> None:
    declared()
    waits(inbound(tax_bill(), "bill", later=1))
    waits(inbound(tax_bill_status(), "status", later=2))
    waits(inbound(tax_bill(invt_no="23012026I000000002"), "another list's"))
    assert ids(routed(inbound(list_receipt(), "without the number"))) == ["without the number"]
    for _ in range(2):  # the first time, its bearer crashed
        found = routed(inbound(list_receipt(invt_no=INVT_NO, return_status="800"), "800"))
        assert (found.key, ids(found)) == (KEY, ["800", "bill", "status"])
    settled(found)
    assert waiting_places() == ["list#23012026I000000002"]
    assert ids(routed(inbound(list_receipt(invt_no=INVT_NO, return_status="899"), "899"))) == ["899"]


def test_what_cannot_be_otherwise_is_not_asked_again(requests: list[str]) -> None:
    """Given an order and a list that have their numbers, and nothing waits there, then the table is left alone."""
    routed(inbound(order()))
    declared()
    routed(inbound(list_receipt(invt_no=INVT_NO)))
    requests.clear()

    changed = inbound(order(note="changed"))
    assert routed(changed) == Routed(key=KEY, documents=[changed])
    assert routed(inbound(tax_bill())).key == KEY
    assert requests == []

    assert routed(inbound(list_receipt(invt_no=INVT_NO, return_status="800"))).key == KEY
    assert requests == ["GetItem"]  # whose copNo it is


def test_a_number_where_something_waits_is_asked_again(requests: list[str]) -> None:
    """Given a bill that came before its list had a number, then every receipt brings it until its order has it."""
    declared()
    waits(inbound(tax_bill(), "bill"))
    for _ in range(2):
        requests.clear()
        found = routed(inbound(list_receipt(invt_no=INVT_NO, return_status="800"), "800"))
        assert ids(found) == ["800", "bill"]
        assert requests == ["GetItem", "UpdateItem"]
    settled(found)
    for asked in (["GetItem", "UpdateItem"], ["GetItem"]):
        requests.clear()
        assert ids(routed(inbound(list_receipt(invt_no=INVT_NO, return_status="899"), "899"))) == ["899"]
        assert requests == asked


def test_what_was_seen_is_asked_again_after_a_while(requests: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.intake.recent._KEPT_SECONDS", 0.0)
    for _ in range(2):
        requests.clear()
        routed(inbound(order()))
        assert requests == ["UpdateItem"]


def test_an_order_number_of_two_platforms_is_always_asked() -> None:
    """Given a second platform with the number, when either's order comes, then a waybill still waits for its list."""
    for key in (KEY, OTHER_KEY, KEY, OTHER_KEY):
        assert ids(routed(inbound(order(**key.model_dump()), "order"))) == ["order"]
    waits(inbound(waybill(), "waybill"))
    assert ids(routed(inbound(payment(), "payment"))) == ["payment"]
    assert ids(routed(inbound(declaration_list(), "list"))) == ["list", "waybill"]


def expiring() -> dict[str, int]:
    """The items that expire, with the day from the first document on."""
    items = dynamodb().scan(TableName=settings().intake_table)["Items"]
    return {
        item["pk"]["S"].partition("#")[0]: (int(item["expires_at"]["N"]) - int(NOW.timestamp())) // 86_400
        for item in items
        if "expires_at" in item
    }


def test_what_waits_is_forgotten_after_its_days_and_links_are_not() -> None:
    """retention.waiting_days. Given documents that wait, then their items expire; once they are taken, links stay."""
    declared()
    waits(inbound(tax_bill(), "bill"))
    waits(inbound(waybill(order_no="unknown"), "waybill"))
    waits(inbound(waybill_status(logistics_no="UNKNOWN"), "status"))
    assert expiring() == {"list": 184, "order-no": 184, "waybill": 184}
    settled(routed(inbound(list_receipt(invt_no=INVT_NO, return_status="800"), "800")))
    assert waiting_places() != []
    assert expiring() == {"order-no": 184, "waybill": 184}
    assert links.list_number(INVT_NO).key == KEY


def test_no_tax_bill_is_lost_when_its_list_is_numbered_while_it_sits_down_to_wait() -> None:
    declared()
    document = inbound(tax_bill(), "bill")
    assert links.list_number(INVT_NO).key is None
    routed(inbound(list_receipt(invt_no=INVT_NO)))
    assert not links.wait_for_list(INVT_NO, document)
    assert routed(document).key == KEY


def test_customs_answers_on_a_return_find_the_order_that_expects_them() -> None:
    for _ in range(2):
        expect(ExpectRequest(key=KEY, cop_no=RETURN_NO, agent_code="3207DECL01"))
    expect(ExpectRequest(key=KEY, cop_no="SR2", agent_code="3207DECL01"))
    for number in (RETURN_NO, "SR2"):
        assert routed(inbound(refund_receipt(cop_no=number))).key == KEY


def test_customs_answers_on_a_return_of_others_find_the_order_by_the_number_of_its_list() -> None:
    declared()
    routed(inbound(list_receipt(invt_no=INVT_NO)))
    assert routed(inbound(refund_receipt(cop_no="THEIRS", invt_no=INVT_NO))).key == KEY


def test_a_format_error_finds_the_order_of_our_message() -> None:
    assert routed(inbound(format_error(cop_msg_id(KEY, 2, "CEB621Message")))).key == KEY


@pytest.mark.parametrize(
    ("receipt", "reason"),
    [
        (list_receipt(), "copNo COP20260105000001 belongs to 0 lists"),
        (cancellation_receipt(), "copNo COP20260105000001 belongs to 0 lists"),
        (refund_receipt(), "copNo SR20260120000001 belongs to 0 lists"),
        (refund_receipt(invt_no=INVT_NO), "copNo SR20260120000001 belongs to 0 lists"),
        (payment_receipt(), "payment 3207PAYM01/PAY20260105000001"),
        (waybill_receipt(), f"waybill {NUMBER}"),
        (waybill_status_receipt(), f"waybill {NUMBER}"),
        (order_receipt(order_no="a/b"), "order 3207PLAT01/a/b"),
        (format_error("somebody's message"), "somebody's message"),
    ],
)
def test_an_answer_on_something_unknown_is_unroutable_and_says_why(receipt: object, reason: str) -> None:
    with pytest.raises(UnroutableError) as caught:
        routed(inbound(receipt))  # type: ignore[arg-type]
    assert reason in caught.value.reason
