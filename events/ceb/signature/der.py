"""ASN.1 DER, as much of it as certificates and signatures need (X.690)."""

from collections.abc import Iterable
from dataclasses import dataclass

INTEGER, BIT_STRING, OCTET_STRING, OID = 0x02, 0x03, 0x04, 0x06
UTF8_STRING, UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET = 0x0C, 0x17, 0x18, 0x30, 0x31
CONTEXT_0, CONTEXT_3 = 0xA0, 0xA3
_LONG_FORM = 0x80


class DerError(ValueError):
    """Bytes that are not DER, or not the structure that was expected."""


@dataclass(frozen=True, slots=True)
class Value:
    """One element: its tag, its content, and its whole encoding."""

    tag: int
    content: bytes
    encoded: bytes

    def children(self, tag: int) -> list["Value"]:
        """What this element holds; DerError unless its tag is `tag`."""
        if self.tag != tag:
            raise DerError(f"tag {self.tag:#04x} stands where {tag:#04x} is expected")
        found, rest = [], self.content
        while rest:
            value = _first(rest)
            found.append(value)
            rest = rest[len(value.encoded) :]
        return found


def decode(data: bytes) -> Value:
    """The one element that fills `data`; DerError for anything else."""
    value = _first(data)
    if len(value.encoded) != len(data):
        raise DerError("bytes follow the end of the element")
    return value


def _first(data: bytes) -> Value:
    if len(data) < 2:  # noqa: PLR2004 - a tag and a length
        raise DerError("the element is cut off")
    length, start = data[1], 2
    if length >= _LONG_FORM:
        size = length - _LONG_FORM
        start += size
        length = int.from_bytes(data[2:start])
        if length < _LONG_FORM or length.bit_length() <= 8 * (size - 1):
            raise DerError("the length is not written in the one way that DER allows")
    if start + length > len(data):
        raise DerError("the element is cut off")
    return Value(data[0], data[start : start + length], data[: start + length])


def encode(tag: int, *parts: bytes) -> bytes:
    """An element that holds `parts`."""
    content = b"".join(parts)
    length = len(content)
    if length < _LONG_FORM:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, _LONG_FORM + len(size))) + size + content


def integer(value: int) -> bytes:
    """A non-negative INTEGER."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def bit_string(content: bytes) -> bytes:
    """A BIT STRING of whole bytes."""
    return encode(BIT_STRING, b"\0", content)


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER, such as "1.2.156.10197.1.301"."""
    first, second, *others = (int(arc) for arc in dotted.split("."))
    return encode(OID, *_base128((first * 40 + second, *others)))


def _base128(arcs: Iterable[int]) -> Iterable[bytes]:
    for arc in arcs:
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(arc & 0x7F | 0x80)
        yield bytes(reversed(digits))
