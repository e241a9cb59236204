"""The one form in which we write a Signature: canonical as it stands, at whatever place of a message."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from events.ceb.signature.profile import CANONICALIZATION, ENVELOPED, SIGNATURE_NAMESPACE


def signature(*, signature_uri: str, digest_uri: str, digest: str, value: str, key_name: str, certificate: str) -> str:
    """A Signature; `digest`, `value` and `certificate` are Base64, `key_name` is escaped."""
    return (
        f'<ds:Signature xmlns:ds="{SIGNATURE_NAMESPACE}">'
        f"<ds:SignedInfo>{signed_info_content(signature_uri, digest_uri, digest)}</ds:SignedInfo>"
        f"<ds:SignatureValue>{value}</ds:SignatureValue>"
        f"<ds:KeyInfo><ds:KeyName>{key_name}</ds:KeyName>"
        f"<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"
        "</ds:KeyInfo></ds:Signature>"
    )


def signed_info(namespaces: Mapping[str | None, str], content: str) -> bytes:
    """The canonical SignedInfo, which is what is signed: it declares what is in scope where it stands."""
    declared = "".join(
        f' xmlns{":" if prefix else ""}{prefix or ""}="{escape(uri)}"'
        for prefix, uri in sorted({**namespaces, "ds": SIGNATURE_NAMESPACE}.items(), key=lambda item: item[0] or "")
    )
    return f"<ds:SignedInfo{declared}>{content}</ds:SignedInfo>".encode()


def signed_info_content(signature_uri: str, digest_uri: str, digest: str) -> str:
    """What stands in SignedInfo: a reference to the whole document, with the one transform that is allowed."""
    return (
        f'<ds:CanonicalizationMethod Algorithm="{CANONICALIZATION}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{signature_uri}"></ds:SignatureMethod>'
        '<ds:Reference URI="">'
        f'<ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{digest_uri}"></ds:DigestMethod>'
        f"<ds:DigestValue>{digest}</ds:DigestValue>"
        "</ds:Reference>"
    )
