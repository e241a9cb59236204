"""SIGTERM and SIGHUP end a command as Ctrl-C does: what it has started, it stops."""

import signal


def end_like_ctrl_c() -> None:
    """From now on these signals are Ctrl-C: KeyboardInterrupt in the main thread, or the end of what asyncio runs.

    They are passed on as SIGINT, not raised from here: while an event loop runs, asyncio cancels its task, where an
    exception out of the handler may hit code that swallows it. So SIGINT is heard even where a script has started the
    command with `&`, which has it ignored: Ctrl-C ends the script and the stack. After `nohup` SIGHUP stays ignored.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _interrupt)


def _interrupt(*_: object) -> None:
    signal.raise_signal(signal.SIGINT)
