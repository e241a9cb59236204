"""The door's answers, in the terms of the official receipts."""

import re
from datetime import timedelta

import pytest

from events.documents import DocumentKind
from functions.intake.answers import accepted, refused
from functions.intake.checks import check
from tests.builders import declaration_list, order
from tests.functions.intake.samples import INVT_NO, NOW, PRE_NO, arrival, cancellation, everything

UPLOADS = {
    DocumentKind.ORDER: DocumentKind.ORDER_RECEIPT,
    DocumentKind.PAYMENT: DocumentKind.PAYMENT_RECEIPT,
    DocumentKind.WAYBILL: DocumentKind.WAYBILL_RECEIPT,
    DocumentKind.WAYBILL_STATUS: DocumentKind.WAYBILL_STATUS_RECEIPT,
    DocumentKind.DECLARATION_LIST: DocumentKind.LIST_RECEIPT,
    DocumentKind.CANCELLATION: DocumentKind.CANCELLATION_RECEIPT,
}


@pytest.mark.parametrize("kind", UPLOADS)
def test_every_answer_fills_the_official_receipt(kind: DocumentKind) -> None:
    answer = accepted(arrival(everything()[kind]), NOW)
    receipt = UPLOADS[kind].model.model_validate(
        {
            **answer.keys,
            "guid": answer.guid,
            "returnStatus": answer.status,
            "returnTime": "20260105103001000",
            "returnInfo": answer.info.zh,
        }
    )
    assert receipt.model_dump(include={"guid"})["guid"] == answer.guid


def test_an_order_is_answered_under_its_own_keys() -> None:
    answer = accepted(arrival(order()), NOW)
    assert answer.keys == {"ebpCode": "3207PLAT01", "ebcCode": "3207SHOP01", "orderNo": "SD20260105000001"}
    assert answer.status == "120"
    assert answer.info.zh == "订单[3207PLAT01/SD20260105000001]已接收"


def test_the_guid_belongs_to_the_document() -> None:
    first, again, other = (accepted(arrival(order(freight=freight)), NOW).guid for freight in ("15.02", "15.02", "16"))
    assert first == again != other
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", first)


def test_a_list_without_a_number_receives_one_of_the_standards_form() -> None:
    late = NOW.replace(hour=17)  # already the next day in China
    answer = accepted(arrival(declaration_list(cop_no=None)), late)
    assert re.fullmatch(r"B20260106\d{9}", answer.keys["preNo"])
    assert answer.keys["copNo"] == answer.keys["preNo"]
    assert accepted(arrival(declaration_list(cop_no=None)), late) == answer


def test_a_list_keeps_the_numbers_it_has() -> None:
    answer = accepted(arrival(declaration_list(pre_no=PRE_NO, invt_no=INVT_NO)), NOW)
    assert (answer.keys["preNo"], answer.keys["invtNo"]) == (PRE_NO, INVT_NO)


def test_a_number_that_no_receipt_can_carry_is_not_repeated() -> None:
    answer = accepted(arrival(cancellation(invt_no="123", pre_no="")), NOW)
    assert "invtNo" not in answer.keys
    assert len(answer.keys["preNo"]) == 18


def test_a_refusal_is_told_under_the_same_keys_with_its_problems() -> None:
    wrong = arrival(order(app_status="1"), NOW + timedelta(seconds=5))
    refusal = check(wrong)
    assert refusal is not None
    answer = refused(wrong, refusal)
    assert (answer.status, answer.at, answer.problems) == ("-301008", NOW + timedelta(seconds=5), refusal.problems)
    assert answer.keys["orderNo"] == "SD20260105000001"
    assert not answer.accepted


def test_what_customs_could_not_read_is_not_repeated() -> None:
    assert "?" not in accepted(arrival(everything()[DocumentKind.FORMAT_ERROR]), NOW).keys.values()
