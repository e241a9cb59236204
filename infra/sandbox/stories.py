"""What customs answers to a list without a fault, message by message, by the scenario of its order."""

from infra.generate.scenarios import Scenario

Messages = tuple[tuple[str, ...], ...]

TAKEN_IN = ("2", "3", "120")
REJECTED = ("2", "3", "100")
WHAT_HAPPENED = (*TAKEN_IN, "800")
_RELEASED: Messages = (TAKEN_IN, ("800",))
_STORIES: dict[Scenario, Messages] = {
    Scenario.INSPECTION_RELEASE: (TAKEN_IN, ("500",), ("800",)),
    Scenario.INSPECTION_RETURN: (TAKEN_IN, ("500",), ("700",)),
    Scenario.DETENTION: (TAKEN_IN, ("500",), ("501",)),
    Scenario.CANCELLATION: (TAKEN_IN,),  # held until the cancellation comes
    Scenario.RECEIPTS_DISORDER: tuple((status,) for status in reversed(WHAT_HAPPENED) for _ in range(2)),
    Scenario.DUPLICATES: tuple(statuses for statuses in _RELEASED for _ in range(2)),
}


def story_of(scenario: Scenario | None) -> Messages:
    """The statuses of each message, in the order in which the messages are sent."""
    return _STORIES.get(scenario, _RELEASED) if scenario else _RELEASED
