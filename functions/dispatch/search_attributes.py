"""The search attributes of orders; never personal data."""

from datetime import datetime

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from events.life import Stage

MODE = SearchAttributeKey.for_keyword("Mode")
STAGE = SearchAttributeKey.for_keyword("Stage")
CUSTOMS_STATUS = SearchAttributeKey.for_keyword("CustomsStatus")
EBP = SearchAttributeKey.for_keyword("Ebp")
EBC = SearchAttributeKey.for_keyword("Ebc")
PARK = SearchAttributeKey.for_keyword("Park")
NEEDS_HUMAN = SearchAttributeKey.for_bool("NeedsHuman")
DUE_BY = SearchAttributeKey.for_datetime("DueBy")


def at_start(ebp_code: str, due_by: datetime) -> TypedSearchAttributes:
    """What is known of an order before its workflow runs."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(STAGE, Stage.COLLECTING),
            SearchAttributePair(EBP, ebp_code),
            SearchAttributePair(NEEDS_HUMAN, value=False),
            SearchAttributePair(DUE_BY, due_by),
        ]
    )
