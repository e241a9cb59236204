"""Our own services on the stack: which module each one is, and how it shows that it is at work."""

import sys
from dataclasses import dataclass
from pathlib import Path

from infra.ready import READY_FILE
from infra.stack import health
from infra.stack.ports import Ports
from infra.stack.processes import Check

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Service:
    """A Python service. One that listens gets its port as SANDAN_<NAME>_PORT and answers at `health_path`; one that

    does not calls `infra.ready.announce_ready`. `needs_resources`: it works on them at once, or reads the partners.
    """

    name: str
    module: str
    health_path: str | None = None
    needs_resources: bool = True

    @property
    def command(self) -> list[str]:
        """How to start it."""
        return [sys.executable, "-m", self.module]

    def environment(self, inherited: dict[str, str], ports: Ports, scratch: Path) -> dict[str, str]:
        """What it gets on top of the stack's environment; the code that runs is the code that starts it."""
        path = ":".join(filter(None, [str(_ROOT), inherited.get("PYTHONPATH", "")]))
        given = {**inherited, "PYTHONPATH": path, READY_FILE: str(self._ready_file(scratch))}
        return given | ({f"SANDAN_{self.name.upper()}_PORT": str(self._port(ports))} if self.health_path else {})

    def healthy(self, ports: Ports, scratch: Path) -> Check:
        """Whether it is at work. Ask for it before the start: it forgets what an earlier run has announced."""
        if self.health_path:
            return health.answers(self._port(ports), self.health_path)
        self._ready_file(scratch).unlink(missing_ok=True)
        return health.exists(self._ready_file(scratch))

    def _port(self, ports: Ports) -> int:
        return int(getattr(ports, self.name))

    def _ready_file(self, scratch: Path) -> Path:
        return scratch / f"{self.name}.ready"


SANDBOX = Service("sandbox", "infra.sandbox", "/healthz")
CODEC_SERVER = Service("codec", "infra.codec_server", "/healthz", needs_resources=False)
WORKER = Service("worker", "infra.worker")
DOORS = (
    Service("gateway", "infra.http_front", "/healthz", needs_resources=False),
    Service("dispatcher", "infra.dispatcher"),
)
SERVICES = (*DOORS, SANDBOX, CODEC_SERVER, WORKER)


def usual(*, lambdas: bool, serverless: bool) -> tuple[Service, ...]:
    """The processes of a stack: with `lambdas` the doors are none, with `serverless` the worker is none."""
    lacking = (*(DOORS if lambdas else ()), *((WORKER,) if serverless else ()))
    return tuple(service for service in SERVICES if service not in lacking)
