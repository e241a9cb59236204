"""The three-document match 三单对碰: the table of the rules M1-M9 and of the list's own, and what comes of it.

M10 (the limits) is held where the tax is assessed, and for the year by the ledger. M11 (a document that a declared
list used cannot change) is held by the intake, where changes arrive. M12 compares declaration forms of B2B export,
which import orders have none of.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from events.ceb.business import currency_findings, list_mode_findings
from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.waybill import Waybill
from events.documents import DocumentKind
from events.findings import Finding
from functions.matching.identity import impossible_numbers
from functions.matching.models import MatchRequest, MatchResult
from functions.matching.rules_items import lines_are_unique, lines_multiply, same_lines
from functions.matching.rules_list import same_buyer, same_listed_purchase
from functions.matching.rules_order_payment import amount_adds_up, payer_is_buyer, same_amount, same_purchase
from functions.matching.rules_waybill import one_parcel, same_consignee, same_parcel
from functions.policy.pack import PolicyAtDate

AMOUNT_TOLERANCE = "matching.amount_tolerance"

_O, _P, _W, _L = DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL, DocumentKind.DECLARATION_LIST
Document = TypeVar("Document")


@dataclass(frozen=True)
class Case:
    """What the rules look at; the properties are the documents that a rule's entry in the table says it needs."""

    given: MatchRequest
    tolerance: Decimal

    @property
    def order(self) -> Order:
        """The order, when it is needed."""
        return _present(self.given.order)

    @property
    def payment(self) -> Payment:
        """The payment, when it is needed."""
        return _present(self.given.payment)

    @property
    def waybill(self) -> Waybill:
        """The waybill, when it is needed."""
        return _present(self.given.waybill)

    @property
    def listed(self) -> DeclarationList:
        """The declaration list, when it is needed."""
        return _present(self.given.declaration_list)

    def missing(self) -> list[DocumentKind]:
        """The documents that are not there."""
        given = self.given
        documents = {_O: given.order, _P: given.payment, _W: given.waybill, _L: given.declaration_list}
        return [kind for kind, document in documents.items() if document is None]


@dataclass(frozen=True)
class MatchRule:
    """One entry of the table: the rule's id, the documents without which it does not run, how it finds."""

    id: str
    needs: frozenset[DocumentKind]
    find: Callable[[Case], Iterable[Finding]]


def _rule(rule_id: str, *needs: DocumentKind, find: Callable[[Case], Iterable[Finding]]) -> MatchRule:
    return MatchRule(rule_id, frozenset(needs), find)


def _payer(case: Case) -> Iterable[Finding]:
    return (
        () if case.given.buyer_authenticated else payer_is_buyer(case.order, case.payment, case.given.declaration_list)
    )


def _ordered_lines(case: Case) -> Iterable[Finding]:
    others = case.listed.items if case.given.declaration_list else ()
    return [*lines_are_unique(_O, case.order.items), *lines_multiply(_O, case.order.items, others)]


def _listed_lines(case: Case) -> Iterable[Finding]:
    others = case.order.items if case.given.order else ()
    return [*lines_are_unique(_L, case.listed.items), *lines_multiply(_L, case.listed.items, others)]


RULES: tuple[MatchRule, ...] = (
    _rule("M1", _O, _P, find=lambda case: same_purchase(case.order, case.payment)),
    _rule("M2", _O, _P, find=lambda case: same_amount(case.order, case.payment)),
    _rule("M3", _O, find=lambda case: amount_adds_up(case.order, case.given.payment, case.tolerance)),
    _rule("M4", _O, _P, find=_payer),
    _rule("M5", _O, _W, find=lambda case: same_consignee(case.order, case.waybill)),
    _rule("M6", _O, _L, find=lambda case: same_listed_purchase(case.order, case.listed)),
    _rule("M6", _O, _L, find=lambda case: same_buyer(case.order, case.listed, case.given.payment)),
    _rule("M7", _O, find=_ordered_lines),
    _rule("M7", _L, find=_listed_lines),
    _rule("M7", _O, _L, find=lambda case: same_lines(case.order, case.listed)),
    _rule("M8", _W, find=lambda case: one_parcel(case.waybill)),
    _rule("M8", _W, _L, find=lambda case: same_parcel(case.waybill, case.listed)),
    _rule(
        "M9", find=lambda case: impossible_numbers(case.given.order, case.given.declaration_list, case.given.payment)
    ),
    _rule("O-CURRENCY", _O, find=lambda case: currency_findings("O-CURRENCY", _O, case.order)),
    _rule("P-CURRENCY", _P, find=lambda case: currency_findings("P-CURRENCY", _P, case.payment)),
    _rule("W-CURRENCY", _W, find=lambda case: currency_findings("W-CURRENCY", _W, case.waybill)),
    _rule("L", _L, find=lambda case: list_mode_findings(case.listed)),
)


def match_documents(request: MatchRequest, policy: PolicyAtDate) -> MatchResult:
    """Every rule whose documents are there, over the documents that are there.

    Depends on nothing but its arguments, so the order in which documents arrived cannot matter. Raises PolicyError
    when the policy says nothing about the tolerance on that day.
    """
    tolerance = policy.row(AMOUNT_TOLERANCE)
    case = Case(request, tolerance.number())
    missing = case.missing()
    findings = [finding for rule in RULES if rule.needs.isdisjoint(missing) for finding in rule.find(case)]
    return MatchResult(
        matched=not missing and not findings,
        missing=[kind.value for kind in missing],
        findings=findings,
        policy=[tolerance.id] if _O not in missing else [],
    )


def _present(document: Document | None) -> Document:
    assert document is not None, "the table says which documents a rule needs"
    return document
