"""Fixtures of the functions that sign what they send."""

import json
from collections.abc import Iterator

import pytest

from functions.aws import secretsmanager
from functions.declaration.signing import own_signer
from functions.settings import settings
from infra.stack.signing_key import new_signing_secret

_SECRET = new_signing_secret("TEST")


@pytest.fixture
def signing(aws: None) -> Iterator[None]:
    """Our signing key in the secrets store."""
    secretsmanager().create_secret(Name=settings().signing_secret, SecretString=json.dumps(_SECRET))
    own_signer.cache_clear()
    yield
    own_signer.cache_clear()
