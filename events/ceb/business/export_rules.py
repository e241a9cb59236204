"""Rules of export documents: what a mode or a flag asks of other fields, and who received the money."""

from collections.abc import Iterator
from decimal import Decimal

from events.ceb.base import plain
from events.ceb.business.problem import BusinessProblem, BusinessRule, Severity
from events.ceb.business.tree import Part
from events.values import Text

_SPECIAL_AREA = frozenset({"1210", "1239"})
_B2B = frozenset({"9710", "9810"})
_SIMPLIFIED = "A"
_CASH = "现金支付"
_CNY = "142"
_LIST_LIMIT = Decimal(5000)  # CNY; rulebook 1.5
_REQUIRED_THERE = Text(
    zh="特殊区域出口（1210、1239）必填", en="exports from a special customs area (1210, 1239) require it"
)
_SITE = BusinessRule("X-1210", _REQUIRED_THERE, "规范 202205 CEB603 iacCode、itemRecordNo")
_BOOK = BusinessRule("X-1210", _REQUIRED_THERE, "规范 202205 CEB603 emsNo", Severity.ADVICE)
_NO_LICENCE = BusinessRule(
    "X-SIMPLIFIED",
    Text(
        zh="简化申报（statisticsFlag A）的商品不得涉及许可证，请留空或改用 B",
        en="simplified declaration (statisticsFlag A) is for goods without a licence: clear it, or declare with B",
    ),
    "规范 202205 CEB603 statisticsFlag",
)
_TRANSPORT_LATER = BusinessRule(
    "X-TRANSPORT",
    Text(
        zh="只有关区允许清单总分单（CEB607）晚于清单时才可为空",
        en="it may be empty only where the customs area lets the master waybill (CEB607) follow the list",
    ),
    "规范 202205 CEB603 trafName、voyageNo、billNo",
    Severity.ADVICE,
)
_NOTHING_TO_SUMMARISE = BusinessRule(
    "X-SUMMARY",
    Text(
        zh="没有表体时须指定汇总的时间范围",
        en="without lists the application names the span of time whose lists are summarised",
    ),
    "规范 202205 CEB701 startTime",
    Severity.ADVICE,
)
_LISTS_IGNORED = BusinessRule(
    "X-SUMMARY",
    Text(zh="指定时间范围后表体数据将被忽略", en="with a span of time the lists that are named here are ignored"),
    "规范 202205 CEB701 startTime",
    Severity.ADVICE,
)
_DECLARATION_FORM = Text(
    zh="B2B 出口（9710、9810）超过 5,000 元人民币或涉证、涉检、涉税的应申报报关单",
    en="B2B exports (9710, 9810) of more than 5,000 CNY, or with a licence, inspection or tax, need a declaration form",
)
_FORM_INSTEAD = BusinessRule("X-B2B", _DECLARATION_FORM, "海关总署公告2020-75；B2B 出口申报对照表", Severity.ADVICE)
_PAYER_CODE = BusinessRule(
    "X-PAY-CODE",
    Text(
        zh="国内支付企业必填；非线上支付请在 payName 填“现金支付”",
        en="a domestic payment enterprise must give it; where nobody paid online, payName says 现金支付",
    ),
    "规范 202205 CEB403 payCode",
    Severity.ADVICE,
)


def special_area(part: Part) -> Iterator[BusinessProblem]:
    """Exports from a special customs area name the enterprise there, its account book, and the record of each line."""
    head, *lines = part.children
    if head.said("tradeMode") not in _SPECIAL_AREA:
        return
    for name, rule in (("iacCode", _SITE), ("iacName", _SITE), ("emsNo", _BOOK)):
        if not head.said(name):
            yield rule.broken(head.at(name))
    for line in lines:
        if not line.said("itemRecordNo"):
            yield _SITE.broken(line.at("itemRecordNo"))


def simplified(part: Part) -> Iterator[BusinessProblem]:
    """statisticsFlag A excludes a licence."""
    if part.said("statisticsFlag") == _SIMPLIFIED and part.said("licenseNo"):
        yield _NO_LICENCE.broken(part.at("licenseNo"), part.value("licenseNo"))


def small_b2b(part: Part) -> Iterator[BusinessProblem]:
    """B2B exports by list are small ones (R02); other currencies than CNY are not converted here."""
    head, *lines = part.children
    if head.said("tradeMode") not in _B2B:
        return
    if head.said("licenseNo"):
        yield _FORM_INSTEAD.broken(head.at("licenseNo"), head.value("licenseNo"))
    if all(line.said("currency") == _CNY for line in lines):
        value = sum((line.amount("totalPrice") or Decimal(0) for line in lines), Decimal(0))
        if value > _LIST_LIMIT:
            yield _FORM_INSTEAD.broken(head.at("tradeMode"), f"{head.said('tradeMode')}（{plain(value)} CNY）")


def received_by(part: Part) -> Iterator[BusinessProblem]:
    """A receipt of money names its payment enterprise, or says that it was cash."""
    if not part.said("payCode") and part.said("payName") != _CASH:
        yield _PAYER_CODE.broken(part.at("payCode"))


def transport(part: Part) -> Iterator[BusinessProblem]:
    """The transport of a list, which some customs areas let a later master waybill name."""
    for name in ("trafName", "voyageNo", "billNo"):
        if not part.said(name):
            yield _TRANSPORT_LATER.broken(part.at(name))


def summarised(part: Part) -> Iterator[BusinessProblem]:
    """A summary application says which lists, or of which span of time."""
    head, *lists = part.children
    span = head.said("startTime") or head.said("endTime")
    if not span and not lists:
        yield _NOTHING_TO_SUMMARISE.broken(head.at("startTime"))
    elif span and lists:
        yield _LISTS_IGNORED.broken(lists[0].at("invtNo"), lists[0].value("invtNo"))
