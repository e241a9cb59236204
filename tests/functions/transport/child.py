"""A process that dies: `python -m tests.functions.transport.child KIND ADDRESS send|take STEP [COP_MSG_ID ENVELOPE]`.

STEP "end" means: do it, say so, and wait to be killed. STEP n means: kill -9 oneself right before the n-th flush or
rename; if there are not so many, end with code 0.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.functions.transport.exchanges import open_transport

_LONG_SECONDS = 60


def die_before(step: int) -> None:
    """Count the calls that change what is on the disk, and end this process at one of them."""
    left = [step]

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def dying(*args: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args)

        return dying

    for name in ("rename", "fsync"):
        setattr(os, name, counted(getattr(os, name)))


def main(kind: str, address: str, action: str, step: str, *message: str) -> None:
    """See the module."""
    transport = open_transport(kind, address)
    if step != "end":
        die_before(int(step))
    if action == "send":
        cop_msg_id, envelope = message
        transport.send(envelope.encode(), cop_msg_id)
    else:
        received = next(iter(transport.receive()))
        if step != "end":
            received.acknowledge()
    if step == "end":
        sys.stdout.write("done\n")
        sys.stdout.flush()
        time.sleep(_LONG_SECONDS)


if __name__ == "__main__":
    main(*sys.argv[1:])
