"""The OpenAPI 3.1 document: what the framework knows of the routes, and the schemas of every document they take."""

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel

from events.catalogue import INBOUND
from events.cloudevents import BATCH, BATCH_LIMIT, STRUCTURED, CloudEvent
from events.payment_data import PlatDataOpenAnswer
from functions.gateway.models import Answers, Health
from functions.gateway.payment_data import FIELD, KEY, PLATFORM
from functions.gateway.reading import JSON_TYPE, XML_TYPES
from functions.gateway.receipts import RECEIPT_MESSAGES
from functions.gateway.refusals import PROBLEM_TYPE, ProblemDocument, Refusal
from functions.gateway.signing import PARTNER_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.openapi.models import SecurityScheme

_MESSAGES = tuple(event_type.message for event_type in INBOUND if event_type.message)

_REF = "#/components/schemas/"
_VERSION = "1.0.0"
_DESCRIPTION = (
    "One access point for the documents of cross-border e-commerce orders. Every request but `/healthz`, "
    "`/openapi.json` and `/v1/customs/platDataOpen` is signed by its partner. A request is read as a whole: a mistake "
    "anywhere, and nothing of it is taken; then each document gets an answer of its own. The same document sent again "
    "gets the same answer and has one effect."
)
_SCHEMES = {
    "partner": (PARTNER_HEADER, "The id of the partner."),
    "timestamp": (TIMESTAMP_HEADER, "Unix time in seconds, decimals allowed; at most five minutes from our clock."),
    "signature": (
        SIGNATURE_HEADER,
        "`v1=` and the hex HMAC-SHA256, with the partner's key, over the timestamp, a point, and the exact bytes "
        "of the body; of a GET, over its method, a space, and its path with query. A signed POST is taken once.",
    ),
}
SIGNED: list[dict[str, list[str]]] = [{name: [] for name in _SCHEMES}]


@cache
def document(app: APIGatewayHttpResolver) -> str:
    """The document of the resolver's routes as indented JSON, the same for the same code."""
    described = json.loads(
        app.get_openapi_json_schema(
            title="Sandan gateway", version=_VERSION, description=_DESCRIPTION, security_schemes=_schemes()
        )
    )
    described["components"]["schemas"] = _schemas()
    for path in described["paths"].values():
        for operation in path.values():
            operation["responses"] = _own(operation["responses"])
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def _schemes() -> "dict[str, SecurityScheme]":
    from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn  # noqa: PLC0415 - only when asked

    return {
        name: APIKey(name=header, in_=APIKeyIn.header, description=text) for name, (header, text) in _SCHEMES.items()
    }


def _say_attribute(described: dict[str, Any]) -> None:
    """Our codec's marks on a field in the words of OpenAPI, for which `xml` is an object."""
    described.pop("xml", None)
    if described.pop("attribute", False):
        described["xml"] = {"attribute": True}


def _own(responses: dict[str, Any]) -> dict[str, Any]:
    """The answers that we give: the framework adds a 422 of its own to every operation, which is never sent."""
    given = ((status, response) for status, response in responses.items() if "HTTPValidationError" not in str(response))
    return dict(sorted(given))


def responses(answers: dict[int, Any], *refusals: Refusal) -> dict[int, Any]:
    """The answers of an operation, and the refusals that are told as problem details."""
    described = {status: {"description": text, "content": content} for status, (text, content) in answers.items()}
    for refusal in (*refusals, Refusal.INTERNAL, Refusal.UNAVAILABLE):
        found = described.setdefault(refusal.status, {"description": refusal.title, "content": {}})
        if found["description"] != refusal.title:
            found["description"] += f"; or (problem+json): {refusal.title}"
        found["content"][PROBLEM_TYPE] = content(ProblemDocument.__name__)
    return described


def content(schema: str) -> dict[str, Any]:
    """A body that has a schema of the components."""
    return {"schema": {"$ref": f"{_REF}{schema}"}}


def event_bodies() -> dict[str, Any]:
    """The request body of `/v1/events`."""
    return {
        "required": True,
        "description": "One CloudEvent 1.0 (structured, or binary with `ce-` headers), or a batch of them.",
        "content": {
            STRUCTURED: content("InboundEvent"),
            BATCH: content("InboundEvents"),
            JSON_TYPE: content("InboundData"),
        },
    }


def message_bodies() -> dict[str, Any]:
    """The request body of `/v1/messages`."""
    xml = {"schema": {"type": "string", "description": "A CEB message, or a DxpMsg or DxpMsgSv with one in it, in XML"}}
    return {
        "required": True,
        "description": "One customs message with up to a hundred business elements.",
        "content": {**dict.fromkeys(XML_TYPES, xml), JSON_TYPE: content("CebMessage")},
    }


def plat_data_open() -> dict[str, Any]:
    """The request body of `/v1/customs/platDataOpen`."""
    asked = {"type": "string", "contentMediaType": JSON_TYPE, "contentSchema": {"$ref": f"{_REF}PlatDataOpen"}}
    form = {"schema": {"type": "object", "properties": {FIELD: asked}, "required": [FIELD]}}
    return {
        "required": True,
        "description": "The question of customs, as JSON in one field of a form.",
        "content": {"application/x-www-form-urlencoded": form},
    }


def plat_data_address() -> list[dict[str, Any]]:
    """What the registered address of `/v1/customs/platDataOpen` may carry."""
    described = {KEY: "The key that the address was registered with.", PLATFORM: "The platform whose address it is."}
    return [
        {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in described.items()
    ]


def plat_data_open_answer() -> dict[str, Any]:
    """The answer of `/v1/customs/platDataOpen`."""
    return {JSON_TYPE: content("PlatDataOpenAnswer")}


def receipts() -> dict[str, Any]:
    """The answers of `/v1/messages`."""
    xml = {"schema": {"type": "string", "description": "The receipt message in XML, for a message in XML"}}
    return {XML_TYPES[0]: xml, JSON_TYPE: content("CebReceipt")}


def _schemas() -> dict[str, Any]:
    from pydantic.json_schema import models_json_schema  # noqa: PLC0415 - only when the document is asked for

    from events.life import OrderView  # noqa: PLC0415 - the same

    models: list[type[BaseModel]] = [
        *(event_type.model for event_type in INBOUND),
        *_MESSAGES,
        *(CloudEvent, Answers, OrderView, PlatDataOpenAnswer, Health, ProblemDocument),
    ]
    names, schema = models_json_schema([(model, "validation") for model in models], ref_template=_REF + "{model}")
    definitions: dict[str, Any] = schema["$defs"]
    for definition in definitions.values():
        for described in definition.get("properties", {}).values():
            _say_attribute(described)
    for event_type in INBOUND:
        data = names[event_type.model, "validation"]["$ref"]
        exact = {"type": {"const": event_type.name}, "data": {"$ref": data}}
        definitions[event_type.name] = {
            "description": event_type.summary,
            "allOf": [{"$ref": f"{_REF}CloudEvent"}, {"properties": exact, "required": ["data"]}],
        }
    events = {event_type.name: f"{_REF}{event_type.name}" for event_type in INBOUND}
    definitions["InboundEvent"] = {
        "oneOf": [{"$ref": reference} for reference in events.values()],
        "discriminator": {"propertyName": "type", "mapping": events},
    }
    one = {"$ref": f"{_REF}InboundEvent"}
    definitions["InboundEvents"] = {"type": "array", "minItems": 1, "maxItems": BATCH_LIMIT, "items": one}
    definitions["InboundData"] = {"anyOf": [names[event_type.model, "validation"] for event_type in INBOUND]}
    definitions["CebReceipt"] = {"oneOf": [names[message, "validation"] for message in RECEIPT_MESSAGES]}
    definitions["CebMessage"] = {"oneOf": [names[message, "validation"] for message in _MESSAGES]}
    return dict(sorted(definitions.items()))
