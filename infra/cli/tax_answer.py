"""The answer of `sandan tax`: the request put to the rules of functions/tax, in the form that users' scripts read."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from events.findings import Finding
from events.problems import InvalidInputError, Problem
from functions.quota.rules import ANNUAL_LIMIT, over_annual_limit, over_yearly_quantity
from functions.tax.goods import Consignment, Goods
from functions.tax.models import Assessment, Regime
from functions.tax.personal import Article, heading_rate, over_value_limit, parcel_tax, value_from, value_limit
from functions.tax.rules import assess, dutiable_values, regime_within_limit, relief_of
from functions.tax.statutory import Notes
from infra.cli.tax_goods import Books, goods_of, wrong_item
from infra.cli.tax_request import TaxItem, TaxRequest

_NOTHING = Decimal(0)
_TOO_MUCH = Decimal(10) ** 14  # amounts of customs messages are decimal(19,5)


@dataclass(frozen=True)
class Answer:
    """`content` is what is printed as JSON; `findings` say why the goods are refused."""

    content: dict[str, Any]
    findings: Sequence[Finding]


def answer(request: TaxRequest, books: Books) -> Answer:
    """The taxes of the request. Raises InvalidInputError and PolicyError."""
    return _parcel(request, books) if request.regime is Regime.PERSONAL else _retail_import(request, books)


def _retail_import(request: TaxRequest, books: Books) -> Answer:
    notes = Notes()
    relief = None if request.assess or request.regime is None else relief_of(request.regime, books.policy, Notes())
    goods = goods_of(request, books, notes, relief)
    consignment = Consignment(goods, request.charges, request.one_piece, request.mode)
    regime = _by_limits(request, consignment, books, notes) if request.assess else request.regime
    for place, item in enumerate(request.items, 1):
        if regime is Regime.CBEC_FULL and item.gcode is None and item.duty_rate is None:
            message = "is required for full tax: give the duty rate, such as 0.05, or a gcode"
            raise wrong_item(place, "duty_rate", "required", None, message)
    found = assess(consignment, regime, books.policy, books.tariff, notes)
    over = [over_yearly_quantity(line, line.quantity, _NOTHING) for line in found.yearly if line.quantity > line.limit]
    if request.assess and over:
        notes.findings += over
        found = assess(consignment, None, books.policy, books.tariff, notes)
    return _told(found)


def _by_limits(request: TaxRequest, consignment: Consignment, books: Books, notes: Notes) -> Regime | None:
    regime = regime_within_limit(consignment, books.policy, notes)
    limit = books.policy.row(ANNUAL_LIMIT)
    notes.use(limit)
    if request.used_quota + consignment.value > limit.number():
        notes.findings.append(over_annual_limit(consignment.value, request.used_quota, limit))
        return None
    return regime


def _told(found: Assessment) -> Answer:
    items = [
        _line(item.gnum, item.dutiable_value, item.duty, item.consumption_tax, item.vat, item.total)
        for item in found.items
    ]
    sums = (found.duty, found.consumption_tax, found.vat, found.total)
    content = _content(found.regime, sums, items, found.policy)
    if found.yearly:
        content["yearly"] = [entry.model_dump(mode="json") for entry in found.yearly]
    return _with_findings(content, found.findings)


def _parcel(request: TaxRequest, books: Books) -> Answer:
    notes = Notes()
    values = _values(request, books, notes)
    rates = [_personal_rate(place, item, books, notes) for place, item in enumerate(request.items, 1)]
    articles = [Article(item.gnum, value, rate) for item, value, rate in zip(request.items, values, rates, strict=True)]
    if request.assess:
        limit = value_limit(request.sender, books.policy)
        notes.use(limit)
        if finding := over_value_limit(sum(values, _NOTHING), request.one_piece, limit):
            return _with_findings(_content(None, (_NOTHING,) * 4, [], list(notes.rows)), [finding])
    tax = parcel_tax(articles, books.policy)
    items = [
        _line(article.gnum, article.value, _NOTHING, _NOTHING, _NOTHING, part)
        for article, part in zip(articles, tax.parts, strict=True)
    ]
    sums = (_NOTHING, _NOTHING, _NOTHING, tax.tax)
    content = _content(Regime.PERSONAL, sums, items, [*notes.rows, *tax.policy])
    return Answer(content | {"personal_tax": money(tax.tax), "waived": tax.waived}, [])


def _values(request: TaxRequest, books: Books, notes: Notes) -> list[Decimal]:
    first = request.items[0]
    if all(item.price_with_tax is None for item in request.items):
        goods = tuple(Goods(item.gnum, item.value or _NOTHING, item.quantities) for item in request.items)
        return dutiable_values(Consignment(goods, request.charges, request.one_piece))
    if len(request.items) > 1 or first.price_with_tax is None:
        message = "can be turned back for a parcel of one line only, the waiver goes by the sum: give value instead"
        raise wrong_item(1, "price_with_tax", "price", first.price_with_tax, message)
    value = value_from(first.price_with_tax, _personal_rate(1, first, books, notes), books.policy)
    if value is None:
        message = "is the price with tax of no value: it lies in the step that the tax makes at its waiver"
        raise wrong_item(1, "price_with_tax", "price", first.price_with_tax, message)
    return [value]


def _personal_rate(place: int, item: TaxItem, books: Books, notes: Notes) -> Decimal:
    if item.personal_rate is not None:
        return item.personal_rate
    tariff = books.tariff.find(item.gcode) if item.gcode else None
    if tariff is not None and item.personal_heading is None:
        notes.use(tariff)
    heading = item.personal_heading or (tariff.personal_heading if tariff else None)
    if heading is None:
        message = "is required: give the tariff heading 1, 2 or 3, or personal_rate, or a gcode whose heading is known"
        raise wrong_item(place, "personal_heading", "required", None, message)
    row = heading_rate(heading, books.policy)
    notes.use(row)
    return row.number()


def _content(regime: Regime | None, sums: Sequence[Decimal], items: list[Any], policy: list[str]) -> dict[str, Any]:
    duty, consumption, vat, total = map(money, sums)
    return {
        "regime": regime,
        "duty": duty,
        "consumption_tax": consumption,
        "vat": vat,
        "total": total,
        "items": items,
        "policy": policy,
    }


def _line(gnum: int, value: Decimal, *taxes: Decimal) -> dict[str, Any]:
    duty, consumption, vat, total = map(money, taxes)
    return {
        "gnum": gnum,
        "dutiable_value": money(value),
        "duty": duty,
        "consumption_tax": consumption,
        "vat": vat,
        "total": total,
    }


def _with_findings(content: dict[str, Any], findings: Sequence[Finding]) -> Answer:
    if findings:
        content = content | {"findings": [finding.model_dump(mode="json") for finding in findings]}
    return Answer(content, findings)


def money(amount: Decimal) -> str:
    """An amount with at least two digits after the point. Raises InvalidInputError when no message could state it."""
    if amount >= _TOO_MUCH:
        message = f"comes to amounts of {amount:.2e} CNY: no customs message can state 100000000000000 or more"
        raise InvalidInputError([Problem(path="/items", rule="amount", message=message)])
    return f"{amount:.2f}" if amount == round(amount, 2) else f"{amount.normalize():f}"
