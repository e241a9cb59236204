"""The door with its partners: what a client sends goes in as an event of the HTTP API."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from events.values import utc_now
from functions import aws as clients
from functions.bus import put_events as real_put_events
from functions.gateway import bus, store
from functions.gateway.handler import handler
from functions.gateway.signing import headers_for, request_line
from functions.settings import settings
from infra.lambda_context import LocalContext
from tests import builders

KEYS = {
    name: f"the key of {name}, 32 bytes or so".encode()
    for name in (
        "platform",
        "seller",
        "payment",
        "logistics",
        "declarant",
        "customs",
        "operator",
        "stranger",
        "warehouse",
    )
}
CODES = {
    "platform": builders.PLATFORM["ebp_code"],
    "seller": builders.SELLER["ebc_code"],
    "payment": builders.PAYER["pay_code"],
    "logistics": builders.CARRIER["logistics_code"],
    "declarant": builders.AGENT["agent_code"],
    "stranger": "3207OTHER1",
    "warehouse": "3207STOR01",
}
ROLES = {"seller": "platform", "stranger": "platform"}
XML = "application/xml"
JSON = "application/json"


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def paths(self) -> list[str]:
        """Where the problems are."""
        return [problem["path"] for problem in self.json["problems"]]


@dataclass
class Door:
    """Sends requests to the handler; `events` are those that reached the bus."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def raw(
        self,
        method: str,
        target: str,
        body: str | None,
        headers: dict[str, str] | None = None,
        *,
        encoded: bool,
        source: str = "192.0.2.1",
    ) -> Answered:
        """One request, as API Gateway hands it over."""
        path, _, query = target.partition("?")
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {name.lower(): value for name, value in (headers or {}).items()},
            "requestContext": {
                "http": {"method": method, "path": path, "sourceIp": source},
                "stage": "$default",
                "requestId": "r-1",
            },
            "isBase64Encoded": encoded,
            **({} if body is None else {"body": body}),
        }
        result = handler(event, LocalContext("gateway"))
        assert not result["isBase64Encoded"]
        return Answered(result["statusCode"], result["headers"], result["body"] or "")

    def request(
        self, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answered:
        """One request; its body comes in Base64."""
        encoded = None if body is None else base64.b64encode(body).decode()
        return self.raw(method, target, encoded, headers, encoded=body is not None)

    def post_text(self, target: str, body: str, content_type: str) -> Answered:
        """A signed POST whose body API Gateway passes on as text."""
        signed = headers_for("platform", KEYS["platform"], body.encode(), utc_now())
        return self.raw("POST", target, body, {"Content-Type": content_type, **signed}, encoded=False)

    def post(
        self,
        target: str,
        body: bytes | str,
        content_type: str,
        *,
        sender: str = "platform",
        now: datetime | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answered:
        """A signed POST."""
        raw = body.encode() if isinstance(body, str) else body
        signed = headers_for(sender, KEYS[sender], raw, now or utc_now())
        return self.request("POST", target, raw, {"Content-Type": content_type, **signed, **(headers or {})})

    def get(self, target: str, *, sender: str = "platform") -> Answered:
        """A signed GET."""
        signed = headers_for(sender, KEYS[sender], request_line("GET", target), utc_now())
        return self.request("GET", target, headers=signed)


@pytest.fixture
def door(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """The door of an empty product with its partners; the bus is real, and listened to."""
    store.secrets.cache_clear()
    clients.dynamodb().create_table(
        TableName=settings().replay_table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for name in KEYS:
        clients.secretsmanager().create_secret(
            Name=f"{settings().partner_secrets}{name}", SecretString=json.dumps(secret(name))
        )
    opened = Door()
    monkeypatch.setattr(bus, "put_events", _listening(opened.events))
    yield opened
    store.secrets.cache_clear()


def secret(name: str) -> dict[str, Any]:
    """What the secrets store holds of a partner."""
    return {
        "name": f"测试{name}",
        "key": base64.b64encode(KEYS[name]).decode(),
        "roles": [ROLES.get(name, name)],
        "codes": [CODES[name]] if name in CODES else [],
    }


def _listening(heard: list[dict[str, Any]]) -> Callable[..., None]:
    def put(source: str, events: Any) -> None:
        real_put_events(source, events)
        heard.extend(json.loads(event.detail(source)) for event in events)

    return put
