"""Match the documents of one order."""

from functions.function import function
from functions.matching.models import MatchRequest, MatchResult
from functions.matching.rules import match_documents
from functions.policy.pack import default_pack


@function("matching.match")
def match(request: MatchRequest) -> MatchResult:
    """The match under the policy of the request's day."""
    return match_documents(request, default_pack().at(request.on))
