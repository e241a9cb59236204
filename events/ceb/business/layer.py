"""The business layer of all 42 messages: goes through a message and asks every rule that speaks of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from events.ceb.base import CebModel
from events.ceb.business import amounts, export_rules, import_rules, people, quick, sequences
from events.ceb.business.code_rules import code_rule, not_yet_in_force
from events.ceb.business.field_rules import FIELD_RULES, FieldRule
from events.ceb.business.message_rules import is_single_and_signed, message_problems
from events.ceb.business.number_rules import number_rules
from events.ceb.business.problem import BusinessProblem, BusinessRule, Severity
from events.ceb.business.quick import Sign
from events.ceb.business.scope import short_name
from events.ceb.business.tree import Field, Part, by_official_name, fields_of, whole
from events.ceb.codes import code_table
from events.ceb.frame import CebMessage
from events.ceb.messages import MESSAGES
from events.problems import PROBLEM_LIMIT
from events.values import Text

PartRule = Callable[[Part], Iterable[BusinessProblem]]

_MAY_BE_EMPTY = frozenset({"CEB900"})  # what could not be read may have neither id nor type
_SENDERS_OWN = "ExtendMessage"
_EMPTY = BusinessRule(
    "R-EMPTY", Text(zh="必填项不能为空", en="this field is mandatory: fill it in"), "规范 202205（必填）"
)
_NUMBERED = sequences.RISING | sequences.WITHOUT_GAPS | {"CEB213", "CEB509", "CEB625"}
_PART_RULES: tuple[tuple[str, str, PartRule, Sign], ...] = (  # messages, element, what is asked, a sign that it holds
    ("CEB311", "OrderHead", amounts.order_adds_up, quick.adds_up),
    ("CEB303 CEB311", "OrderList", amounts.line_multiplies, quick.multiplies),
    ("CEB603 CEB621", "InventoryList", amounts.line_multiplies, quick.multiplies),
    ("CEB603 CEB621", "InventoryHead", amounts.net_within_gross, quick.net_within_gross),
    ("CEB792", "SummaryResultHead", amounts.net_within_gross, quick.net_within_gross),
    ("CEB603 CEB621", "InventoryList", amounts.second_quantity, quick.second_together),
    ("CEB213", "InvtRefundList", amounts.second_quantity, quick.second_together),
    ("CEB816", "Tax", amounts.tax_adds_up, quick.never),
    ("CEB311", "OrderHead", people.identity, quick.buyer),
    ("CEB411", "PaymentHead", people.identity, quick.payer),
    ("CEB621", "InventoryHead", people.identity, quick.buyer),
    ("CEB623", "InvtCancel", people.identity, quick.buyer),
    ("CEB625", "InvtRefundHead", people.identity, quick.buyer),
    ("CEB311", "Order", import_rules.in_cny, quick.in_cny),
    ("CEB411", "Payment", import_rules.in_cny, quick.in_cny),
    ("CEB511", "Logistics", import_rules.in_cny, quick.in_cny),
    ("CEB621", "Inventory", import_rules.list_mode, quick.fits_mode),
    ("CEB621", "InventoryHead", import_rules.guarantor, quick.guaranteed),
    ("CEB603 CEB621", "InventoryList", import_rules.bar_code, quick.has_bar_code),
    ("CEB603", "Inventory", export_rules.special_area, quick.is_general_export),
    ("CEB603", "Inventory", export_rules.small_b2b, quick.is_general_export),
    ("CEB603", "InventoryHead", export_rules.simplified, quick.has_no_licence),
    ("CEB603", "InventoryHead", export_rules.transport, quick.names_transport),
    ("CEB701", "SummaryApply", export_rules.summarised, quick.names_lists),
    ("CEB403", "Receipts", export_rules.received_by, quick.names_payer),
    ("CEB507", "ArrivalHead", sequences.split, quick.unsplit),
    ("CEB509", "DepartureHead", sequences.split, quick.unsplit),
    ("CEB607", "WayBillHead", sequences.split, quick.unsplit),
    ("CEB701", "SummaryApplyHead", sequences.split, quick.unsplit),
    ("CEB792", "SummaryResultHead", sequences.split, quick.unsplit),
    ("CEB701", "SummaryApplyHead", sequences.span, quick.without_span),
)


@dataclass(frozen=True, slots=True)
class _Checked:
    """One field with what is asked of it; the first rule that it breaks is told."""

    field: Field
    rules: tuple[FieldRule, ...]
    must_be_filled: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is asked of an element: field by field, and by rules of several fields.

    `holds`, `filled` and `signs` ask for the same in the quick way; `parts` are the elements with fields within it.
    """

    fields: tuple[_Checked, ...] = ()
    rules: tuple[PartRule, ...] = ()
    holds: tuple[tuple[str, Callable[[Any], object]], ...] = ()
    filled: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()
    parts: "tuple[tuple[Field, _Plan], ...]" = ()


def business_problems(message: CebMessage) -> list[BusinessProblem]:
    """What in a message breaks the text of the standard (规范 202205), in its order, then what concerns the whole.

    Problems of severity "error" break the text; an "advice" is broken by the official samples or by traffic that
    customs takes. The schema layer is apart: what it refuses never comes here. A signature is asked for, not verified.
    """
    name = short_name(message.root)
    sound = _breaks_nothing(message, _plan(name, message.root, type(message)))
    if sound and is_single_and_signed(message):
        return []
    return _kept(_problems(message, name, sound=sound), f"/{message.root}")


def _problems(message: CebMessage, name: str, *, sound: bool) -> Iterator[BusinessProblem]:
    """The problems one by one; those of its elements only where the message is not `sound`."""
    root = whole(name, message.root, message)
    if not sound:
        yield from _ask(root)
    tag = type(message).model_fields[message.first_element].alias
    elements = [part for part in root.children if part.tag == tag]
    yield from message_problems(message, name, [(part, _head(part)) for part in elements])


def _kept(problems: Iterable[BusinessProblem], path: str) -> list[BusinessProblem]:
    """As many problems of each severity as help anybody; more could fill the memory. No more errors are looked for."""
    kept: list[BusinessProblem] = []
    counts = dict.fromkeys(Severity, 0)
    for problem in problems:
        counts[problem.severity] += 1
        if counts[problem.severity] <= PROBLEM_LIMIT:
            kept.append(problem)
        elif problem.severity is Severity.ERROR:
            break
    return kept + [_too_many(severity, path) for severity in Severity if counts[severity] > PROBLEM_LIMIT]


def _too_many(severity: Severity, path: str) -> BusinessProblem:
    zh, en = ("错误", "errors") if severity is Severity.ERROR else ("提示", "advices")
    words = Text(
        zh=f"G-MANY：{zh}超过 {PROBLEM_LIMIT} 个，其余未列出，请修改后再核对。",
        en=f"G-MANY: there are more than {PROBLEM_LIMIT} {en}; mend these, then look again.",
    )
    return BusinessProblem(rule="G-MANY", severity=severity, path=path, message=words, basis="setting")


def element_problems(name: str, element: CebModel) -> list[BusinessProblem]:
    """What one business element of the message `name` (an Order of CEB311) breaks by itself; paths begin within it.

    A model that only shares fields with it is judged by the rules of those fields, and of lines of goods.
    """
    message = MESSAGES[f"{name}Message"]
    field = next(field for field in fields_of(message) if field.name == message.first_element)
    tag = field.official if isinstance(element, field.base) else type(element).__name__
    if _breaks_nothing(element, _plan(name, tag, type(element))):
        return []
    return list(_ask(Part(name, tag, "", element)))


def frame_problems(message: CebMessage) -> list[BusinessProblem]:
    """What breaks the text around the business elements: who hands the message over, who else wants to hear of it."""
    root = whole(short_name(message.root), message.root, message)
    tag = type(message).model_fields[message.first_element].alias
    return [problem for part in root.children if part.tag != tag for problem in _ask(part)]


def _head(part: Part) -> Part:
    """The part that holds the key fields: the head where there is one, otherwise the element itself."""
    return part.first_child or part


def _ask(part: Part) -> Iterator[BusinessProblem]:
    """What an element and all within it break."""
    plan = _plan(part.message, part.tag, type(part.model))
    yield from _field_problems(part, plan)
    for rule in plan.rules:
        yield from rule(part)
    for child in part.children:
        yield from _ask(child)


def _breaks_nothing(model: CebModel, plan: _Plan) -> bool:
    """Whether an element and all within it surely hold what is asked; False where that must be looked at closely."""
    values = model.__dict__
    for name, holds in plan.holds:
        value = values[name]
        if value is not None and not holds(value):
            return False
    if not all(map(str.strip, map(values.__getitem__, plan.filled))):
        return False
    for sign in plan.signs:
        if not sign(model):
            return False
    for part, plan_within in plan.parts:
        within = values[part.name]
        for inner in within if part.repeated else (within,):
            if inner is not None and not _breaks_nothing(inner, plan_within):
                return False
    return True


def _field_problems(part: Part, plan: _Plan) -> Iterator[BusinessProblem]:
    for checked in plan.fields:
        field = checked.field
        value = getattr(part.model, field.name)
        if value is None:
            continue
        path = part.at(f"@{field.official}" if field.attribute else field.official)
        if isinstance(value, str) and not value.strip():
            if checked.must_be_filled:
                yield _EMPTY.broken(path)
            continue
        broken = next((asked.rule for asked in checked.rules if not asked.holds(value)), None)
        if broken:
            yield broken.broken(path, value)


@cache
def _plan(message: str, tag: str, model: type[CebModel]) -> _Plan:
    """The rules that speak of an element; made once for each kind of element."""
    if tag == _SENDERS_OWN:
        return _Plan()
    parts = tuple(field for field in fields_of(model) if issubclass(field.base, CebModel))
    leaves = [field for field in fields_of(model) if field not in parts]
    fields = tuple(checked for field in leaves if (checked := _checked(message, tag, field)))
    rules = [(rule, sign) for names, element, rule, sign in _PART_RULES if element == tag and message in names.split()]
    if message in _NUMBERED:
        lines = [field.name for field in parts if field.repeated and "gnum" in by_official_name(field.base)]
        rules += [(sequences.line_numbers, quick.counted(name)) for name in lines]
    for field in leaves:
        table = code_table(message, tag, field.official)
        if table and table.latest_start:
            in_force = partial(not_yet_in_force, field=field.official, table=table)
            rules.append((in_force, quick.after(table.latest_start)))
    return _Plan(
        fields,
        tuple(rule for rule, _ in rules),
        tuple((checked.field.name, rule.holds) for checked in fields for rule in checked.rules),
        tuple(checked.field.name for checked in fields if checked.must_be_filled and not checked.rules),
        tuple(sign for _, sign in rules),
        tuple((part, _plan(message, part.official, part.base)) for part in parts),
    )


def _checked(message: str, tag: str, field: Field) -> _Checked | None:
    by_code = code_rule(message, tag, field.official)
    rules = [rule for rule in FIELD_RULES if rule.speaks_of(message, field.official)]
    rules += [*([by_code] if by_code else []), *number_rules(message, field)]
    must_be_filled = field.required and field.base is str and message not in _MAY_BE_EMPTY
    return _Checked(field, tuple(rules), must_be_filled) if rules or must_be_filled else None
