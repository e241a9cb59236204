"""How a service of the local stack that listens on no port says that it is at work."""

import os
from pathlib import Path

READY_FILE = "SANDAN_READY_FILE"


def announce_ready() -> None:
    """Tell who started this process that it is at work; does nothing when nobody wants to know."""
    file = os.environ.get(READY_FILE)
    if file:
        Path(file).touch()
