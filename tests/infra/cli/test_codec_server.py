"""`sandan codec-server`: who is let in, and that nobody's token is shown again."""

import json
import socket

import pytest
from typer.testing import CliRunner

from functions.aws import secretsmanager
from functions.settings import settings
from infra.cli.faults import told
from infra.cli.main import application
from infra.codec_server.users import Role, Users, demo_users, read_users
from infra.stack.errors import StackError


@pytest.fixture(autouse=True)
def secret(aws: None) -> None:
    """The users of a local stack."""
    secretsmanager().create_secret(Name=settings().codec_users_secret, SecretString=json.dumps(demo_users()))


def run(*arguments: str) -> str:
    result = CliRunner().invoke(application("codec-server"), ["codec-server", *arguments, "--aws"])
    if isinstance(result.exception, StackError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def users() -> Users:
    kept = secretsmanager().get_secret_value(SecretId=settings().codec_users_secret)["SecretString"]
    return Users(lambda: read_users(kept), 60)


def test_a_user_comes_and_goes() -> None:
    """Given a user who is added, then the printed token is the user's; again: another one; removed: none."""
    first = run("add-user", "li.ming").strip()
    assert users().find(first) == ("li.ming", Role.MASKED)
    second = run("add-user", "li.ming", "--role", "whole").strip()
    assert (users().find(first), users().find(second)) == (None, ("li.ming", Role.WHOLE))
    shown = run("users")
    assert shown == "operator  masked\nauditor  whole\nli.ming  whole\n"
    run("remove-user", "li.ming")
    assert users().find(second) is None
    assert run("users") == "operator  masked\nauditor  whole\n"


def test_a_port_that_is_taken_is_told_before_anything_else() -> None:
    """Which, and how to choose another; exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        started = CliRunner().invoke(application("codec-server"), ["codec-server", "--port", str(port)])
    assert started.output == ""
    assert isinstance(started.exception, Exception)
    words = f"port {port} is taken: end what listens there, a local stack perhaps, or choose another --port"
    assert told(started.exception) == (words, 2)


def test_a_user_who_is_not_there_is_told() -> None:
    with pytest.raises(StackError, match="there is no user nobody: operator, auditor"):
        run("remove-user", "nobody")
