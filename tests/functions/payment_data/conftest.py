"""Customs' interface at the other end of the line, and our signing key."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from functions.aws import secretsmanager
from functions.declaration.signing import own_signer, platform_signer
from functions.payment_data import customs
from functions.settings import settings
from infra.stack.signing_key import new_signing_secret

SECRET = new_signing_secret("TEST")
TAKEN = {"code": "10000", "message": "上传成功", "total": 0, "serviceTime": 1542337661665}


@dataclass
class Endpoint:
    """`realTimeDataUp`: answers what it is told, 10000 when it is told nothing more."""

    answers: list[Any] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One upload."""
        assert str(request.url) == settings().payment_data_url
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        self.uploads.append(parse_qs(request.content.decode())["payExInfoStr"][0])
        answer = self.answers.pop(0) if self.answers else TAKEN
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)


@pytest.fixture
def signing(aws: None) -> Iterator[None]:
    """Our signing key in the secrets store."""
    secretsmanager().create_secret(Name=settings().signing_secret, SecretString=json.dumps(SECRET))
    own_signer.cache_clear()
    platform_signer.cache_clear()
    yield
    own_signer.cache_clear()
    platform_signer.cache_clear()


@pytest.fixture
def endpoint(signing: None, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """Customs."""
    made = Endpoint()
    client = httpx.Client(transport=httpx.MockTransport(made))
    monkeypatch.setattr(customs, "_client", lambda: client)
    return made
