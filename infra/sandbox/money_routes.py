"""The HTTP face of payment firm and bank for orders to move money (docs/money.md), and what customs knows of bills."""

from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from events.ceb.base import CebModel
from events.money import RefundOrder, TaxPaymentFile
from events.problems import InvalidInputError, problems_of
from functions.money.checking import signer_of
from functions.money.signature import KEY_HEADER
from infra.sandbox.money import Died, Refused

_SHOWN = 1000


async def _refund(request: Request) -> Response:
    return await _carried_out(request, RefundOrder, request.app.state.sandbox.refunds)


async def _payment(request: Request) -> Response:
    return await _carried_out(request, TaxPaymentFile, request.app.state.sandbox.bank)


async def _carried_out(request: Request, model: type[CebModel], firm: Any) -> Response:
    """200 done; 401 not signed; 409 or 422 refused for good; 500 dead after it was done."""
    body = await request.body()
    if signer_of(request.headers, body) is None:
        return PlainTextResponse("the order is not signed as docs/money.md says", 401)
    try:
        order = model.model_validate_json(body)
    except ValidationError as error:
        words = str(InvalidInputError(problems_of(error)))[:_SHOWN]
        return JSONResponse({"code": "FORMAT", "reason": words}, 422)
    outcome = firm.pay(request.headers[KEY_HEADER], order)
    if isinstance(outcome, Died):
        return PlainTextResponse("dead", 500)
    if isinstance(outcome, Refused):
        return JSONResponse({"code": outcome.code, "reason": outcome.reason}, 409)
    return JSONResponse(outcome.model_dump(mode="json"))


async def _refunds(request: Request) -> Response:
    return JSONResponse(request.app.state.sandbox.refunds.journal.report())


async def _payments(request: Request) -> Response:
    return JSONResponse(request.app.state.sandbox.bank.journal.report())


async def _tax_bills(request: Request) -> Response:
    bills = request.app.state.sandbox.customs.office.report()
    return JSONResponse([bill.model_dump(mode="json") for bill in bills])


ROUTES = [
    Route("/payments/refunds", _refund, methods=["POST"]),
    Route("/payments/refunds", _refunds),
    Route("/bank/payments", _payment, methods=["POST"]),
    Route("/bank/payments", _payments),
    Route("/customs/tax-bills", _tax_bills),
]
