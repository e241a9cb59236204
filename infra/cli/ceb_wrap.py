"""`sandan ceb wrap` and `unwrap`: messages into the envelopes of the exchange platform and out of them."""

import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from events.ceb.node import EnvelopeKind, MsgIdNumbering, unwrap_any, wrap_terminal, wrap_transport
from events.problems import InvalidInputError, Problem
from events.values import utc_now
from functions.settings import settings
from infra.cli.ceb_files import read_file, unreadable, write_out

_NANOSECONDS = 10**9
_PLACEHOLDER_NODE = "00000000"
_WRAP_EXAMPLE = (
    "Example:\n\n    sandan ceb wrap 621.xml --receiver DXPEDCCEB0000002 --out 621.dxp.xml\n\n"
    "A transport node's envelope goes around a message or a DxpMsg. Exit code 0: written; 2: FILE cannot be read, or "
    "--out not written."
)
_UNWRAP_EXAMPLE = (
    "Example:\n\n    sandan ceb unwrap 621.dxp.xml --out 621.xml\n\n"
    "Takes DxpMsg and DxpMsgSv; a message without an envelope comes out as it is. With --node only that node's "
    "envelope is taken. Exit code 0: written; 2: FILE cannot be read, or --out not written."
)
_File = Annotated[Path, typer.Argument(metavar="FILE", help="XML; - for standard input.", allow_dash=True)]
_Out = Annotated[Path | None, typer.Option("--out", metavar="F", help="Write here; standard output by default.")]


class Node(StrEnum):
    """Whose envelope."""

    TERMINAL = "terminal"
    TRANSPORT = "transport"


_ENVELOPES = {Node.TERMINAL: EnvelopeKind.TERMINAL, Node.TRANSPORT: EnvelopeKind.TRANSPORT}


def add_wrap(ceb: typer.Typer) -> None:
    """Add both commands to `sandan ceb`."""
    ceb.command("wrap", epilog=_WRAP_EXAMPLE)(_wrap)
    ceb.command("unwrap", epilog=_UNWRAP_EXAMPLE)(_unwrap)


def _wrap(
    file: _File,
    *,
    node: Annotated[Node, typer.Option(help="Whose envelope: DxpMsg or DxpMsgSv.")] = Node.TERMINAL,
    sender: Annotated[
        str | None, typer.Option(metavar="ID", help="SenderId; SANDAN_OWN_DXP_ID by default.", show_default=False)
    ] = None,
    receiver: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="ReceiverId, up to five times; SANDAN_CUSTOMS_DXP_ID by default."),
    ] = None,
    cop_msg_id: Annotated[
        str | None, typer.Option("--id", metavar="COPMSGID", help="CopMsgId; a new one by default.")
    ] = None,
    own_node: Annotated[
        str, typer.Option(envvar="SANDAN_OWN_NODE", help="Our transport node, 8 digits; the default is a placeholder.")
    ] = _PLACEHOLDER_NODE,
    end_node: Annotated[
        str, typer.Option(envvar="SANDAN_END_NODE", help="The receiver's, 8 digits; the default is a placeholder.")
    ] = _PLACEHOLDER_NODE,
    out: _Out = None,
) -> None:
    """Put a customs message into the envelope of a terminal or of a transport node."""
    try:
        envelope = data = read_file(file)
        if node is Node.TERMINAL or unwrap_any(data).kind is not EnvelopeKind.TERMINAL:
            envelope = wrap_terminal(
                data,
                sender_id=sender or settings().own_dxp_id,
                receiver_ids=receiver or [settings().customs_dxp_id],
                cop_msg_id=cop_msg_id or str(uuid4()),
                created_at=utc_now(),
            )
        elif sender or receiver or cop_msg_id:
            raise _addressed_already()
        if node is Node.TRANSPORT:
            envelope = _in_transport(envelope, own_node, end_node)
    except InvalidInputError as error:
        raise unreadable("wrap", file, error) from None
    write_out(out, envelope, "wrap")


def _unwrap(
    file: _File,
    *,
    node: Annotated[Node | None, typer.Option(help="Take the envelope of this node only; any by default.")] = None,
    out: _Out = None,
) -> None:
    """Take the message out of its envelope, byte by byte as it was put in."""
    try:
        found = unwrap_any(read_file(file))
        if node is not None and found.kind is not _ENVELOPES[node]:
            raise _other_envelope(node, found.kind)
    except InvalidInputError as error:
        raise unreadable("unwrap", file, error) from None
    write_out(out, found.message, "unwrap")


def _in_transport(terminal: bytes, own_node: str, end_node: str) -> bytes:
    """The serial number is the nanosecond within the second, so that a later run gives a greater MsgId."""
    second, nanosecond = divmod(time.time_ns(), _NANOSECONDS)
    now = datetime.fromtimestamp(second, UTC)
    msg_id = MsgIdNumbering(own_node, nanosecond).next_id(now)
    return wrap_transport(terminal, msg_id=msg_id, station_node=own_node, end_node=end_node, send_time=now)


def _addressed_already() -> InvalidInputError:
    words = "is an address label already: leave out --sender, --receiver and --id, or unwrap the message first"
    return InvalidInputError([Problem(path="/DxpMsg/TransInfo", rule="address", message=words)])


def _other_envelope(node: Node, found: EnvelopeKind) -> InvalidInputError:
    here = "a message without an envelope" if found is EnvelopeKind.PLAIN else f"the envelope of a {found} node"
    words = f"is {here}, where that of a {node} node was to be: leave out --node, which takes any"
    return InvalidInputError([Problem(path="/", rule="node", message=words)])
