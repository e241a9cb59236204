"""Payloads of one request, in clear as far as the role may see them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from temporalio.api.common.v1 import Payload, Payloads

from functions.data_keys.models import NoDataKeyError, ShreddedError
from functions.payloads.codec import EncryptingCodec, is_encrypted, workflow_of
from functions.payloads.keys import PayloadKeyError
from functions.payloads.models import BrokenSealError
from infra.codec_server.masked import masked
from infra.codec_server.users import Role


@dataclass
class Decoded:
    """What goes back, and what the access log says of it."""

    payloads: Payloads = field(default_factory=Payloads)
    workflows: set[str] = field(default_factory=set)
    unreadable: int = 0
    shredded: int = 0
    withheld: int = 0


async def decode_for(role: Role, codec: EncryptingCodec, payloads: Iterable[Payload]) -> Decoded:
    """As many payloads as came; what cannot be read, or may not, stays encrypted; what was shredded says so."""
    result = Decoded()
    for payload in payloads:
        try:
            (clear,) = await codec.decode([payload])
        except ShreddedError as error:
            result.shredded += 1
            result.payloads.payloads.append(_note(error))
            continue
        except (PayloadKeyError, NoDataKeyError, BrokenSealError):
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


def _note(error: ShreddedError) -> Payload:
    """What a person sees in the place of a payload that nobody can read any more."""
    data = json.dumps({"shredded": f"{error.at:%Y-%m-%d}", "order": str(error.order)}, ensure_ascii=False).encode()
    return Payload(metadata={"encoding": b"json/plain"}, data=data)
