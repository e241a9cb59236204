"""The three-document match 三单对碰: the table of the rules M1-M9 and of the list's own, and what comes of it.

M10 (the limits) is held where the tax is assessed, and for the year by the ledger. M11 (a document that a declared
list used cannot change) is held by the intake, where changes arrive. M12 compares declaration forms of B2B export,
which import orders have none of.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import NamedTuple, cast

from events.ceb.business.list_modes import currency_findings, list_mode_findings
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
_KINDS = (_O, _P, _W, _L)


class Case(NamedTuple):
    """What the rules look at. A document is there when the rule's entry in the table says that it needs it.

    In `given` every document may be missing.
    """

    given: MatchRequest
    tolerance: Decimal
    order: Order
    payment: Payment
    waybill: Waybill
    listed: DeclarationList


Finder = Callable[[Case], Iterable[Finding]]


@dataclass(frozen=True)
class MatchRule:
    """One entry of the table: the rule's id, the documents without which it does not run, how it finds."""

    id: str
    needs: frozenset[DocumentKind]
    find: Finder


def _rule(rule_id: str, *needs: DocumentKind, find: Finder) -> MatchRule:
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
    documents = (request.order, request.payment, request.waybill, request.declaration_list)
    missing = tuple(kind for kind, document in zip(_KINDS, documents, strict=True) if document is None)
    case = Case(request, tolerance.number(), *cast(tuple[Order, Payment, Waybill, DeclarationList], documents))
    findings = [finding for find in _that_run(missing) for finding in find(case)]
    return MatchResult(
        matched=not missing and not findings,
        missing=[kind.value for kind in missing],
        findings=findings,
        policy=[tolerance.id] if _O not in missing else [],
    )


@cache
def _that_run(missing: tuple[DocumentKind, ...]) -> tuple[Finder, ...]:
    return tuple(rule.find for rule in RULES if rule.needs.isdisjoint(missing))
