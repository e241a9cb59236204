"""The end of an order, from which its retention counts."""

from functions.function import function
from functions.retention import end_store
from functions.retention.end_models import Ended, EndedRequest


@function("retention.ended")
def ended(request: EndedRequest) -> Ended:
    """Note when an order ended, the hash of its dossier, and whose data it holds; repeatable."""
    return Ended(ended_at=end_store.note_end(request))
