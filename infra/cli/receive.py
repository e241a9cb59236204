"""`sandan receive`: replies of customs out of folders or a queue, in at the gateway."""

import base64
import json
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.running import StackName
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME, running_stack

if TYPE_CHECKING:
    from infra.receiving import Door, Receiver

_EXAMPLE = (
    "Example:\n\n    SANDAN_CUSTOMS_TRANSPORT=directory SANDAN_CUSTOMS_DIRECTORY=/srv/exchange sandan receive\n\ntakes "
    "what the customs client leaves in /srv/exchange/inbox, hands it to the gateway of the running stack, and ends at "
    "Ctrl-C or SIGTERM. What cannot be taken goes to the folder aside, with the reason beside it."
)
_CUSTOMS = "customs"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("receive", epilog=_EXAMPLE)(_receive)


def _receive(
    *,
    once: Annotated[bool, typer.Option("--once", help="Take what is there now, then end.")] = False,
    every: Annotated[float, typer.Option(min=0.05, help="Seconds between two looks into the inbox.")] = 1.0,
    gateway: Annotated[
        str | None,
        typer.Option(
            envvar="SANDAN_GATEWAY_URL",
            help="A gateway that is no local stack's; the partner's key comes from the secrets store.",
        ),
    ] = None,
    partner: Annotated[str, typer.Option(help="The partner with the role customs.")] = _CUSTOMS,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Receive the replies of customs (SANDAN_CUSTOMS_TRANSPORT directory or amqp); one receiver for each inbox."""
    from functions.transport import TransportUnavailableError  # noqa: PLC0415 - `sandan receive --help` does without
    from functions.transport.choice import TransportSettingError  # noqa: PLC0415
    from infra.receiving import DoorClosedError  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    signals: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: signals.append(number))
    try:
        with _receiver(_door(gateway, partner, name), lambda: bool(signals)) as receiver:
            if once:
                raise typer.Exit(1 if receiver.take_in() else 0)
            typer.echo("receiving; Ctrl-C ends it", err=True)
            receiver.run(every)
            typer.echo("ended", err=True)
    except (TransportSettingError, TransportUnavailableError, DoorClosedError) as error:
        raise StackError(str(error)) from None


@contextmanager
def _receiver(door: "Door", is_stopping: Callable[[], bool]) -> "Iterator[Receiver]":
    """A receiver with the transport that is set, closed at the end."""
    from functions.settings import settings  # noqa: PLC0415 - `sandan receive --help` does without
    from functions.transport.choice import aside_folder, open_inbox  # noqa: PLC0415
    from infra.receiving import Receiver  # noqa: PLC0415

    with closing(door), closing(open_inbox(settings())) as transport:
        yield Receiver(transport, door, aside_folder(settings()), settings().body_limit, is_stopping)


def _door(gateway: str | None, partner: str, name: str) -> "Door":
    from infra.receiving import Door  # noqa: PLC0415 - `sandan receive --help` does without

    if gateway:
        return Door(gateway, partner, _kept_key(partner))
    state = running_stack(name)
    if partner not in state.partner_keys:
        raise StackError(f"the stack has no partner {partner}: {', '.join(state.partner_keys)}")
    return Door(state.gateway_url, partner, state.partner_keys[partner])


def _kept_key(partner: str) -> bytes:
    """The partner's key in the secrets store, where the gateway has it from."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - loads slowly

    from functions.aws import secretsmanager  # noqa: PLC0415
    from functions.settings import settings  # noqa: PLC0415

    secret = f"{settings().partner_secrets}{partner}"
    try:
        kept = secretsmanager().get_secret_value(SecretId=secret)["SecretString"]
        return base64.b64decode(json.loads(kept)["key"], validate=True)
    except (BotoCoreError, ClientError, ValueError, KeyError) as error:
        raise StackError(f"the secret {secret} does not give the partner's key ({type(error).__name__})") from None
