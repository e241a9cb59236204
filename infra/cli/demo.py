"""`sandan demo`: made-up orders through the whole local stack, each checked against its scenario."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from infra.cli.counted import counted
from infra.cli.interrupts import end_like_ctrl_c
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.scenarios import LIVES, Mode, Scenario
from infra.stack.errors import StackError
from infra.stack.stack import Stack

if TYPE_CHECKING:
    from infra.demo.player import Played
    from infra.demo.report import DemoReport
    from infra.demo.subscriber import Subscriber

_EXAMPLE = (
    "Example:\n\n    sandan demo --orders 200 --seed 7 --json report.json\n\n"
    f"The lives: {', '.join(LIVES)}; sandan generate --help names more."
)
_STACK = "demo"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("demo", epilog=_EXAMPLE)(_demo)


def _demo(
    *,
    orders: Annotated[int, typer.Option(min=1, help="How many orders.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="What the orders are made from.")] = 7,
    mode: Annotated[list[Mode] | None, typer.Option(help="Repeatable; both by default.")] = None,
    scenario: Annotated[
        list[Scenario] | None, typer.Option(help="Repeatable; all lives by default.", metavar="SCENARIO")
    ] = None,
    report: Annotated[Path | None, typer.Option("--json", help="Write the report to this file.")] = None,
    lambdas: Annotated[
        bool, typer.Option("--lambda", help="Gateway, dispatcher and functions as Lambdas of the emulator.")
    ] = False,
    serverless: Annotated[
        bool, typer.Option("--serverless", help="The worker as a Lambda that Temporal calls when work waits.")
    ] = False,
    stay: Annotated[bool, typer.Option(help="Keep the stack until Ctrl-C, to look at the orders.")] = False,
) -> None:
    """Start the stack, live the lives of made-up orders, check how each one ended, stop the stack."""
    from infra.demo.report import table  # noqa: PLC0415 - loads the Temporal client, which --help does not need

    end_like_ctrl_c()
    if report and not report.parent.is_dir():
        raise typer.BadParameter(f"{report.parent} is no folder: create it first", param_hint="--json")
    console = Console(stderr=True)
    functions = "Lambdas" if lambdas else "gateway, dispatcher"
    worker = "no worker: Temporal calls it when work waits" if serverless else "worker"
    _say(console, f"starting the local stack: Temporal, AWS emulator, sandbox, {functions}, {worker}")
    made = list(generate(orders, seed, mode or tuple(Mode), scenario or LIVES))
    with Stack(_STACK, lambdas=lambdas, serverless=serverless) as stack:
        _say(console, f"Temporal UI: {stack.state.temporal_ui_url}   gateway: {stack.state.gateway_url}")
        _say(console, f"payloads in the UI are encrypted: {stack.state.codec_url}/login (docs/privacy.md) shows them")
        result = _lived(console, stack, made, seed)
        if report:
            report.write_text(result.model_dump_json(indent=2))
        Console().print(table(result))
        console.print()
        _tell_of_cost(result, console)
        if serverless:
            _tell_of_workers(result, console)
        _tell_of_money(result, console)
        _conclude(result, console, stack.state.temporal_ui_url)
        if stay:
            _wait(console)
    raise typer.Exit(0 if result.is_right else 1)


def _lived(console: Console, stack: Stack, orders: Sequence[GeneratedOrder], seed: int) -> "DemoReport":
    """The lives of the orders, shown while they last; whatever is said next stands on a line of its own."""
    from infra.demo.demo import run_demo  # noqa: PLC0415 - loads the Temporal client, which --help does not need

    try:
        with Live(console=console, refresh_per_second=4) as live:
            return asyncio.run(run_demo(stack.state, orders, seed, _Progress(live, orders, stack).update))
    finally:
        console.print()


class _Progress:
    """Where the orders stand, drawn anew while they live."""

    def __init__(self, live: Live, orders: Sequence[GeneratedOrder], stack: Stack) -> None:
        self._live = live
        self._orders = orders
        self._stack = stack

    def update(self, subscriber: "Subscriber", played: Sequence["Played"]) -> None:
        """Count the orders by stage. StackError when a process has died, without which orders would wait in vain."""
        for name, ending in self._stack.crashed().items():
            raise StackError(f"{name} ended with {ending}{self._stack.tail(name)}")
        stages = Counter(subscriber.stage(order.key.order_no) or "not heard of" for order in self._orders)
        shown = Table(show_header=False, box=None)
        for stage, count in stages.most_common():
            shown.add_row(f"{stage}", str(count), Text("━" * (60 * count // len(self._orders)), style="cyan"))
        self._live.update(Group(Text(f"{len(played)} of {len(self._orders)} orders have ended"), shown))


def _say(console: Console, text: str) -> None:
    """A line that the terminal may break, so that one that goes into a file stays whole."""
    console.print(text, soft_wrap=True)


def _tell_of_cost(result: "DemoReport", console: Console) -> None:
    plain = [order for order in result.orders if order.scenario == Scenario.RELEASE and order.is_as_expected]
    if plain:
        actions, tables = max(order.actions for order in plain), max(order.transactions for order in plain)
        _say(
            console,
            f"an order without exceptions costs at most {actions} Actions and {tables} table transactions "
            "(scenario release; counted from the histories)",
        )


def _tell_of_workers(result: "DemoReport", console: Console) -> None:
    calls = len(result.worker_calls)
    others = len(result.workers) - calls
    told = "no worker process took part" if not others else f"[red]{counted(others, 'other worker')} took part[/red]"
    _say(console, f"the orders lived by {counted(calls, 'call')} of the worker's Lambda; {told}")


def _tell_of_money(result: "DemoReport", console: Console) -> None:
    for payment in result.payments:
        _say(
            console,
            f"tax payment {payment.payment_no}: {counted(payment.bills, 'bill')}, {payment.total} CNY, "
            f"{payment.outcome or 'under way'} ({payment.bank_reference or 'no bank reference'})",
        )
    books = result.books
    if books.differences:
        _say(console, f"[red]{len(books.differences)} balances of the ledger are not what its postings say[/red]")
    else:
        _say(
            console,
            f"[green]the ledger is balanced to the cent[/green]: {books.accounts} accounts, {books.postings} postings, "
            f"{counted(books.payments, 'payment')} (sandan ledger verify)",
        )


def _conclude(result: "DemoReport", console: Console, ui: str) -> None:
    for order in result.wrong:
        _say(
            console,
            f"[red]{order.orderNo}: expected {order.expectedStage}, found {order.finalStage}. "
            f"{order.error or ''}[/red]",
        )
    if result.dead_letters:
        _say(console, f"[red]{result.dead_letters} documents lie in the dead-letter queue[/red]")
    if result.is_right:
        _say(console, f"[green]every order ended as its scenario says[/green]; the dead-letter queue is empty; {ui}")


def _wait(console: Console) -> None:
    _say(console, f"the stack stays until Ctrl-C; other commands find it with --name {_STACK}")
    try:
        asyncio.run(asyncio.Event().wait())
    except KeyboardInterrupt:
        _say(console, "stopping")
