"""Checking a signature: its shape first, then digest, signature and the certificate's validity."""

import base64
import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from events.ceb.signature import algorithms, certificate, form
from events.ceb.signature.canonical import canonical, has_xml_attribute
from events.ceb.signature.der import DerError
from events.ceb.signature.plain import NAMESPACES, plain_signed
from events.ceb.signature.profile import (
    CANONICALIZATION,
    ENVELOPED,
    SIGNATURE_NAMESPACE,
    SIGNATURE_TAG,
    Reason,
    SignatureError,
    SignatureProfile,
    Verification,
)
from events.ceb.xml import local_name, parse_xml
from events.problems import InvalidInputError

_OTHER_CONTENT = (
    "the content is not the one that was signed, its digest differs: the Signature belongs to another document, or the "
    "message was changed after it; sign it as it is sent, after its last change"
)
_OTHER_KEY = "the key of the certificate did not make this signature: sign with the key that belongs to the certificate"
_OTHER_CERTIFICATE = (
    "the certificate was changed after its own key had signed it: send the certificate as it was issued"
)
_DECLARATION = re.compile(rb"(\xef\xbb\xbf)?<\?xml\s")


class _RefusedError(Exception):
    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Signature:
    """The parts of a Signature of the one allowed shape."""

    profile: SignatureProfile
    signed_info: bytes
    digest: bytes
    value: bytes
    key_name: str
    certificate_der: bytes


def verify(
    message: bytes,
    profiles: Collection[SignatureProfile] = frozenset(SignatureProfile),
    at: datetime | None = None,
) -> Verification:
    """What the signature of a message is worth, by the rules of SPEC22 §6; raises nothing for a bad message.

    `profiles` are the ones to accept; `at` (aware, by default now) is when the certificate must be in force.
    One Signature of exactly the standard's shape is accepted, over the whole document with URI "" and the enveloped
    transform. Comments are not covered, as XML-DSig has it for URI ""; processing instructions are refused.
    """
    try:
        plain = _plainly(message, profiles)
        if plain is not None:
            return _judged(*plain, at or datetime.now(UTC))
        root = _parsed(message)
        element = _only_signature(root)
        if element is None:
            return Verification("absent", text="the message has no Signature: sign it")
        signature = _read(element, profiles)
        content = _without(root, element)
        return _judged(signature, content, at or datetime.now(UTC))
    except _RefusedError as refused:
        return Verification("invalid", reason=refused.reason, text=str(refused))
    except SignatureError as error:
        return Verification("invalid", reason=Reason.MALFORMED, text=str(error))


def _plainly(message: bytes, profiles: Collection[SignatureProfile]) -> tuple[_Signature, bytes] | None:
    """The signature of a message that is canonical as it stands, and what it signs; else None.

    Whatever is wrong with the form of a message or its Signature is left to the thorough way, which says what it is.
    """
    found = plain_signed(message)
    if found is None:
        return None
    profile = _profile_of(found.signature_uri, found.digest_uri, profiles)
    digest, value, holder = map(_bytes_of, (found.digest, found.value, found.certificate))
    if profile is None or digest is None or value is None or holder is None:
        return None
    content = form.signed_info_content(found.signature_uri, found.digest_uri, found.digest)
    signed_info = form.signed_info(NAMESPACES, content)
    return _Signature(profile, signed_info, digest, value, found.key_name.strip(), holder), found.content


def _parsed(message: bytes) -> etree._Element:
    try:
        root = parse_xml(message)
    except InvalidInputError as error:
        raise _RefusedError(Reason.MALFORMED, str(error)) from None
    declarations = 1 if _DECLARATION.match(message) else 0
    if message.count(b"<?") > declarations:
        # The parser drops instructions, but canonical XML keeps them: the digest would not be the signer's.
        raise _RefusedError(Reason.MALFORMED, "the message holds a processing instruction: remove it before signing")
    return root


def _only_signature(root: etree._Element) -> etree._Element | None:
    found = list(root.iter(SIGNATURE_TAG))
    if len(found) > 1:
        raise _RefusedError(Reason.SECOND_SIGNATURE, f"the message has {len(found)} Signature elements, one is allowed")
    if found and found[0].getparent() is not root:
        raise _RefusedError(
            Reason.MISPLACED_SIGNATURE, "the Signature is not a child of the root element: put it there"
        )
    if found and (has_xml_attribute(root) or has_xml_attribute(found[0])):
        raise _RefusedError(Reason.MALFORMED, "an xml:… attribute stands on the root or the Signature")
    return found[0] if found else None


def _read(signature: etree._Element, profiles: Collection[SignatureProfile]) -> _Signature:
    signed_info, value, key_info = _children(signature, "SignedInfo", "SignatureValue", "KeyInfo")
    canonicalization, method, reference = _children(
        signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    if _algorithm(canonicalization) != CANONICALIZATION:
        raise _RefusedError(Reason.URI_NOT_ALLOWED, f"CanonicalizationMethod must be {CANONICALIZATION}")
    digest_method, digest = _reference(reference)
    key_name, x509_data = _children(key_info, "KeyName", "X509Data")
    (x509_certificate,) = _children(x509_data, "X509Certificate")
    return _Signature(
        profile=_profile(_algorithm(method), _algorithm(digest_method), profiles),
        signed_info=canonical(signed_info),
        digest=_decoded(digest),
        value=_decoded(value),
        key_name=_text(key_name).strip(),
        certificate_der=_decoded(x509_certificate),
    )


def _reference(reference: etree._Element) -> tuple[etree._Element, etree._Element]:
    """DigestMethod and DigestValue of the reference to the whole document."""
    if reference.get("URI") != "":
        raise _RefusedError(Reason.EXTERNAL_REFERENCE, 'the Reference must have URI="", the whole document')
    if not reference.findall(f"{{{SIGNATURE_NAMESPACE}}}Transforms"):
        raise _RefusedError(Reason.TRANSFORM_NOT_ALLOWED, f"the Reference lacks the transform {ENVELOPED}")
    transforms, digest_method, digest = _children(reference, "Transforms", "DigestMethod", "DigestValue")
    if [transform.get("Algorithm") for transform in transforms] != [ENVELOPED]:
        raise _RefusedError(Reason.TRANSFORM_NOT_ALLOWED, f"the one transform allowed is {ENVELOPED}")
    (transform,) = _children(transforms, "Transform")
    _algorithm(transform)
    return digest_method, digest


def _profile(signature_uri: str, digest_uri: str, profiles: Collection[SignatureProfile]) -> SignatureProfile:
    found = _profile_of(signature_uri, digest_uri, profiles)
    if found is None:
        words = f"{signature_uri} with {digest_uri} is not one of {', '.join(sorted(profiles))}"
        raise _RefusedError(Reason.URI_NOT_ALLOWED, words)
    return found


def _profile_of(signature_uri: str, digest_uri: str, profiles: Collection[SignatureProfile]) -> SignatureProfile | None:
    named = (signature_uri, digest_uri)
    return next((profile for profile in profiles if (profile.signature_uri, profile.digest_uri) == named), None)


def _children(element: etree._Element, *names: str) -> list[etree._Element]:
    """The children of `element`, which must be exactly `names` with nothing but white space between them."""
    children = list(element)
    if [child.tag for child in children] != [f"{{{SIGNATURE_NAMESPACE}}}{name}" for name in names]:
        raise _RefusedError(Reason.MALFORMED, f"{local_name(element)} must hold {', '.join(names)} and nothing else")
    if any(text and text.strip() for text in (element.text, *(child.tail for child in children))):
        raise _RefusedError(Reason.MALFORMED, f"{local_name(element)} holds text between its elements")
    return children


def _text(element: etree._Element) -> str:
    if len(element):
        raise _RefusedError(Reason.MALFORMED, f"{local_name(element)} must not hold elements")
    return element.text or ""


def _algorithm(element: etree._Element) -> str:
    if _text(element).strip():
        raise _RefusedError(Reason.MALFORMED, f"{local_name(element)} must be empty")
    return element.get("Algorithm", "")


def _decoded(element: etree._Element) -> bytes:
    data = _bytes_of("".join(_text(element).split()))
    if data is None:
        raise _RefusedError(Reason.MALFORMED, f"{local_name(element)} is not Base64")
    return data


def _bytes_of(text: str) -> bytes | None:
    """What Base64 without white space says, in the one spelling that it has; None for anything else.

    With several spellings the unused last bits could be changed unseen.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if data and base64.b64encode(data).decode() == text else None


def _without(root: etree._Element, signature: etree._Element) -> bytes:
    """The canonical document without the Signature; the text after the Signature stays."""
    previous, tail = signature.getprevious(), signature.tail or ""
    if previous is None:
        root.text = (root.text or "") + tail
    else:
        previous.tail = (previous.tail or "") + tail
    root.remove(signature)
    return canonical(root)


def _judged(signature: _Signature, content: bytes, at: datetime) -> Verification:
    try:
        holder = certificate.read(signature.certificate_der)
    except DerError as error:
        raise _RefusedError(Reason.CERTIFICATE, f"the certificate cannot be read: {error}") from None
    profile = signature.profile
    digest_ok = hmac.compare_digest(algorithms.digest(profile, content), signature.digest)
    signature_ok = algorithms.signed_by(profile, holder.public_key, signature.signed_info, signature.value)
    reason, text = None, ""
    if not digest_ok:
        reason, text = Reason.DIGEST, _OTHER_CONTENT
    elif not signature_ok:
        reason, text = Reason.SIGNATURE, _OTHER_KEY
    elif not algorithms.certificate_holds(profile, signature.certificate_der):
        reason, text = Reason.CERTIFICATE, _OTHER_CERTIFICATE
    elif not holder.not_before <= at <= holder.not_after:
        validity = f"{holder.not_before:%Y-%m-%d} to {holder.not_after:%Y-%m-%d}"
        words = f"the certificate is in force from {validity}, not on {at:%Y-%m-%d}: sign with one that is"
        reason, text = Reason.CERTIFICATE_EXPIRED, words
    return Verification(
        status="invalid" if reason else "valid",
        profile=profile,
        digest_ok=digest_ok,
        signature_ok=signature_ok,
        key_name=signature.key_name,
        certificate_der=signature.certificate_der,
        reason=reason,
        text=text,
    )
