"""Our own signer, from the secrets store: a key in software, or devices over HTTP."""

from functools import cache
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from events.ceb.signature.profile import SignatureProfile, Signer
from events.values import Value
from functions.aws import secretsmanager
from functions.settings import settings

UKEY_PER_MINUTE = 250  # rulebook 2.9: a UKey signs about 250 documents a minute


class _Software(Value):
    kind: Literal["software"] = "software"
    key_pem: Annotated[str, Field(repr=False)]
    certificate_pem: str
    profile: SignatureProfile

    def signer(self) -> Signer:
        from events.ceb.signature.software import SoftwareSigner  # noqa: PLC0415 - one of two ways, when first needed

        return SoftwareSigner.from_pem(self.key_pem.encode(), self.certificate_pem.encode(), self.profile)


class _Devices(Value):
    kind: Literal["devices"]
    urls: Annotated[list[str], Field(min_length=1)]
    certificate_pem: str
    profile: SignatureProfile
    per_minute: Annotated[int, Field(ge=1)] = UKEY_PER_MINUTE
    waiting: Annotated[int, Field(ge=0)] = 100

    def signer(self) -> Signer:
        from events.ceb.signature.certificate import from_pem, read  # noqa: PLC0415 - the other way
        from functions.declaration.remote_signer import RemoteSigner  # noqa: PLC0415 - the same

        certificate = from_pem(self.certificate_pem.encode())
        return RemoteSigner(
            profile=self.profile,
            key_name=read(certificate).number,
            certificate_der=certificate,
            urls=self.urls,
            per_minute=self.per_minute,
            waiting=self.waiting,
        )


_SECRET: TypeAdapter[_Software | _Devices] = TypeAdapter(_Devices | _Software, config=ConfigDict(defer_build=True))


@cache
def own_signer() -> Signer:
    """The signer of what we send.

    The secret is JSON: key_pem, certificate_pem, profile; or `"kind": "devices"`, urls, certificate_pem, profile,
    per_minute, waiting. Raises pydantic's ValidationError naming the wrong field.
    """
    return _signer(settings().signing_secret)


@cache
def platform_signer(ebp_code: str) -> Signer:
    """The signer of what a platform answers for itself: by its own secret `{signing_secret}/{ebp_code}`, else by ours.

    Both have the same form. A secret that is added later counts from the next start on.
    """
    try:
        return _signer(f"{settings().signing_secret}/{ebp_code}")
    except secretsmanager().exceptions.ResourceNotFoundException:
        return own_signer()


def _signer(secret_id: str) -> Signer:
    secret = secretsmanager().get_secret_value(SecretId=secret_id)["SecretString"]
    return _SECRET.validate_json(secret).signer()
