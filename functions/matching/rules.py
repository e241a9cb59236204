"""The three-document match 三单对碰: the table of the rules M1-M9 and of the list's own, and what comes of it.

M10 (the limits) is held where the tax is assessed, and for the year by the ledger. M11 (a document that a declared
list used cannot change) is held by the intake, where changes arrive. M12 compares declaration forms of B2B export,
which import orders have none of.

Nearly all documents agree: a few quick looks tell so, and a rule runs only where one of its looks is in doubt.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import cast

from events.ceb.business.list_modes import currency_findings, list_mode_findings
from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.waybill import Waybill
from events.documents import DocumentKind
from events.findings import Finding
from events.made import made
from functions.matching.case import Case
from functions.matching.identity import buyer_is_possible, impossible_numbers
from functions.matching.models import MatchRequest, MatchResult
from functions.matching.rules_items import goods_agree, lines_are_unique, lines_multiply, same_lines
from functions.matching.rules_list import all_in_cny, declared_as_ordered, fits_mode, same_buyer, same_listed_purchase
from functions.matching.rules_order_payment import (
    adds_up,
    amount_adds_up,
    paid_as_ordered,
    payer_is_buyer,
    same_amount,
    same_purchase,
)
from functions.matching.rules_waybill import (
    one_parcel,
    parcel_agrees,
    same_consignee,
    same_parcel,
    sent_as_ordered,
)
from functions.policy.pack import PolicyAtDate

AMOUNT_TOLERANCE = "matching.amount_tolerance"

_O, _P, _W, _L = DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL, DocumentKind.DECLARATION_LIST
_KINDS = (_O, _P, _W, _L)
_RESULT = made(MatchResult)

Finder = Callable[[Case], Iterable[Finding]]
Look = Callable[[Case], bool]
"""A quick look at all four documents: True when the rules that name it have surely nothing to find."""


@dataclass(frozen=True)
class MatchRule:
    """One entry of the table: the rule's id, the documents without which it does not run, how it finds.

    `unless` are the quick looks that together spare it.
    """

    id: str
    needs: frozenset[DocumentKind]
    find: Finder
    unless: frozenset[Look]


def _rule(rule_id: str, *needs: DocumentKind, find: Finder, unless: tuple[Look, ...]) -> MatchRule:
    return MatchRule(rule_id, frozenset(needs), find, frozenset(unless))


def _payer(case: Case) -> Iterable[Finding]:
    return (
        () if case.given.buyer_authenticated else payer_is_buyer(case.order, case.payment, case.given.declaration_list)
    )


def _identity(case: Case) -> Iterable[Finding]:
    return impossible_numbers(case.given.order, case.given.declaration_list, case.given.payment)


def _ordered_lines(case: Case) -> Iterable[Finding]:
    others = case.listed.items if case.given.declaration_list else ()
    return [*lines_are_unique(_O, case.order.items), *lines_multiply(_O, case.order.items, others)]


def _listed_lines(case: Case) -> Iterable[Finding]:
    others = case.order.items if case.given.order else ()
    return [*lines_are_unique(_L, case.listed.items), *lines_multiply(_L, case.listed.items, others)]


LOOKS: tuple[Look, ...] = (
    paid_as_ordered,
    adds_up,
    sent_as_ordered,
    parcel_agrees,
    declared_as_ordered,
    goods_agree,
    buyer_is_possible,
    all_in_cny,
    fits_mode,
)
_PAID, _SUM, _SENT, _PARCEL = (paid_as_ordered,), (adds_up,), (sent_as_ordered,), (parcel_agrees,)
_DECLARED, _GOODS, _BUYER, _CNY = (declared_as_ordered,), (goods_agree,), (buyer_is_possible,), (all_in_cny,)
_MODE = (fits_mode, *_GOODS, *_CNY)

RULES: tuple[MatchRule, ...] = (
    _rule("M1", _O, _P, find=lambda case: same_purchase(case.order, case.payment), unless=_PAID),
    _rule("M2", _O, _P, find=lambda case: same_amount(case.order, case.payment), unless=_PAID),
    _rule("M3", _O, find=lambda case: amount_adds_up(case.order, case.given.payment, case.tolerance), unless=_SUM),
    _rule("M4", _O, _P, find=_payer, unless=_PAID),
    _rule("M5", _O, _W, find=lambda case: same_consignee(case.order, case.waybill), unless=_SENT),
    _rule("M6", _O, _L, find=lambda case: same_listed_purchase(case.order, case.listed), unless=_DECLARED),
    _rule("M6", _O, _L, find=lambda case: same_buyer(case.order, case.listed, case.given.payment), unless=_DECLARED),
    _rule("M7", _O, find=_ordered_lines, unless=_GOODS),
    _rule("M7", _L, find=_listed_lines, unless=_GOODS),
    _rule("M7", _O, _L, find=lambda case: same_lines(case.order, case.listed), unless=_GOODS),
    _rule("M8", _W, find=lambda case: one_parcel(case.waybill), unless=_PARCEL),
    _rule("M8", _W, _L, find=lambda case: same_parcel(case.waybill, case.listed), unless=_PARCEL),
    _rule("M9", find=_identity, unless=_BUYER),
    _rule("O-CURRENCY", _O, find=lambda case: currency_findings("O-CURRENCY", _O, case.order), unless=(*_GOODS, *_CNY)),
    _rule("P-CURRENCY", _P, find=lambda case: currency_findings("P-CURRENCY", _P, case.payment), unless=_CNY),
    _rule("W-CURRENCY", _W, find=lambda case: currency_findings("W-CURRENCY", _W, case.waybill), unless=_CNY),
    _rule("L", _L, find=lambda case: list_mode_findings(case.listed), unless=_MODE),
)


def match_documents(request: MatchRequest, policy: PolicyAtDate) -> MatchResult:
    """Every rule whose documents are there, over the documents that are there.

    Depends on nothing but its arguments, so the order in which documents arrived cannot matter. Raises PolicyError
    when the policy says nothing about the tolerance on that day.
    """
    tolerance = policy.row(AMOUNT_TOLERANCE)
    documents = (request.order, request.payment, request.waybill, request.declaration_list)
    missing = () if all(documents) else tuple(kind for kind, there in zip(_KINDS, documents, strict=True) if not there)
    case = Case(request, tolerance.number(), *cast(tuple[Order, Payment, Waybill, DeclarationList], documents))
    doubts = LOOKS if missing else tuple([look for look in LOOKS if not look(case)])
    findings = [finding for find in _that_run(missing, doubts) for finding in find(case)] if doubts else []
    return _RESULT(
        matched=not missing and not findings,
        missing=[kind.value for kind in missing],
        findings=findings,
        policy=[tolerance.id] if _O not in missing else [],
    )


@cache
def _that_run(missing: tuple[DocumentKind, ...], doubts: tuple[Look, ...]) -> tuple[Finder, ...]:
    return tuple(rule.find for rule in RULES if rule.needs.isdisjoint(missing) and not rule.unless.isdisjoint(doubts))
