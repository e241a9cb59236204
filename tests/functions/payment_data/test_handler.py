"""Raw payment data on record: kept, waited for, gathered, signed and uploaded."""

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from events.ceb.signature import SignatureProfile
from events.ceb.signature.algorithms import signed_by
from events.ceb.signature.certificate import from_pem, read
from events.payment_data import OriginalPayment
from events.payment_data_life import PaymentDataChange, PaymentDataStage, SessionKey
from events.values import OrderKey, Text, utc_now
from functions import bus
from functions.aws import dynamodb, secretsmanager
from functions.payment_data import handler, store
from functions.payment_data.customs import PaymentDataUnavailableError
from functions.payment_data.handler import IncompleteDataError, gather, keep, tell, upload
from functions.payment_data.models import (
    Gathered,
    GatherRequest,
    KeepRequest,
    Obstacle,
    Outcome,
    TellRequest,
    UploadRequest,
)
from functions.settings import settings
from infra.sandbox.questions import members
from infra.stack.signing_key import new_signing_secret
from tests.builders import ORDER_NO, PLATFORM, original_payment
from tests.functions.intake.samples import NOW, inbound
from tests.functions.payment_data.conftest import SECRET, Endpoint

pytestmark = pytest.mark.usefixtures("aws")
EBP = PLATFORM["ebp_code"]
KEY = SessionKey(session_id="fe2374-8fnejf97-32839218", order_no=ORDER_NO)
OTHER = SessionKey(session_id="other-session", order_no=ORDER_NO)


def keep_it(payment: OriginalPayment, later: int = 0) -> list[str]:
    return keep(KeepRequest(document=inbound(payment, later=later))).waiting


def gather_it(key: SessionKey = KEY, ebp_code: str | None = None) -> Gathered:
    return gather(GatherRequest(key=key, ebp_code=ebp_code))


def wanted(**changes: Any) -> UploadRequest:
    return UploadRequest(key=KEY, ebp_code=EBP, refusal_from=20001, **changes)


def test_data_before_the_question() -> None:
    assert keep_it(original_payment()) == []
    assert gather_it() == Gathered(ebp_code=EBP, orders=[ORDER_NO])


def test_the_question_before_the_data() -> None:
    """Given a question that found nothing, when the data come, then it is among those to be woken."""
    found = gather_it()
    assert (found.obstacle, found.wanted, found.ebp_code) == (Obstacle.MISSING, [ORDER_NO], None)
    gather_it(OTHER)
    assert keep_it(original_payment()) == sorted([KEY.workflow_id, OTHER.workflow_id])
    assert gather_it().obstacle is None


def test_179_every_order_of_the_payment_is_waited_for() -> None:
    """Given a payment of two orders, when one is here, then the question waits at the other, which wakes it."""
    keep_it(original_payment(order_nos=[ORDER_NO, "SECOND"]))
    found = gather_it()
    assert (found.obstacle, found.wanted, found.orders) == (Obstacle.MISSING, ["SECOND"], [ORDER_NO, "SECOND"])
    assert keep_it(original_payment(order_no="SECOND", order_nos=[ORDER_NO, "SECOND"])) == [KEY.workflow_id]
    assert gather_it() == Gathered(ebp_code=EBP, orders=[ORDER_NO, "SECOND"])


def test_no_interleaving_of_data_and_question_leaves_it_asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given data that come while the question looks, when either is last, then it sees them or is woken."""
    real = store.read
    woken: list[str] = []

    def read_late(order: OrderKey) -> OriginalPayment | None:
        found = real(order)
        if not woken:
            woken.extend(keep_it(original_payment()))  # comes just after the read
        return found

    monkeypatch.setattr(store, "read", read_late)
    assert gather_it(ebp_code=EBP).obstacle is Obstacle.MISSING
    assert woken == [KEY.workflow_id]


def test_of_two_contents_the_one_that_was_accepted_later_counts() -> None:
    keep_it(original_payment(recp_name="新"), later=2)
    keep_it(original_payment(recp_name="旧"), later=1)
    found = store.read(OrderKey(ebp_code=EBP, order_no=ORDER_NO))
    assert found
    assert found.recp_name == "新"


def test_an_order_number_of_two_platforms_needs_the_address() -> None:
    """Customs names no platform: where two have the number, the registered address must, or a person."""
    keep_it(original_payment())
    keep_it(original_payment(ebp_code="3207PLAT02"))
    assert gather_it().obstacle is Obstacle.AMBIGUOUS
    assert gather_it(ebp_code="3207PLAT02") == Gathered(ebp_code="3207PLAT02", orders=[ORDER_NO])
    assert gather_it(ebp_code="3207PLAT09").obstacle is Obstacle.MISSING


def test_gathering_repeats_no_payment_data() -> None:
    keep_it(original_payment(order_nos=[ORDER_NO, "B"]))
    keep_it(original_payment(order_no="B", order_nos=["B"], inital_request="secret", total_amount="1"))
    told = gather_it().model_dump_json()
    assert "totalAmount" in told
    assert "secret" not in told
    assert "pay.test" not in told


def test_179_the_upload_is_signed_over_the_exact_text(endpoint: Endpoint) -> None:
    keep_it(original_payment())
    uploaded = upload(wanted())
    assert (uploaded.outcome, uploaded.code, uploaded.message) == (Outcome.ACCEPTED, "10000", "上传成功")
    (sent,) = endpoint.uploads
    parts = members(sent)
    certificate = read(from_pem(SECRET["certificate_pem"].encode()))
    assert json.loads(parts["certNo"]) == certificate.number
    signature = base64.b64decode(json.loads(parts["signValue"]))
    signed = "||".join(f'"{name}":"{value.strip(chr(34))}"' for name, value in list(parts.items())[:4])
    assert len(signature) == 64
    assert signed_by(SignatureProfile.SM2_SM3, certificate.public_key, signed.encode(), signature)
    assert json.loads(parts["sessionID"]) == KEY.session_id


def test_a_platform_with_a_key_of_its_own_signs_with_it(endpoint: Endpoint) -> None:
    own = new_signing_secret("PLATFORM")
    secretsmanager().create_secret(Name=f"{settings().signing_secret}/{EBP}", SecretString=json.dumps(own))
    keep_it(original_payment())
    upload(wanted())
    number = read(from_pem(own["certificate_pem"].encode())).number
    assert json.loads(members(endpoint.uploads[0])["certNo"]) == number


def test_a_repetition_uploads_under_the_same_guid(endpoint: Endpoint) -> None:
    keep_it(original_payment())
    upload(wanted())
    upload(wanted())
    heads = {members(sent)["payExchangeInfoHead"] for sent in endpoint.uploads}
    assert len(heads) == 1


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        ({"code": "20000", "message": "上传失败", "total": 0, "serviceTime": 1}, Outcome.RETRY, "20000"),
        ({"code": 20000, "message": None}, Outcome.RETRY, "20000"),
        ({"code": "20003", "message": "验签失败"}, Outcome.REFUSED, "20003"),
        ({"code": "10000", "extra": 1}, Outcome.ACCEPTED, "10000"),
    ],
)
def test_179_what_customs_answers(endpoint: Endpoint, answer: Any, outcome: Outcome, code: str) -> None:
    keep_it(original_payment())
    endpoint.answers.append(answer)
    uploaded = upload(wanted())
    assert (uploaded.outcome, uploaded.code) == (outcome, code)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        httpx.Response(503),
        httpx.Response(404, text="<html>"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["10000"]),
        httpx.Response(200, json={"message": "no code"}),
    ],
)
def test_a_fault_that_passes_raises_and_says_nothing_of_the_data(endpoint: Endpoint, answer: Any) -> None:
    keep_it(original_payment())
    endpoint.answers.append(answer)
    with pytest.raises(PaymentDataUnavailableError) as raised:
        upload(wanted())
    assert "pay.test" not in str(raised.value)
    assert upload(wanted()).outcome is Outcome.ACCEPTED


def test_incomplete_data_are_not_uploaded(endpoint: Endpoint) -> None:
    keep_it(original_payment(order_nos=[ORDER_NO, "SECOND"]))
    with pytest.raises(IncompleteDataError, match="missing: SECOND"):
        upload(wanted())
    assert endpoint.uploads == []


def change(number: int, stage: PaymentDataStage) -> PaymentDataChange:
    return PaymentDataChange(number=number, stage=stage, at=NOW, reason=Text(zh="测试", en="test"))


def telling(*stages: PaymentDataStage, told: int = 0, **fields: Any) -> TellRequest:
    given: dict[str, Any] = {"ebp_code": EBP, "orders": [ORDER_NO], "needs_human": None} | fields
    history = [change(number, stage) for number, stage in enumerate(stages, 1)]
    return TellRequest(key=KEY, history=history, told=told, due_by=NOW + timedelta(hours=1), **given)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[bus.OutboundEvent]:
    events: list[bus.OutboundEvent] = []
    monkeypatch.setattr(handler, "put_events", lambda _, put: events.extend(put))
    return events


def test_each_change_is_told_once_and_the_wish_with_it(heard: list[bus.OutboundEvent]) -> None:
    asked, waiting = PaymentDataStage.ASKED, PaymentDataStage.WAITING
    request = telling(asked, waiting, told=1, wanted=["SECOND"])
    tell(request)
    tell(request)
    assert [event.type for event in heard] == [
        "cn.sandan.payment-data.stage-changed.v1",
        "cn.sandan.payment-data.wanted.v1",
    ] * 2
    assert heard[:2] == heard[2:]
    details = [json.loads(event.detail("sandan.orders")) for event in heard[:2]]
    assert details[0]["data"]["change"]["stage"] == "waiting"
    assert details[1]["data"]["wanted"] == ["SECOND"]


def test_a_late_repetition_does_not_overwrite_what_is_on_record(heard: list[bus.OutboundEvent]) -> None:
    asked, accepted = PaymentDataStage.ASKED, PaymentDataStage.ACCEPTED
    tell(telling(asked, accepted))
    tell(telling(asked))
    item = dynamodb().get_item(TableName=settings().payment_data_table, Key={"pk": {"S": f"session#{KEY}"}})["Item"]
    assert item["stage"]["S"] == "accepted"
    assert heard


def test_a_question_that_has_ended_is_not_woken_any_more(heard: list[bus.OutboundEvent]) -> None:
    gather_it()
    tell(telling(PaymentDataStage.ASKED, PaymentDataStage.ACCEPTED))
    assert keep_it(original_payment()) == []
    assert heard


def test_the_moment_is_the_doors_not_the_text(endpoint: Endpoint) -> None:
    """serviceTime is the time of the upload, in milliseconds."""
    keep_it(original_payment())
    before = int(utc_now().timestamp() * 1000)
    upload(wanted())
    assert before <= int(members(endpoint.uploads[0])["serviceTime"]) <= int(utc_now().timestamp() * 1000)
