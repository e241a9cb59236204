"""The local stack as one object: enter it and everything runs, leave it and nothing does."""

import asyncio
import base64
import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from functions.settings import settings
from infra.aws import StackClients, aws_environment, stack_environment
from infra.stack import health, watchdog
from infra.stack.emulator_data import EmulatorData
from infra.stack.errors import PortTakenError, StackError
from infra.stack.ports import LOOPBACK, Ports, reserved_ports
from infra.stack.processes import Supervisor
from infra.stack.servers import EMULATOR, TEMPORAL, Server, emulator_server, temporal_server
from infra.stack.services import Service, usual
from infra.stack.state import DEFAULT_NAME, StackState, stack_folder, write_private

if TYPE_CHECKING:
    from infra.stack.lambdas import Lambdas

DEFAULT_GUARANTEE = Decimal(1_000_000)
PARTNERS_FILE = "SANDAN_SANDBOX_PARTNERS"
CERTIFICATES_FILE = "SANDAN_SANDBOX_CERTIFICATES"
_START_SECONDS = 60
_STARTS = 3
_GRACE_SECONDS = 15
_GRACE_WITHOUT_DATA_SECONDS = 1  # what is in memory is gone anyway


class Stack:
    """A local stack, for `with` or `async with`. Without `persist` all its data are gone when it ends.

    `environment` adds to what the services get, `services` says which of them run, `guarantee` is what each guarantor
    of the demonstration has given, in CNY, unless a stack that persists knows another amount. With `lambdas` gateway,
    dispatcher and functions are Lambdas of the emulator; with `serverless` the worker is one, which Temporal calls
    when work waits. `emulator_data` tells, of a stack that persists, what the emulator has not written. Raises
    StackError when something does not start, with the end of its log, and pydantic's ValidationError for a wrong
    setting; whatever did start is ended again.
    """

    state: StackState
    emulator_data: EmulatorData | None = None
    _worker_arn: str | None = None

    def __init__(
        self,
        name: str = DEFAULT_NAME,
        *,
        persist: bool = False,
        environment: Mapping[str, str] | None = None,
        services: Iterable[Service] | None = None,
        guarantee: Decimal = DEFAULT_GUARANTEE,
        lambdas: bool = False,
        serverless: bool = False,
    ) -> None:
        self._name = name
        self._persist = persist
        self._environment = dict(environment or {})
        self._guarantee = guarantee
        self._lambdas = lambdas
        self._serverless = serverless
        chosen = usual(lambdas=lambdas, serverless=serverless) if services is None else services
        self._services = {service.name: service for service in chosen}
        self._servers: dict[str, Server] = {}
        self._folder = stack_folder(name)
        self._scratch = self._folder / "scratch"
        self._partners_file = self._scratch / "partners.json"
        self._certificates_file = self._scratch / "certificates.pem"
        self._reservation = ExitStack()

    def __enter__(self) -> Self:
        settings()  # what the services would end with is told before anything is started
        self._lock = self._locked()
        try:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch.mkdir()
            self._supervisor = Supervisor(self._folder)
        except BaseException:
            self._lock.close()
            raise
        try:
            self._start_on_free_ports()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def persists(self) -> bool:
        """Whether its data are kept for the next start."""
        return self._persist

    @property
    def swept(self) -> list[str]:
        """What an earlier stack of this name had left running, and was ended."""
        return self._supervisor.swept

    def start(self, name: str) -> None:
        """Start a service or server that does not run, on its old port, and wait until it is at work.

        A server has what it has written to disk: of a stack that persists, Temporal all that it had acknowledged, the
        emulator what it had at its last orderly stop.
        """
        server = self._servers.get(name)
        if server:
            check = server.healthy
            self._supervisor.start(name, server.command, server.environment, self._scratch)
        else:
            service = self._services[name]
            check = service.healthy(self._ports, self._scratch)
            self._launch(service)
        self._supervisor.wait_healthy({name: check}, _START_SECONDS)
        if name == EMULATOR and self.emulator_data:
            self.emulator_data.began()
        self._write_state()

    def kill(self, name: str) -> None:
        """kill -9 of a service or server; it stays down until `start`."""
        self._supervisor.kill(name)

    def stop(self, name: str) -> None:
        """End a service or server in good order; it stays down until `start`."""
        self._note_end(self._supervisor.stop([name], _GRACE_SECONDS))

    def crashed(self) -> dict[str, str]:
        """What ended on its own: name -> how it ended. `start` brings a service back, a server takes its data along."""
        return self._supervisor.crashed()

    def tail(self, name: str) -> str:
        """The end of a log, each line after a line break; empty when there is none."""
        return self._supervisor.tail(name)

    def close(self) -> None:
        """End everything: the services first, then the servers."""
        if hasattr(self, "state"):
            self.state.remove()
        self._end_processes()
        self._supervisor.close(0)
        self._reservation.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._lock.close()

    def _end_processes(self) -> None:
        grace = _GRACE_SECONDS if self._persist else _GRACE_WITHOUT_DATA_SECONDS
        self._supervisor.stop(self._services, grace)
        self._note_end(self._supervisor.stop((TEMPORAL, EMULATOR), grace if self._persist else 0))

    def _note_end(self, codes: Mapping[str, int]) -> None:
        if self.emulator_data and EMULATOR in codes:
            self.emulator_data.ended(in_good_order=codes[EMULATOR] == 0)

    def _start_on_free_ports(self) -> None:
        """A program that reserves no ports may take one before its server does; then everything starts on others."""
        for left in reversed(range(_STARTS)):
            try:
                self._start_everything()
            except PortTakenError:
                if not left:
                    raise
                self._end_processes()
                self._reservation.close()
            else:
                return

    def _start_everything(self) -> None:
        """Slow things first and side by side; while they start, this process loads what the provisioning needs."""
        self._ports = self._reservation.enter_context(reserved_ports())
        self.state = self._first_state()
        self._servers = {server.name: server for server in self._chosen_servers()}
        for server in self._servers.values():
            self._supervisor.start(server.name, server.command, server.environment, self._scratch)
        early = [service for service in self._services.values() if not service.needs_resources]
        for service in early:
            self._launch(service)
        self._provision(self._servers.get(EMULATOR))
        self._supervisor.wait_healthy({TEMPORAL: self._servers[TEMPORAL].healthy}, _START_SECONDS)
        self._offer_worker()
        late = [service for service in self._services.values() if service.needs_resources]
        checks = {service.name: service.healthy(self._ports, self._scratch) for service in (*early, *late)}
        for service in late:
            self._launch(service)
        self._supervisor.wait_healthy(
            checks | {name: server.healthy for name, server in self._servers.items()}, _START_SECONDS
        )
        self._write_state()

    def _chosen_servers(self) -> list[Server]:
        data = self._folder / "data" if self._persist else None
        if data:
            data.mkdir(exist_ok=True)
        database = data / "temporal.db" if data else None
        calls = aws_environment(self.state.aws_endpoint) if self._serverless else None
        servers = [temporal_server(self._ports, self._scratch, database, calls)]
        if "AWS_ENDPOINT_URL" not in os.environ:
            lambdas = self._lambdas or self._serverless
            self.emulator_data = EmulatorData(data) if data else None
            servers.append(emulator_server(self._ports, self._scratch, data, lambdas=lambdas))
        return servers

    def _provision(self, emulator: Server | None) -> None:
        from infra.stack.guarantees import open_guarantees  # noqa: PLC0415 - loads boto3 while the servers start
        from infra.stack.lambdas import warm_up  # noqa: PLC0415 - the same
        from infra.stack.provision import provision  # noqa: PLC0415 - the same

        clients = StackClients(self.state.aws_endpoint)
        if emulator:
            self._supervisor.wait_healthy({EMULATOR: emulator.healthy}, _START_SECONDS)
            if self.emulator_data:
                self.emulator_data.began()
        elif not health.reaches(self.state.aws_endpoint):
            raise StackError(f"nothing answers at AWS_ENDPOINT_URL={self.state.aws_endpoint}: start it or unset it")
        made = provision(clients, self._packed() if self._lambdas or self._serverless else None)
        if made.api_id:
            url = f"{self.state.aws_endpoint}/_aws/execute-api/{made.api_id}/$default"
            self.state = self.state.model_copy(update={"gateway_url": url})
            warm_up(clients)
        self._worker_arn = made.worker_arn
        open_guarantees(self.state, self._guarantee)
        write_private(self._partners_file, json.dumps(made.partners, ensure_ascii=False))
        write_private(self._certificates_file, made.certificate)
        keys = {partner_id: base64.b64decode(partner["key"]) for partner_id, partner in made.partners.items()}
        self.state = self.state.model_copy(update={"partner_keys": keys, "codec_tokens": made.codec_tokens})

    def _packed(self) -> "Lambdas":
        from infra.package.build import FOLDER, Target, build  # noqa: PLC0415 - not every stack has Lambdas
        from infra.stack.lambdas import Lambdas  # noqa: PLC0415 - the same

        packages = build(FOLDER, Target.here())
        return Lambdas(packages, self.state)

    def _offer_worker(self) -> None:
        """Tell Temporal where the worker's Lambda is, and keep the schedules, as a worker does at its start."""
        if not self._worker_arn:
            return
        from infra.serverless import serve_stack  # noqa: PLC0415 - not every stack has such a worker

        with ThreadPoolExecutor(1) as thread:  # the caller may have an event loop of its own
            thread.submit(asyncio.run, serve_stack(self.state, self._worker_arn)).result()

    def _launch(self, service: Service) -> None:
        files = {PARTNERS_FILE: str(self._partners_file), CERTIFICATES_FILE: str(self._certificates_file)}
        from infra.stack.lambdas import AT_ONCE  # noqa: PLC0415 - loads boto3, as the provisioning did

        invoker = {"SANDAN_INVOKER": "lambda", "SANDAN_FUNCTIONS_AT_ONCE": str(AT_ONCE)} if self._lambdas else {}
        inherited = stack_environment(self.state) | files | invoker | self._environment
        environment = service.environment(inherited, self._ports, self._scratch)
        self._supervisor.start(service.name, service.command, environment, self._scratch)

    def _write_state(self) -> None:
        self.state = self.state.model_copy(update={"pids": self._supervisor.pids})
        self.state.write()

    def _first_state(self) -> StackState:
        ports: Ports = self._ports
        pid = os.getpid()
        return StackState(
            name=self._name,
            folder=self._folder,
            pid=pid,
            started=watchdog.started_at(pid) or "",
            aws_endpoint=os.environ.get("AWS_ENDPOINT_URL", f"http://{LOOPBACK}:{ports.emulator}"),
            gateway_url=f"http://{LOOPBACK}:{ports.gateway}",
            sandbox_url=f"http://{LOOPBACK}:{ports.sandbox}",
            temporal_address=f"{LOOPBACK}:{ports.temporal}",
            temporal_ui_url=f"http://{LOOPBACK}:{ports.temporal_ui}",
            codec_url=f"http://{LOOPBACK}:{ports.codec}",
            lambdas=self._lambdas,
            serverless=self._serverless,
        )

    def _locked(self) -> TextIO:
        """A lock on the stack's folder that ends with this process, however it ends."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self._folder / "lock").open("w")
        except OSError as error:
            raise StackError(f"cannot write to {self._folder} ({error.strerror}): set SANDAN_HOME") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise StackError(
                f"a stack named {self._name} is running already in {self._folder}: use it, end it, or choose --name"
            ) from None
        return lock
