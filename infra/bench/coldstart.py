"""`sandan bench coldstart`: what loading each handler takes, against Powertools and pydantic alone."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from tempfile import TemporaryDirectory

from events.values import Value
from infra.bench.measure import REPEATS, Spread, Target
from infra.stack.lambdas import CAPABILITIES

TARGET = 1.5
_TIME_LIMIT = 120
_OWN_ENTRY = ("gateway", "dispatch", "worker")  # the others enter by functions.lambda_entry
_BASE = """
from aws_lambda_powertools import Logger, Metrics, Tracer
from pydantic import BaseModel
class Asked(BaseModel):
    key: str
"""
_FLOORS = {
    "gateway": _BASE
    + """
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
APIGatewayHttpResolver()
""",
    "dispatch": _BASE
    + """
from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
""",
    "worker": _BASE
    + """
from temporalio.contrib.aws.lambda_worker import run_worker
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker
""",
}
_READY = """
import sys
if "functions.gateway.handler" in sys.modules:
    functions.gateway.handler.load()
if "functions.intake.accepting" in sys.modules:
    import functions.policy.pack
    from events.ceb.order import Order
    from functions.intake.models import Accepted, AcceptRequest
    for model in (Order, AcceptRequest, Accepted):
        model.model_rebuild()
from functions.function import FUNCTIONS
for declared in FUNCTIONS.values():
    declared.request_model.model_rebuild()
    declared.response_model.model_rebuild()
if "functions.policy.pack" in sys.modules:
    from functions.policy.pack import default_pack
    default_pack()
if "functions.tax.tariff_csv" in sys.modules:
    from functions.tax.tariff_csv import default_tariff
    default_tariff()
if "functions.data_keys.sealed" in sys.modules:
    import functions.payloads.sealing
    import cryptography.hazmat.primitives.kdf.hkdf
if "functions.declaration.handler" in sys.modules:
    import functions.declaration.customs, functions.declaration.messages, functions.intake.handler
if "functions.payment_data.handler" in sys.modules:
    import events.ceb.signature.software
if "functions.tax_payment.handler" in sys.modules:
    import functions.tax_payment.bank, events.ceb.signature.software
if "functions.aws" in sys.modules:
    from functions.aws import dynamodb
    dynamodb()
"""
_MEASURE = """
import json, sys, time
first = time.process_time()
exec(sys.argv[1])
loaded = time.process_time()
exec(sys.argv[2])
print(json.dumps([loaded - first, time.process_time() - first]))
"""


class ColdStart(Value):
    """One handler: milliseconds of processor time; `ratio` is loading over Powertools and pydantic alone.

    `ready`: loaded, and what its first calls need besides: the models of all its functions built, and one document's,
    policy and tariff read, ciphers, signer and XML loaded, a client of AWS made; at the gateway all messages are
    loaded. `floor` is what the libraries take that the handler cannot do without, where these are more; `floor_ratio`
    is loading over that.
    """

    handler: str
    loaded: Spread
    ready: Spread
    ratio: Spread
    floor: Spread | None = None
    floor_ratio: Spread | None = None


class ColdStartBench(Value):
    """One run, in fresh interpreters with a warm file cache."""

    repeats: int
    base: Spread
    handlers: list[ColdStart]
    targets: tuple[Target, ...]


def handlers() -> list[str]:
    """The Lambdas of the template."""
    return sorted((*CAPABILITIES, *_OWN_ENTRY))


def entry(handler: str) -> str:
    """The import by which Lambda enters a handler; `SANDAN_CAPABILITY` says whose it is."""
    return f"import functions.{handler}.handler" if handler in _OWN_ENTRY else "import functions.lambda_entry"


def run(repeats: int = REPEATS) -> ColdStartBench:
    """Measure every handler `repeats` times, all of them in turn; the first round, which warms caches, does not count.

    Raises subprocess.CalledProcessError for a handler that cannot be loaded.
    """
    with TemporaryDirectory() as compiled:
        rounds = [_round(compiled) for _ in range(repeats + 1)][1:]
    found = [_cold_start(handler, rounds) for handler in handlers()]
    return ColdStartBench(
        repeats=repeats,
        base=Spread.of([measured["base"][0] for measured in rounds], 1),
        handlers=found,
        targets=tuple(_target(one) for one in found),
    )


def _round(compiled: str) -> dict[str, tuple[float, float]]:
    """Modules are compiled into that folder once, as they are in the packages that Lambda gets (infra.package)."""
    environment = {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    measured = {"base": _measured(_BASE, "", environment)}
    measured |= {f"floor of {name}": _measured(code, "", environment) for name, code in _FLOORS.items()}
    return measured | {
        name: _measured(entry(name), _READY, {**environment, "SANDAN_CAPABILITY": name}) for name in handlers()
    }


def _measured(loading: str, first_call: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds until loaded, and until the first call can be answered."""
    settings = {
        **os.environ,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        **environment,
    }
    command = [sys.executable, "-c", _MEASURE, loading, first_call]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=True, timeout=_TIME_LIMIT)  # noqa: S603 - our own code
    loaded, ready = json.loads(done.stdout)
    return loaded * 1000, ready * 1000


def _cold_start(handler: str, rounds: list[dict[str, tuple[float, float]]]) -> ColdStart:
    loaded = [measured[handler][0] for measured in rounds]
    floors = [measured[f"floor of {handler}"][0] for measured in rounds] if handler in _FLOORS else None
    return ColdStart(
        handler=handler,
        loaded=Spread.of(loaded, 1),
        ready=Spread.of([measured[handler][1] for measured in rounds], 1),
        ratio=Spread.of([mine / measured["base"][0] for mine, measured in zip(loaded, rounds, strict=True)], 2),
        floor=Spread.of(floors, 1) if floors else None,
        floor_ratio=Spread.of([mine / least for mine, least in zip(loaded, floors, strict=True)], 2)
        if floors
        else None,
    )


def _target(found: ColdStart) -> Target:
    return Target(
        name=f"coldstart {found.handler}",
        reading=f"import of {found.handler} / Powertools and pydantic alone",
        value=found.ratio,
        unit="ratio",
        sense="at most",
        limit=TARGET,
    )
