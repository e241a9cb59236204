"""`sandan codec-server`: payloads in clear for the Temporal UI, and who may see them."""

from typing import TYPE_CHECKING, Annotated

import typer

from functions.settings import settings
from infra.cli.running import InAws, StackName
from infra.cli.secret_store import SecretStore
from infra.codec_server.users import Role, User, UsersError, read_users
from infra.stack.errors import SettingError, StackError, UnreachableError
from infra.stack.ports import Ports, is_free
from infra.stack.state import DEFAULT_NAME, running_stack

if TYPE_CHECKING:
    from collections.abc import Mapping

_EXAMPLE = (
    "Example:\n\n    SANDAN_CODEC_UI_ORIGIN=https://temporal.example sandan codec-server --port 8403\n\nserves on the "
    "loopback address, behind a proxy with TLS. A local stack has its own one: `sandan codec-server token operator`."
)
_UserName = Annotated[str, typer.Argument(metavar="USER")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    server = typer.Typer(epilog=_EXAMPLE)
    server.callback(invoke_without_command=True, epilog=_EXAMPLE)(_serve)
    server.command("token", epilog="Example:\n\n    sandan codec-server token auditor --name demo")(_token)
    server.command("users", epilog="Example:\n\n    sandan codec-server users --aws")(_users)
    server.command("add-user", epilog="Example:\n\n    sandan codec-server add-user li.ming --role masked --aws")(_add)
    server.command("remove-user", epilog="Example:\n\n    sandan codec-server remove-user li.ming --aws")(_remove)
    app.add_typer(server, name="codec-server")


def _serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="On the loopback address.")] = Ports().codec,
) -> None:
    """Serve payloads in clear to the Temporal UI, by role; one line of log for every request. Ctrl-C ends it."""
    if context.invoked_subcommand:
        return
    if not is_free(port):
        raise SettingError(
            f"port {port} is taken: end what listens there, a local stack perhaps, or choose another --port"
        )
    from infra.codec_server.serving import serve  # noqa: PLC0415 - loads the Temporal library

    typer.echo(
        f"codec server: http://127.0.0.1:{port}/codec for {settings().codec_ui_origin}; Ctrl-C ends it", err=True
    )
    serve(port)


def _token(user: _UserName, *, name: StackName = DEFAULT_NAME) -> None:
    """The token of a user of the local stack, to log in with: operator (masked) or auditor (whole)."""
    state = running_stack(name)
    if user not in state.codec_tokens:
        raise StackError(f"the stack has no user {user}: {', '.join(state.codec_tokens)}")
    typer.echo(state.codec_tokens[user])
    typer.echo(f"log in at {state.codec_url}/login", err=True)


def _users(*, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """Who may use the codec server, and what each one sees."""
    for user, found in _read(SecretStore(name, in_aws=aws)).items():
        typer.echo(f"{user}  {found.role}")


def _add(
    user: _UserName,
    *,
    role: Annotated[Role, typer.Option(help="What the user sees.")] = Role.MASKED,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Let somebody in, and print the token: this once. A user who is there already gets a new one."""
    store = SecretStore(name, in_aws=aws)
    made = User.new(role)
    _write(store, {**_read(store), user: made})
    typer.echo(made.token)


def _remove(user: _UserName, *, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """Let somebody in no more; holds within half a minute."""
    store = SecretStore(name, in_aws=aws)
    kept = _read(store)
    if user not in kept:
        raise StackError(f"there is no user {user}: {', '.join(kept)}")
    _write(store, {other: found for other, found in kept.items() if other != user})


def _read(store: SecretStore) -> "dict[str, User]":
    try:
        return read_users(store.read(settings().codec_users_secret))
    except UsersError as error:
        raise UnreachableError(str(error)) from None


def _write(store: SecretStore, users: "Mapping[str, User]") -> None:
    store.write(settings().codec_users_secret, {user: found.model_dump(mode="json") for user, found in users.items()})
