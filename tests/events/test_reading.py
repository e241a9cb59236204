"""Reading JSON the quick way gives what the thorough way gives."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from events.reading import read_json
from functions.matching.models import MatchRequest
from infra.bench.orders_in_bytes import orders_in_bytes

PLAIN = json.loads(orders_in_bytes(2)[1])
UNUSUAL: list[Any] = ["+5", " 05.00 ", ".5", "5.", "1", "-0", 1, 2, "0.00001", "99999999999999.99999"]
WRONG: list[Any] = ["NaN", "1e5", "1.234567", "", None, 2.5, True, [], {}, "２", "1\n", 2**31, "9" * 20]


def changed(part: str, field: str, value: Any) -> bytes:
    """The request with another value in its order; of lines in the first."""
    content = json.loads(json.dumps(PLAIN))
    within = content["order"][part]
    (within[0] if isinstance(within, list) else within)[field] = value
    return json.dumps(content).encode()


@pytest.mark.parametrize("field", ["goodsValue", "freight"])
@pytest.mark.parametrize("value", UNUSUAL + WRONG)
def test_an_amount_is_read_alike(field: str, value: Any) -> None:
    assert outcome(changed("OrderHead", field, value), quick=True) == outcome(
        changed("OrderHead", field, value), quick=False
    )


@pytest.mark.parametrize("value", UNUSUAL + WRONG)
def test_a_whole_number_is_read_alike(value: Any) -> None:
    data = changed("OrderList", "gnum", value)
    assert outcome(data, quick=True) == outcome(data, quick=False)


def test_made_up_orders_are_read_alike() -> None:
    for data in orders_in_bytes(40):
        assert read_json(MatchRequest, data) == MatchRequest.model_validate_json(data)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff"])
def test_what_is_no_request_is_refused_alike(data: bytes) -> None:
    assert outcome(data, quick=True) == outcome(data, quick=False)


def outcome(data: bytes, *, quick: bool) -> str:
    """What was read, as it is written again and with the types of its numbers; or the error."""
    try:
        found = read_json(MatchRequest, data) if quick else MatchRequest.model_validate_json(data)
    except ValidationError as error:
        return str(error)
    assert found.order
    head, item = found.order.head, found.order.items[0]
    numbers = (head.goods_value, head.freight, item.gnum)
    return f"{found.model_dump_json()} {[(type(number), str(number)) for number in numbers]}"
