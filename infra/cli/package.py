"""`sandan package`: builds what is deployed."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from infra.package.build import FOLDER, Target, build

_EXAMPLE = (
    "Example:\n\n    sandan package --for lambda --python 3.12\n\n"
    "Without options the packages fit this machine: that is what `sandan up --lambda` uses."
)
Architecture = Literal["x86_64", "arm64"]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("package", epilog=_EXAMPLE)(_package)


def _package(
    *,
    place: Annotated[
        Literal["here", "lambda"], typer.Option("--for", help="This machine, or Amazon Linux as Lambda has it.")
    ] = "here",
    python: Annotated[str, typer.Option(help="Version of Python on Lambda.", metavar="X.Y")] = "3.12",
    architecture: Annotated[Architecture, typer.Option(help="Processors on Lambda.")] = "x86_64",
    folder: Annotated[Path, typer.Option(help="Where the packages go.")] = FOLDER,
) -> None:
    """Build our code, the libraries of the functions and the Temporal client, each as a zip for Lambda."""
    target = Target.here() if place == "here" else Target(python, architecture, linux=True)
    for file in build(folder, target).files:
        typer.echo(f"{file}  {file.stat().st_size / 1e6:.1f} MB")
