"""The OpenAPI document says what the door does."""

import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from events.catalogue import BY_MESSAGE, INBOUND
from functions.gateway import openapi
from functions.gateway.handler import app
from functions.gateway.refusals import Refusal
from tests.functions.gateway.conftest import JSON, Door

DOCUMENT: dict[str, Any] = json.loads(openapi.document(app))
OPERATIONS = [
    (path, method, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


def test_it_is_valid_openapi_3_1() -> None:
    """Given the document, when it is checked against the specification, then nothing is wrong."""
    assert DOCUMENT["openapi"].startswith("3.1")
    validate(DOCUMENT)


def test_it_is_served_without_a_signature(door: Door) -> None:
    """Given no partner, when it is asked for, then it comes, as it is in the repository."""
    answered = door.request("GET", "/openapi.json")
    assert (answered.status, answered.headers["Content-Type"]) == (200, JSON)
    assert answered.body == openapi.document(app)


def test_health_needs_no_signature(door: Door) -> None:
    """Given no partner, when the health is asked for, then it is ok."""
    answered = door.request("GET", "/healthz")
    assert (answered.status, answered.json) == (200, {"status": "ok"})


def test_it_names_every_route_and_no_other() -> None:
    """Given the routes, when the document is read, then it has exactly these; refused methods are not described."""
    assert {(path, method) for path, method, _ in OPERATIONS} == {
        ("/v1/events", "post"),
        ("/v1/messages", "post"),
        ("/v1/orders/{ebp_code}/{order_no}", "get"),
        ("/v1/customs/platDataOpen", "post"),
        ("/healthz", "get"),
        ("/openapi.json", "get"),
    }


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_answer_is_described(path: str, method: str, operation: dict[str, Any]) -> None:
    """Given an operation, when its answers are read, then refusals are problem details, none the framework's."""
    signed = path.startswith("/v1") and path != "/v1/customs/platDataOpen"  # customs signs no request
    assert ("security" in operation) is signed
    assert {"401", "403"} <= operation["responses"].keys() or not signed
    assert "HTTPValidationError" not in json.dumps(operation)
    for refusal in Refusal:
        answer = operation["responses"].get(str(refusal.status))
        assert answer is None or "application/problem+json" in answer["content"]


def test_it_has_the_schema_of_every_document() -> None:
    """Given the catalogue, when the schemas are read, then every inbound event and every message has its own."""
    schemas = DOCUMENT["components"]["schemas"]
    assert {event_type.name for event_type in INBOUND} <= schemas.keys()
    assert len(schemas["CebMessage"]["oneOf"]) == len(BY_MESSAGE)
    assert "acturalPaid" in schemas["OrderHead"]["properties"]
    assert "actual_paid" not in schemas["OrderHead"]["properties"]
