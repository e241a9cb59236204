"""A signer whose key is in memory: for tests, demonstrations, and senders without a crypto device."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from events.ceb.signature import algorithms, certificate
from events.ceb.signature.der import DerError
from events.ceb.signature.profile import SignatureError, SignatureProfile

_CLOCK_SKEW = timedelta(days=1)
_THROWAWAY_LIFE = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class SoftwareSigner:
    """A Signer with the private key in this process."""

    profile: SignatureProfile
    key_name: str
    certificate_der: bytes
    _key: algorithms.PrivateKey = field(repr=False)

    @classmethod
    def from_pem(
        cls, key_pem: bytes, certificate_pem: bytes, profile: SignatureProfile, key_name: str | None = None
    ) -> "SoftwareSigner":
        """A signer from a key without password and its certificate; `key_name` is the serial number unless given.

        Raises SignatureError when one cannot be read, does not fit the profile, or they do not belong together.
        """
        key = algorithms.load_private_key(profile, key_pem)
        try:
            certificate_der = certificate.from_pem(certificate_pem)
            read = certificate.read(certificate_der)
        except DerError as error:
            raise SignatureError(f"the certificate cannot be read: {error}") from None
        probe = b"does this key belong to this certificate?"
        if not algorithms.signed_by(profile, read.public_key, probe, key.sign(probe)):
            raise SignatureError("the certificate is of another key: give the two that belong together")
        return cls(profile, key_name or read.number, certificate_der, key)

    @classmethod
    def throwaway(cls, name: str, profile: SignatureProfile = SignatureProfile.SM2_SM3) -> "SoftwareSigner":
        """A signer with a new SM2 key and a self-signed certificate for `name`, which is also its key name.

        Raises SignatureError for the profile RSA_SHA1.
        """
        if profile is SignatureProfile.RSA_SHA1:
            raise SignatureError("throwaway keys are SM2 keys: choose sm2-sm3 or sm2-sha1")
        from events.ceb.signature.sm2 import PrivateKey  # noqa: PLC0415 - loads Tongsuo

        key = PrivateKey.generate()
        now = datetime.now(UTC)
        made = certificate.self_signed(name, key.public_key, now - _CLOCK_SKEW, now + _THROWAWAY_LIFE, key.sign_der)
        return cls(profile, name, made, key)

    def sign(self, data: bytes) -> bytes:
        """The raw signature of the canonical SignedInfo."""
        return self._key.sign(data)
