"""Archive the dossier of an order, and what comes after it; check one, also without being able to read it."""

from pydantic import ConfigDict, TypeAdapter, ValidationError

from functions.data_keys.models import ShreddedError
from functions.data_keys.sealed import Opener
from functions.dossier import store
from functions.dossier.models import (
    Archived,
    ArchiveRequest,
    Checked,
    CheckRequest,
    Dossier,
    DossierEntry,
    Kept,
    LateRequest,
)
from functions.dossier.persons import persons_in
from functions.dossier.rules import BrokenChainError, chain, verify, verify_contents
from functions.function import function
from functions.payloads.models import BrokenSealError
from functions.retention.end_models import EndedRequest
from functions.retention.ending import ended

_DOSSIER, _LATE = "dossier", "late document"
_ENTRIES = TypeAdapter(list[DossierEntry], config=ConfigDict(defer_build=True))


@function("dossier.archive")
def archive(request: ArchiveRequest) -> Archived:
    """Chain the entries, seal them with the order's key, write them to the archive; from then on retention counts.

    Repeatable. Raises ShreddedError for an order whose data were destroyed.
    """
    opener = Opener.writing(request.key)
    made = chain(request, opener.commitment)
    contents = opener.seal(_DOSSIER, _ENTRIES.dump_json(request.entries))
    location = store.put_dossier(Dossier.model_validate({**made.model_dump(), "contents": contents}))
    ended(
        EndedRequest(
            key=request.key,
            stage=request.stage,
            ended_at=max(entry.at for entry in request.entries),
            head=made.head,
            persons=persons_in(request.entries),
        )
    )
    return Archived(location=location, head=made.head, entries=len(made.entries))


@function("dossier.late")
def late(request: LateRequest) -> Kept:
    """Keep a document that came after the end: it changes nothing, and it is not lost. Raises ShreddedError."""
    opener, document = Opener.writing(request.key), request.document
    name = f"{document.kind}-{opener.commitment(document.content_hash.encode())}"
    sealed = opener.seal(_LATE, document.model_dump_json().encode())
    return Kept(location=store.put_late(request.key, name, sealed))


@function("dossier.check")
def check(request: CheckRequest) -> Checked:
    """Check the chain of a dossier, and its contents as long as the order's key is there.

    Raises the archive's NoSuchKey when there is no dossier.
    """
    try:
        dossier = store.get_dossier(request.key)
    except ValidationError as error:
        return Checked(entries=0, readable=False, problem=f"no dossier of this version lies there: {error.title}")
    readable = True
    try:
        verify(dossier)
        _check_contents(dossier)
    except ShreddedError:
        readable = False
    except (BrokenChainError, BrokenSealError) as error:
        return Checked(entries=len(dossier.entries), readable=True, problem=str(error))
    problem = "" if dossier.head == request.head else f"dossier {request.key}: its head is not the one on record"
    return Checked(entries=len(dossier.entries), readable=readable, problem=problem)


def opened(dossier: Dossier) -> list[DossierEntry]:
    """The entries of a dossier in clear. Raises ShreddedError, BrokenSealError."""
    opener = Opener.reading(dossier.key, dossier.contents.key_id)
    return _ENTRIES.validate_json(opener.open(_DOSSIER, dossier.contents))


def _check_contents(dossier: Dossier) -> None:
    opener = Opener.reading(dossier.key, dossier.contents.key_id)
    verify_contents(dossier, opened(dossier), opener.commitment)
