"""Signing: the canonical message with a Signature put at the place that the official schema gives it."""

import base64
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from events.ceb.base import CebModel
from events.ceb.signature import algorithms, form
from events.ceb.signature.canonical import canonical, has_xml_attribute
from events.ceb.signature.plain import NAMESPACES, plain_unsigned
from events.ceb.signature.profile import SIGNATURE_TAG, SignatureError, Signer
from events.ceb.xml import local_name, namespace, parse_xml
from events.ceb.xml_text import SCHEMA_INSTANCE_NAMESPACE

_IMPORT = frozenset(f"CEB{number}Message" for number in (311, 411, 511, 513, 621, 623, 625, 711))
_EXPORT = frozenset(f"CEB{number}Message" for number in (213, 215, 303, 403, 505, 507, 509, 603, 605, 607, 701))
_EXTENSION = b"<ceb:ExtendMessage>"

_Canonical = tuple[bytes, bytes, Mapping[str | None, str]]  # what stands before and after the place, the namespaces


def sign(message: bytes, signer: Signer) -> bytes:
    """The message in canonical form (C14N 1.0, UTF-8, no declaration), with its Signature.

    Without the Signature's own characters the result is exactly what was digested, so the strict reading of XML-DSig
    and the port's reading of flat text agree; for the same reason xmlns:xsi is declared on the root where it was not.
    Comments and processing instructions are not kept. Source: SPEC22 §6, import and export schemas 202205.

    Raises InvalidInputError when the message is not safe XML, SignatureError when it is signed already, is of a type
    that carries no signature, has an xml:… attribute on its root, or has no canonical form.
    """
    before, after, namespaces = _plainly(message) or _thoroughly(message)
    profile = signer.profile
    digest = _base64(algorithms.digest(profile, before + after))
    content = form.signed_info_content(profile.signature_uri, profile.digest_uri, digest)
    signature = form.signature(
        signature_uri=profile.signature_uri,
        digest_uri=profile.digest_uri,
        digest=digest,
        value=_base64(signer.sign(form.signed_info(namespaces, content))),
        key_name=escape(signer.key_name),
        certificate=_base64(signer.certificate_der),
    )
    return before + signature.encode() + after


def _plainly(message: bytes) -> _Canonical | None:
    """A message that is canonical as it stands, and whose Signature has its place at the end; else None."""
    found = plain_unsigned(message)
    if found is None or found.name not in _IMPORT | _EXPORT or (found.name in _EXPORT and _EXTENSION in message):
        return None
    return message[: found.end], message[found.end :], NAMESPACES


def _thoroughly(message: bytes) -> _Canonical:
    root = _checked(parse_xml(message))
    root = root if "xsi" in root.nsmap else _with_instance_namespace(root)
    return *_around_signature(root), root.nsmap


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


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
