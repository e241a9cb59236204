"""What the official files say of the customs messages: the schema, the samples, the fields."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from events.ceb import MESSAGES, CebMessage

# What an import order lives on.
SPINE_NUMBERS = (311, 312, 411, 412, 511, 512, 513, 514, 621, 622, 623, 624, 900)
SPINE: dict[str, type[CebMessage]] = {
    root: MESSAGES[root] for root in (f"CEB{number}Message" for number in SPINE_NUMBERS)
}
EXPORT = frozenset(root for root, message in MESSAGES.items() if message.exports)
IMPORT_SCHEMA, EXPORT_SCHEMA = "import_business_node.xsd", "export_business_node.xsd"
TERMINAL_SCHEMA = "terminal_node.xsd"
TRANSPORT_SCHEMA = "transport_node.xsd"


def schema_errors(shared_ceb: Path, message: bytes, schema: str | None = None) -> str:
    """What an official schema (by default that of the message's root) says against it; empty when it is valid."""
    root = etree.fromstring(message)
    checked = official_schema(shared_ceb, schema or schema_name(str(etree.QName(root).localname)))
    return "" if checked.validate(root) else str(checked.error_log)


def schema_name(root: str) -> str:
    """The file of the schema that a customs message belongs to."""
    return EXPORT_SCHEMA if root in EXPORT else IMPORT_SCHEMA


@cache
def official_schema(shared_ceb: Path, name: str) -> etree.XMLSchema:
    """One of the official schemas."""
    return etree.XMLSchema(etree.parse(str(shared_ceb / "xsd" / name)))


@cache
def official_fields(shared_ceb: Path, root: str) -> dict[str, Any]:
    """`messages` and `elements` of the part of the standard, import or export, that a message belongs to."""
    fields = json.loads((shared_ceb / "fields_202205.json").read_bytes())
    part: dict[str, Any] = fields["export" if root in EXPORT else "import"]
    return part
