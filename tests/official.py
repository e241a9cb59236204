"""What the official files say of the customs messages: the schema, the samples, the fields."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from events.ceb import MESSAGES, CebMessage

# What an import order lives on; the rest of the standard has conformance tests of its own.
SPINE_NUMBERS = (311, 312, 411, 412, 511, 512, 513, 514, 621, 622, 623, 624, 900)
SPINE: dict[str, type[CebMessage]] = {
    root: MESSAGES[root] for root in (f"CEB{number}Message" for number in SPINE_NUMBERS)
}
IMPORT_SCHEMA = "import_business_node.xsd"
TERMINAL_SCHEMA = "terminal_node.xsd"
TRANSPORT_SCHEMA = "transport_node.xsd"


def schema_errors(shared_ceb: Path, message: bytes, schema: str = IMPORT_SCHEMA) -> str:
    """What an official schema says against a message; empty when it is valid."""
    checked = _schema(shared_ceb / "xsd" / schema)
    return "" if checked.validate(etree.fromstring(message)) else str(checked.error_log)


@cache
def _schema(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(path)))


@cache
def official_fields(shared_ceb: Path) -> dict[str, Any]:
    """`messages` and `elements` of the import messages, taken from the schemas."""
    fields: dict[str, Any] = json.loads((shared_ceb / "fields_202205.json").read_bytes())["import"]
    return fields
