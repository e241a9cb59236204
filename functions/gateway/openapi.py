"""The OpenAPI 3.1 document: what the framework knows of the routes, and the schemas of every document they take."""

import json
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, SecurityScheme
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from events.catalogue import INBOUND
from events.cloudevents import BATCH_LIMIT, CloudEvent
from events.life import OrderView
from events.payment_data import PlatDataOpenAnswer
from functions.gateway.models import Answers, Health
from functions.gateway.operations import REF, SCHEMES
from functions.gateway.receipts import RECEIPTS
from functions.gateway.refusals import ProblemDocument

_VERSION = "1.0.0"
_DESCRIPTION = (
    "One access point for the documents of cross-border e-commerce orders. Every request but `/healthz`, "
    "`/openapi.json` and `/v1/customs/platDataOpen` is signed by its partner. A request is read as a whole: a mistake "
    "anywhere, and nothing of it is taken; then each document gets an answer of its own. The same document sent again "
    "gets the same answer and has one effect."
)


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


def _schemes() -> dict[str, SecurityScheme]:
    return {
        name: APIKey(name=header, in_=APIKeyIn.header, description=text) for name, (header, text) in SCHEMES.items()
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


def _schemas() -> dict[str, Any]:
    messages = [event_type.message for event_type in INBOUND if event_type.message]
    receipts = [event_type.message for event_type in RECEIPTS.values() if event_type.message]
    models: list[type[BaseModel]] = [
        *(event_type.model for event_type in INBOUND),
        *messages,
        *(CloudEvent, Answers, OrderView, PlatDataOpenAnswer, Health, ProblemDocument),
    ]
    names, schema = models_json_schema([(model, "validation") for model in models], ref_template=REF + "{model}")
    definitions: dict[str, Any] = schema["$defs"]
    for definition in definitions.values():
        for described in definition.get("properties", {}).values():
            _say_attribute(described)
    for event_type in INBOUND:
        data = names[event_type.model, "validation"]["$ref"]
        exact = {"type": {"const": event_type.name}, "data": {"$ref": data}}
        definitions[event_type.name] = {
            "description": event_type.summary,
            "allOf": [{"$ref": f"{REF}CloudEvent"}, {"properties": exact, "required": ["data"]}],
        }
    events = {event_type.name: f"{REF}{event_type.name}" for event_type in INBOUND}
    definitions["InboundEvent"] = {
        "oneOf": [{"$ref": reference} for reference in events.values()],
        "discriminator": {"propertyName": "type", "mapping": events},
    }
    one = {"$ref": f"{REF}InboundEvent"}
    definitions["InboundEvents"] = {"type": "array", "minItems": 1, "maxItems": BATCH_LIMIT, "items": one}
    definitions["InboundData"] = {"anyOf": [names[event_type.model, "validation"] for event_type in INBOUND]}
    definitions["CebReceipt"] = {"oneOf": [names[message, "validation"] for message in receipts]}
    definitions["CebMessage"] = {"oneOf": [names[message, "validation"] for message in messages]}
    return dict(sorted(definitions.items()))
