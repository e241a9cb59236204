"""`sandan chaos`: orders live while processes die and messages get lost; afterwards everything is proved."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from infra.cli.counted import counted
from infra.cli.interrupts import end_like_ctrl_c
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.scenarios import Mode, Scenario

if TYPE_CHECKING:
    from infra.chaos.report import ChaosReport

_EXAMPLE = "Example:\n\n    sandan chaos --orders 1000 --seed 7 --json report.json"
_ORDERS_PER_BLOW, _FEWEST_BLOWS = 16, 12
_SHOWN_FAILURES = 10


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("chaos", epilog=_EXAMPLE)(_chaos)


def _chaos(
    *,
    orders: Annotated[int, typer.Option(min=1, help="How many orders.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="What orders, blows and disturbances are made from.")] = 7,
    blows: Annotated[
        int | None, typer.Option(min=6, help="How many blows; by default one for 16 orders, and 12 at least.")
    ] = None,
    scenario: Annotated[
        list[Scenario] | None, typer.Option(help="Repeatable; all by default.", metavar="SCENARIO")
    ] = None,
    lambdas: Annotated[
        bool, typer.Option("--lambda", help="Functions as Lambdas of the emulator, whose processes die.")
    ] = False,
    report: Annotated[Path | None, typer.Option("--json", help="Write the report to this file.")] = None,
) -> None:
    """Start the stack, strike it while orders live, prove that nothing was lost or done twice, stop the stack."""
    from infra.chaos.run import disturbed_stack, forget_data, run_chaos  # noqa: PLC0415 - loads the Temporal client

    end_like_ctrl_c()
    _only_errors()
    if report and not report.parent.is_dir():
        raise typer.BadParameter(f"{report.parent} is no folder: create it first", param_hint="--json")
    console = Console(stderr=True)
    made = list(generate(orders, seed, tuple(Mode), scenario or tuple(Scenario)))
    count = blows or max(_FEWEST_BLOWS, orders // _ORDERS_PER_BLOW)
    _say(console, f"{counted(len(made), 'order')} under {count} blows, seed {seed}; starting the local stack")
    with disturbed_stack(seed, lambdas=lambdas) as around:
        _say(console, f"Temporal UI: {around.stack.state.temporal_ui_url}")
        result = asyncio.run(run_chaos(around, made, seed, count, lambda line: _say(console, line)))
    if report:
        report.write_text(result.model_dump_json(indent=2))
    _tell(Console(), result, made)
    if result.is_right:
        forget_data()
    raise typer.Exit(0 if result.is_right else 1)


def _only_errors() -> None:
    """The Temporal library warns of each repeated call; here they are what is wanted."""
    from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter  # noqa: PLC0415 - slow

    errors = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=errors)))


def _tell(console: Console, result: "ChaosReport", orders: Sequence[GeneratedOrder]) -> None:
    done = result.disturbed
    struck = ", ".join(f"{victim} {times}" for victim, times in sorted(result.struck.root.items()))
    lines = [
        f"{counted(result.orders, 'order')} of {len({order.scenario for order in orders})} scenarios "
        f"in {result.seconds:.0f} s",
        f"{len(result.dealt)} of {counted(result.planned, 'blow')} dealt: {struck}",
        f"{done.sent} messages of parties, late and in any order; {done.repeated} repeated, "
        f"{done.repetitions_overtaken} of these refused since their correction had come in between; "
        f"{done.answers_lost_at_the_door} answers of the gateway lost",
        f"{done.queue_delayed} messages put off in the queue, {done.queue_repeated} repeated there",
        f"{done.overtaken} messages of counterparties overtaken, {done.repeated_by_counterparties} repeated, "
        f"{done.repetitions_refused} of these refused; {done.answers_lost_by_counterparties} of their answers lost",
        f"{done.customs_repeated} of {done.customs_received} messages at customs were repetitions; "
        f"{done.activity_retries} activities tried again, {done.task_timeouts} workflow tasks timed out",
    ]
    for line in lines:
        _say(console, line)
    for proof in result.proofs:
        mark = "[green]holds[/green]" if proof.holds else "[red]BROKEN[/red]"
        _say(console, f"{mark}  {proof.promise} ({proof.looked_at})")
        for failure in proof.failures[:_SHOWN_FAILURES]:
            _say(console, f"  {failure.subject}: expected {failure.expected}; found {failure.found}")
            _say(console, f"    see {failure.look}")
        if len(proof.failures) > _SHOWN_FAILURES:
            _say(console, f"  and {len(proof.failures) - _SHOWN_FAILURES} more: --json writes all")
    for ending in result.unbidden:
        _say(console, f"[red]died without a blow:[/red] {ending}")
    for refused in done.refused[:_SHOWN_FAILURES]:
        _say(console, f"[red]a repetition was refused:[/red] {refused}")
    if not result.is_right:
        _say(console, f"logs: {result.logs}; sandan up --name chaos --persist shows the orders as they are now")


def _say(console: Console, text: str) -> None:
    """A line that the terminal may break, so that one that goes into a file stays whole."""
    console.print(text, soft_wrap=True, highlight=False)
