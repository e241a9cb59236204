"""Enveloped XML signatures of customs messages 加签 (SPEC22 §6): sign, verify, and a signer in software.

What stands here is loaded when it is first asked for: who signs something else needs no XML.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
_MODULES = {"sign": "enveloped", "SoftwareSigner": "software", "verify": "verification"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'profile')}"), name)
