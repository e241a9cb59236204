"""The Signature as signers of the standard write it: in canonical form as it stands, and right by its schema."""

import re

from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.xml_text import CONTROLS
from events.ceb.xmldsig_types import BASE64

_BLANKS = r"[ \t\n]*+"
_BYTES = r"([A-Za-z0-9+/= \t\n]*+)"
_URI = r"http://[\w./\-]++(?:#[\w.\-]*+)?"


def _element(name: str, content: str, attribute: str = "") -> str:
    return rf"<ds:{name}{attribute}>{content}</ds:{name}>{_BLANKS}"


def _method(name: str) -> str:
    return _element(name, "", f' Algorithm="{_URI}"')


_PLAIN = re.compile(
    rf'<ds:Signature xmlns:ds="{re.escape(SIGNATURE_NAMESPACE)}">{_BLANKS}'
    + _element(
        "SignedInfo",
        _BLANKS
        + _method("CanonicalizationMethod")
        + _method("SignatureMethod")
        + _element(
            "Reference",
            _BLANKS
            + _element("Transforms", _BLANKS + _method("Transform"))
            + _method("DigestMethod")
            + _element("DigestValue", _BYTES),
            ' URI=""',
        ),
    )
    + _element("SignatureValue", _BYTES)
    + _element(
        "KeyInfo",
        _BLANKS
        + _element("KeyName", rf"[^<>&\r{CONTROLS}]*+")
        + _element("X509Data", _BLANKS + _element("X509Certificate", _BYTES)),
    )
    + "</ds:Signature>",
    re.ASCII,
)


# The same as BASE64 takes where no white space stands between, in one pass instead of one for each four characters.
_TIGHT = re.compile(r"[A-Za-z0-9+/]*+(?:(?<=[AQgw])==|(?<=[AEIMQUYcgkosw048])=)?+")


def plain_signature(text: str, at: int = 0) -> str | None:
    """The Signature that begins at `at`, when there is one and it is plain; else None."""
    found = _PLAIN.match(text, at)
    if found is None or not all(map(_is_base64, found.groups())):
        return None
    return found[0]


def is_plain_signature(text: str) -> bool:
    """Whether a text is a plain Signature and nothing else, so that it stands in canonical XML as it is."""
    return _PLAIN.fullmatch(text) is not None


def _is_base64(text: str) -> bool:
    if len(text) % 4 == 0 and _TIGHT.fullmatch(text):
        return True
    return BASE64.takes("".join(text.split()))
