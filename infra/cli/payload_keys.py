"""`sandan payload-keys`: the keys that payloads in Temporal are encrypted with, and their rotation."""

from datetime import timedelta
from typing import Annotated

import typer

from events.values import utc_now
from functions.payloads.models import Cipher, PayloadKey, PayloadKeys, new_key_id
from functions.settings import settings
from infra.cli.running import InAws, StackName, china_time
from infra.cli.secret_store import SecretStore
from infra.stack.errors import StackError, UnreachableError
from infra.stack.state import DEFAULT_NAME

_KeyId = Annotated[str, typer.Argument(metavar="KEY_ID", help="As `sandan payload-keys list` prints it.")]
_AT_WORK = timedelta(seconds=60)  # for a reading of the secret and a writing that have begun
_CIPHER = "Of the new key; SANDAN_PAYLOAD_CIPHER by default."


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    keys = typer.Typer(no_args_is_help=True, help="Look at and rotate the keys of payloads in Temporal.")
    keys.command("list", epilog="Example:\n\n    sandan payload-keys list --name demo")(_list)
    keys.command("add", epilog="Example:\n\n    sandan payload-keys add --cipher SM4-GCM")(_add)
    keys.command("use", epilog="Example:\n\n    sandan payload-keys use 270101-093000")(_use)
    keys.command("remove", epilog="Example:\n\n    sandan payload-keys remove 260101-080000 --forever")(_remove)
    app.add_typer(keys, name="payload-keys")


def _list(*, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """The keys by id, never the keys themselves."""
    _tell(_read(SecretStore(name, in_aws=aws)))


def _add(
    *,
    cipher: Annotated[Cipher | None, typer.Option(help=_CIPHER)] = None,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Make a key. All processes can read with it within a minute; none writes with it before `use`."""
    store = SecretStore(name, in_aws=aws)
    kept = _read(store)
    key_id = new_key_id(utc_now(), [key.id for key in kept.keys])
    made = PayloadKey.new(key_id, cipher or Cipher(settings().payload_cipher))
    _write(store, PayloadKeys(write=kept.write, keys=(*kept.keys, made)))


def _use(key_id: _KeyId, *, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """Write with a key from now on; the others still read."""
    store = SecretStore(name, in_aws=aws)
    kept = _read(store)
    _require(kept, key_id)
    _write(store, PayloadKeys(write=key_id, keys=kept.keys))


def _remove(
    key_id: _KeyId,
    *,
    forever: Annotated[bool, typer.Option("--forever", help="What it encrypted shall never be read again.")] = False,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Take a key away. Histories, dossiers and payment data under it are lost, and orders that need it stand still.

    Not while processes may still write under it, a few minutes after the last change of the keys.
    """
    store = SecretStore(name, in_aws=aws)
    kept = _read(store)
    _require(kept, key_id)
    if key_id == kept.write:
        raise StackError(f"{key_id} is the key that writes: `sandan payload-keys use` another one first")
    if not forever:
        raise StackError(
            f"what {key_id} has encrypted would be lost, dossiers too: say --forever when nothing needs it"
        )
    _require_known_to_all(store, key_id)
    _write(store, PayloadKeys(write=kept.write, keys=tuple(key for key in kept.keys if key.id != key_id)))


def _read(store: SecretStore) -> PayloadKeys:
    from functions.payloads.keys import read_keys  # noqa: PLC0415 - `--help` does without

    try:
        return read_keys(store.read(settings().payload_keys_secret))
    except ValueError as error:
        raise UnreachableError(str(error)) from None


def _write(store: SecretStore, keys: PayloadKeys) -> None:
    store.write(settings().payload_keys_secret, keys.model_dump(mode="json"))
    _tell(keys)


def _tell(keys: PayloadKeys) -> None:
    for key in keys.keys:
        typer.echo(f"{key.id}  {key.cipher}  {'writes and reads' if key.id == keys.write else 'reads'}")


def _require(keys: PayloadKeys, key_id: str) -> None:
    if not keys.find(key_id):
        raise StackError(f"there is no payload key {key_id}: {', '.join(key.id for key in keys.keys)}")


def _require_known_to_all(store: SecretStore, key_id: str) -> None:
    """StackError unless every process has read the secret since its last change, which may have been a `use`."""
    from functions.payloads.keys import STALE  # noqa: PLC0415 - `--help` does without

    changed = store.since(settings().payload_keys_secret)
    until = changed + timedelta(seconds=STALE * settings().payload_keys_seconds) + _AT_WORK
    if utc_now() < until:
        raise StackError(
            f"the keys were changed at {china_time(changed)}: until {china_time(until)} (China Standard Time) "
            f"processes may still write under {key_id}, remove it then"
        )
