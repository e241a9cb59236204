"""The end of an order, from which its retention counts."""

from functions.function import function
from functions.retention import store
from functions.retention.models import Ended, EndedRequest


@function("retention.ended")
def ended(request: EndedRequest) -> Ended:
    """Note when an order ended, the hash of its dossier, and whose data it holds; repeatable."""
    return Ended(ended_at=store.note_end(request))
