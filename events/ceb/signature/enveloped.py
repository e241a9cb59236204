"""Signing: the canonical message with a Signature put at the place that the official schema gives it."""

import base64
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from events.ceb.base import CebModel
from events.ceb.signature import algorithms
from events.ceb.signature.canonical import canonical, has_xml_attribute
from events.ceb.signature.profile import (
    CANONICALIZATION,
    ENVELOPED,
    SIGNATURE_TAG,
    SignatureError,
    SignatureProfile,
    Signer,
)
from events.ceb.xml import SCHEMA_INSTANCE_NAMESPACE, SIGNATURE_NAMESPACE, local_name, namespace, parse_xml

_IMPORT = frozenset(f"CEB{number}Message" for number in (311, 411, 511, 513, 621, 623, 625, 711))
_EXPORT = frozenset(f"CEB{number}Message" for number in (213, 215, 303, 403, 505, 507, 509, 603, 605, 607, 701))


def sign(message: bytes, signer: Signer) -> bytes:
    """The message in canonical form (C14N 1.0, UTF-8, no declaration), with its Signature.

    Without the Signature's own characters the result is exactly what was digested, so the strict reading of XML-DSig
    and the port's reading of flat text agree; for the same reason xmlns:xsi is declared on the root where it was not.
    Comments and processing instructions are not kept. Source: SPEC22 §6, import and export schemas 202205.

    Raises InvalidInputError when the message is not safe XML, SignatureError when it is signed already, is of a type
    that carries no signature, has an xml:… attribute on its root, or has no canonical form.
    """
    root = _checked(parse_xml(message))
    root = root if "xsi" in root.nsmap else _with_instance_namespace(root)
    before, after = _around_signature(root)
    content = _signed_info_content(signer.profile, algorithms.digest(signer.profile, before + after))
    declared = _declarations(dict(root.nsmap) | {"ds": SIGNATURE_NAMESPACE})
    value = signer.sign(f"<ds:SignedInfo{declared}>{content}</ds:SignedInfo>".encode())
    return before + _signature(content, value, signer).encode() + after


def _checked(root: etree._Element) -> etree._Element:
    name = local_name(root)
    if namespace(root) != CebModel.xml_namespace or name not in _IMPORT | _EXPORT:
        raise SignatureError(f"{name} carries no signature: sign one of {', '.join(sorted(_IMPORT | _EXPORT))}")
    if next(root.iter(SIGNATURE_TAG), None) is not None:
        raise SignatureError("the message is signed already: sign it once, after its last change")
    if has_xml_attribute(root):
        raise SignatureError("the root has an xml:… attribute, which the signature would inherit: remove it")
    return root


def _with_instance_namespace(root: etree._Element) -> etree._Element:
    namespaces: Any = {**root.nsmap, "xsi": SCHEMA_INSTANCE_NAMESPACE}  # the stubs know no default namespace
    same = etree.Element(root.tag, nsmap=namespaces)
    same.attrib.update(root.attrib)
    same.text = root.text
    same.extend(list(root))
    return same


def _around_signature(root: etree._Element) -> tuple[bytes, bytes]:
    """The canonical message before and after the place of its Signature."""
    place = etree.ProcessingInstruction("signature")
    extension = root.find(f"{{{CebModel.xml_namespace}}}ExtendMessage")
    if local_name(root) in _EXPORT and extension is not None:
        extension.addprevious(place)
    else:
        root.append(place)
    before, after = canonical(root).split(b"<?signature?>")
    return before, after


def _declarations(namespaces: dict[str | None, str]) -> str:
    """Namespace declarations in the order of canonical XML."""
    return "".join(
        f' xmlns{":" if prefix else ""}{prefix or ""}="{escape(uri)}"'
        for prefix, uri in sorted(namespaces.items(), key=lambda item: item[0] or "")
    )


def _signed_info_content(profile: SignatureProfile, digest: bytes) -> str:
    return (
        f'<ds:CanonicalizationMethod Algorithm="{CANONICALIZATION}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{profile.signature_uri}"></ds:SignatureMethod>'
        '<ds:Reference URI="">'
        f'<ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{profile.digest_uri}"></ds:DigestMethod>'
        f"<ds:DigestValue>{_base64(digest)}</ds:DigestValue>"
        "</ds:Reference>"
    )


def _signature(content: str, value: bytes, signer: Signer) -> str:
    return (
        f'<ds:Signature xmlns:ds="{SIGNATURE_NAMESPACE}">'
        f"<ds:SignedInfo>{content}</ds:SignedInfo>"
        f"<ds:SignatureValue>{_base64(value)}</ds:SignatureValue>"
        f"<ds:KeyInfo><ds:KeyName>{escape(signer.key_name)}</ds:KeyName>"
        f"<ds:X509Data><ds:X509Certificate>{_base64(signer.certificate_der)}</ds:X509Certificate></ds:X509Data>"
        "</ds:KeyInfo></ds:Signature>"
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
