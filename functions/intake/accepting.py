"""A document at the door: taken or refused, by itself and by what is on record under its key."""

from events.documents import InboundDocument
from functions.intake import answers, store
from functions.intake.checks import check, refusal_by_record
from functions.intake.models import Accepted, AcceptRequest
from functions.intake.refusals import Reason, Refusal
from functions.intake.rules import CHANGE, Arrival, Change, Record, Repeat, arrival_of, decide
from functions.intake.table import ATTEMPTS, ContendedError


def accept(request: AcceptRequest) -> Accepted:
    """Take a document or refuse it with the official code; the same content again earns the first answer again.

    A document that was taken before is handed on again under its first id, so that a crash between the memory and
    the bus heals when its sender repeats it. Raises InvalidInputError, ContendedError.
    """
    arrival = arrival_of(request)
    refusal = check(arrival)
    if refusal is not None:
        return _refuse(arrival, refusal)
    if arrival.kind.is_from_customs:
        return _take(arrival, _record_of(arrival, Change(version=1, accepted_at=request.received_at)))
    return _remember(arrival)


def _remember(arrival: Arrival) -> Accepted:
    # Most documents are new: the first write finds out by itself, without a read.
    record = store.read(arrival.kind, arrival.business_key) if arrival.app_type == CHANGE else None
    for _ in range(ATTEMPTS):
        match decide(record, arrival):
            case Reason() as reason:
                return _refuse(arrival, refusal_by_record(arrival, reason))
            case Repeat(record=known, restated=False):
                return _take(arrival, known)
            case Repeat(record=known):
                holding = known.model_copy(update={"app_time": arrival.app_time})
            case Change() as change:
                holding = _record_of(arrival, change)
        if store.write(arrival.kind, arrival.business_key, holding, over=record):
            return _take(arrival, holding)
        record = store.read(arrival.kind, arrival.business_key)
    raise ContendedError(f"could not record the {arrival.kind} {arrival.business_key}")


def _record_of(arrival: Arrival, change: Change) -> Record:
    return Record(
        content_hash=arrival.content_hash,
        version=change.version,
        app_time=arrival.app_time,
        accepted_at=change.accepted_at,
        document_id=arrival.request.document_id,
        answer=answers.accepted(arrival, change.accepted_at),
        order=arrival.order,
    )


def _take(arrival: Arrival, record: Record) -> Accepted:
    document = InboundDocument(
        document_id=record.document_id,
        kind=arrival.kind,
        content=arrival.request.content,
        content_hash=arrival.content_hash,
        sender=arrival.request.sender,
        received_at=record.accepted_at,
    )
    return Accepted(answer=record.answer, document=document)


def _refuse(arrival: Arrival, refusal: Refusal) -> Accepted:
    return Accepted(answer=answers.refused(arrival, refusal))
