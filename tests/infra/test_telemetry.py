"""The worker's measurements can be fetched; an address that is none, or taken, is told at the start."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

ROOT = Path(__file__).resolve().parents[2]
_FETCH = """
import asyncio, sys, httpx
from temporalio.client import Client
from infra.telemetry import serve_metrics
serve_metrics()
asyncio.run(Client.connect(sys.argv[1]))
print(httpx.get(f"http://{sys.argv[2]}/metrics", trust_env=False).text)
"""


def _worker(address: str) -> "subprocess.CompletedProcess[str]":
    return _python(["-m", "infra.worker"], address)


def _python(arguments: list[str], address: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"SANDAN_METRICS_ADDRESS": address}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


async def test_what_the_client_measures_is_served(temporal: WorkflowEnvironment) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = temporal.client.service_client.config.target_host
    fetched = await asyncio.to_thread(_python, ["-c", _FETCH, server, address], address)
    assert "temporal_request" in fetched.stdout, fetched.stderr


def test_an_address_that_is_none_ends_the_worker_with_what_to_do() -> None:
    ended = _worker("localhost")
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        "worker: SANDAN_METRICS_ADDRESS=localhost is not IP:port: give for example 127.0.0.1:9464"
    )


def test_an_address_that_is_taken_ends_the_worker() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = _worker(address)
    assert ended.returncode == 1
    assert f"worker: SANDAN_METRICS_ADDRESS={address} cannot be listened on" in ended.stderr
