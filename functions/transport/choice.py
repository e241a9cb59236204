"""Which way messages travel to customs and back: SANDAN_CUSTOMS_TRANSPORT and the settings of each way.

A way's library is loaded only where that way is chosen.
"""

from functools import cache
from pathlib import Path
from typing import TypeVar

from functions.settings import Settings, settings
from functions.transport.protocol import Transport

Given = TypeVar("Given")


class TransportSettingError(ValueError):
    """A setting that the chosen way cannot do without, or that is wrong; the text names it and says what to do."""


@cache
def customs_transport() -> Transport:
    """The way to customs of this process; several threads may use it. Raises as `open_transport` does."""
    return open_transport(settings())


def open_transport(chosen: Settings) -> Transport:
    """A new way to customs; whoever opens it closes it.

    Raises TransportSettingError for settings, TransportUnavailableError when folders cannot be used.
    """
    match chosen.customs_transport:
        case "directory":
            return _directory(chosen)
        case "amqp":
            return _amqp(chosen)
        case "http":
            from functions.transport.http import HttpTransport  # noqa: PLC0415 - only where it is chosen

            return HttpTransport(chosen.customs_url, chosen.customs_inbox_url)


def open_inbox(chosen: Settings) -> Transport:
    """A new way to customs by which replies are fetched. Raises as `open_transport`, and where they come by no such."""
    if chosen.customs_transport == "http":
        what = "where replies are fetched; without one they are posted to the gateway, and nobody has to receive them"
        _needed(chosen, "customs_inbox_url", chosen.customs_inbox_url, what)
    return open_transport(chosen)


def aside_folder(chosen: Settings) -> Path:
    """Where replies go that nobody can take: SANDAN_CUSTOMS_ASIDE, of a directory exchange its folder `aside`.

    Raises TransportSettingError.
    """
    if chosen.customs_aside is None and chosen.customs_directory and chosen.customs_transport == "directory":
        return chosen.customs_directory / "aside"
    return _needed(chosen, "customs_aside", chosen.customs_aside, "a folder for replies that cannot be taken")


def _directory(chosen: Settings) -> Transport:
    from functions.transport.directory import DirectoryTransport  # noqa: PLC0415 - only where it is chosen

    folder = _needed(chosen, "customs_directory", chosen.customs_directory, "the folder of the exchange")
    try:
        return DirectoryTransport(
            folder,
            outbox=chosen.customs_outbox,
            inbox=chosen.customs_inbox,
            settle_seconds=chosen.customs_settle_seconds,
        )
    except ValueError as error:
        raise TransportSettingError(str(error)) from None


def _amqp(chosen: Settings) -> Transport:
    from functions.transport.amqp import AmqpMissingError, AmqpTransport  # noqa: PLC0415 - only where it is chosen

    url = _needed(chosen, "customs_amqp_url", chosen.customs_amqp_url, "amqps://user:password@host:port/vhost")
    outbox = _needed(chosen, "customs_amqp_outbox", chosen.customs_amqp_outbox, "the routing key of what is sent")
    inbox = _needed(chosen, "customs_amqp_inbox", chosen.customs_amqp_inbox, "the queue that replies come from")
    try:
        return AmqpTransport(url, outbox=outbox, inbox=inbox, exchange=chosen.customs_amqp_exchange)
    except AmqpMissingError as error:
        raise TransportSettingError(f"SANDAN_CUSTOMS_TRANSPORT is amqp: {error}") from None
    except ValueError:  # its text may hold the password
        raise TransportSettingError("SANDAN_CUSTOMS_AMQP_URL is no amqp:// or amqps:// address") from None


def _needed(chosen: Settings, name: str, value: Given | None, what: str) -> Given:
    if value is None or value == "":
        way = chosen.customs_transport
        raise TransportSettingError(
            f"SANDAN_CUSTOMS_TRANSPORT is {way}, but SANDAN_{name.upper()} is not set: give {what}"
        )
    return value
