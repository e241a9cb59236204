"""`sandan payload-keys`: a rotation step by step, and what would lose payloads is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from events.values import utc_now
from functions.aws import secretsmanager
from functions.payloads.keys import read_keys
from functions.payloads.models import Cipher, PayloadKeys
from functions.settings import settings
from infra.cli import payload_keys
from infra.cli.main import application
from infra.stack.errors import StackError

pytestmark = pytest.mark.usefixtures("aws")


def run(*arguments: str) -> str:
    """What the command prints, on the secrets store of these tests."""
    result = CliRunner().invoke(application("payload-keys"), ["payload-keys", *arguments, "--aws"])
    if isinstance(result.exception, StackError | ClientError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def kept() -> PayloadKeys:
    return read_keys(secretsmanager().get_secret_value(SecretId=settings().payload_keys_secret)["SecretString"])


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets time pass."""

    def pass_by(**time: float) -> None:
        then = utc_now() + timedelta(**time)
        monkeypatch.setattr(payload_keys, "utc_now", lambda: then)

    return pass_by


def test_a_rotation(later: Callable[..., None]) -> None:
    """Given one key, when another is added, used, and the first is removed, then each step does that and no more."""
    assert run("list") == "test  AES-256-GCM  writes and reads\n"
    run("add")
    new = kept().keys[1].id
    assert (kept().write, kept().keys[1].cipher) == ("test", Cipher.AES_256_GCM)
    assert run("use", new) == f"test  AES-256-GCM  reads\n{new}  AES-256-GCM  writes and reads\n"
    assert [key.id for key in kept().keys] == ["test", new]
    with pytest.raises(StackError, match="what test has encrypted would be lost, dossiers too: say --forever"):
        run("remove", "test")
    later(minutes=3)
    assert run("remove", "test", "--forever") == f"{new}  AES-256-GCM  writes and reads\n"
    assert [key.id for key in kept().keys] == [new]


def test_an_id_never_comes_twice(later: Callable[..., None]) -> None:
    """Given a key that was removed, then the next one has another id: what that one had sealed is not tried with it."""
    run("add")
    run("add")
    removed, new = (key.id for key in kept().keys[1:])
    run("use", new)
    later(minutes=3)
    run("remove", removed, "--forever")
    run("add", "--cipher", "SM4-GCM")
    assert len({removed, *(key.id for key in kept().keys)}) == 4


def test_a_key_is_not_removed_while_others_may_write_under_it(
    later: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given another key that writes since just now, then until when it stays is said, by what a process may keep."""
    monkeypatch.setenv("SANDAN_PAYLOAD_KEYS_SECONDS", "120")
    settings.cache_clear()
    run("add")
    run("use", kept().keys[1].id)
    for minutes in (0, 4.9):
        later(minutes=minutes)
        with pytest.raises(StackError, match=r"until \d{4}-\d\d-\d\d [\d:]{8} .* may still write under test"):
            run("remove", "test", "--forever")
    later(minutes=5.1)
    run("remove", "test", "--forever")
    assert len(kept().keys) == 1


def test_another_cipher_by_option_or_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDAN_PAYLOAD_CIPHER", "SM4-GCM")
    settings.cache_clear()
    run("add")
    run("add", "--cipher", "AES-256-GCM")
    assert [key.cipher for key in kept().keys[1:]] == [Cipher.SM4_GCM, Cipher.AES_256_GCM]
    assert len({key.id for key in kept().keys}) == 3


def test_keys_are_never_shown() -> None:
    shown = run("add") + run("list")
    secret = secretsmanager().get_secret_value(SecretId=settings().payload_keys_secret)["SecretString"]
    for key in read_keys(secret).model_dump(mode="json")["keys"]:
        assert key["key"] in secret
        assert key["key"] not in shown
    assert "key=" not in repr(kept())


def test_the_key_that_writes_stays() -> None:
    with pytest.raises(StackError, match="test is the key that writes"):
        run("remove", "test", "--forever")


def test_an_unknown_key_and_a_missing_secret_are_told() -> None:
    with pytest.raises(StackError, match="there is no payload key other: test"):
        run("use", "other")
    secretsmanager().delete_secret(SecretId=settings().payload_keys_secret, ForceDeleteWithoutRecovery=True)
    with pytest.raises(secretsmanager().exceptions.ResourceNotFoundException):
        run("list")
