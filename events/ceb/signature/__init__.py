"""Enveloped XML signatures of customs messages 加签 (SPEC22 §6): sign, verify, and a signer in software."""

from events.ceb.signature.enveloped import sign
from events.ceb.signature.profile import Reason, SignatureError, SignatureProfile, Signer, Verification, fingerprint
from events.ceb.signature.software import SoftwareSigner
from events.ceb.signature.verification import verify

__all__ = [
    "Reason",
    "SignatureError",
    "SignatureProfile",
    "Signer",
    "SoftwareSigner",
    "Verification",
    "fingerprint",
    "sign",
    "verify",
]
