"""The access log: one line of JSON for every request for payloads, granted or not; never what is in them."""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from events.values import utc_now

log = logging.getLogger("sandan.codec.access")
_LONGEST = 200
_MOST_WORKFLOWS = 50


@dataclass(frozen=True)
class Asked:
    """What the log says of a request besides its address: who asked, how much there was, and of which workflows.

    The workflows are those of payloads that could be decrypted: an id that is only claimed is not among them.
    """

    who: str | None = None
    role: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    workflows: Iterable[str] = ()


def note(request: Request, status: int, asked: Asked) -> None:
    """Write the line."""
    ids = sorted(set(asked.workflows))
    line = {
        "at": utc_now().isoformat(),
        "who": asked.who,
        "role": asked.role,
        "from": request.client.host if request.client else None,
        "path": request.url.path,
        "namespace": request.headers.get("x-namespace", "")[:_LONGEST],
        "status": status,
        **asked.counts,
        "workflows": ids[:_MOST_WORKFLOWS],
        "more_workflows": max(0, len(ids) - _MOST_WORKFLOWS),
    }
    log.info("%s", json.dumps(line, ensure_ascii=True))
