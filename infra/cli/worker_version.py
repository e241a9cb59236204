"""`sandan worker-version`: tell Temporal of a worker that is a Lambda; all else is Temporal's own command line."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from functions.settings import settings
from infra.cli.running import temporal_of

if TYPE_CHECKING:
    from infra.serverless import WorkerLambda

_EXAMPLE = (
    "Example:\n\n    sandan worker-version add 3f1c9a27d0e4b865 --lambda "
    "arn:aws:lambda:eu-central-1:111122223333:function:sandan-test-worker:4 --role "
    "arn:aws:iam::111122223333:role/sandan-test-TemporalRole --external-id choose-one\n\n"
    "takes what `sandan deploy` printed as outputs. Temporal is the server that SANDAN_TEMPORAL_ADDRESS names, the "
    "deployment is SANDAN_WORKER_DEPLOYMENT. The first version becomes the current one; the roll-out of a later one is "
    "described in docs/operations.md."
)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    versions = typer.Typer(no_args_is_help=True, help="Tell Temporal of versions of the worker that are Lambdas.")
    versions.command("add", epilog=_EXAMPLE)(_add)
    versions.callback()(_group)
    app.add_typer(versions, name="worker-version")


def _group() -> None:
    """Makes even a single command a subcommand."""


def _add(
    build_id: Annotated[str, typer.Argument(metavar="BUILD_ID", help="Of the worker's code.")],
    *,
    function: Annotated[str, typer.Option("--lambda", metavar="ARN", help="Of the function's version.")],
    role: Annotated[str | None, typer.Option(metavar="ARN", help="What the server assumes to call it.")] = None,
    external_id: Annotated[str | None, typer.Option(help="What it names when it assumes the role.")] = None,
) -> None:
    """Add a version of the worker that Temporal calls when work waits, or change where a known one is called."""
    if bool(role) != bool(external_id):
        raise typer.BadParameter("--role and --external-id go together", param_hint="--role")
    from infra.serverless import WorkerLambda  # noqa: PLC0415 - loads the Temporal library

    asyncio.run(_offer(build_id, WorkerLambda(function, role, external_id)))
    typer.echo(f"{settings().worker_deployment}.{build_id}: Temporal calls {function} when work waits")


async def _offer(build_id: str, worker: "WorkerLambda") -> None:
    from temporalio.common import WorkerDeploymentVersion  # noqa: PLC0415 - the same

    from infra.serverless import serve  # noqa: PLC0415 - the same

    await serve(await temporal_of(None), WorkerDeploymentVersion(settings().worker_deployment, build_id), worker)
