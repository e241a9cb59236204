"""The customs client of a directory exchange: takes what we send out of one folder, leaves answers in the other."""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

from starlette.responses import Response

from functions.transport.files import by_age, write

LOG = logging.getLogger("sandan.sandbox")
_EVERY_SECONDS = 0.05
_XML = "application/xml"


async def exchange(outbox: Path, inbox: Path, take: Callable[[bytes], Response]) -> None:
    """Give customs what stands in `outbox`, the oldest first, until this is cancelled.

    A file goes away after customs has its message; while customs is closed it stays. Where customs cannot read it, and
    says so in XML, that becomes an answer in `inbox`.
    """
    for folder in (outbox, inbox):
        folder.mkdir(parents=True, exist_ok=True)
    while True:
        for path in await asyncio.to_thread(by_age, outbox):
            answer = take(path.read_bytes())
            if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                continue
            if answer.status_code >= HTTPStatus.BAD_REQUEST:
                LOG.warning("%s: customs cannot read it", path.name)
            if answer.media_type == _XML:
                await asyncio.to_thread(leave, inbox, bytes(answer.body))
            path.unlink()
        await asyncio.sleep(_EVERY_SECONDS)


def leave(inbox: Path, message: bytes) -> None:
    """Put a message into `inbox`, whole."""
    inbox.mkdir(parents=True, exist_ok=True)
    write(inbox / f"{uuid4()}.xml", message)
