"""`sandan bench all` and `sandan bench report`: every part in one run, and the report of what was measured."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.bench.measure import REPEATS
from infra.cli.interrupts import end_like_ctrl_c

if TYPE_CHECKING:
    from infra.bench.suite import PartResult

_ALL_EXAMPLE = (
    "Example:\n\n    sandan bench all --out bench --xsd ../shared/ceb/xsd\n\n"
    "Takes about half an hour. Exit code 0: all parts measured, whatever came out; 1: a part failed, the report says "
    "which. With --part only those are measured, and the report takes the others from the folder."
)
_REPORT_EXAMPLE = "Example:\n\n    sandan bench report --out bench"
_FAILED, _BAD_INPUT = 1, 2
_Out = Annotated[Path, typer.Option(help="Folder of the results and the report.", metavar="DIR", file_okay=False)]


def register(bench: typer.Typer) -> None:
    """Add the commands to the group."""
    bench.command("all", epilog=_ALL_EXAMPLE)(bench_all)
    bench.command("report", epilog=_REPORT_EXAMPLE)(bench_report)


def bench_all(
    *,
    out: _Out,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long the steady part sends orders.")] = 10.0,
    repeats: Annotated[int, typer.Option(min=1, help="Repeats of the parts on a whole stack.")] = REPEATS,
    part: Annotated[list[str] | None, typer.Option(help="Only these; repeatable.", metavar="PART")] = None,
    xsd: Annotated[
        Path | None, typer.Option(help="Folder of the official schemas, for ceb.", metavar="DIR", exists=True)
    ] = None,
) -> None:
    """Measure every part in turn; write each result as JSON, and the report as HTML."""
    from infra.bench.suite import PARTS, kept_results, run_parts  # noqa: PLC0415 - loads what --help does not need

    end_like_ctrl_c()
    unknown = sorted(set(part or ()) - set(PARTS))
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: the parts are {', '.join(PARTS)}", param_hint="--part")
    out.mkdir(parents=True, exist_ok=True)
    options = {
        "orders": ["--repeats", str(repeats)],
        "growth": ["--repeats", str(repeats)],
        "steady": ["--minutes", str(minutes)],
        "ceb": ["--xsd", str(xsd)] if xsd else [],
    }
    chosen = [name for name in PARTS if not part or name in part]
    measured = run_parts(out, chosen, lambda name: options.get(name, []), lambda text: typer.echo(text, err=True))
    _write(out, kept_results(out))
    raise typer.Exit(_FAILED if any(one.error for one in measured) else 0)


def bench_report(*, out: _Out) -> None:
    """Write the report of what was measured before, without measuring."""
    from infra.bench.suite import kept_results  # noqa: PLC0415 - the same

    results = kept_results(out)
    if not results:
        typer.echo(f"sandan bench report: --out {out} holds no result: measure with sandan bench all", err=True)
        raise typer.Exit(_BAD_INPUT)
    _write(out, results)


def _write(out: Path, results: "Sequence[PartResult]") -> None:
    from infra.bench.report import markdown, report  # noqa: PLC0415 - the same

    for name, text in {"report.html": report(results), "targets.md": markdown(results)}.items():
        (out / name).write_text(text, encoding="utf-8")
        typer.echo(str(out / name))
