"""`sandan receive` as a process: killed, ended, started with a setting that is missing."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from functions.aws import secretsmanager
from functions.settings import settings
from infra.cli.main import application
from infra.stack.errors import StackError
from tests.functions.transport.exchanges import BROKER, AmqpExchange, DirectoryExchange, until
from tests.functions.transport.fixtures import NO_BROKER
from tests.infra.receiving import KEY, PATIENCE_SECONDS, SlowDoor, reasons, receipt

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class World:
    """A door, an exchange, and processes between them."""

    door: SlowDoor
    exchange: DirectoryExchange
    environment: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A receiver at work."""
        command = [sys.executable, "-m", "infra.cli.main", "receive", "--every", "0.05", *arguments]
        environment = os.environ | self.environment
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        self.started.append(process)
        return process

    def held(self) -> list[str]:
        """What is taken and not acknowledged."""
        return sorted(path.name for path in (self.exchange.folder / "processing").iterdir())

    def done(self) -> list[bytes]:
        """What is acknowledged."""
        folder = self.exchange.folder / "done"
        return [path.read_bytes() for path in sorted(folder.iterdir())]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Everything but the receiver."""
    door = SlowDoor()
    door.stack_in(tmp_path / "home")
    exchange = DirectoryExchange(tmp_path / "exchange")
    exchange.open().close()
    environment = {
        "SANDAN_HOME": str(tmp_path / "home"),
        "SANDAN_CUSTOMS_TRANSPORT": "directory",
        "SANDAN_CUSTOMS_DIRECTORY": exchange.address,
        "SANDAN_CUSTOMS_SETTLE_SECONDS": "0",
    }
    made = World(door, exchange, environment)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
            process.communicate()
    door.close()


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """The command in this process takes the signals; give them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code and what was said."""
    said = process.communicate(timeout=PATIENCE_SECONDS)[1]
    return process.returncode, said


def test_killed_after_the_door_took_it_and_before_it_said_so(world: World) -> None:
    """kill -9: the reply is still held, comes in once more, and nothing that waited behind it is lost."""
    world.exchange.give(receipt("1"), receipt("2"))
    world.door.holds.set()
    receiver = world.start()
    until(lambda: world.door.taken == [receipt("1")])
    receiver.kill()
    assert ended(receiver)[0] == -signal.SIGKILL
    assert len(world.held()) == 1
    assert world.done() == []
    world.door.holds.clear()
    world.door.goes_on.set()
    again = world.start("--once")
    assert ended(again)[0] == 0
    assert world.door.taken == [receipt("1"), receipt("1"), receipt("2")]
    assert world.held() == []
    assert world.done() == [receipt("1"), receipt("2")]


@NO_BROKER
def test_killed_in_the_same_moment_with_a_queue(world: World) -> None:
    """The broker gives what was not acknowledged to the next one."""
    queues = AmqpExchange()
    world.environment |= {
        "SANDAN_CUSTOMS_TRANSPORT": "amqp",
        "SANDAN_CUSTOMS_AMQP_URL": os.environ[BROKER],
        "SANDAN_CUSTOMS_AMQP_OUTBOX": f"{queues.address}-out",
        "SANDAN_CUSTOMS_AMQP_INBOX": f"{queues.address}-in",
        "SANDAN_CUSTOMS_ASIDE": str(world.exchange.folder / "aside"),
    }
    queues.give(receipt("1"), b"<a", receipt("2"))
    world.door.holds.set()
    receiver = world.start()
    until(lambda: world.door.taken == [receipt("1")])
    receiver.kill()
    assert ended(receiver)[0] == -signal.SIGKILL
    world.door.holds.clear()
    world.door.goes_on.set()
    again = world.start()
    until(lambda: len(world.door.taken) == 3)
    again.terminate()
    assert ended(again)[0] == 0
    assert world.door.taken == [receipt("1"), receipt("1"), receipt("2")]
    assert [*reasons(world.exchange.folder / "aside")] == [b"<a"]
    assert queues.waiting() == []
    queues.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_after_the_reply_that_it_has_in_hand(world: World, number: signal.Signals) -> None:
    world.exchange.give(receipt("1"), receipt("2"))
    world.door.holds.set()
    receiver = world.start()
    until(lambda: bool(world.door.taken))
    receiver.send_signal(number)
    world.door.goes_on.set()
    code, said = ended(receiver)
    assert code == 0
    assert said.endswith("ended\n")
    assert "Traceback" not in said
    assert world.done() == [receipt("1")]
    assert world.held() == []
    assert [path.read_bytes() for path in (world.exchange.folder / "inbox").iterdir()] == [receipt("2")]


def test_a_signal_ends_it_while_it_waits(world: World) -> None:
    world.exchange.give(b"<a")
    receiver = world.start()
    until(lambda: (world.exchange.folder / "aside").exists() and world.done() == [b"<a"])
    receiver.terminate()
    assert ended(receiver)[0] == 0
    assert [*reasons(world.exchange.folder / "aside")] == [b"<a"]


def test_a_second_one_waits_until_the_first_is_gone(world: World) -> None:
    world.exchange.give(receipt("1"))
    first = world.start()
    until(lambda: world.done() == [receipt("1")])
    code, said = ended(world.start("--once"))
    assert code == 1
    assert "receive.lock is held by another" in said
    second = world.start()
    first.kill()
    ended(first)
    world.exchange.give(receipt("2"))
    until(lambda: world.done() == [receipt("1"), receipt("2")])
    second.terminate()
    assert ended(second)[0] == 0


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(application("receive"), ["receive", *arguments])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"SANDAN_CUSTOMS_TRANSPORT": "http"}, "SANDAN_CUSTOMS_INBOX_URL is not set"),
        ({"SANDAN_CUSTOMS_TRANSPORT": "directory"}, "SANDAN_CUSTOMS_DIRECTORY is not set"),
        ({"SANDAN_CUSTOMS_TRANSPORT": "amqp"}, "SANDAN_CUSTOMS_AMQP_URL is not set"),
        (
            {"SANDAN_CUSTOMS_TRANSPORT": "http", "SANDAN_CUSTOMS_INBOX_URL": "http://127.0.0.1:9/"},
            "SANDAN_CUSTOMS_ASIDE is not set",
        ),
    ],
)
def test_a_setting_that_is_missing_is_named(
    world: World, aws: None, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], words: str
) -> None:
    monkeypatch.setenv("SANDAN_HOME", world.environment["SANDAN_HOME"])
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    outcome = _run("--once")
    assert isinstance(outcome.exception, StackError)
    assert words in str(outcome.exception)


def test_a_partner_that_is_not_there_is_told(world: World, aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDAN_HOME", world.environment["SANDAN_HOME"])
    outcome = _run("--partner", "nobody")
    assert isinstance(outcome.exception, StackError)
    assert str(outcome.exception) == "the stack has no partner nobody: customs"
    outcome = _run("--partner", "nobody", "--gateway", world.door.url)
    assert isinstance(outcome.exception, StackError)
    assert "the secret sandan/partners/nobody does not give the partner's key" in str(outcome.exception)


def test_elsewhere_the_key_comes_from_the_secrets_store(
    world: World, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    kept = json.dumps({"key": base64.b64encode(KEY).decode()})
    secretsmanager().create_secret(Name="sandan/partners/customs", SecretString=kept)
    world.exchange.give(receipt("1"))
    outcome = _run("--once", "--gateway", world.door.url)
    assert outcome.exit_code == 0, outcome.output
    assert world.door.taken == [receipt("1")]
    assert world.done() == [receipt("1")]
