"""Messages that are canonical as they stand, so that neither a parser nor a canonicalizer is needed to say so.

That is how we write them, and how the standard's signers do. A pattern tells: it takes nothing but well-formed XML that
is its own canonical form (C14N 1.0). What it does not take may be canonical all the same; that is left to the parser.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from events.ceb.base import CebModel
from events.ceb.signature import form
from events.ceb.xml_text import CONTROLS, SCHEMA_INSTANCE_NAMESPACE, has_only_plain_characters

NAMESPACES: Mapping[str | None, str] = {CebModel.xml_prefix: CebModel.xml_namespace, "xsi": SCHEMA_INSTANCE_NAMESPACE}

_LONGEST: Final = 10_000_000  # libxml2 takes no longer text
_DEPTH: Final = 3  # elements within elements below the root: list, head, field
_PREFIX = CebModel.xml_prefix
_TEXT = rf"[^<>&\r{CONTROLS}]*+"
_VALUE = r'[^"<>&\x00-\x1f]*+'
_BASE64 = r"[A-Za-z0-9+/=]++"


def _elements(mark: str, depth: int = _DEPTH) -> str:
    """Elements without attributes, with texts and elements in them, `depth` deep; `mark` names the pattern's groups."""
    within = _elements(mark, depth - 1) if depth > 1 else ""
    name = rf"(?P<{mark}{depth}>[A-Za-z_]\w{{0,99}}+)"
    return rf"(?:<{_PREFIX}:{name}>{_TEXT}{within}</{_PREFIX}:(?P={mark}{depth})>{_TEXT})*+"


def _signature() -> str:
    """The pattern of a Signature: the form in which one is written, with groups for what differs."""
    groups = {
        "signature_uri": _VALUE,
        "digest_uri": _VALUE,
        "digest": _BASE64,
        "value": _BASE64,
        "key_name": _TEXT,
        "certificate": _BASE64,
    }
    pattern = re.escape(form.signature(**{name: f"@{name}@" for name in groups}))
    for name, content in groups.items():
        pattern = pattern.replace(re.escape(f"@{name}@"), f"(?P<{name}>{content})")
    return f"(?P<signature>{pattern})"


_DECLARED = re.escape("".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items()))
_START = rf'<{_PREFIX}:(?P<name>CEB\d{{3}}Message){_DECLARED}(?: guid="{_VALUE}")?+(?: version="{_VALUE}")?+>{_TEXT}'
_END = rf"(?P<end></{_PREFIX}:(?P=name)>)"
_UNSIGNED = re.compile((_START + _elements("at") + _END).encode())
_SIGNED = re.compile((_START + _elements("before") + _signature() + _TEXT + _elements("after") + _END).encode())


@dataclass(frozen=True, slots=True)
class PlainUnsigned:
    """A message without a Signature: `name` is that of its root, `end` where the root's closing tag begins."""

    name: str
    end: int


@dataclass(frozen=True, slots=True)
class PlainSigned:
    """A message with one Signature, of the form in which we write it; the values are as they stand in it.

    `content` is the message without it.
    """

    content: bytes
    signature_uri: str
    digest_uri: str
    digest: str
    value: str
    key_name: str
    certificate: str


def plain_unsigned(message: bytes) -> PlainUnsigned | None:
    """What a message without a Signature is when it is plain; else None."""
    found = _UNSIGNED.fullmatch(message) if _is_text(message) else None
    return PlainUnsigned(found["name"].decode(), found.start("end")) if found else None


def plain_signed(message: bytes) -> PlainSigned | None:
    """What a message with a Signature is when it is plain; else None."""
    found = _SIGNED.fullmatch(message) if _is_text(message) else None
    if found is None:
        return None
    start, end = found.span("signature")
    names = ("signature_uri", "digest_uri", "digest", "value", "key_name", "certificate")
    return PlainSigned(message[:start] + message[end:], *(found[name].decode() for name in names))


def _is_text(message: bytes) -> bool:
    """Whether this is UTF-8, no more than a parser takes; the patterns refuse what else XML has no place for."""
    if len(message) > _LONGEST:
        return False
    try:
        return has_only_plain_characters(message.decode())
    except UnicodeDecodeError:
        return False
