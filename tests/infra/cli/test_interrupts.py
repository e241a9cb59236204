"""SIGTERM ends a command, whatever it is doing."""

import signal
import subprocess
import sys

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
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stdout.readline() == "ready\n"
        running.send_signal(number)
        try:
            told, _ = running.communicate(timeout=30)
        finally:
            running.kill()
    assert told == "stopped\n"
