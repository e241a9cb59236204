"""What a handler does not need stays out of it: each library here takes as long to load as all of ours."""

import os
import subprocess
import sys

import pytest

from infra.bench.coldstart import entry, handlers

BUILDER = "pydantic.plugin._loader"  # which the first model that is built looks for plugins with, in all packages
HEAVY = {"boto3", "httpx", "lxml", "yaml", "temporalio", "cryptography", "tongsuopy", "events.ceb.message", BUILDER}
LOADED = {
    "gateway": {"lxml", "events.ceb.message", BUILDER},  # knows every import message there is
    "dispatch": {"temporalio", "cryptography", BUILDER},  # each of its calls opens and seals payloads
    "worker": {"temporalio", "cryptography", BUILDER},
}


@pytest.mark.parametrize("handler", handlers())
def test_a_handler_loads_nothing_heavy_that_it_does_not_need(handler: str) -> None:
    code = f"import sys; {entry(handler)}; print(*sys.modules)"
    environment = {**os.environ, "SANDAN_CAPABILITY": handler, "AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) <= LOADED.get(handler, set())
