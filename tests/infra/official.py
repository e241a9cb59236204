"""The official schemas of the customs messages, for what we make."""

from functools import cache
from pathlib import Path

from lxml import etree


def schema_errors(shared_ceb: Path, message: bytes) -> str:
    """What the official import schema says against a message; empty when it is valid."""
    schema = _schema(shared_ceb / "xsd" / "import_business_node.xsd")
    return "" if schema.validate(etree.fromstring(message)) else str(schema.error_log)


@cache
def _schema(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(path)))
