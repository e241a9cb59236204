"""Customs messages in, official receipts out."""

import base64
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from events.ceb import MESSAGES, CebMessage, build, parse
from events.ceb.base import CebModel
from events.ceb.dxp import wrap
from events.ceb.format_error import FormatError
from events.ceb.frame import UploadMessage
from events.ceb.messages.format_error import CEB900Message
from events.ceb.node import wrap_terminal, wrap_transport
from events.ceb.signature import SignatureProfile, SoftwareSigner, fingerprint, sign
from events.documents import InboundDocument
from events.values import from_millisecond, utc_now
from functions import aws as clients
from functions.settings import settings
from tests import builders
from tests.functions.gateway.conftest import JSON, XML, Answered, Door, secret
from tests.functions.gateway.samples import SIGNER, as_sent, cancellation, list_receipt, waybill_status
from tests.functions.intake.samples import refund_receipt, tax_bill, tax_bill_status

MESSAGE = "/v1/messages"
UPLOADS: list[tuple[Callable[[], CebModel], str, str]] = [
    (builders.order, "platform", "CEB312Message"),
    (builders.payment, "payment", "CEB412Message"),
    (builders.waybill, "logistics", "CEB512Message"),
    (waybill_status, "logistics", "CEB514Message"),
    (builders.declaration_list, "declarant", "CEB622Message"),
    (cancellation, "declarant", "CEB624Message"),
]


def returns(answered: Answered) -> list[Any]:
    """The returns in a receipt, XML or JSON."""
    if answered.headers["Content-Type"] == XML:
        return list(parse(answered.body.encode()).elements)
    (found,) = (value for value in answered.json.values() if isinstance(value, list))
    return found


def as_json(message: CebMessage) -> str:
    """A message in its JSON form."""
    return message.model_dump_json(exclude_none=True)


def two_orders() -> CebMessage:
    """One order that is right, and one whose currency is not CNY."""
    return builders.message(builders.order(), builders.order(order_no="SD2", currency="502"))


@pytest.mark.parametrize(("build_one", "sender", "receipt"), UPLOADS)
def test_each_message_earns_its_receipt(
    door: Door, build_one: Callable[[], CebModel], sender: str, receipt: str
) -> None:
    """Given each upload in XML, when it is sent, then its receipt message says 120 and the document is on the bus."""
    before = utc_now()
    answered = door.post(MESSAGE, as_sent(builders.message(build_one())), XML, sender=sender)
    assert (answered.status, answered.headers["Content-Type"]) == (202, XML)
    message = parse(answered.body.encode())
    (element,) = message.elements
    assert message.root == receipt
    assert getattr(element, "return_status") == "120"  # noqa: B009 -- of whichever receipt
    assert from_millisecond(element.model_dump()["returnTime"]) >= before.replace(microsecond=0)
    (event,) = door.events
    assert InboundDocument.model_validate(event["data"]).parsed() == build_one()


@pytest.mark.parametrize(("build_one", "sender", "receipt"), UPLOADS)
def test_json_earns_the_same_receipt_as_json(
    door: Door, build_one: Callable[[], CebModel], sender: str, receipt: str
) -> None:
    """Given a message in XML and then in JSON, when both are answered, then the receipts say the same."""
    message = builders.message(build_one())
    in_xml = door.post(MESSAGE, as_sent(message), XML, sender=sender)
    in_json = door.post(MESSAGE, as_json(message), JSON, sender=sender)
    assert (in_json.status, in_json.headers["Content-Type"]) == (202, JSON)
    assert MESSAGES[receipt].model_validate(in_json.json) == parse(in_xml.body.encode())


@pytest.mark.shared
@pytest.mark.parametrize(("build_one", "sender", "receipt"), UPLOADS)
def test_receipts_validate_against_the_official_schema(
    door: Door, shared_ceb: Path, build_one: Callable[[], CebModel], sender: str, receipt: str
) -> None:
    """Given accepted and refused documents, when the receipts are built, then the official schema takes them."""
    schema = etree.XMLSchema(etree.parse(str(shared_ceb / "xsd" / "import_business_node.xsd")))
    document = as_sent(builders.message(build_one()))
    for sent in (document, document.replace(b"<ceb:appType>1<", b"<ceb:appType>3<")):
        answered = door.post(MESSAGE, sent, XML, sender=sender)
        schema.assertValid(etree.fromstring(answered.body.encode()))
        assert receipt in answered.body


@pytest.mark.parametrize("content_type", [XML, JSON])
def test_what_stands_around_the_documents_is_checked_too(door: Door, content_type: str) -> None:
    """Given a BaseTransfer that breaks the text, when the message is sent, then nothing of it is taken."""
    message = builders.message(builders.order())
    assert isinstance(message, UploadMessage)
    transfer = message.base_transfer.model_copy(update={"dxp_mode": "AS2"})
    message = message.model_copy(update={"base_transfer": transfer})
    body = build(message) if content_type == XML else as_json(message)
    answered = door.post(MESSAGE, body, content_type)
    assert answered.status == 422
    (problem,) = answered.json["problems"]
    assert (problem["path"], problem["rule"], problem["value"]) == (
        "/CEB311Message/BaseTransfer/dxpMode",
        "C-DXP-MODE",
        "AS2",
    )
    assert door.events == []


def test_one_return_for_each_element_in_order(door: Door) -> None:
    """Given an order that is right and one that is not, when they come together, then 202 and one return for each."""
    answered = door.post(MESSAGE, build(two_orders()), XML)
    assert answered.status == 202
    first, second = returns(answered)
    assert (first.order_no, first.return_status) == (builders.ORDER_NO, "120")
    assert (second.order_no, second.return_status) == ("SD2", "-301008")
    phrase, _, problem = second.return_info.partition(";")
    assert phrase.startswith("参数校验不通过")
    assert problem.startswith("/OrderHead/currency=502: ")
    assert [event["data"]["content"]["OrderHead"]["orderNo"] for event in door.events] == [builders.ORDER_NO]


@pytest.mark.parametrize("content_type", [XML, JSON])
def test_when_all_are_refused_the_status_is_422_with_the_receipt(door: Door, content_type: str) -> None:
    """Given only documents with business mistakes, when they are sent, then 422, and the receipt has their codes."""
    message = builders.message(builders.order(app_type="3"))
    body = as_sent(message) if content_type == XML else as_json(message)
    answered = door.post(MESSAGE, body, content_type)
    assert (answered.status, answered.headers["Content-Type"]) == (422, content_type)
    assert "-301009" in answered.body
    assert door.events == []


def test_the_same_document_earns_the_same_bytes(door: Door) -> None:
    """Given a message that was answered, when it comes again, then the receipt is the same to the byte."""
    sent = build(builders.message(builders.order()))
    first, again = (door.post(MESSAGE, sent, XML) for _ in range(2))
    assert (first.status, first.body) == (again.status, again.body)
    assert door.events[0] == door.events[1]


def test_other_content_under_the_same_key_is_refused(door: Door) -> None:
    """Given an order on record, when another content comes as new, then -301010; as a change (appType 2) it is."""
    sent = [builders.order(), builders.order(note="x"), builders.order(note="x", app_type="2")]
    answers = [door.post(MESSAGE, build(builders.message(order)), XML) for order in sent]
    assert [answer.status for answer in answers] == [202, 422, 202]
    assert [returns(answer)[0].return_status for answer in answers] == ["120", "-301010", "120"]


def test_the_receipt_has_a_guid_of_its_own_in_capitals(door: Door) -> None:
    """Given two messages, when they are answered, then each receipt has another guid, of 36 capital characters."""
    bodies = [build(builders.message(builders.order(order_no=number))) for number in ("SD1", "SD2")]
    guids = [parse(door.post(MESSAGE, body, XML).body.encode()).guid for body in bodies]
    assert guids[0] != guids[1]
    assert [str(UUID(guid)).upper() for guid in guids] == guids


def test_the_envelope_of_a_transport_node_is_opened_too(door: Door) -> None:
    """As other nodes send on what they carry, receipts of customs among it."""
    envelope = wrap_terminal(
        build(two_orders()),
        sender_id="DXPTEST000000001",
        receiver_ids=["DXPSANDAN0000001"],
        cop_msg_id="m-1",
        created_at=utc_now(),
    )
    carried = wrap_transport(
        envelope, msg_id=f"{'1' * 32}", station_node="10000001", end_node="10000002", send_time=utc_now()
    )
    answered = door.post(MESSAGE, carried, XML)
    assert answered.status == 202
    assert [element.return_status for element in returns(answered)] == ["120", "-301008"]


@pytest.mark.parametrize("content_type", ["application/xml; charset=utf-8", "TEXT/XML"])
def test_an_envelope_is_opened(door: Door, content_type: str) -> None:
    """Given a message in a DxpMsg, when it is sent, then the message inside is answered."""
    envelope = wrap(
        build(two_orders()),
        msg_type="CEB311Message",
        sender_id="DXPTEST000000001",
        receiver_ids=["DXPSANDAN0000001"],
        cop_msg_id="m-1",
        created_at=datetime(2026, 1, 5),  # noqa: DTZ001 -- the envelope has no zone
    )
    answered = door.post(MESSAGE, envelope, content_type)
    assert answered.status == 202
    assert [element.return_status for element in returns(answered)] == ["120", "-301008"]


@pytest.mark.parametrize("content_type", [XML, JSON])
def test_receipts_of_customs_are_taken_without_a_body(door: Door, content_type: str) -> None:
    """Given receipts of lists and an unreadable message's, when customs sends them, then 202 and nothing more."""
    error = FormatError(
        guid=builders.GUID.format(900),
        return_status="-1",
        return_info="格式错误",
        return_time="20260106120000000",
        original_cop_msg_id="m-1",
        original_message_type="Unknown",
        original_message="<x/>",
    )
    for message in (builders.message(list_receipt("500"), list_receipt()), CEB900Message(guid=error.guid, error=error)):
        body = as_sent(message) if content_type == XML else as_json(message)
        answered = door.post(MESSAGE, body, content_type, sender="customs")
        assert (answered.status, answered.body) == (202, "")
    types = [event["type"].removeprefix("cn.sandan.customs.") for event in door.events]
    assert types == ["list-receipt.v1", "list-receipt.v1", "format-error.v1"]


@pytest.mark.parametrize("content_type", [XML, JSON])
@pytest.mark.parametrize(
    ("model", "kind"),
    [(tax_bill(), "tax-bill"), (tax_bill_status(), "tax-bill-status"), (refund_receipt(), "refund-receipt")],
)
def test_tax_bills_and_receipts_of_returns_come_from_customs_alone(
    door: Door, content_type: str, model: CebModel, kind: str
) -> None:
    """CEB816 and CEB818 share the element Tax: in JSON too each is known for what it is."""
    message = builders.message(model)
    body = as_sent(message) if content_type == XML else as_json(message)
    refused = door.post(MESSAGE, body, content_type, sender="platform")
    assert (refused.status, refused.json["problems"][0]["value"]) == (403, kind)
    answered = door.post(MESSAGE, body, content_type, sender="customs")
    assert (answered.status, answered.body) == (202, "")
    (event,) = door.events
    assert event["type"] == f"cn.sandan.customs.{kind}.v1"
    assert InboundDocument.model_validate(event["data"]).parsed() == model


def test_what_is_in_neither_tax_message_is_told_as_one_of_them(door: Door) -> None:
    mixed = {**json.loads(as_json(builders.message(tax_bill())))}
    mixed["Tax"].append(tax_bill_status().model_dump(mode="json"))
    for content, path in ((mixed, "/CEB816Message/Tax[2]/TaxHeadRd"), ({"Tax": []}, "/CEB816Message/Tax")):
        answered = door.post(MESSAGE, json.dumps(content), JSON, sender="customs")
        assert answered.status == 422
        assert path in answered.paths


def test_a_message_of_a_hundred_is_taken_whole(door: Door) -> None:
    """Given a hundred orders in one message, when they are sent, then a hundred returns, and a hundred events."""
    orders = [builders.order(order_no=f"SD{number:03d}") for number in range(100)]
    answered = door.post(MESSAGE, build(builders.message(*orders)), XML)
    assert [element.order_no for element in returns(answered)] == [order.head.order_no for order in orders]
    assert len({event["id"] for event in door.events}) == 100


def test_text_that_api_gateway_passes_on_as_text_is_read_too(door: Door) -> None:
    """Given a body that is not Base64, when it comes with Chinese in it, then the signature holds and it is read."""
    body = as_json(builders.message(builders.order()))
    encoded = door.post(MESSAGE, body, JSON)
    assert json.loads(encoded.body)["OrderReturn"][0]["returnStatus"] == "120"
    assert door.post_text(MESSAGE, body, JSON).body == encoded.body


@pytest.mark.parametrize(
    ("build_one", "absent", "differs", "invalid"),
    [
        (builders.declaration_list, "-621026", "-621028", "-621029"),
        (cancellation, "-623017", "-623029", "-623029"),
    ],
)
def test_what_must_be_signed_is_refused_without_a_valid_signature(
    door: Door, build_one: Callable[[], CebModel], absent: str, differs: str, invalid: str
) -> None:
    """公告2018-194 §8; the codes of 规范 202205 for no signature, another one's data, a wrong signature."""
    message = builders.message(build_one())
    signed = as_sent(message)
    value = re.search(rb"<ds:SignatureValue>([^<]+)<", signed)
    assert value
    forged = signed.replace(value[1], base64.b64encode(bytes(64)))
    for body, code in (
        (build(message), absent),
        (signed.replace("测试报关有限公司".encode(), "别的报关有限公司".encode()), differs),
        (forged, invalid),
    ):
        answered = door.post(MESSAGE, body, XML, sender="declarant")
        assert answered.status == 422
        assert [getattr(element, "return_status") for element in returns(answered)] == [code]  # noqa: B009
    assert door.events == []
    assert door.post(MESSAGE, signed, XML, sender="declarant").status == 202


def test_an_order_may_be_unsigned_but_not_wrongly_signed(door: Door) -> None:
    """Orders, payments and waybills are signed by the partner's policy; what is signed must be signed rightly."""
    signed = sign(build(builders.message(builders.order())), SIGNER)
    tampered = signed.replace("测试电商有限公司".encode(), "别的电商有限公司".encode())
    answered = door.post(MESSAGE, tampered, XML)
    assert [getattr(element, "return_status") for element in returns(answered)] == ["-301020"]  # noqa: B009
    assert door.post(MESSAGE, signed, XML).status == 202


def test_a_partner_signs_with_its_own_certificates_only(door: Door) -> None:
    """Given certificates in the partner's secret, when another's holder signs, then the receipt says what is wrong."""
    mine = fingerprint(SIGNER.certificate_der).upper()
    clients.secretsmanager().put_secret_value(
        SecretId=f"{settings().partner_secrets}platform",
        SecretString=json.dumps(secret("platform") | {"certificates": [mine]}),
    )
    order = build(builders.message(builders.order()))
    answered = door.post(MESSAGE, sign(order, SoftwareSigner.throwaway("stranger")), XML)
    (refused,) = returns(answered)
    assert getattr(refused, "return_status") == "-301020"  # noqa: B009
    assert "none of those whose signatures count" in getattr(refused, "return_info")  # noqa: B009
    assert door.post(MESSAGE, sign(order, SIGNER), XML).status == 202


def test_signatures_are_taken_of_the_profiles_that_are_configured(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given one profile in the settings, when another is used, then the receipt names those that are taken."""
    monkeypatch.setenv("SANDAN_SIGNATURE_PROFILES", "sm2-sha1, rsa-sha1")
    settings.cache_clear()
    order = build(builders.message(builders.order()))
    (refused,) = returns(door.post(MESSAGE, sign(order, SIGNER), XML))
    assert getattr(refused, "return_status") == "-301020"  # noqa: B009
    assert "is not one of rsa-sha1, sm2-sha1" in getattr(refused, "return_info")  # noqa: B009
    older = SoftwareSigner.throwaway("older", SignatureProfile.SM2_SHA1)
    assert door.post(MESSAGE, sign(order, older), XML).status == 202
    monkeypatch.delenv("SANDAN_SIGNATURE_PROFILES")
    settings.cache_clear()
    assert settings().signature_profiles == set(SignatureProfile)
