"""What the routes say of themselves in the OpenAPI document, which is made of it when somebody asks (`openapi`)."""

from typing import Any

from events.cloudevents import BATCH, STRUCTURED
from functions.gateway.question import FIELD, KEY, PLATFORM
from functions.gateway.reading import JSON_TYPE, XML_TYPES
from functions.gateway.refusals import PROBLEM_TYPE, ProblemDocument, Refusal
from functions.gateway.signing import PARTNER_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER

REF = "#/components/schemas/"
SCHEMES = {
    "partner": (PARTNER_HEADER, "The id of the partner."),
    "timestamp": (TIMESTAMP_HEADER, "Unix time in seconds, decimals allowed; at most five minutes from our clock."),
    "signature": (
        SIGNATURE_HEADER,
        "`v1=` and the hex HMAC-SHA256, with the partner's key, over the timestamp, a point, and the exact bytes "
        "of the body; of a GET, over its method, a space, and its path with query. A signed POST is taken once.",
    ),
}
SIGNED: list[dict[str, list[str]]] = [{name: [] for name in SCHEMES}]


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
    return {"schema": {"$ref": f"{REF}{schema}"}}


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
    asked = {"type": "string", "contentMediaType": JSON_TYPE, "contentSchema": {"$ref": f"{REF}PlatDataOpen"}}
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


def answers() -> dict[str, Any]:
    """The answers of `/v1/events`."""
    return {JSON_TYPE: content("Answers")}


def receipts() -> dict[str, Any]:
    """The answers of `/v1/messages`."""
    xml = {"schema": {"type": "string", "description": "The receipt message in XML, for a message in XML"}}
    return {XML_TYPES[0]: xml, JSON_TYPE: content("CebReceipt")}
