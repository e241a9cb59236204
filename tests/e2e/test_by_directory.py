"""The whole stack with customs at the other end of a directory exchange, and the receiver killed in the middle."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.demo.demo import run_demo
from infra.demo.player import Played
from infra.demo.report import DemoReport
from infra.demo.subscriber import Subscriber
from infra.generate.orders import GeneratedOrder, generate
from infra.stack.stack import Stack

pytestmark = pytest.mark.stack
ORDERS = 30
KILLS = 3
WAITING = ("outbox", "inbox", "processing")
NAME = "e2e-directory"
ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS = 30


class ReceivingProcess:
    """`sandan receive` on the stack; it can be killed and started again."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self.kills = 0
        self.start()

    def start(self) -> None:
        """Start it."""
        command = [sys.executable, "-m", "infra.cli.main", "receive", "--name", NAME, "--every", "0.05"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=os.environ)

    def kill_and_start(self) -> None:
        """kill -9, and another one."""
        self._process.kill()
        assert self._process.wait(_PATIENCE_SECONDS) == -signal.SIGKILL
        self.kills += 1
        self.start()

    def end(self) -> int:
        """SIGTERM; its exit code."""
        self._process.terminate()
        return self._process.wait(_PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exchange."""
    return tmp_path_factory.mktemp("exchange")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Stack]:
    """A stack whose worker and sandbox exchange by the folder."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        environment.setenv("SANDAN_CUSTOMS_TRANSPORT", "directory")
        environment.setenv("SANDAN_CUSTOMS_DIRECTORY", str(folder))
        environment.setenv("SANDAN_CUSTOMS_SETTLE_SECONDS", "0")
        with Stack(NAME) as stack:
            yield stack


@pytest.fixture(scope="module")
def orders() -> Sequence[GeneratedOrder]:
    """Two orders of each scenario."""
    return list(generate(ORDERS, seed=5))


@pytest.fixture(scope="module")
def report(stack: Stack, folder: Path, orders: Sequence[GeneratedOrder]) -> DemoReport:
    """The lives of the orders, while the receiver is killed each time that it holds replies."""
    receiver = ReceivingProcess(folder / "receiver.log")

    def kill_in_the_middle(_subscriber: Subscriber, played: Sequence[Played]) -> None:
        holds = any((folder / "processing").iterdir()) or any((folder / "inbox").iterdir())
        done = len(list((folder / "done").iterdir()))
        if receiver.kills < KILLS and holds and done > receiver.kills * 10 and len(played) < ORDERS:
            receiver.kill_and_start()

    try:
        result = asyncio.run(run_demo(stack.state, orders, 5, kill_in_the_middle))
        _until_nothing_is_under_way(folder)
    finally:
        code = receiver.end()
    assert receiver.kills == KILLS
    assert code == 0
    return result


def _until_nothing_is_under_way(folder: Path) -> None:
    """Customs may have said something after the last order ended; in `_PATIENCE_SECONDS` it is taken, or never."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while any(any((folder / name).iterdir()) for name in WAITING) and time.monotonic() < until:
        time.sleep(0.1)


def test_every_order_ends_as_its_scenario_says(report: DemoReport) -> None:
    """Refusals, silence and a customs that is closed for a while included."""
    assert [(order.orderNo, order.finalStage, order.error) for order in report.wrong] == []
    assert len(report.orders) == ORDERS
    assert report.dead_letters == 0


def test_no_list_version_is_declared_twice(stack: Stack, report: DemoReport) -> None:
    declared: list[dict[str, Any]] = httpx.get(f"{stack.state.sandbox_url}/customs/declarations").json()
    assert declared
    assert [one for seen in declared for one in seen["lists"] if one["taken"] > 1] == []
    assert report.orders


def test_every_reply_was_taken(stack: Stack, report: DemoReport, folder: Path) -> None:
    """All that customs wrote is done; nothing waits, nothing was put aside."""
    declared: list[dict[str, Any]] = httpx.get(f"{stack.state.sandbox_url}/customs/declarations").json()
    assert declared
    for empty in (*WAITING, "staging"):
        assert list((folder / empty).iterdir()) == [], empty
    assert not (folder / "aside").exists()
    assert len(list((folder / "done").iterdir())) >= len(declared)
    assert report.orders


def test_the_receiver_logs_no_personal_data(report: DemoReport, folder: Path, orders: Sequence[GeneratedOrder]) -> None:
    log = (folder / "receiver.log").read_text()
    assert "CEB622Message taken" in log
    for order in orders:
        buyer = order.facts.buyer
        for personal in (buyer.name, buyer.id_number, buyer.telephone, order.facts.address):
            assert personal not in log
    assert report.orders
