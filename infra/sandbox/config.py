"""The settings of the sandbox, from the environment."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from functions.settings import Settings, settings

CUSTOMS_ROLE = "customs"
WAREHOUSE_ROLE = "warehouse"


class ConfigError(ValueError):
    """A setting that the sandbox cannot start with; the message names it and says what to do."""


class PartnerAccess(BaseModel):
    """How a counterparty signs what it sends to the gateway, and which enterprises it is."""

    model_config = ConfigDict(frozen=True)

    key: Annotated[Base64Bytes, Field(repr=False)]
    roles: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()


_PARTNERS = TypeAdapter(dict[str, PartnerAccess])


class SandboxConfig(BaseModel):
    """`delay` is the shortest and the longest pause before each answer, `retry` the pauses while the gateway is away.

    All in seconds, and so is `slow`, what customs takes for a slow answer. Partners are by their id at the gateway.
    `sample` is the share of released orders whose payment data customs asks for, `certificates` (PEM) are those that
    platforms have registered to sign them with. With `outbox` and `inbox` customs is at the other end of a directory
    exchange: it takes what stands in our outbox and leaves its answers in our inbox. `overtaken` is the share of
    messages to the gateway that are late, so that later ones come first, `repeated` of those that come a second time;
    `late` is how late.
    """

    model_config = ConfigDict(frozen=True)

    gateway_url: str = "http://127.0.0.1:8401"
    port: Annotated[int, Field(ge=1, le=65535)] = 8402
    seed: int = 7
    delay: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]] = (0.05, 0.3)
    retry: tuple[float, float] = (0.25, 5.0)
    partners: dict[str, PartnerAccess] = {}
    outbox: Path | None = None
    inbox: Path | None = None
    sample: Annotated[float, Field(ge=0, le=1)] = 0
    slow: Annotated[float, Field(ge=0)] = 3
    certificates: str = ""
    overtaken: Annotated[float, Field(ge=0, le=1)] = 0
    repeated: Annotated[float, Field(ge=0, le=1)] = 0
    late: tuple[float, float] = (0.2, 3.0)

    @model_validator(mode="after")
    def _ordered(self) -> "SandboxConfig":
        if self.delay[0] > self.delay[1]:
            raise ValueError(f"delay {self.delay}: give the shorter one first")
        return self

    def partner_of(self, code: str) -> str | None:
        """The id of the partner that is the enterprise `code`."""
        return next((name for name, partner in self.partners.items() if code in partner.codes), None)

    def partner_in(self, role: str) -> str | None:
        """The id of the first partner in that role."""
        return next((name for name, partner in self.partners.items() if role in partner.roles), None)

    def customs_partner(self) -> str:
        """The id of the partner that is customs. Raises ConfigError when there is none."""
        found = self.partner_in(CUSTOMS_ROLE)
        if found is None:
            raise ConfigError(f"SANDAN_SANDBOX_PARTNERS holds no partner with the role {CUSTOMS_ROLE}: add one")
        return found


def from_environment(
    environment: Mapping[str, str] = os.environ, product: Callable[[], Settings] = settings
) -> SandboxConfig:
    """The settings in SANDAN_GATEWAY_URL and SANDAN_SANDBOX_PORT, …_SEED, …_DELAY ("min,max"), …_SAMPLE, …_OVERTAKEN,

    …_REPEATED. …_PARTNERS and …_CERTIFICATES are paths.

    Where the product is set to exchange by folders, customs is at their other end. Raises ConfigError naming the wrong
    one.
    """
    names = {"gateway_url": "SANDAN_GATEWAY_URL", "port": "SANDAN_SANDBOX_PORT", "seed": "SANDAN_SANDBOX_SEED"}
    names |= {name: f"SANDAN_SANDBOX_{name.upper()}" for name in ("sample", "overtaken", "repeated")}
    given: dict[str, object] = {field: environment[name] for field, name in names.items() if name in environment}
    if delay := environment.get("SANDAN_SANDBOX_DELAY"):
        given["delay"] = delay.split(",")
    if path := environment.get("SANDAN_SANDBOX_PARTNERS"):
        given["partners"] = _partners(Path(path))
    if path := environment.get("SANDAN_SANDBOX_CERTIFICATES"):
        given["certificates"] = _text(Path(path))
    try:
        return SandboxConfig.model_validate(given | _folders(product()))
    except ValidationError as error:
        raise ConfigError(f"a SANDAN_SANDBOX_… variable or SANDAN_GATEWAY_URL is wrong: {error}") from None


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise ConfigError(f"SANDAN_SANDBOX_CERTIFICATES: cannot read {path}: {error.strerror}") from None


def _folders(product: Settings) -> dict[str, object]:
    if product.customs_transport != "directory" or product.customs_directory is None:
        return {}
    folder = product.customs_directory
    return {"outbox": product.customs_outbox or folder / "outbox", "inbox": product.customs_inbox or folder / "inbox"}


def _partners(path: Path) -> dict[str, PartnerAccess]:
    try:
        return _PARTNERS.validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"SANDAN_SANDBOX_PARTNERS: cannot read {path}: {error.strerror}") from None
    except ValidationError as error:
        # the error's own text would show keys
        places = "; ".join("/".join(map(str, details["loc"])) for details in error.errors(include_input=False))
        raise ConfigError(f"SANDAN_SANDBOX_PARTNERS: {path} is no map of partners: {places}") from None
