"""What keeps goods from being taxed as retail imports, and what is wrong with a declared tax, in words."""

from datetime import date
from decimal import Decimal

from events.ceb.base import plain
from events.ceb.fields import Rule
from events.documents import DocumentKind
from events.findings import Finding, Fix, Place
from events.values import Text
from functions.policy.pack import Row
from functions.quota.rules import over_limit
from functions.tax.goods import Goods
from functions.tax.tariff import TariffRow

DECLARED_TAX, UNKNOWN_CODE, NOT_LISTED, BONDED_ONLY, NO_QUANTITY = "T1", "T2", "T3", "T4", "T5"
_LIST = DocumentKind.DECLARATION_LIST
_OVER_SINGLE = "-621005"
_ONE_PURCHASE = Text(zh="单次交易限值", en="limit of one purchase")


def over_single_limit(value: Decimal, row: Row) -> Finding:
    """M10: over the limit of one purchase with more than one piece."""
    return over_limit(value, row, _OVER_SINGLE, _ONE_PURCHASE)


def unknown_code(goods: Goods, on: date) -> Finding:
    """T2: the tariff has no row for the code on that day."""
    codes = list(dict.fromkeys((goods.gcode[:8], goods.gcode)))
    must = Text(
        zh=f"税则表在 {on} 没有该编码的税率，请在税则表中增加 {' 或 '.join(codes)} 的一行",
        en=f"the tariff has no row for it on {on}: add one for code {' or '.join(codes)}, unless the code is wrong",
    )
    return _of_code(goods, Rule(UNKNOWN_CODE, must, "setting: the tariff table in use"))


def not_listed(goods: Goods, row: TariffRow) -> Finding:
    """T3: not on the positive list."""
    must = Text(
        zh="不在跨境电子商务零售进口商品清单内，请按一般贸易办理",
        en="it is not on the positive list of retail imports: declare it as general trade",
    )
    return _of_code(goods, Rule(NOT_LISTED, must, f"{row.id} ({row.basis})"))


def bonded_only(goods: Goods, row: TariffRow) -> Finding:
    """T4: the positive list allows it in mode 1210 only."""
    must = Text(
        zh="清单备注“仅限网购保税商品”，只能以 1210 模式进口",
        en="the positive list remarks 仅限网购保税商品, bonded goods only: it can come in mode 1210 only",
    )
    return _of_code(goods, Rule(BONDED_ONLY, must, f"{row.id} ({row.basis})"))


def no_quantity(goods: Goods, wanted: str, basis: str) -> Finding:
    """T5: a tax or a limit goes by a quantity that the line does not give. `wanted` names units of the customs code."""
    given = "、".join(f"{plain(amount)} ({unit})" for amount, unit in goods.quantities)
    place = Place(document=_LIST, field=f"items[{goods.gnum}].qty1", value=given or None)
    must = Text(zh=f"需要以 {wanted} 计的数量", en=f"a quantity in {wanted} is needed")
    return Rule(NO_QUANTITY, must, basis).broken_in(place, Fix(document=_LIST, field=place.field))


def other_tax(declared: Decimal, assessed: Decimal, tolerance: Row) -> Finding:
    """T1: the order's taxTotal is not what is due."""
    must = Text(zh="代扣税款应等于核定税额", en="the tax collected must be the tax assessed")
    said = Place(document=DocumentKind.ORDER, field="taxTotal", value=plain(declared))
    due = Place(document=_LIST, field="assessedTax", value=plain(assessed))
    fix = Fix(document=DocumentKind.ORDER, field="taxTotal", value=plain(assessed))
    return Rule(DECLARED_TAX, must, f"规范 202205 CEB311 taxTotal; {tolerance.id}").broken_between(said, due, fix)


def _of_code(goods: Goods, rule: Rule) -> Finding:
    place = Place(document=_LIST, field=f"items[{goods.gnum}].gcode", value=goods.gcode)
    return rule.broken_in(place, Fix(document=_LIST, field=place.field))
