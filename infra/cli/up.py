"""`sandan up`: the local stack, until Ctrl-C."""

import json
import shlex
import time
from collections import deque
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from infra.cli.interrupts import end_like_ctrl_c
from infra.cli.running import china_time
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from infra.stack.stack import Stack
    from infra.stack.state import StackState

_EXAMPLE = (
    "Example:\n\n    sandan up\n\nstarts the Temporal dev server, the AWS emulator and our services, prints where they "
    "are and stays. SANDAN_PORT_GATEWAY, …_SANDBOX, …_EMULATOR, …_TEMPORAL, …_TEMPORAL_UI and …_CODEC fix a port; "
    "TEMPORAL_CLI_PATH and AWS_ENDPOINT_URL (a real LocalStack) replace a server."
)
_SERVERS = {"temporal", "emulator"}
_LOOK_SECONDS = 0.5
_MOST_RESTARTS, _WITHIN_SECONDS = 5, 60.0


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("up", epilog=_EXAMPLE)(_up)


def _up(
    *,
    name: Annotated[str, typer.Option(help="Several stacks run side by side under different names.")] = DEFAULT_NAME,
    persist: Annotated[
        bool,
        typer.Option("--persist", help="Keep all data for the next start, those of the emulator at an orderly stop."),
    ] = False,
    guarantee: Annotated[
        int, typer.Option(min=0, help="What each guarantor of the demonstration has given at first, in CNY.")
    ] = 1_000_000,
    lambdas: Annotated[
        bool, typer.Option("--lambda", help="Gateway, dispatcher and functions as Lambdas of the emulator.")
    ] = False,
    serverless: Annotated[
        bool, typer.Option("--serverless", help="The worker as a Lambda that Temporal calls when work waits.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as JSON.")] = False,
) -> None:
    """Start the local stack and stay until Ctrl-C."""
    from infra.stack.stack import Stack  # noqa: PLC0415 - `sandan up --help` does without

    end_like_ctrl_c()
    with suppress(KeyboardInterrupt):
        began = time.monotonic()
        typer.echo("starting…", err=True)
        with Stack(
            name, persist=persist, guarantee=Decimal(guarantee), lambdas=lambdas, serverless=serverless
        ) as stack:
            for left in stack.swept:
                typer.echo(f"ended {left}, which an earlier stack had left running", err=True)
            typer.echo(_json(stack.state) if as_json else _addresses(stack.state))
            typer.echo(f"up after {time.monotonic() - began:.1f} s; Ctrl-C ends it", err=True)
            _tell_of_gaps(stack)
            _watch(stack)
    typer.echo("ended", err=True)


def _tell_of_gaps(stack: "Stack") -> None:
    """At every start until the stack is begun anew: what is missing stays missing."""
    data = stack.emulator_data
    if not data or not data.gaps:
        return
    for gap in data.gaps:
        typer.echo(
            f"the emulator has nothing of {china_time(gap.since)} to {china_time(gap.until)} (China Standard Time): it "
            "writes its data at an orderly stop, and then it had none",
            err=True,
        )
    typer.echo(
        "what came in that time stands in Temporal alone: the order is not found, and its documents change nothing "
        f"when they are sent again. To begin anew: end this, rm -r {shlex.quote(str(data.folder))}, and start again",
        err=True,
    )


def _fate(stack: "Stack", server: str) -> str:
    """What became of the data of a server that died."""
    data = stack.emulator_data
    if not stack.persists:
        return "and its data with it: start again"
    if server != "emulator" or not data:
        return "its data are on disk up to what it had acknowledged: start again with --persist"
    since = f"since its last orderly stop, {china_time(data.saved_at)}," if data.saved_at else "so far"
    return (
        f"and what it was told {since} with it, which Temporal still has: the next start with --persist says what to do"
    )


def _watch(stack: "Stack") -> NoReturn:
    """Bring back what dies. StackError when a server died, or restarting does not help."""
    restarts: deque[float] = deque(maxlen=_MOST_RESTARTS)
    while True:
        time.sleep(_LOOK_SECONDS)
        for name, ending in stack.crashed().items():
            if name in _SERVERS:
                raise StackError(f"{name} ended with {ending}, {_fate(stack, name)}{stack.tail(name)}")
            if len(restarts) == _MOST_RESTARTS and time.monotonic() - restarts[0] < _WITHIN_SECONDS:
                raise StackError(f"{name} ended with {ending}, again and again{stack.tail(name)}")
            restarts.append(time.monotonic())
            typer.echo(f"{name} ended with {ending}: starting it again", err=True)
            stack.start(name)


def _addresses(state: "StackState") -> str:
    lines = {
        "gateway": state.gateway_url,
        "Temporal UI": state.temporal_ui_url,
        "Temporal": state.temporal_address,
        "AWS emulator": state.aws_endpoint,
        "sandbox": state.sandbox_url,
        "codec server": f"{state.codec_url}/login",
        "logs": str(state.folder / "logs"),
    }
    return "\n".join(f"{title:<13} {address}" for title, address in lines.items())


def _json(state: "StackState") -> str:
    shown = state.model_dump(mode="json", exclude={"partner_keys", "codec_tokens", "started"})
    return json.dumps(shown, ensure_ascii=False, indent=2)
