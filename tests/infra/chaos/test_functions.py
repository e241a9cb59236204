"""Processes of functions."""

import subprocess
import sys
import time

import pytest

from infra.chaos.functions import descendants


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_children_and_theirs_are_found() -> None:
    """Given a process with a child and a grandchild, both are found, and nobody else."""
    with subprocess.Popen(["sh", "-c", "sh -c 'sleep 30 & wait' & wait"]) as parent:
        deadline = time.monotonic() + 20
        while len(found := descendants(parent.pid)) < 2:
            assert time.monotonic() < deadline
        assert parent.pid not in found
        for pid in reversed(found):
            subprocess.run(["kill", "-9", str(pid)], check=False)
    assert descendants(parent.pid) == []
