"""The words of a customs signature: algorithms and their URIs, who signs, what a check finds."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, Protocol

SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE_TAG = f"{{{SIGNATURE_NAMESPACE}}}Signature"
CANONICALIZATION = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = f"{SIGNATURE_NAMESPACE}enveloped-signature"
_PORT = "http://www.chinaport.gov.cn/2022/04/xmldsig#"


class SignatureProfile(StrEnum):
    """A pair of signature and digest algorithm, by the URIs that stand in the message.

    SM2_SM3 is what SPEC22 §6 prefers, RSA_SHA1 what it allows; SM2_SHA1 is what customs was seen to accept in 2023.
    """

    SM2_SM3 = "sm2-sm3"
    SM2_SHA1 = "sm2-sha1"
    RSA_SHA1 = "rsa-sha1"

    @property
    def signature_uri(self) -> str:
        """The Algorithm of SignatureMethod."""
        return _URIS[self][0]

    @property
    def digest_uri(self) -> str:
        """The Algorithm of DigestMethod."""
        return _URIS[self][1]


_URIS = {
    SignatureProfile.SM2_SM3: (f"{_PORT}sm2-sm3", f"{_PORT}sm3"),
    SignatureProfile.SM2_SHA1: (f"{SIGNATURE_NAMESPACE}sm2-sm3", f"{SIGNATURE_NAMESPACE}sha1"),
    SignatureProfile.RSA_SHA1: (f"{SIGNATURE_NAMESPACE}rsa-sha1", f"{SIGNATURE_NAMESPACE}sha1"),
}


class SignatureError(ValueError):
    """A message that cannot be signed, or a key and certificate that cannot sign it."""


class Signer(Protocol):
    """Whatever holds the private key: software, a UKey, a server crypto device."""

    @property
    def profile(self) -> SignatureProfile:
        """The algorithms of the key."""

    @property
    def key_name(self) -> str:
        """The certificate number, written as KeyName."""

    @property
    def certificate_der(self) -> bytes:
        """The X.509 v3 certificate of the key."""

    def sign(self, data: bytes) -> bytes:
        """The raw signature of the canonical SignedInfo.

        SM2: r and s, 64 bytes, user id 1234567812345678. RSA: PKCS#1 v1.5 with SHA-1.
        """


class Reason(StrEnum):
    """Why a signature is invalid, in a word that a machine may branch on."""

    MALFORMED = "malformed"
    MISPLACED_SIGNATURE = "misplaced-signature"
    SECOND_SIGNATURE = "second-signature"
    URI_NOT_ALLOWED = "uri-not-allowed"
    TRANSFORM_NOT_ALLOWED = "transform-not-allowed"
    EXTERNAL_REFERENCE = "external-reference"
    CERTIFICATE = "certificate"
    DIGEST = "digest"
    SIGNATURE = "signature"
    CERTIFICATE_EXPIRED = "certificate-expired"
    UNKNOWN_SIGNER = "unknown-signer"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a message found; `reason` is None unless `status` is "invalid", `text` says it in words.

    "valid" means: the holder of `certificate_der` signed this content. Whether that certificate is to be trusted, and
    is the sender's, is for the caller to decide by the certificate (see `by`); no signature covers `key_name`.
    """

    status: Literal["valid", "invalid", "absent"]
    profile: SignatureProfile | None = None
    digest_ok: bool = False
    signature_ok: bool = False
    key_name: str | None = None
    certificate_der: bytes | None = None
    reason: Reason | None = None
    text: str = ""

    def by(self, certificates: Collection[str]) -> "Verification":
        """The same, but what none of these certificates signed is invalid, its signer being unknown.

        `certificates` are SHA-256 of the DER, in lower-case hex; where there are none, any will do.
        """
        if self.status != "valid" or not certificates or fingerprint(self.certificate_der or b"") in certificates:
            return self
        words = "the certificate is none of those whose signatures count here: sign with one of these, or have it added"
        return replace(self, status="invalid", reason=Reason.UNKNOWN_SIGNER, text=words)


def fingerprint(certificate_der: bytes) -> str:
    """By what a certificate is known: the SHA-256 of its DER, in hex."""
    return hashlib.sha256(certificate_der).hexdigest()
