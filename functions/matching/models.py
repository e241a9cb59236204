"""Requests and results of the matching."""

from datetime import date

from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.waybill import Waybill
from events.findings import Finding
from events.values import Value


class MatchRequest(Value):
    """The four documents of one order, as far as they are there; `on` decides which policy rows apply.

    `buyer_authenticated`: a competent authority has authenticated the buyer's identity (公告2018-194 §9), so the
    payer may be another person.
    """

    on: date
    order: Order | None = None
    payment: Payment | None = None
    waybill: Waybill | None = None
    declaration_list: DeclarationList | None = None
    buyer_authenticated: bool = False


class MatchResult(Value):
    """`missing` names the documents that are still awaited; matched only when nothing is missing and nothing found.

    `policy` holds the ids of the policy rows that were used.
    """

    matched: bool
    missing: list[str]
    findings: list[Finding]
    policy: list[str]
