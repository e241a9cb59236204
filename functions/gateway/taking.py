"""Documents that may come in: each to the intake, then the accepted ones to the bus."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from events.receipts import Answer
from functions.gateway.bus import publish
from functions.gateway.partners import Partner, foreign
from functions.gateway.reading import Incoming
from functions.gateway.refusals import Refusal, RefusedError
from functions.intake.accepting import accept
from functions.intake.models import AcceptRequest

_DOCUMENTS = uuid5(NAMESPACE_URL, "tag:sandan,2026:document")


def take(documents: Sequence[Incoming], sender: Partner, now: datetime) -> list[Answer]:
    """The answers, in the order of the documents.

    Raises RefusedError (403), with nothing taken, when one of them is not the sender's to send.
    """
    problems = foreign(sender, documents)
    if problems:
        first = problems[0]
        raise RefusedError(Refusal.FORBIDDEN, f"{first.path}: {first.value} {first.message}", problems)
    accepted = [
        accept(
            AcceptRequest(
                document_id=str(_document_id(document, sender)),
                kind=document.kind,
                content=document.content,
                sender=sender.id,
                received_at=now,
                signature=sender.signature_of(document),
                signature_fault=sender.fault_of(document),
            )
        )
        for document in documents
    ]
    publish([each.document for each in accepted if each.document is not None])
    return [each.answer for each in accepted]


def _document_id(document: Incoming, sender: Partner) -> UUID:
    """The same for the same bytes of the same sender, so that a repeated request repeats its events."""
    content = json.dumps(document.content, sort_keys=True).encode()
    return uuid5(_DOCUMENTS, f"{sender.id}/{document.kind}/{hashlib.sha256(content).hexdigest()}")
