"""The stories that a made-up order can live, told to every counterparty by a mark in the order number.

Those after the release say how customs, warehouse, payment firm and bank answer when goods are returned or the tax is
paid; until then such an order is released like any other.
"""

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
    ANNUAL_LIMIT = "annual-limit"
    GUARANTEE_WAIT = "guarantee-wait"
    RETURN = "return"
    RETURN_PART = "return-part"
    RETURN_REFUSED = "return-refused"
    RETURN_SILENCE = "return-silence"
    RETURN_LATE = "return-late"
    RETURN_DAMAGED = "return-damaged"
    RETURN_QUANTITY = "return-quantity"
    RETURN_WRONG_SITE = "return-wrong-site"
    RETURN_NEVER = "return-never"
    EXCHANGE = "exchange"
    REFUND_REFUSED = "refund-refused"
    REFUND_DIES = "refund-dies"
    BANK_REFUSAL = "bank-refusal"
    BANK_DIES = "bank-dies"

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
    Scenario.ANNUAL_LIMIT: "LIM",
    Scenario.GUARANTEE_WAIT: "GUA",
    Scenario.RETURN: "RTN",
    Scenario.RETURN_PART: "RPRT",
    Scenario.RETURN_REFUSED: "RREF",
    Scenario.RETURN_SILENCE: "RSIL",
    Scenario.RETURN_LATE: "RLAT",
    Scenario.RETURN_DAMAGED: "RDAM",
    Scenario.RETURN_QUANTITY: "RQTY",
    Scenario.RETURN_WRONG_SITE: "RSIT",
    Scenario.RETURN_NEVER: "RNEV",
    Scenario.EXCHANGE: "EXCH",
    Scenario.REFUND_REFUSED: "FREF",
    Scenario.REFUND_DIES: "FDIE",
    Scenario.BANK_REFUSAL: "BREF",
    Scenario.BANK_DIES: "BDIE",
}
_BY_MARK = {mark: scenario for scenario, mark in _MARKS.items()}
_EXPECTED = {
    Scenario.PAYMENT_MISMATCH: Stage.EXPIRED,
    Scenario.PAYMENT_MISSING: Stage.EXPIRED,
    Scenario.INSPECTION_RETURN: Stage.SHIPPED_BACK,
    Scenario.DETENTION: Stage.DETAINED,
    Scenario.CANCELLATION: Stage.CANCELLED,
    Scenario.ANNUAL_LIMIT: Stage.EXPIRED,
    Scenario.RETURN: Stage.RETURNED,
    Scenario.RETURN_SILENCE: Stage.RETURNED,
    Scenario.EXCHANGE: Stage.RETURNED,
    Scenario.REFUND_DIES: Stage.RETURNED,
    Scenario.REFUND_REFUSED: Stage.RETURNED,
}

AFTER_RELEASE = tuple(Scenario)[tuple(Scenario).index(Scenario.RETURN) :]  # told apart only when somebody acts later
LIVES = (
    *(scenario for scenario in Scenario if scenario not in AFTER_RELEASE),
    Scenario.RETURN,
    Scenario.RETURN_PART,
    Scenario.RETURN_LATE,
    Scenario.EXCHANGE,
)


def order_number(seed: int, index: int, mode: Mode, scenario: Scenario) -> str:
    """The number of a made-up order, such as LYG9610-7-000001-REL."""
    return f"LYG{mode}-{seed}-{index:06d}-{scenario.mark}"


def scenario_of(order_no: str) -> Scenario | None:
    """The scenario whose mark the order number carries, None for an order of the real world."""
    prefix, _, mark = order_no.rpartition("-")
    return _BY_MARK.get(mark) if prefix.startswith("LYG") else None
