"""The HTTP face of the counterparties."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qs

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from events.ceb.dxp import unwrap
from events.ceb.frame import CebMessage
from events.ceb.message import parse
from events.ceb.messages.declaration_list import CEB621Message, CEB623Message
from events.ceb.messages.payment import CEB411Message
from events.ceb.messages.refund import CEB625Message
from events.ceb.messages.waybill import CEB511Message
from events.ceb.signature import verify
from events.ceb.xml import local_name, parse_xml
from events.problems import InvalidInputError, Problem, problems_of
from events.values import OrderKey
from infra.generate.scenarios import scenario_of
from infra.sandbox.bank import Bank
from infra.sandbox.carrier import Carrier
from infra.sandbox.config import SandboxConfig
from infra.sandbox.customs import Customs, Delivery
from infra.sandbox.exchange import exchange
from infra.sandbox.money import Journal
from infra.sandbox.money_routes import ROUTES as MONEY_ROUTES
from infra.sandbox.outbox import Outbox
from infra.sandbox.payment import CorrectionRequest, DisagreementError, PaymentFirm, UnknownPaymentError
from infra.sandbox.questions import Story
from infra.sandbox.receipts import format_error
from infra.sandbox.refund_desk import RefundDesk

Message = TypeVar("Message", bound=CebMessage)

_SIGNED = (CEB621Message, CEB623Message, CEB625Message)
_XML = "application/xml"
_CANNOT_READ = {  # 规范 202205 §7: this message could not be read
    "CEB311Message": "-301008",
    "CEB411Message": "-401009",
    "CEB511Message": "-504000",
    "CEB621Message": "-621001",
    "CEB623Message": "-623001",
    "CEB625Message": "-625001",
}


class _Wanted(BaseModel):
    """Let customs ask for the payment data of an order, and take the upload as the story says."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    ebp_code: str
    order_no: str
    story: Story = Story.PLAIN


class Sandbox:
    """The counterparties behind their routes."""

    def __init__(self, config: SandboxConfig, outbox: Outbox) -> None:
        self.config = config
        self.outbox = outbox
        carrier = Carrier(config, outbox)
        self.customs = Customs(config, outbox, carrier)
        self.carrier = carrier
        self.payment_firm = PaymentFirm(config, outbox)
        self.refunds = RefundDesk(config, Journal())
        self.bank = Bank(self.customs.office, Journal())


def create_app(config: SandboxConfig, transport: httpx.AsyncBaseTransport | None = None) -> Starlette:
    """The application; `transport` replaces the network to the gateway in tests.

    Raises ConfigError when the partners lack customs.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with Outbox(config, transport) as outbox:
            app.state.sandbox = sandbox = Sandbox(config, outbox)
            if config.outbox and config.inbox:
                outbox.start(exchange(config.outbox, config.inbox, partial(take_at_customs, sandbox.customs)))
            yield

    config.customs_partner()
    return Starlette(
        routes=[
            Route("/customs/messages", _customs_message, methods=["POST"]),
            Route("/customs/messages", _messages),
            Route("/customs/declarations", _declarations),
            Route("/customs/realTimeDataUpload", _payment_data, methods=["POST"]),
            Route("/customs/questions", _ask, methods=["POST"]),
            Route("/customs/questions", _questions),
            Route("/carrier/messages", _carrier_message, methods=["POST"]),
            Route("/payment/messages", _payment_message, methods=["POST"]),
            Route("/payment/corrections", _payment_correction, methods=["POST"]),
            *MONEY_ROUTES,
            Route("/outbox", _outbox),
            Route("/healthz", _health),
        ],
        lifespan=lifespan,
    )


async def _customs_message(request: Request) -> Response:
    return take_at_customs(_sandbox(request).customs, await request.body())


def take_at_customs(customs: Customs, body: bytes) -> Response:
    """202 taken; 503 closed; 400 unreadable: CEB900 when the message is known, else an exchange error in plain text."""
    try:
        envelope = unwrap(body)
        content = envelope.content
        root = local_name(parse_xml(content))
    except InvalidInputError as error:
        return PlainTextResponse(f"0001 报文格式错误: {error}", 400)
    if root not in _CANNOT_READ:
        return PlainTextResponse(f"0002 数据包不能通过schema验证: {root}; customs takes {', '.join(_CANNOT_READ)}", 400)
    try:
        message = parse(content)
    except InvalidInputError as error:
        cop_msg_id = envelope.trans_info.cop_msg_id
        return Response(format_error(_CANNOT_READ[root], str(error), cop_msg_id, root, content), 400, media_type=_XML)
    closed = [customs.is_down(order_no, scenario_of(order_no)) for order_no in order_numbers(message)]
    if any(closed):
        return PlainTextResponse("customs is closed for a while", 503)
    signed = not isinstance(message, _SIGNED) or verify(content).status == "valid"
    info = envelope.trans_info
    customs.take(Delivery(info.cop_msg_id, info.sender_id, message, signed))
    return Response(status_code=202)


async def _messages(request: Request) -> Response:
    return JSONResponse([one.model_dump(mode="json") for one in _sandbox(request).customs.messages()])


async def _declarations(request: Request) -> Response:
    return JSONResponse([case.model_dump(mode="json") for case in _sandbox(request).customs.report()])


async def _payment_data(request: Request) -> Response:
    """200 with the official code, whatever it is; slowly, where the story says so."""
    form = parse_qs((await request.body()).decode(errors="replace"))
    pay_ex_info = form.get("payExInfoStr", [""])[0]
    questions = _sandbox(request).customs.questions
    if questions.is_slow(pay_ex_info):
        await asyncio.sleep(_sandbox(request).config.slow)
    return JSONResponse(questions.take(pay_ex_info))


async def _ask(request: Request) -> Response:
    """202 with the sessionID of a question that goes to the gateway now; 422 with the problems."""
    try:
        wanted = _Wanted.model_validate_json(await request.body())
    except ValidationError as error:
        return _problems(problems_of(error))
    order = OrderKey(ebp_code=wanted.ebp_code, order_no=wanted.order_no)
    return JSONResponse({"sessionID": _sandbox(request).customs.questions.ask(order, wanted.story)}, 202)


async def _questions(request: Request) -> Response:
    return JSONResponse([one.model_dump(mode="json") for one in _sandbox(request).customs.questions.report()])


async def _carrier_message(request: Request) -> Response:
    """202 taken; 422 with the problems of a waybill that is not this carrier's or not right."""
    try:
        message = _message(await request.body(), CEB511Message)
    except InvalidInputError as error:
        return _problems(error.problems)
    problems = _sandbox(request).carrier.take(message)
    return _problems(problems) if problems else Response(status_code=202)


async def _payment_message(request: Request) -> Response:
    """202 taken; 409 not in the books; 422 with the problems."""
    try:
        message = _message(await request.body(), CEB411Message)
        problems = _sandbox(request).payment_firm.take(message)
    except InvalidInputError as error:
        return _problems(error.problems)
    except DisagreementError as error:
        return JSONResponse({"detail": str(error)}, 409)
    return _problems(problems) if problems else Response(status_code=202)


async def _payment_correction(request: Request) -> Response:
    """202 corrected; 404 unknown; 409 the books say otherwise; 422 with the problems."""
    try:
        wanted = CorrectionRequest.model_validate_json(await request.body())
        _sandbox(request).payment_firm.correct(wanted)
    except ValidationError as error:
        return _problems(problems_of(error))
    except InvalidInputError as error:
        return _problems(error.problems)
    except UnknownPaymentError as error:
        return JSONResponse({"detail": str(error)}, 404)
    except DisagreementError as error:
        return JSONResponse({"detail": str(error)}, 409)
    return Response(status_code=202)


async def _outbox(request: Request) -> Response:
    return JSONResponse(_sandbox(request).outbox.report())


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def order_numbers(message: CebMessage) -> list[str]:
    """The order of each business element."""
    found: list[Any] = list(message.elements)
    return [element.head.order_no if hasattr(element, "head") else element.order_no for element in found]


def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


def _message(body: bytes, model: type[Message]) -> Message:
    content = unwrap(body).content if local_name(parse_xml(body)) == "DxpMsg" else body
    message = parse(content)
    if not isinstance(message, model):
        wanted = f"is not what this address takes: send a {model.root}"
        raise InvalidInputError([Problem(path="/", rule="root", value=message.root, message=wanted)])
    return message


def _problems(problems: tuple[Problem, ...] | list[Problem]) -> Response:
    return JSONResponse({"problems": [problem.model_dump() for problem in problems]}, 422)
