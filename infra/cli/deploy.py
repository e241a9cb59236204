"""`sandan deploy`: the template and its packages to AWS, with the ordinary tools."""

import shlex
import shutil
import subprocess
from dataclasses import replace
from typing import Annotated

import typer

from events.problems import InvalidInputError
from infra.cli.package import Architecture, Python, on_lambda, tell_if_not_compiled
from infra.package.build import FOLDER, Packages, build
from infra.package.deploying import Deployment
from infra.stack.errors import StackError

_EXAMPLE = (
    "Example:\n\n    sandan deploy --stage test --bucket my-packages --set TemporalAddress=temporal.internal:7233 "
    "--set CustomsUrl=https://… --set PaymentDataUrl=https://… --set PaymentFirmUrl=https://… --set BankUrl=https://… "
    "--dry-run\n\nprints the commands of the AWS CLI; without --dry-run they are run, with the account that it is set "
    "up for. With --stage and --dry-run alone it says what would be done and what is still missing."
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("deploy", epilog=_EXAMPLE)(_deploy)


def _deploy(
    *,
    stage: Annotated[str, typer.Option(help="Names the deployment; every resource begins with sandan-STAGE.")],
    bucket: Annotated[str | None, typer.Option(help="An S3 bucket of yours, for packages and template.")] = None,
    given: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter of template.yaml; repeatable.", metavar="NAME=VALUE")
    ] = None,
    python: Python = None,
    architecture: Annotated[Architecture, typer.Option(help="Processors on Lambda.")] = "x86_64",
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Print the commands, run none. Packages are built if nothing is missing: they name them."
        ),
    ] = False,
) -> None:
    """Build the packages, upload them, deploy template.yaml by CloudFormation."""
    target = on_lambda(python, architecture)
    wanted = Deployment(stage, bucket, Packages.plan(FOLDER, target), dict(_pair(one) for one in given or ()))
    if refused := wanted.problems + ([] if dry_run else wanted.missing):
        raise InvalidInputError(refused)
    if not dry_run:
        _require("aws")
    tell_if_not_compiled(target)
    if wanted.missing:
        deployment = wanted
        _tell_what_is_missing(wanted)
    else:
        deployment = replace(wanted, packages=build(FOLDER, target))
    for command in deployment.commands:
        typer.echo(shlex.join(command))
        if not dry_run:
            _run(command)
    typer.echo("# After the first deployment, once, in this order:")
    for remark in deployment.remarks:
        typer.echo("# " + remark.replace("\n", "\n#    "))


def _tell_what_is_missing(wanted: Deployment) -> None:
    target = wanted.packages.target
    typer.echo("# Nothing is built or deployed. Still missing, and a deployment would not begin without it:")
    for missing in wanted.missing:
        typer.echo(f"#   {missing.path}: {missing.message}")
    typer.echo("# With it, these commands would be run:")
    typer.echo(f"sandan package --for lambda --python {target.python} --architecture {target.architecture}")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--set")
    return name, value


def _require(program: str) -> None:
    if not shutil.which(program):
        raise StackError(
            f"{program} is not installed: install the AWS CLI, or run the commands of --dry-run where it is"
        )


def _run(command: list[str]) -> None:
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own arguments
        raise StackError(f"this command failed, and nothing after it was run: {shlex.join(command)}")
