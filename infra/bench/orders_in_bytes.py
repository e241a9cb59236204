"""Orders as the functions receive them: the JSON of a match, of many made-up orders of which some do not match."""

from datetime import date
from typing import Any

from pydantic_core import to_json

from events.ceb.frame import CebMessage
from functions.matching.models import MatchRequest
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.scenarios import LIVES, Scenario

ON = date(2026, 2, 1)
"""The day of the decisions."""

ONE_IN = 10
"""One order in so many is bent, besides those whose scenario has a fault."""

_SEED = 7
_STEMS = {"order": "311", "payment": "411", "waybill": "511", "declaration_list": "621"}
_INCOMPLETE = {Scenario.PAYMENT_MISSING, Scenario.LIST_SERVICE}
_FAULTS: tuple[tuple[str, str, str, str], ...] = (  # document, part, field, what stands there instead
    ("payment", "PaymentHead", "amountPaid", "0.01"),
    ("payment", "PaymentHead", "orderNo", "ANOTHER"),
    ("payment", "PaymentHead", "payerName", "另一人"),
    ("waybill", "LogisticsHead", "consigneeTelephone", "000"),
    ("declaration_list", "InventoryHead", "buyerName", "另一人"),
    ("declaration_list", "InventoryHead", "logisticsNo", "ANOTHER"),
    ("declaration_list", "InventoryHead", "tradeMode", "9710"),
    ("declaration_list", "InventoryList", "qty", "77"),
    ("declaration_list", "InventoryList", "gcode", "9999999999"),
    ("declaration_list", "InventoryList", "currency", "502"),
    ("order", "OrderHead", "taxTotal", "999.99"),
    ("order", "OrderList", "itemName", "另一件商品"),
)


def orders_in_bytes(count: int) -> list[bytes]:
    """`count` different orders with all four documents: both modes, every scenario that has them, all the goods."""
    scenarios = [scenario for scenario in LIVES if scenario not in _INCOMPLETE]
    requests = [_request(order) for order in generate(count, _SEED, scenarios=scenarios)]
    return [_bent(request, place) if place % ONE_IN == 0 else _bytes(request) for place, request in enumerate(requests)]


def _request(order: GeneratedOrder) -> MatchRequest:
    documents = {name: _element(order.documents[stem]) for name, stem in _STEMS.items()}
    return MatchRequest.model_validate({"on": ON, **documents})


def _element(message: object) -> object:
    assert isinstance(message, CebMessage)
    return message.elements[0]


def _bytes(request: MatchRequest) -> bytes:
    return to_json(request)


def _bent(request: MatchRequest, place: int) -> bytes:
    """The order with one of the faults, in its first line where it is one of a line."""
    document, part, field, value = _FAULTS[place // ONE_IN % len(_FAULTS)]
    content: dict[str, Any] = request.model_dump(mode="json")
    within = content[document][part]
    (within[0] if isinstance(within, list) else within)[field] = value
    return _bytes(MatchRequest.model_validate(content))
