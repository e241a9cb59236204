"""What the standard's prose asks of one document, before the door looks into its memory. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from events.ceb.base import CebModel
from events.ceb.business import currency_findings, list_mode_findings
from events.ceb.business.forms import is_day, is_second
from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.waybill import Waybill
from events.declaration_request import DeclarationRequest
from events.documents import DocumentKind
from events.findings import Finding
from events.problems import Problem
from events.returns import GoodsReturned
from functions.intake.models import SignatureState
from functions.intake.refusals import Reason, Refusal, refusal, remedy
from functions.intake.rules import CHANGE, NEW, Arrival, is_key_part

_LINE_FIELD = re.compile(r"items\[(?P<gnum>-?\d+)]\.(?P<field>\w+)")
_DECLARED, _IMPORT, _SIGNED_FOR = "2", "I", "S"
_BROKEN_SIGNATURES = {
    SignatureState.ABSENT: (Reason.UNSIGNED, "is required: sign the message as 规范 202205 §6 says"),
    SignatureState.DIFFERS: (Reason.SIGNED_DATA, "is over other data: sign the message as it is sent, and last"),
    SignatureState.INVALID: (Reason.SIGNATURE, "is not valid: check key, certificate and algorithm"),
}
_UNCHANGEABLE = {DocumentKind.WAYBILL_STATUS, DocumentKind.CANCELLATION}


@dataclass(frozen=True)
class Parts:
    """A document taken apart, with the official names of its parts as paths."""

    head: CebModel
    head_path: str = ""
    lines: Sequence[CebModel] = ()
    lines_path: str = ""


@dataclass(frozen=True)
class _FieldRule:
    rule: str
    holds: Callable[[str], bool]
    message: str


def parts_of(model: CebModel) -> Parts:
    """The head and the lines of a document; a document without such parts is its own head."""
    match model:
        case Order():
            return Parts(model.head, "/OrderHead", model.items, "/OrderList")
        case DeclarationList():
            return Parts(model.head, "/InventoryHead", model.items, "/InventoryList")
        case DeclarationRequest():
            return Parts(model, "", model.goods, "/goods")
        case Payment():
            return Parts(model.head, "/PaymentHead")
        case Waybill():
            return Parts(model.head, "/LogisticsHead")
        case _:
            return Parts(model)


def check(arrival: Arrival) -> Refusal | None:
    """The refusal that a document earns by itself, with every mistake in it; None when there is none.

    Rulebook 2.3 and 2.4. What customs says is never refused.
    """
    if arrival.kind.is_from_customs:
        return None
    parts = parts_of(arrival.model)
    found = [
        *_signature(arrival),
        *_app_type(arrival, parts),
        *_same_numbers(parts),
        *_fields(parts),
        *_findings(arrival, parts),
    ]
    if not found:
        return None
    reason = min((reason for reason, _ in found), key=list(Reason).index)
    return refusal(arrival.kind, reason, arrival.business_key, [problem for _, problem in found])


def refusal_by_record(arrival: Arrival, reason: Reason) -> Refusal:
    """The refusal of a document for what is on record under its key."""
    field, value = "appType", arrival.app_type
    if reason is Reason.OUTDATED:
        field, value = "appTime", arrival.app_time
    elif isinstance(arrival.model, GoodsReturned):
        field, value = "returnNo", arrival.model.return_no
    path = f"{parts_of(arrival.model).head_path}/{field}"
    message = remedy(arrival.kind, reason, arrival.business_key)
    return refusal(
        arrival.kind, reason, arrival.business_key, [Problem(path=path, rule=reason, value=value, message=message)]
    )


def _signature(arrival: Arrival) -> Iterator[tuple[Reason, Problem]]:
    """All declared data carry an electronic signature (公告2018-194 §8)."""
    broken = _BROKEN_SIGNATURES.get(arrival.request.signature)
    if broken:
        reason, message = broken
        yield reason, Problem(path="/Signature", rule=reason, message=message)


def _app_type(arrival: Arrival, parts: Parts) -> Iterator[tuple[Reason, Problem]]:
    if arrival.app_type == NEW or (arrival.app_type == CHANGE and arrival.kind not in _UNCHANGEABLE):
        return
    unchangeable_status = arrival.kind is DocumentKind.WAYBILL_STATUS and arrival.app_type == CHANGE
    allowed = "1 (new)" if arrival.kind in _UNCHANGEABLE else "1 (new) or 2 (change)"
    path, message = f"{parts.head_path}/appType", f"is not taken here: send {allowed}"
    problem = Problem(path=path, rule="app-type", value=arrival.app_type, message=message)
    yield (Reason.OPERATION if unchangeable_status else Reason.APP_TYPE), problem


def _same_numbers(parts: Parts) -> Iterator[tuple[Reason, Problem]]:
    seen: set[int] = set()
    for number, line in enumerate(parts.lines, 1):
        gnum: int = getattr(line, "gnum")  # noqa: B009 -- every line has one, whatever its model
        if gnum in seen:
            message = "stands in an earlier line already: give every line its own number"
            path = f"{parts.lines_path}[{number}]/gnum"
            yield Reason.LINES, Problem(path=path, rule="unique", value=str(gnum), message=message)
        seen.add(gnum)


def _fields(parts: Parts) -> Iterator[tuple[Reason, Problem]]:
    fields = type(parts.head).model_fields
    for name, rule in _FIELD_RULES.items():
        value = getattr(parts.head, name, None)
        if value is not None and not rule.holds(value):
            path = f"{parts.head_path}/{fields[name].alias}"
            yield Reason.PARAMETER, Problem(path=path, rule=rule.rule, value=value, message=rule.message)


def _findings(arrival: Arrival, parts: Parts) -> Iterator[tuple[Reason, Problem]]:
    model = arrival.model
    found: list[Finding] = []
    if isinstance(model, DeclarationList):
        found = list_mode_findings(model)
    elif isinstance(model, Order | Payment | Waybill):
        found = list(currency_findings("currency", arrival.kind, model))
    for finding in found:
        path = _path(finding.left.field, parts)
        problem = Problem(path=path, rule=finding.rule, value=finding.left.value, message=finding.message.en)
        yield Reason.PARAMETER, problem


def _path(field: str, parts: Parts) -> str:
    """The path of a finding's field: findings name a line by its gnum, paths by its place."""
    if not (of_line := _LINE_FIELD.fullmatch(field)):
        return f"{parts.head_path}/{field}"
    places = [place for place, line in enumerate(parts.lines, 1) if str(getattr(line, "gnum", "")) == of_line["gnum"]]
    return f"{parts.lines_path}[{places[0]}]/{of_line['field']}"


_SECOND = _FieldRule("time", is_second, "is not a time: write YYYYMMDDhhmmss (China Standard Time) of a real day")
_DAY = _FieldRule("day", is_day, "is not a day: write YYYYMMDD of a real day")
_KEY = _FieldRule("key", is_key_part, 'holds "/" or white space: it is part of keys, so send it without them')
_FIELD_RULES: dict[str, _FieldRule] = {
    "app_time": _SECOND,
    "pay_time": _SECOND,
    "trading_time": _SECOND,
    "logistics_time": _SECOND,
    "decl_time": _DAY,
    "ie_date": _DAY,
    "app_status": _FieldRule("app-status", _DECLARED.__eq__, "is not 2 (declared): this door takes no drafts"),
    "order_type": _FieldRule("order-type", _IMPORT.__eq__, "is not I (import): other orders don't enter here"),
    "logistics_status": _FieldRule("status", _SIGNED_FOR.__eq__, "is not S (signed for): the standard knows no other"),
    "order_no": _KEY,
    "ebp_code": _KEY,
    "pay_code": _KEY,
    "logistics_code": _KEY,
    "agent_code": _KEY,
    "return_no": _KEY,
}
