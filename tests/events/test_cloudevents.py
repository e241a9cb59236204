"""CloudEvents 1.0: the three shapes over HTTP say the same, and what is no event is refused by path."""

import json
import time
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.cloudevents import BATCH, STRUCTURED, CloudEvent, exact_json, from_http
from events.problems import InvalidInputError, Problem

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/shop",
    "type": "cn.sandan.order.placed.v1",
    "subject": "订单 1",
    "time": "2026-01-05T10:30:00+08:00",
    "partner": "3207PLAT01",
    "data": {"amount": "561.89"},
}
TAKEN = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
VISIBLE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


def binary_headers(event: dict[str, Any], encode: Any = quote) -> dict[str, str]:
    """The attributes of an event as headers."""
    return {f"ce-{name}": encode(value) for name, value in event.items() if name != "data"}


def problems_of(headers: dict[str, str], body: bytes) -> list[Problem]:
    """What is wrong with a request."""
    with pytest.raises(InvalidInputError) as refused:
        from_http(headers, body)
    return list(refused.value.problems)


def test_the_three_shapes_say_the_same() -> None:
    body = json.dumps(EVENT).encode()
    structured = from_http({"content-type": f"{STRUCTURED}; charset=UTF-8"}, body)
    batch = from_http({"content-type": BATCH}, b"[" + body + b"]")
    binary = from_http(
        {"content-type": "application/json", **binary_headers(EVENT)}, json.dumps(EVENT["data"]).encode()
    )
    assert structured == batch == [event.model_copy(update={"datacontenttype": None}) for event in binary]
    (event,) = structured
    assert (event.id, event.subject, event.data) == ("e-1", "订单 1", {"amount": "561.89"})
    assert event.model_extra == {"partner": "3207PLAT01"}
    assert event.time
    assert event.time.isoformat() == "2026-01-05T10:30:00+08:00"


@given(subject=VISIBLE)
def test_a_header_is_decoded_as_the_http_binding_says(subject: str) -> None:
    """CloudEvents HTTP binding 3.1.3.2: percent-encoded UTF-8, perhaps within double quotes."""
    for encode in (quote, lambda value: '"{}"'.format(quote(value, safe=" "))):
        headers = binary_headers(EVENT | {"subject": subject}, encode)
        (event,) = from_http({"content-type": "application/json", **headers}, b"{}")
        assert event.subject == subject


def test_a_quoted_header_may_escape_its_quotes() -> None:
    headers = binary_headers(EVENT) | {"ce-subject": r'"a \"b\" \\"', "content-type": "application/json"}
    assert from_http(headers, b"{}")[0].subject == 'a "b" \\'


def test_a_character_that_no_message_can_carry_is_refused_in_a_header_too() -> None:
    headers = binary_headers(EVENT) | {"ce-subject": "a%00b", "content-type": "application/json"}
    assert [(problem.path, problem.rule) for problem in problems_of(headers, b"{}")] == [("/subject", "character")]


@pytest.mark.parametrize(
    ("changed", "path", "rule"),
    [
        ({"specversion": "0.3"}, "/specversion", "string_pattern_mismatch"),
        ({"id": ""}, "/id", "min_length"),
        ({"id": 7}, "/id", "string_type"),
        ({"source": "x" * 256}, "/source", "max_length"),
        ({"type": None}, "/type", "string_type"),
        ({"time": "2026-01-05T10:30:00"}, "/time", "timezone_aware"),
        ({"myExtension": "x"}, "/", "value"),
        ({"data_base64": "eA=="}, "/", "value"),
    ],
)
def test_a_wrong_attribute_is_named(changed: dict[str, Any], path: str, rule: str) -> None:
    (problem,) = problems_of({"content-type": STRUCTURED}, json.dumps(EVENT | changed).encode())
    assert (problem.path, problem.rule) == (path, rule)


def test_an_event_of_a_batch_is_named_by_its_place() -> None:
    body = json.dumps([EVENT, EVENT | {"id": ""}]).encode()
    assert [problem.path for problem in problems_of({"content-type": BATCH}, body)] == ["/[2]/id"]


@pytest.mark.parametrize("size", [0, 101])
def test_a_batch_has_one_to_a_hundred_events(size: int) -> None:
    (problem,) = problems_of({"content-type": BATCH}, json.dumps([EVENT] * size).encode())
    assert problem.rule == "batch"


@pytest.mark.parametrize("headers", [{}, {"content-type": "application/json"}, {"content-type": "text/plain"}])
def test_what_is_in_none_of_the_three_shapes_is_told_what_to_send(headers: dict[str, str]) -> None:
    (problem,) = problems_of(headers, b"{}")
    assert (problem.path, problem.rule) == ("/headers/content-type", "media_type")
    assert STRUCTURED in problem.message


@given(number=st.decimals(allow_nan=False, allow_infinity=False))
def test_numbers_in_json_stay_exact(number: Decimal) -> None:
    read = exact_json(json.dumps({"a": "?"}).replace('"?"', str(number)))["a"]
    assert read == number
    assert not isinstance(read, float)


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[Infinity]", b"\xff", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json_is_refused_quickly(body: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(InvalidInputError) as refused:
        exact_json(body)
    assert [problem.rule for problem in refused.value.problems] == ["json"]
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'"\\u0000"', "/"),
        (b'{"a": [1, "\\u0007"]}', "/a[2]"),
        (b'{"a": {"b\\u0001": 1}}', "/a"),
        (b'{"a": "\\ud800"}', "/a"),
        (b'{"a": "\\uffff"}', "/a"),
    ],
)
def test_a_character_that_no_message_can_carry_is_named_by_its_place(body: bytes, path: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        exact_json(body)
    assert [(problem.path, problem.rule) for problem in refused.value.problems] == [(path, "character")]


def test_of_many_bad_characters_some_are_told() -> None:
    with pytest.raises(InvalidInputError) as refused:
        exact_json(json.dumps(["\0"] * 1000))
    assert len(refused.value.problems) == 20


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(TAKEN, max_size=3),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(TAKEN, max_size=3), inner),
        max_leaves=20,
    )
)
def test_any_other_json_is_read_as_it_is(content: object) -> None:
    assert exact_json(json.dumps(content)) == content
    assert exact_json(json.dumps(content, ensure_ascii=False)) == content


def test_an_event_reads_its_own_json() -> None:
    event = CloudEvent.model_validate(EVENT)
    assert CloudEvent.model_validate_json(event.model_dump_json()) == event
