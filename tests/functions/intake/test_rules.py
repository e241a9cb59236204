"""Keys of documents, and what becomes of an arrival given what is on record."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.documents import DocumentKind
from events.values import OrderKey, cop_msg_id, key_of_cop_msg_id
from functions.intake.answers import accepted
from functions.intake.refusals import Reason
from functions.intake.rules import (
    Arrival,
    Change,
    Record,
    Repeat,
    UnroutableError,
    business_key,
    decide,
    is_key_part,
    order_of,
    order_of_list_receipt,
)
from tests.builders import order
from tests.functions.intake.samples import KEY, NOW, OTHER_KEY, arrival, everything, list_receipt

PLATFORM, ORDER_NO = "3207PLAT01", "SD20260105000001"
KEYS = {
    DocumentKind.ORDER: f"{PLATFORM}/{ORDER_NO}",
    DocumentKind.PAYMENT: "3207PAYM01/PAY20260105000001",
    DocumentKind.WAYBILL: "3207LOGI01/LG20260105000001",
    DocumentKind.DECLARATION_LIST: f"{PLATFORM}/{ORDER_NO}",
    DocumentKind.DECLARATION_REQUEST: f"{PLATFORM}/{ORDER_NO}",
    DocumentKind.WAYBILL_STATUS: "3207LOGI01/LG20260105000001/S",
    DocumentKind.CANCELLATION: f"{PLATFORM}/{ORDER_NO}/23012026I000000001",
    DocumentKind.GOODS_RETURNED: f"{PLATFORM}/{ORDER_NO}/SR20260120000001",
    DocumentKind.TAX_BILL: "TAX20260105000001/1/20260105103001000",
    DocumentKind.TAX_BILL_STATUS: "TAX20260105000001/2/20260215103001000",
    DocumentKind.LIST_RECEIPT: "0C6E0000-0000-4000-8000-000000000622/120/20260105103001000",
    DocumentKind.ORIGINAL_PAYMENT: f"{PLATFORM}/{ORDER_NO}",
    DocumentKind.PAYMENT_DATA_REQUEST: f"fe2374-8fnejf97-32839218/{ORDER_NO}",
}
NAMING = {
    DocumentKind.ORDER,
    DocumentKind.PAYMENT,
    DocumentKind.DECLARATION_LIST,
    DocumentKind.DECLARATION_REQUEST,
    DocumentKind.CANCELLATION,
    DocumentKind.ORDER_RECEIPT,
    DocumentKind.GOODS_RETURNED,
    DocumentKind.ORIGINAL_PAYMENT,
}


@pytest.mark.parametrize("kind", KEYS)
def test_the_business_key_is_what_the_standard_tells_documents_apart_by(kind: DocumentKind) -> None:
    assert business_key(kind, everything()[kind]) == KEYS[kind]


@pytest.mark.parametrize("kind", DocumentKind)
def test_only_documents_with_platform_and_order_number_name_their_order(kind: DocumentKind) -> None:
    assert order_of(everything()[kind]) == (KEY if kind in NAMING else None)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(is_key_part))
def test_the_order_comes_back_from_the_message_id_of_its_list(order_no: str) -> None:
    key = OrderKey(ebp_code=PLATFORM, order_no=order_no)
    message_id = cop_msg_id(key, 3, "CEB621Message")
    assert key_of_cop_msg_id(message_id) == key
    assert len(message_id) <= 255


@pytest.mark.parametrize("foreign", ["", "a", "import/a/b", "import/a/b#1", "import//b#1#X", "export/a/b#1#X", "#1#X"])
def test_a_message_id_of_others_is_no_order(foreign: str) -> None:
    with pytest.raises(ValueError, match="not the"):
        key_of_cop_msg_id(foreign)


def on_record(app_time: str = "20260105103000", frozen: str | None = None) -> Record:
    first = arrival(order(app_time=app_time))
    return Record(
        content_hash=first.content_hash,
        version=1,
        app_time=app_time,
        accepted_at=NOW,
        document_id="first",
        answer=accepted(first, NOW),
        frozen=frozen,
    )


def other(app_type: str, app_time: str = "20260105103000") -> Arrival:
    return arrival(order(app_type=app_type, app_time=app_time, freight="20.00"), NOW - timedelta(minutes=1))


def test_a_new_document_is_the_first_version() -> None:
    assert decide(None, other("1")) == Change(version=1, accepted_at=NOW - timedelta(minutes=1))


def test_a_change_of_nothing_is_refused() -> None:
    assert decide(None, other("2")) is Reason.UNKNOWN


def test_other_content_needs_a_change() -> None:
    assert decide(on_record(), other("1")) is Reason.EXISTS


def test_a_change_is_the_next_version_and_never_earlier_than_the_one_before() -> None:
    assert decide(on_record(), other("2")) == Change(version=2, accepted_at=NOW + timedelta(milliseconds=1))


def test_an_old_change_has_no_effect() -> None:
    assert decide(on_record("20260105103001"), other("2", "20260105103000")) is Reason.OUTDATED


@pytest.mark.parametrize("app_type", ["1", "2"])
def test_m11_other_content_is_refused_once_a_list_uses_the_document(app_type: str) -> None:
    assert decide(on_record(frozen="import/x/y"), other(app_type)) is Reason.DECLARED


@pytest.mark.parametrize("app_type", ["1", "2"])
@pytest.mark.parametrize("frozen", [None, "import/x/y"])
def test_the_same_content_is_a_repeat_however_it_is_sent(app_type: str, frozen: str | None) -> None:
    record = on_record(frozen=frozen)
    assert decide(record, arrival(order(app_type=app_type))) == Repeat(record, restated=False)


def test_content_that_is_said_again_later_outdates_changes_in_between() -> None:
    record = on_record()
    assert decide(record, arrival(order(app_type="2", app_time="20260105103005"))) == Repeat(record, restated=True)


def test_the_declarant_decides_between_lists_of_one_cop_no() -> None:
    declared = {KEY: "3207DECL01", OTHER_KEY: "3207DECL02"}
    assert order_of_list_receipt(list_receipt(agent_code="3207DECL02"), declared) == OTHER_KEY
    assert order_of_list_receipt(list_receipt(), {KEY: "3207DECL01"}) == KEY


def test_the_platform_decides_where_the_declarant_cannot() -> None:
    declared = {KEY: "3207DECL01", OTHER_KEY: "3207DECL01"}
    receipt = list_receipt(agent_code="3207DECL01", ebp_code=OTHER_KEY.ebp_code)
    assert order_of_list_receipt(receipt, declared) == OTHER_KEY


@pytest.mark.parametrize(
    "declared",
    [{}, {KEY: "3207DECL02"}, {KEY: "3207DECL01", OTHER_KEY: "3207DECL01"}],
    ids=["unknown", "another's", "several"],
)
def test_a_receipt_that_belongs_to_no_single_list_is_unroutable(declared: dict[OrderKey, str]) -> None:
    with pytest.raises(UnroutableError) as caught:
        order_of_list_receipt(list_receipt(agent_code="3207DECL01"), declared)
    assert "COP20260105000001" in caught.value.reason
