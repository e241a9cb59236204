"""SIGTERM ends a command, whatever it is doing."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_PLAIN = """
import time
from infra.cli.interrupts import end_like_ctrl_c
end_like_ctrl_c()
try:
    print("ready", flush=True)
    time.sleep(60)
finally:
    print("stopped", flush=True)
"""
_IN_A_LOOP_THAT_SWALLOWS = """
import asyncio, gc, weakref
from infra.cli.interrupts import end_like_ctrl_c

class Thing:
    pass

async def busy():
    print("ready", flush=True)
    while True:  # nearly all the time is spent in a callback whose exceptions Python swallows
        thing = Thing()
        kept = weakref.ref(thing, lambda _: sum(range(200_000)))
        del thing
        await asyncio.sleep(0)

async def main():
    try:
        await busy()
    finally:
        print("stopped", flush=True)

end_like_ctrl_c()
asyncio.run(main())
"""


@pytest.mark.parametrize("code", [_PLAIN, _IN_A_LOOP_THAT_SWALLOWS], ids=["plain", "loop"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_a_command_in_good_order(code: str, number: signal.Signals) -> None:
    with _started([sys.executable, "-c", code]) as running:
        running.send_signal(number)
        assert _told(running) == "stopped\n"


@pytest.mark.parametrize("code", [_PLAIN, _IN_A_LOOP_THAT_SWALLOWS], ids=["plain", "loop"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_what_a_script_has_started_in_the_background(code: str, number: signal.Signals) -> None:
    """Given a command that a script started with `&`, which has SIGINT ignored, when it is to end, then it does."""
    ignoring = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{code}"
    with _started([sys.executable, "-c", ignoring]) as running:
        running.send_signal(number)
        assert _told(running) == "stopped\n"


def test_nohup_keeps_a_command_alive() -> None:
    """Given a command behind `nohup`, when its terminal goes, then it goes on; SIGTERM ends it."""
    ignoring = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{_PLAIN}"
    with _started([sys.executable, "-c", ignoring]) as running:
        running.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(1)
        running.terminate()
        assert _told(running) == "stopped\n"


@contextmanager
def _started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The command, once it says that it listens."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stdout.readline() == "ready\n"
        try:
            yield running
        finally:
            running.kill()


def _told(running: subprocess.Popen[str]) -> str:
    """What it says from here on, to its end."""
    told, _ = running.communicate(timeout=30)
    return told
