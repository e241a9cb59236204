"""The sandbox with a gateway that writes down what it is told."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from events.catalogue import BY_KIND
from events.ceb.base import CebModel
from events.ceb.dxp import unwrap, wrap
from events.ceb.frame import CebMessage
from events.ceb.message import parse
from events.ceb.signature import Signer, SoftwareSigner
from events.ceb.tax_bill import TaxBill, TaxBillStatusHead
from events.ceb.xml import local_name, parse_xml
from events.cloudevents import STRUCTURED, CloudEvent
from events.documents import DocumentKind
from events.return_life import ReturnLine
from events.returns import GoodsReturned
from events.values import utc_now
from functions.declaration.messages import return_message
from functions.declaration.models import ComposeReturnRequest, ReturnListRequest
from functions.declaration.returns import compose_return
from functions.gateway.signing import PARTNER_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from functions.money.signature import headers_for
from infra.generate.orders import GeneratedOrder, cancellation, generated, message_xml
from infra.generate.parties import demo_partners
from infra.generate.scenarios import Mode, Scenario
from infra.sandbox.app import create_app
from infra.sandbox.config import PartnerAccess, SandboxConfig

SIGNER = SoftwareSigner.throwaway("platform")
KEYS = {partner.partner_id: f"key of {partner.partner_id} {'.' * 32}".encode() for partner in demo_partners()}
PARTNERS = {
    partner.partner_id: PartnerAccess(
        key=base64.b64encode(KEYS[partner.partner_id]),
        roles=frozenset(partner.roles),
        codes=frozenset(partner.codes),
    )
    for partner in demo_partners()
}
CONFIG = SandboxConfig(gateway_url="http://gateway", delay=(0, 0.002), retry=(0.001, 0.002), partners=PARTNERS)


@dataclass
class Received:
    """One message at the gateway."""

    partner: str
    message: Any
    xml: bytes


@dataclass
class RecordingGateway:
    """Takes what is signed by a partner; `troubles` are the statuses of its first answers, 0 breaks the connection.

    It takes message number `hold_at` and answers only when `go_on` is set.
    """

    received: list[Received] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    goods: list[tuple[str, GoodsReturned]] = field(default_factory=list)
    troubles: list[int] = field(default_factory=list)
    hold_at: int = 0
    held: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/messages", self._take, methods=["POST"]),
                Route("/v1/customs/platDataOpen", self._asked, methods=["POST"]),
                Route("/v1/events", self._take_event, methods=["POST"]),
            ]
        )

    async def _asked(self, request: Request) -> Response:
        if self.troubles:
            status = self.troubles.pop(0)
            if not status:
                raise httpx.ConnectError("no connection")
            return Response(status_code=status)
        assert PARTNER_HEADER not in request.headers
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        self.questions.append(json.loads(parse_qs((await request.body()).decode())["openReq"][0]))
        return JSONResponse({"code": "10000", "message": "", "serviceTime": 1})

    async def _take_event(self, request: Request) -> Response:
        body, partner = await request.body(), request.headers[PARTNER_HEADER]
        assert request.headers[SIGNATURE_HEADER] == sign(KEYS[partner], request.headers[TIMESTAMP_HEADER], body)
        assert request.headers["Content-Type"] == STRUCTURED
        event = CloudEvent.model_validate_json(body)
        assert event.type == BY_KIND[DocumentKind.GOODS_RETURNED].name
        self.goods.append((partner, GoodsReturned.model_validate(event.data)))
        return Response(status_code=202)

    async def _take(self, request: Request) -> Response:
        if self.troubles:
            status = self.troubles.pop(0)
            if not status:
                raise httpx.ConnectError("no connection")
            return Response(status_code=status)
        body, partner = await request.body(), request.headers[PARTNER_HEADER]
        expected = sign(KEYS[partner], request.headers[TIMESTAMP_HEADER], body)
        if request.headers[SIGNATURE_HEADER] != expected or request.headers["Content-Type"] != "application/xml":
            return Response(status_code=403)
        content = unwrap(body).content if local_name(parse_xml(body)) == "DxpMsg" else body
        self.received.append(Received(partner, parse(content), content))
        if len(self.received) == self.hold_at:
            self.held.set()
            await self.go_on.wait()
        return Response(status_code=200)

    def of(self, root: str) -> list[Received]:
        return [one for one in self.received if one.message.root == root]

    def statuses(self) -> list[list[str]]:
        """The statuses in each CEB622."""
        return [[receipt.return_status for receipt in one.message.returns] for one in self.of("CEB622Message")]

    def receipts(self) -> list[Any]:
        """Every receipt of a list, in the order of arrival."""
        return [receipt for one in self.of("CEB622Message") for receipt in one.message.returns]


@dataclass
class World:
    """A client's view of the sandbox."""

    client: httpx.AsyncClient
    gateway: RecordingGateway
    app: Starlette

    async def send(self, message: CebModel, cop_msg_id: str | None = None) -> httpx.Response:
        """Hand a message to customs in its envelope; the message's own number is the CopMsgId unless given."""
        assert isinstance(message, CebMessage)
        return await self.post(message_xml(message), cop_msg_id or message.guid, message.root)

    async def post(self, xml: bytes, cop_msg_id: str = "1", root: str = "CEB621Message") -> httpx.Response:
        envelope = wrap(
            xml,
            msg_type=root,
            sender_id="DXPSANDAN0000001",
            receiver_ids=["DXPEDCCEB0000002"],
            cop_msg_id=cop_msg_id,
            created_at=utc_now(),
        )
        return await self.client.post("/customs/messages", content=envelope)

    async def declare(self, order: GeneratedOrder, *stems: str) -> list[int]:
        """Send documents of an order and wait until customs has nothing more to say."""
        wanted = stems or ("311", "411", "511", "621")
        answers = [(await self.send(order.documents[stem])).status_code for stem in wanted]
        await self.idle()
        return answers

    async def cancel(self, order: GeneratedOrder) -> None:
        """Send the cancellation of the order's accepted list and wait for the answer."""
        last = self.gateway.receipts()[-1]
        await self.send(cancellation(order, last.invt_no, last.pre_no), "cancellation")
        self.gateway.go_on.set()
        await self.idle()

    async def give_back(
        self, order: GeneratedOrder, lines: Mapping[int, str], number: int = 1, **head: str
    ) -> ReturnListRequest:
        """Send the application to return lines of a released list, with other fields in its head if given."""
        request = application(order, self.invt_no(order), lines, number)
        changed = request.refund.model_copy(update={"head": request.refund.head.model_copy(update=head)})
        request = request.model_copy(update={"refund": changed})
        await self.send(return_message(request), f"return {number}")
        await self.idle()
        return request

    def invt_no(self, order: GeneratedOrder) -> str:
        """The number that customs gave the order's list."""
        lists = [one for stem in order.documents if stem.startswith("621") for one in elements(order, stem)]
        guids = {declared.head.guid for declared in lists}
        numbers = [one.invt_no for one in self.gateway.receipts() if one.guid in guids and one.invt_no]
        return str(numbers[-1])

    def returns(self) -> list[str]:
        """The statuses of all receipts of returns."""
        return [one.return_status for sent in self.gateway.of("CEB626Message") for one in sent.message.returns]

    def bills(self) -> list[TaxBill]:
        """Every CEB816."""
        return [bill for one in self.gateway.of("CEB816Message") for bill in one.message.tax_bills]

    def bill_statuses(self) -> list[TaxBillStatusHead]:
        """Every CEB818."""
        return [one.head for sent in self.gateway.of("CEB818Message") for one in sent.message.tax_bill_statuses]

    async def order_money(self, path: str, key: str, order: CebModel, signer: Signer | None = None) -> httpx.Response:
        """Order the payment firm or the bank to move money, and wait for what follows."""
        body = order.model_dump_json(exclude_none=True).encode()
        answer = await self.client.post(path, content=body, headers=headers_for(signer or SIGNER, key, body, utc_now()))
        await self.idle()
        return answer

    async def report(self, order: GeneratedOrder) -> dict[str, Any]:
        """What customs says of the order."""
        reports = (await self.client.get("/customs/declarations")).json()
        (found,) = [one for one in reports if one["orderNo"] == order.key.order_no]
        return dict(found)

    async def idle(self) -> None:
        await self.app.state.sandbox.outbox.idle()


def elements(order: GeneratedOrder, stem: str) -> list[Any]:
    """The business elements of a document of the order."""
    message = order.documents[stem]
    assert isinstance(message, CebMessage)
    return list(message.elements)


def application(order: GeneratedOrder, invt_no: str, lines: Mapping[int, str], number: int = 1) -> ReturnListRequest:
    """An application as the product composes it."""
    asked = ComposeReturnRequest(
        key=order.key,
        number=number,
        on=utc_now(),
        declaration_list=elements(order, "621")[0],
        invt_no=invt_no,
        lines=[ReturnLine(gnum=gnum, qty=Decimal(qty)) for gnum, qty in lines.items()],
        reason="不喜欢",
    )
    refund = compose_return(asked).refund
    assert refund
    return ReturnListRequest(key=order.key, number=number, refund=refund)


@asynccontextmanager
async def open_world(config: SandboxConfig = CONFIG) -> AsyncIterator[World]:
    """The sandbox, started and ended as its server would do it."""
    gateway = RecordingGateway()
    transport = httpx.ASGITransport(gateway.app())
    app = create_app(config, transport)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client,
    ):
        yield World(client, gateway, app)


def an_order(scenario: Scenario, mode: Mode = Mode.DIRECT, index: int = 0) -> GeneratedOrder:
    """A made-up order."""
    return generated(7, index, mode, scenario)
