"""`sandan deploy`: the template and its packages to AWS, with the ordinary tools."""

import re
import shlex
import shutil
import subprocess
from typing import Annotated

import typer

from infra.cli.package import Architecture, Python, on_lambda
from infra.package.build import FOLDER, build
from infra.package.deploying import Deployment
from infra.stack.errors import StackError

_EXAMPLE = (
    "Example:\n\n    sandan deploy --stage test --bucket my-packages --set TemporalAddress=temporal.internal:7233 "
    "--set CustomsUrl=https://… --set PaymentDataUrl=https://… --set PaymentFirmUrl=https://… --set BankUrl=https://… "
    "--dry-run\n\nprints the commands of the AWS CLI; without --dry-run they are run, with the account that it is set "
    "up for."
)
_STAGE = re.compile(r"[a-z][a-z0-9-]{0,15}")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("deploy", epilog=_EXAMPLE)(_deploy)


def _deploy(
    *,
    stage: Annotated[str, typer.Option(help="Names the deployment; every resource begins with sandan-STAGE.")],
    bucket: Annotated[str, typer.Option(help="An S3 bucket of yours, for packages and template.")],
    given: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter of template.yaml; repeatable.", metavar="NAME=VALUE")
    ] = None,
    python: Python = None,
    architecture: Annotated[Architecture, typer.Option(help="Processors on Lambda.")] = "x86_64",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Build the packages, print the commands, run none.")
    ] = False,
) -> None:
    """Build the packages, upload them, deploy template.yaml by CloudFormation."""
    if not _STAGE.fullmatch(stage):
        raise typer.BadParameter("use 1 to 16 lower-case letters, digits and hyphens", param_hint="--stage")
    packages = build(FOLDER, on_lambda(python, architecture))
    try:
        deployment = Deployment(stage, bucket, packages, dict(_pair(one) for one in given or ()))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--set") from None
    for command in deployment.commands:
        typer.echo(shlex.join(command))
        if not dry_run:
            _run(command)
    for remark in deployment.remarks:
        typer.echo(f"# {remark}")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--set")
    return name, value


def _run(command: list[str]) -> None:
    if not shutil.which(command[0]):
        raise StackError(
            f"{command[0]} is not installed: install the AWS CLI, or run the commands of --dry-run where it is"
        )
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own arguments
        raise StackError(f"this command failed, and nothing after it was run: {shlex.join(command)}")
