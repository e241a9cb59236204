"""The stories that a made-up order can live, told to every counterparty by a mark in the order number."""

from enum import StrEnum

from events.life import Stage


class Mode(StrEnum):
    """The supervision modes of an import order."""

    DIRECT = "9610"
    BONDED = "1210"


class Scenario(StrEnum):
    """What will happen to an order."""

    RELEASE = "release"
    OUT_OF_ORDER = "out-of-order"
    DUPLICATES = "duplicates"
    PAYMENT_CORRECTED = "payment-corrected"
    PAYMENT_MISMATCH = "payment-mismatch"
    PAYMENT_MISSING = "payment-missing"
    CUSTOMS_REJECTION = "customs-rejection"
    INSPECTION_RELEASE = "inspection-release"
    INSPECTION_RETURN = "inspection-return"
    DETENTION = "detention"
    CANCELLATION = "cancellation"
    RECEIPTS_DISORDER = "receipts-disorder"
    SILENCE = "silence"
    CUSTOMS_DOWN = "customs-down"
    LIST_SERVICE = "list-service"

    @property
    def mark(self) -> str:
        """How the scenario stands at the end of an order number."""
        return _MARKS[self]

    @property
    def expected(self) -> Stage:
        """Where the life of such an order must end, or stand for good."""
        return _EXPECTED.get(self, Stage.CLOSED)


_MARKS = {
    Scenario.RELEASE: "REL",
    Scenario.OUT_OF_ORDER: "OOO",
    Scenario.DUPLICATES: "DUP",
    Scenario.PAYMENT_CORRECTED: "PCOR",
    Scenario.PAYMENT_MISMATCH: "PDIF",
    Scenario.PAYMENT_MISSING: "PNON",
    Scenario.CUSTOMS_REJECTION: "CREJ",
    Scenario.INSPECTION_RELEASE: "IREL",
    Scenario.INSPECTION_RETURN: "IRET",
    Scenario.DETENTION: "DET",
    Scenario.CANCELLATION: "CAN",
    Scenario.RECEIPTS_DISORDER: "RDIS",
    Scenario.SILENCE: "SIL",
    Scenario.CUSTOMS_DOWN: "DOWN",
    Scenario.LIST_SERVICE: "SVC",
}
_BY_MARK = {mark: scenario for scenario, mark in _MARKS.items()}
_EXPECTED = {
    Scenario.PAYMENT_MISMATCH: Stage.EXPIRED,
    Scenario.PAYMENT_MISSING: Stage.EXPIRED,
    Scenario.INSPECTION_RETURN: Stage.SHIPPED_BACK,
    Scenario.DETENTION: Stage.DETAINED,
    Scenario.CANCELLATION: Stage.CANCELLED,
}


def order_number(seed: int, index: int, mode: Mode, scenario: Scenario) -> str:
    """The number of a made-up order, such as LYG9610-7-000001-REL."""
    return f"LYG{mode}-{seed}-{index:06d}-{scenario.mark}"


def scenario_of(order_no: str) -> Scenario | None:
    """The scenario whose mark the order number carries, None for an order of the real world."""
    prefix, _, mark = order_no.rpartition("-")
    return _BY_MARK.get(mark) if prefix.startswith("LYG") else None
