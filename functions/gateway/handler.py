"""The HTTP API: the routes, and what they answer."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from functions.loading import without_collector

with without_collector():
    from aws_lambda_powertools import Metrics
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
    from aws_lambda_powertools.logging import correlation_paths
    from aws_lambda_powertools.metrics import MetricUnit
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from events.catalogue import INBOUND
    from events.receipts import Answer
    from events.values import OrderKey, utc_now
    from functions import aws
    from functions.gateway import operations, store
    from functions.gateway.auth import authenticate
    from functions.gateway.errors import LOGGER, handle_errors
    from functions.gateway.models import Answers, Health
    from functions.gateway.partners import Partner
    from functions.gateway.reading import JSON_TYPE, XML_TYPES, media_type, read_events
    from functions.gateway.refusals import Refusal, RefusedError
    from functions.gateway.request import HttpRequest
    from functions.gateway.taking import take
    from functions.settings import METRICS_NAMESPACE, settings

if TYPE_CHECKING:
    from functions.lambda_handler import Handler

_TAKEN, _REFUSED = 202, 422
_EVENTS, _MESSAGES, _ORDER = "/v1/events", "/v1/messages", "/v1/orders/<ebp_code>/<order_no>"
_PAYMENT_DATA = "/v1/customs/platDataOpen"
_HEALTH, _OPENAPI = "/healthz", "/openapi.json"
_ALLOWED = {
    _EVENTS: "POST",
    _MESSAGES: "POST",
    _PAYMENT_DATA: "POST",
    _ORDER: "GET",
    _HEALTH: "GET",
    _OPENAPI: "GET",
}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_DOOR = (
    Refusal.UNREADABLE,
    Refusal.UNAUTHENTICATED,
    Refusal.FORBIDDEN,
    Refusal.TOO_LARGE,
    Refusal.UNSUPPORTED_MEDIA_TYPE,
    Refusal.INVALID,
    Refusal.TOO_MANY,
)
_BY_FIRST_REQUESTS = (
    "events.ceb.business.layer",
    "events.ceb.signature.verification",
    "events.ceb.writing",
    "events.elements",  # all messages
    "functions.gateway.messages",
    "functions.gateway.payment_data",
    "functions.gateway.receipts",
    "functions.gateway.thorough",
    "functions.policy.pack",
)

app = APIGatewayHttpResolver()
metrics = Metrics(namespace=METRICS_NAMESPACE, service="gateway")
handle_errors(app)


@app.post(
    _EVENTS,
    summary="Send documents as CloudEvents",
    operation_id="sendEvents",
    security=operations.SIGNED,
    responses=operations.responses(
        {
            _TAKEN: ("At least one document was accepted; see each answer", operations.answers()),
            _REFUSED: ("Every document was refused; each answer has its code", operations.answers()),
        },
        *_DOOR,
    ),
    openapi_extensions={"requestBody": operations.event_bodies()},
)
def send_events() -> Response[str]:
    """CloudEvents in, an answer for each out."""
    request, partner = _authenticated()
    answers = take(read_events(request.headers, request.body), partner, utc_now())
    return _answer(answers, JSON_TYPE, Answers(answers=answers).model_dump_json())


@app.post(
    _MESSAGES,
    summary="Send a customs message (CEB XML, alone or in an envelope, or CEB as JSON)",
    operation_id="sendMessage",
    security=operations.SIGNED,
    responses=operations.responses(
        {
            _TAKEN: (
                "At least one element was accepted; customs' receipts are taken without a body",
                operations.receipts(),
            ),
            _REFUSED: ("Every element was refused; each return has its code", operations.receipts()),
        },
        *_DOOR,
    ),
    openapi_extensions={"requestBody": operations.message_bodies()},
)
def send_message() -> Response[str]:
    """A customs message in, its official receipt out: XML for XML, JSON for JSON."""
    from events.ceb.writing import build  # noqa: PLC0415 - whoever sends events needs none of these
    from functions.gateway.messages import read_message  # noqa: PLC0415 - the same
    from functions.gateway.receipts import receipt_message  # noqa: PLC0415 - the same

    request, partner = _authenticated()
    documents = read_message(request.headers, request.body, settings().body_limit, settings().signature_profiles)
    answers = take(documents, partner, utc_now())
    receipt = receipt_message(answers)
    if receipt is None:
        refused = [answer for answer in answers if not answer.accepted]
        return _answer(answers, JSON_TYPE, Answers(answers=refused).model_dump_json() if refused else "")
    if media_type(request.headers) in XML_TYPES:
        return _answer(answers, XML_TYPES[0], build(receipt).decode())
    return _answer(answers, JSON_TYPE, receipt.model_dump_json(exclude_none=True))


@app.get(
    _ORDER,
    summary="Where an order stands; personal data are masked",
    operation_id="showOrder",
    security=operations.SIGNED,
    responses=operations.responses(
        {200: ("The order", {JSON_TYPE: operations.content("OrderView")})},
        Refusal.UNAUTHENTICATED,
        Refusal.FORBIDDEN,
        Refusal.NOT_FOUND,
        Refusal.TOO_MANY,
    ),
)
def show_order(ebp_code: str, order_no: str) -> Response[str]:
    """An order of the partner's own platform, or, for an operator, of any."""
    from functions.orders.handler import show  # noqa: PLC0415 - the life of orders: whoever sends needs none of it
    from functions.orders.models import ShowRequest  # noqa: PLC0415 - the same

    _, partner = _authenticated()
    key = OrderKey(ebp_code=unquote(ebp_code), order_no=unquote(order_no))
    if not partner.may_read(key.ebp_code):
        detail = f"{key.ebp_code} is not a code of the partner {partner.id}, and it is no operator: ask for your own"
        raise RefusedError(Refusal.FORBIDDEN, detail)
    order = show(ShowRequest(key=key)).order
    if order is None:
        raise RefusedError(Refusal.NOT_FOUND, f"no order {key} is known here: its documents may not have come yet")
    return Response(200, JSON_TYPE, order.model_dump_json())


@app.post(
    _PAYMENT_DATA,
    summary="Customs asks for the raw payment data of an order (公告2018-179)",
    operation_id="platDataOpen",
    responses=operations.responses(
        {
            200: ("10000, or 20001 with what is wrong with the question", operations.plat_data_open_answer()),
            503: ("20000: ask again in a moment", operations.plat_data_open_answer()),
        },
        Refusal.FORBIDDEN,
        Refusal.TOO_LARGE,
        Refusal.TOO_MANY,
    ),
    openapi_extensions={"requestBody": operations.plat_data_open(), "parameters": operations.plat_data_address()},
)
def plat_data_open() -> Response[str]:
    """Answered at once; the data follow by `realTimeDataUp`. No signature of a partner needed."""
    from functions.gateway import payment_data  # noqa: PLC0415 - its models: whoever sends documents needs none

    request = HttpRequest.of(app.current_event, settings().body_limit)
    status, body = payment_data.answer(request, utc_now())
    return Response(status, JSON_TYPE, body)


@app.get(
    _HEALTH,
    summary="Whether the door is open",
    operation_id="health",
    responses=operations.responses({200: ("It is", {JSON_TYPE: operations.content("Health")})}),
)
def health() -> Response[str]:
    """No signature needed."""
    return Response(200, JSON_TYPE, Health().model_dump_json())


@app.get(
    _OPENAPI,
    summary="This document",
    operation_id="describe",
    responses=operations.responses({200: ("OpenAPI 3.1", {JSON_TYPE: {"schema": {"type": "object"}}})}),
)
def describe() -> Response[str]:
    """No signature needed."""
    from functions.gateway import openapi  # noqa: PLC0415 - all models there are

    return Response(200, JSON_TYPE, openapi.document(app))


def _refuse_method(allowed: str) -> Callable[[], Response[str]]:
    def refuse(**_: str) -> Response[str]:
        raise RefusedError(Refusal.METHOD_NOT_ALLOWED, f"only {allowed} is allowed here", headers={"Allow": allowed})

    return refuse


for _path, _method in _ALLOWED.items():
    _others = [other for other in _METHODS if other != _method]
    app.route(_path, method=_others, include_in_schema=False)(_refuse_method(_method))


def _authenticated() -> tuple[HttpRequest, Partner]:
    request = HttpRequest.of(app.current_event, settings().body_limit)
    return request, authenticate(request, utc_now())


def _answer(answers: Sequence[Answer], content_type: str, body: str) -> Response[str]:
    """202 when any document was accepted, else 422."""
    accepted = sum(answer.accepted for answer in answers)
    metrics.add_metric(name="DocumentsAccepted", unit=MetricUnit.Count, value=accepted)
    metrics.add_metric(name="DocumentsRefused", unit=MetricUnit.Count, value=len(answers) - accepted)
    return Response(_TAKEN if accepted else _REFUSED, content_type, body)


@LOGGER.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda behind the HTTP API. The event is never logged: it holds personal data."""
    metrics.add_metric(name="Requests", unit=MetricUnit.Count, value=1)
    return _traced()(event, context)


@cache
def _traced() -> "Handler":
    """What answers, under the tracer: it loads X-Ray's library and AWS's, as the first request does anyway."""
    from aws_lambda_powertools import Tracer  # noqa: PLC0415 - see above

    tracer = Tracer(service="gateway")
    traced: Handler = tracer.capture_lambda_handler(app.resolve, capture_response=False)
    return app.resolve if tracer.disabled else traced


def load() -> None:
    """What the first requests would load and make: for a process that is about to have copies of itself."""
    for module in _BY_FIRST_REQUESTS:
        import_module(module)
    for event_type in INBOUND:
        event_type.place.load()
    _traced()
    store.secrets()
    aws.dynamodb()
    aws.eventbridge()
