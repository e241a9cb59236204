"""`sandan package`: builds what is deployed."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from infra.package.build import FOLDER, Target, build
from infra.package.runtimes import HERE, RUNTIMES, compiler, default_runtime, not_compiled

_EXAMPLE = (
    "Example:\n\n    sandan package --for lambda\n\n"
    "Without options the packages fit this machine: that is what `sandan up --lambda` uses."
)
Architecture = Literal["x86_64", "arm64"]
Python = Annotated[
    str | None,
    typer.Option(
        metavar="X.Y",
        help=f"Version of Python on Lambda: {', '.join(RUNTIMES)}; by default the one that builds, here {HERE}.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("package", epilog=_EXAMPLE)(_package)


def _package(
    *,
    place: Annotated[
        Literal["here", "lambda"], typer.Option("--for", help="This machine, or Amazon Linux as Lambda has it.")
    ] = "here",
    python: Python = None,
    architecture: Annotated[Architecture, typer.Option(help="Processors on Lambda.")] = "x86_64",
    folder: Annotated[Path, typer.Option(help="Where the packages go.")] = FOLDER,
) -> None:
    """Build our code, the libraries of the functions and the Temporal client, each as a zip for Lambda."""
    if place == "here" and python:
        raise typer.BadParameter("is for --for lambda; without it the packages fit this machine", param_hint="--python")
    target = Target.here() if place == "here" else on_lambda(python, architecture)
    tell_if_not_compiled(target)
    for file in build(folder, target).files:
        typer.echo(f"{file}  {file.stat().st_size / 1e6:.1f} MB")


def on_lambda(python: str | None, architecture: Architecture) -> Target:
    """What packages for Lambda are for. Raises BadParameter for a version that they cannot be for."""
    if python and python not in RUNTIMES:
        raise typer.BadParameter(f"{python!r} is none of {', '.join(RUNTIMES)}", param_hint="--python")
    return Target(python or default_runtime(), architecture, linux=True)


def tell_if_not_compiled(target: Target) -> None:
    """On standard error, before anything is built."""
    if not compiler(target.python):
        typer.echo(f"sandan: {not_compiled(target.python)}", err=True)
