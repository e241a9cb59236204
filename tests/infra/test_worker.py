"""The worker tells at its start what it cannot work with."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_way_to_customs_that_is_not_set_up_ends_the_worker_at_once() -> None:
    environment = os.environ | {"SANDAN_CUSTOMS_TRANSPORT": "directory"}
    command = [sys.executable, "-m", "infra.worker"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        "worker: SANDAN_CUSTOMS_TRANSPORT is directory, but SANDAN_CUSTOMS_DIRECTORY is not set: "
        "give the folder of the exchange"
    )
