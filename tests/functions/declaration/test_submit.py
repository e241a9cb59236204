"""To customs: signed where the schema asks, valid, in order, and the same under the same key however often sent."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from events.ceb import CebMessage, parse
from events.ceb.declaration_list import Cancellation
from events.ceb.dxp import DxpMsg, ReceiverIds, TransInfo, unwrap
from events.ceb.dxp_reply import DxpRep, Response, build_reply
from events.ceb.frame import UploadMessage
from events.ceb.messages.declaration_list import CEB621Message, CEB623Message
from events.ceb.messages.refund import CEB625Message
from events.ceb.signature import verify
from events.documents import content_hash
from events.values import OrderKey, key_of_cop_msg_id
from functions.declaration import customs
from functions.declaration.handler import cancel, return_list, submit
from functions.declaration.models import CancelListRequest, ReturnListRequest, SubmitRequest
from functions.declaration.signing import own_signer
from functions.intake.handler import route
from functions.intake.models import RouteRequest
from functions.settings import settings
from functions.transport.http import HttpTransport
from tests import builders
from tests.functions.declaration.test_returns import refund
from tests.functions.intake.samples import cancellation, inbound, refund_receipt
from tests.official import TERMINAL_SCHEMA, schema_errors

KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)
ALL = ["CEB311Message", "CEB411Message", "CEB511Message", "CEB621Message"]
RETRIED = "3001"


@dataclass
class Customs:
    """An endpoint that answers what it is told, 200 when it is told nothing more."""

    answers: list[int | Exception] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    text: str = "schema: 0002"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        assert str(request.url) == settings().customs_url
        assert request.headers["content-type"] == "application/xml"
        self.bodies.append(request.content)
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer, text=self.text)

    @property
    def envelopes(self) -> list[DxpMsg]:
        """What came in."""
        return [unwrap(body) for body in self.bodies]

    @property
    def messages(self) -> list[CebMessage]:
        """What was inside."""
        return [parse(envelope.content) for envelope in self.envelopes]

    @property
    def keys(self) -> list[str]:
        """The idempotency keys."""
        return [envelope.trans_info.cop_msg_id for envelope in self.envelopes]


@pytest.fixture
def endpoint(signing: None, monkeypatch: pytest.MonkeyPatch) -> Customs:
    """Customs at the other end of the line."""
    made = Customs()
    way = HttpTransport(settings().customs_url, client=httpx.Client(transport=httpx.MockTransport(made)))
    monkeypatch.setattr(customs, "customs_transport", lambda: way)
    return made


def submission(version: int = 1, mode: str = "9610", **documents: Any) -> SubmitRequest:
    """A list with its three documents."""
    made = {"order": builders.order(), "payment": builders.payment(), "waybill": builders.waybill()} | documents
    return SubmitRequest(key=KEY, version=version, declaration_list=builders.declaration_list(mode), **made)


def cancelling(version: int = 1) -> CancelListRequest:
    """A cancellation of that list."""
    return CancelListRequest(key=KEY, number=version, cancellation=cancellation())


def returning(number: int = 1) -> ReturnListRequest:
    """A return of one piece of that list."""
    return ReturnListRequest(key=KEY, number=number, refund=refund(number))


def test_the_three_documents_go_before_the_list(endpoint: Customs) -> None:
    """公告2018-194 §8: order, payment and waybill are sent before the declaration."""
    submitted = submit(submission())
    assert (submitted.messages, submitted.refused) == (ALL, None)
    assert [envelope.trans_info.msg_type for envelope in endpoint.envelopes] == ALL
    assert [message.root for message in endpoint.messages] == ALL
    elements = [element for message in endpoint.messages for element in message.elements]
    sent = submission()
    assert elements == [sent.order, sent.payment, sent.waybill, sent.declaration_list]


def test_what_customs_has_already_is_not_sent_again(endpoint: Customs) -> None:
    assert submit(submission(2, order=None, waybill=None)).messages == ["CEB411Message", "CEB621Message"]


def test_every_message_says_who_sends_it_to_whom(endpoint: Customs) -> None:
    submit(submission())
    own = settings()
    for envelope, message in zip(endpoint.envelopes, endpoint.messages, strict=True):
        assert isinstance(message, UploadMessage)
        assert envelope.trans_info.sender_id == message.base_transfer.dxp_id == own.own_dxp_id
        assert envelope.trans_info.receiver_ids.receiver_id == [own.customs_dxp_id]
        assert (message.base_transfer.cop_code, message.base_transfer.cop_name) == (own.own_code, own.own_name)
        assert key_of_cop_msg_id(envelope.trans_info.cop_msg_id) == KEY


@pytest.mark.shared
@pytest.mark.parametrize("mode", ["9610", "1210"])
def test_everything_that_goes_out_is_valid_by_the_official_schemas(
    endpoint: Customs, shared_ceb: Path, mode: str
) -> None:
    submit(submission(mode=mode))
    cancel(cancelling())
    return_list(returning())
    assert len(endpoint.bodies) == 6
    for body in endpoint.bodies:
        assert schema_errors(shared_ceb, body, TERMINAL_SCHEMA) == ""
        assert schema_errors(shared_ceb, unwrap(body).content) == ""


def test_what_is_declared_is_signed_by_us_and_the_rest_is_not(endpoint: Customs) -> None:
    submit(submission())
    cancel(cancelling())
    return_list(returning())
    for envelope, message in zip(endpoint.envelopes, endpoint.messages, strict=True):
        verification = verify(envelope.content)
        signed = isinstance(message, CEB621Message | CEB623Message | CEB625Message)
        assert verification.status == ("valid" if signed else "absent"), message.root
        if signed:
            assert verification.certificate_der == own_signer().certificate_der


def test_a_signature_of_the_declarant_is_not_passed_on_as_ours(endpoint: Customs) -> None:
    message = builders.message(builders.declaration_list())
    assert isinstance(message, CEB621Message)
    foreign = message.model_copy(update={"signature": "<ds:Signature/>"})
    assert customs.send(KEY, 1, foreign) is None
    assert verify(endpoint.envelopes[0].content).status == "valid"


def test_sent_again_it_is_the_same_under_the_same_key(endpoint: Customs) -> None:
    for _ in range(2):
        submit(submission())
        cancel(cancelling())
        return_list(returning())
    first, again = endpoint.keys[:6], endpoint.keys[6:]
    assert first == again
    assert len(set(first)) == 6
    messages = endpoint.messages
    assert [message.guid for message in messages[:6]] == [message.guid for message in messages[6:]]
    assert [message.elements for message in messages[:6]] == [message.elements for message in messages[6:]]


def test_another_version_or_order_has_other_keys(endpoint: Customs) -> None:
    submit(submission(1))
    submit(submission(2))
    submit(submission(1).model_copy(update={"key": OrderKey(ebp_code=KEY.ebp_code, order_no="2")}))
    assert len(set(endpoint.keys)) == 12
    assert len({message.guid for message in endpoint.messages}) == 12


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422])
def test_a_refusal_for_good_is_told_with_its_words_and_nothing_more_is_sent(endpoint: Customs, status: int) -> None:
    endpoint.answers = [200, status]
    submitted = submit(submission())
    assert submitted.messages == ["CEB311Message"]
    assert submitted.refused
    told = f"#CEB411Message: {settings().customs_url} answered {status}: schema: 0002"
    assert submitted.refused.en.startswith("The customs endpoint refused CEB411Message: ")
    assert submitted.refused.zh.startswith("海关接口拒收CEB411Message：")
    assert submitted.refused.en.endswith(told)
    assert submitted.refused.zh.endswith(told)
    assert len(endpoint.bodies) == 2


FAULTS: list[int | Exception] = [
    *(408, 425, 429, 500, 502, 503),
    *(301, 302, 303, 307, 308),  # a gateway in between that has moved, or wants a login: no verdict on the message
    *(httpx.ReadTimeout(""), httpx.RemoteProtocolError("")),
]


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_a_fault_that_passes_raises_and_a_repetition_sends_all_under_the_same_keys(
    endpoint: Customs, fault: int | Exception
) -> None:
    endpoint.answers = [200, 200, fault]
    with pytest.raises(customs.CustomsUnavailableError):
        submit(submission())
    assert submit(submission()).messages == ALL
    assert endpoint.keys[:3] == endpoint.keys[3:6]


def exchange_answer(code: str) -> str:
    """A DxpRep with that code, as the exchange platform may answer at once."""
    label = TransInfo(
        cop_msg_id="C1",
        sender_id="S1",
        receiver_ids=ReceiverIds(receiver_id=["R1"]),
        created_at="2026-01-05T12:00:00",
        msg_type="CEB621Message",
    )
    answer = Response(code=code, info="接收方不存在", notice_date="2026-01-05", original_head=label)
    return build_reply(DxpRep(ver="1.0", receiver_id="S1", responses=[answer])).decode()


@pytest.mark.parametrize("text", ["", "OK", "<html/>", exchange_answer("0000")])
def test_what_is_said_beside_an_acknowledgement_changes_nothing(endpoint: Customs, text: str) -> None:
    endpoint.text = text
    assert submit(submission()).messages == ALL


def test_an_exchange_error_beside_an_acknowledgement_is_a_refusal(endpoint: Customs) -> None:
    """规范 202205 table 7-1: 2001, the receiver does not exist."""
    endpoint.text = exchange_answer("2001")
    submitted = submit(submission())
    assert submitted.messages == []
    assert submitted.refused
    assert submitted.refused.en == "The customs endpoint refused CEB311Message: 2001 接收方不存在"


def test_an_exchange_error_that_passes_is_a_fault_that_passes(endpoint: Customs) -> None:
    endpoint.text = exchange_answer(RETRIED)
    with pytest.raises(customs.CustomsUnavailableError, match=RETRIED):
        submit(submission())


@pytest.mark.parametrize(
    "call",
    [lambda: submit(submission()), lambda: cancel(cancelling()), lambda: return_list(returning())],
    ids=["list", "cancel", "return"],
)
def test_an_endpoint_that_is_not_there_is_a_fault_that_passes_and_names_no_person(
    signing: None, monkeypatch: pytest.MonkeyPatch, call: Callable[[], object]
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SANDAN_CUSTOMS_URL", f"http://127.0.0.1:{closed.getsockname()[1]}/customs/messages")
        settings.cache_clear()
        with pytest.raises(customs.CustomsUnavailableError, match=r"CEB\d{3}Message: http://127\S+: ConnectError: "):
            call()


def test_a_cancellation_goes_out_as_it_was_composed(endpoint: Customs) -> None:
    assert cancel(cancelling()).messages == ["CEB623Message"]
    (element,) = endpoint.messages[0].elements
    assert isinstance(element, Cancellation)
    assert content_hash(element) == content_hash(cancellation())


def test_the_answer_to_a_return_finds_its_order_even_when_the_sending_fails(endpoint: Customs) -> None:
    """CEB626 need not repeat invtNo: its copNo leads to the order before customs can answer."""
    endpoint.answers = [503]
    with pytest.raises(customs.CustomsUnavailableError):
        return_list(returning())
    for number in (1, 2):
        assert return_list(returning(number)).messages == ["CEB625Message"]
    assert endpoint.keys[0] == endpoint.keys[1] != endpoint.keys[2]
    for number in (1, 2):
        answer = inbound(refund_receipt(cop_no=refund(number).head.cop_no))
        assert route(RouteRequest(document=answer)).key == KEY
