"""SIGTERM and SIGHUP end a command as Ctrl-C does: what it has started, it stops."""

import signal
from typing import NoReturn


def end_like_ctrl_c() -> None:
    """From now on these signals raise KeyboardInterrupt in the main thread."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
