"""Payloads of one request, in clear as far as the role may see them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from temporalio.api.common.v1 import Payload, Payloads

from functions.payloads.codec import EncryptingCodec, is_encrypted, workflow_of
from functions.payloads.keys import PayloadKeyError
from functions.payloads.sealing import BrokenSealError
from infra.codec_server.masked import masked
from infra.codec_server.users import Role


@dataclass
class Decoded:
    """What goes back, and what the access log says of it."""

    payloads: Payloads = field(default_factory=Payloads)
    workflows: set[str] = field(default_factory=set)
    unreadable: int = 0
    withheld: int = 0


async def decode_for(role: Role, codec: EncryptingCodec, payloads: Iterable[Payload]) -> Decoded:
    """As many payloads as came; what cannot be read, or may not, stays encrypted."""
    result = Decoded()
    for payload in payloads:
        try:
            (clear,) = await codec.decode([payload])
        except (PayloadKeyError, BrokenSealError):
            result.unreadable += 1
            result.payloads.payloads.append(payload)
            continue
        shown = clear if role is Role.WHOLE or not is_encrypted(payload) else masked(clear)
        result.payloads.payloads.append(payload if shown is None else shown)
        result.withheld += shown is None
        workflow_id = workflow_of(payload) if is_encrypted(payload) else None
        if workflow_id and shown is not None:
            result.workflows.add(workflow_id)
    return result
