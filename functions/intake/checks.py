"""What the standard's prose asks of one document, before the door looks into its memory. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from events.catalogue import BY_KIND
from events.ceb.business.forms import is_second
from events.documents import DocumentKind
from events.problems import Problem
from functions.intake.models import SignatureState
from functions.intake.refusals import Reason, Refusal, refusal, remedy
from functions.intake.rules import CHANGE, NEW, Arrival, head_of, is_key_part

_DECLARED = "2"
_LIST_MESSAGE = "CEB621"  # of which a request to build a list says a part, under the same names
_HEADS: dict[DocumentKind, str] = {
    DocumentKind.ORDER: "/OrderHead",
    DocumentKind.PAYMENT: "/PaymentHead",
    DocumentKind.WAYBILL: "/LogisticsHead",
    DocumentKind.DECLARATION_LIST: "/InventoryHead",
}
# What the match asks with more knowledge: it knows the policy, and its findings can be corrected (decision 23).
_OF_THE_MATCH = frozenset({"M3", "M7", "M8", "M9"})
_MATCHED = frozenset({DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL, DocumentKind.DECLARATION_LIST})
_BROKEN_SIGNATURES = {
    SignatureState.ABSENT: (Reason.UNSIGNED, "is required: sign the message as 规范 202205 §6 says"),
    SignatureState.DIFFERS: (Reason.SIGNED_DATA, "is over other data: sign the message as it is sent, and last"),
    SignatureState.INVALID: (Reason.SIGNATURE, "is not valid: check key, certificate and algorithm"),
}
_UNCHANGEABLE = {DocumentKind.WAYBILL_STATUS, DocumentKind.CANCELLATION}


@dataclass(frozen=True)
class _FieldRule:
    rule: str
    holds: Callable[[str], bool]
    message: str


def check(arrival: Arrival) -> Refusal | None:
    """The refusal that a document earns by itself, with every mistake in it; None when there is none.

    These are the errors of the whole business layer (rulebook 2.3, 2.4), but for what the match decides, and what this
    door asks beyond it. What customs says is never refused.
    """
    if arrival.kind.is_from_customs:
        return None
    found = [*_signature(arrival), *_app_type(arrival), *_fields(arrival)]
    told = {problem.path for _, problem in found}
    found += [(reason, problem) for reason, problem in _business_layer(arrival) if problem.path not in told]
    if not found:
        return None
    reason = min((reason for reason, _ in found), key=list(Reason).index)
    return refusal(arrival.kind, reason, arrival.business_key, [problem for _, problem in found])


def refusal_by_record(arrival: Arrival, reason: Reason) -> Refusal:
    """The refusal of a document for what is on record under its key."""
    field, value = "appType", arrival.app_type
    if reason is Reason.OUTDATED:
        field, value = "appTime", arrival.app_time
    elif arrival.kind is DocumentKind.GOODS_RETURNED:
        field, value = "returnNo", arrival.business_key.rpartition("/")[2]
    path = f"{_head_path(arrival)}/{field}"
    message = remedy(arrival.kind, reason, arrival.business_key)
    return refusal(
        arrival.kind, reason, arrival.business_key, [Problem(path=path, rule=reason, value=value, message=message)]
    )


def _signature(arrival: Arrival) -> Iterator[tuple[Reason, Problem]]:
    """All declared data carry an electronic signature (公告2018-194 §8)."""
    broken = _BROKEN_SIGNATURES.get(arrival.request.signature)
    if broken:
        reason, message = broken
        fault = arrival.request.signature_fault
        yield reason, Problem(path="/Signature", rule=reason, message=f"{message} ({fault})" if fault else message)


def _head_path(arrival: Arrival) -> str:
    """The path of the key fields; a document without a head is its own."""
    return _HEADS.get(arrival.kind, "")


def _app_type(arrival: Arrival) -> Iterator[tuple[Reason, Problem]]:
    if arrival.app_type == NEW or (arrival.app_type == CHANGE and arrival.kind not in _UNCHANGEABLE):
        return
    unchangeable_status = arrival.kind is DocumentKind.WAYBILL_STATUS and arrival.app_type == CHANGE
    allowed = "1 (new)" if arrival.kind in _UNCHANGEABLE else "1 (new) or 2 (change)"
    path, message = f"{_head_path(arrival)}/appType", f"is not taken here: send {allowed}"
    problem = Problem(path=path, rule="app-type", value=arrival.app_type, message=message)
    yield (Reason.OPERATION if unchangeable_status else Reason.APP_TYPE), problem


def _fields(arrival: Arrival) -> Iterator[tuple[Reason, Problem]]:
    head = head_of(arrival.model)
    fields = type(head).model_fields
    for name, rule in _FIELD_RULES.items():
        value = getattr(head, name, None)
        if value is not None and not rule.holds(value):
            path = f"{_head_path(arrival)}/{fields[name].alias}"
            yield Reason.PARAMETER, Problem(path=path, rule=rule.rule, value=value, message=rule.message)


def _business_layer(arrival: Arrival) -> Iterator[tuple[Reason, Problem]]:
    from events.ceb.business import Severity, element_problems  # noqa: PLC0415 - rules and codes: at the first document
    from events.ceb.business.scope import short_name  # noqa: PLC0415 - the same

    root = BY_KIND[arrival.kind].root
    if root is None and arrival.kind is not DocumentKind.DECLARATION_REQUEST:
        return  # no document of the standard
    for found in element_problems(short_name(root) if root else _LIST_MESSAGE, arrival.model):
        if found.severity is not Severity.ERROR or (found.rule in _OF_THE_MATCH and arrival.kind in _MATCHED):
            continue
        reason = Reason.LINES if found.rule == _LINE_NUMBERS and found.code else Reason.PARAMETER
        yield reason, Problem(path=found.path, rule=found.rule, value=found.value, message=found.message.en)


_LINE_NUMBERS = "N-GNUM"
_SECOND = _FieldRule("time", is_second, "is not a time: write YYYYMMDDhhmmss (China Standard Time) of a real day")
_KEY = _FieldRule("key", is_key_part, 'holds "/" or white space: it is part of keys, so send it without them')
_FIELD_RULES: dict[str, _FieldRule] = {
    "trading_time": _SECOND,
    "app_status": _FieldRule("app-status", _DECLARED.__eq__, "is not 2 (declared): this door takes no drafts"),
    "order_no": _KEY,
    "ebp_code": _KEY,
    "pay_code": _KEY,
    "logistics_code": _KEY,
    "agent_code": _KEY,
    "return_no": _KEY,
}
