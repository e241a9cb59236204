"""What a handler does not need stays out of it: each library here takes as long to load as all of ours."""

import base64
import json
import os
import subprocess
import sys

import pytest

from events.catalogue import BY_KIND
from events.ceb import MESSAGES, build
from events.documents import DocumentKind
from events.values import utc_now
from functions.gateway.signing import headers_for
from infra.bench.coldstart import entry, handlers
from tests import builders

BUILDER = "pydantic.plugin._loader"  # which the first model that is built looks for plugins with, in all packages
HEAVY = {"boto3", "httpx", "lxml", "yaml", "temporalio", "cryptography", "tongsuopy", "events.ceb.message", BUILDER}
LOADED = {
    "dispatch": {"temporalio", "cryptography", BUILDER},  # each of its calls opens and seals payloads
    "worker": {"temporalio", "cryptography", BUILDER},
}
DOCUMENTS = {kind.place.module for kind in DocumentKind} | {message.__module__ for message in MESSAGES.values()}
KEY = b"the key of platform, 32 bytes or so"
# A request at the door, with nothing but the calls of AWS stubbed.
STUBBED = """
import json, sys
from unittest.mock import MagicMock
import functions.aws
functions.aws._client = lambda service: MagicMock()
from functions.gateway import bus, store
from functions.gateway.handler import handler, load
from functions.gateway.partners import Partner
from infra.lambda_context import LocalContext
event, secret = json.load(sys.stdin)
store.partner = lambda partner_id: Partner.model_validate({**secret, "id": partner_id})
store.count = lambda *_: 1
sent = []
bus.put_events = lambda source, events: sent.extend(events)
"""
POST = """
answer = handler(event, LocalContext("gateway"))
assert answer["statusCode"] == 202 and len(sent) == 1, answer
print(*sys.modules)
"""


def modules_after(code: str, given: object = None, **environment: str) -> set[str]:
    """What a fresh interpreter has loaded at the end of `code`, whose last line prints it."""
    settings = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_TRACE_DISABLED": "1", **environment}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=settings, input=json.dumps(given), capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("handler", handlers())
def test_a_handler_loads_nothing_heavy_that_it_does_not_need(handler: str) -> None:
    loaded = modules_after(f"import sys; {entry(handler)}; print(*sys.modules)", SANDAN_CAPABILITY=handler)
    assert HEAVY & loaded <= LOADED.get(handler, set())


def test_the_door_loads_no_document() -> None:
    loaded = modules_after(f"import sys; {entry('gateway')}; print(*sys.modules)")
    assert "functions.gateway.handler" in loaded
    assert not DOCUMENTS & loaded


def test_messages_are_known_by_name_without_their_models() -> None:
    code = "import sys; from events.ceb import MESSAGES; print(*MESSAGES, 'CEB311Message' in MESSAGES, *sys.modules)"
    said = modules_after(code)
    assert {*MESSAGES, "True"} <= said
    assert not DOCUMENTS & said
    assert {root: message.root for root, message in MESSAGES.items()} == {root: root for root in MESSAGES}


def test_a_message_loads_its_own_documents_alone() -> None:
    """Given an order in plain XML, when it is the first, then of all messages its own and its receipt's are loaded."""
    loaded = modules_after(STUBBED + POST, order_in_xml())
    assert DOCUMENTS & loaded == {"events.ceb.order", "events.ceb.messages.order"}
    assert not {"events.ceb.node", "events.ceb.reading", "functions.policy.pack", "functions.gateway.openapi"} & loaded


def test_an_event_loads_its_own_document_and_no_xml() -> None:
    """Given an order as a CloudEvent, when it is the first, then its model is loaded, and nothing that reads XML."""
    loaded = modules_after(STUBBED + POST, order_in_event())
    assert DOCUMENTS & loaded == {"events.ceb.order", "events.ceb.messages.order"}
    assert not {"lxml", "events.ceb.quick", "events.ceb.writing"} & loaded


@pytest.mark.parametrize("kind", ["xml", "event"])
def test_a_front_that_has_loaded_the_door_loads_nothing_for_its_first_request(kind: str) -> None:
    """Given a process that has loaded what first requests need, when one comes, then no module of ours is missing."""
    request = order_in_xml() if kind == "xml" else order_in_event()
    before = modules_after(STUBBED + "load(); print(*sys.modules)", request)
    after = modules_after(STUBBED + "load()" + POST, request)
    assert {name for name in after - before if name.startswith(("events.", "functions."))} == set()


def order_in_xml() -> tuple[object, object]:
    """A request with an order in a customs message."""
    return given("/v1/messages", "application/xml", build(builders.message(builders.order())))


def order_in_event() -> tuple[object, object]:
    """A request with an order in a CloudEvent."""
    data = builders.order().model_dump(mode="json", exclude_none=True)
    event = {"specversion": "1.0", "id": "e-1", "source": "/shop", "type": BY_KIND[DocumentKind.ORDER].name}
    return given("/v1/events", "application/cloudevents+json", json.dumps({**event, "data": data}).encode())


def given(path: str, content_type: str, body: bytes) -> tuple[object, object]:
    """The platform's request as API Gateway hands it over, and what the secrets store holds of the platform."""
    event = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": content_type, **headers_for("platform", KEY, body, utc_now())},
        "requestContext": {
            "http": {"method": "POST", "path": path, "sourceIp": "192.0.2.1"},
            "stage": "$default",
            "requestId": "r-1",
        },
        "isBase64Encoded": True,
        "body": base64.b64encode(body).decode(),
    }
    key, codes = base64.b64encode(KEY).decode(), [builders.PLATFORM["ebp_code"]]
    return event, {"name": "platform", "key": key, "roles": ["platform"], "codes": codes}
