"""RSA with SHA-1 (PKCS#1 v1.5), the older algorithm that SPEC22 §6 still allows."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509 import load_der_x509_certificate

from events.ceb.signature.profile import SignatureError


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """An RSA key in memory."""

    _key: rsa.RSAPrivateKey

    def sign(self, data: bytes) -> bytes:
        """A raw signature, as long as the modulus."""
        return self._key.sign(data, padding.PKCS1v15(), SHA1())  # noqa: S303 - the standard fixes it


def load_private_key(pem: bytes) -> PrivateKey:
    """A key from its PEM without password; SignatureError when it is not an RSA key."""
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SignatureError("this is not the PEM of an RSA key without password: give one") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise SignatureError("this is not an RSA key: give the key that belongs to the profile rsa-sha1")
    return PrivateKey(key)


def verify(public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the key (DER of its SubjectPublicKeyInfo) signed `data`; never, when it is not an RSA key."""
    try:
        key = serialization.load_der_public_key(public_key)
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(signature, data, padding.PKCS1v15(), SHA1())  # noqa: S303 - the standard fixes it
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def is_signed_by_itself(certificate_der: bytes) -> bool:
    """Whether the key in a certificate made its signature, by whichever algorithm of RSA it names."""
    try:
        certificate = load_der_x509_certificate(certificate_der)
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True
