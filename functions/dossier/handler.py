"""Archive the dossier of an order, and what comes after it."""

from functions.dossier import store
from functions.dossier.models import Archived, ArchiveRequest, Kept, LateRequest
from functions.dossier.rules import chain
from functions.function import function


@function("dossier.archive")
def archive(request: ArchiveRequest) -> Archived:
    """Chain the entries and write them to the archive (retention: at least three years, E-commerce Law)."""
    dossier = chain(request)
    return Archived(location=store.put_dossier(dossier), head=dossier.head, entries=len(dossier.entries))


@function("dossier.late")
def late(request: LateRequest) -> Kept:
    """Keep a document that came after the end: it changes nothing, and it is not lost."""
    return Kept(location=store.put_late(request.key, request.document))
