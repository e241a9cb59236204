"""Returns of retail imports as pure rules (公告2020-45; rulebook 4.5)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from events.ceb.base import plain
from events.findings import Finding, Place
from events.return_life import ReturnLine
from events.returns import Condition, GoodsReturned, Inspection, ReturnSite
from events.values import CHINA, Text
from functions.policy.pack import PolicyAtDate
from functions.returns.models import (
    GoodsVerdict,
    Judged,
    JudgeRequest,
    Reckoned,
    ReckonRequest,
    ReturnTerms,
    ReturnTermsRequest,
)
from functions.tax.models import Remainder, RemainderRequest, ReturnedLine
from functions.tax.remainder import remainder
from functions.tax.rounding import CENT

BACK_DAYS, AFTER_PAYMENT, FREIGHT = "return.goods_back_days", "return.after_payment", "return.refunds_freight"
NOTICE = "海关总署公告2020-45"


def terms(request: ReturnTermsRequest, policy: PolicyAtDate) -> ReturnTerms:
    """The goods are to be back within so many days of the release, counted from its moment."""
    days, after = policy.row(BACK_DAYS), policy.row(AFTER_PAYMENT)
    return ReturnTerms(
        back_by=request.released_at + timedelta(days=days.whole()),
        after_payment=str(after.table()["goes_to"]),
        policy=[days.id, after.id],
    )


def judge(request: JudgeRequest) -> Judged:
    """Back in time, in the original state, at the original site, as many as applied for: in this order."""
    report = request.report
    original = ReturnSite.of(request.declaration_list.head)
    if report.received_at > request.back_by:
        return Judged(verdict=GoodsVerdict.TOO_LATE, lines=[], findings=[_too_late(request)])
    damaged = [line for line in report.lines if line.condition is not Condition.INTACT]
    if damaged or report.inspection is not Inspection.QUALIFIED:
        return Judged(verdict=GoodsVerdict.NOT_AS_THEY_WERE, lines=[], findings=[_not_as_they_were(report)])
    asked = {line.gnum: line.qty for line in request.lines}
    there = {line.gnum: line.qty for line in report.lines}
    both = {gnum: min(qty, there.get(gnum, Decimal(0))) for gnum, qty in asked.items()}
    lines = [ReturnLine(gnum=gnum, qty=qty) for gnum, qty in both.items() if qty > 0]
    quantities = _quantities(asked, there)
    if not report.site.is_within(original):
        elsewhere = _other_site(report, original)
        return Judged(verdict=GoodsVerdict.OTHER_SITE, lines=lines, findings=[elsewhere, *quantities])
    verdict = GoodsVerdict.OTHER_QUANTITY if quantities else GoodsVerdict.AS_APPLIED
    return Judged(verdict=verdict, lines=lines, findings=quantities)


def _too_late(request: JudgeRequest) -> Finding:
    came, last = (moment.astimezone(CHINA) for moment in (request.report.received_at, request.back_by))
    return _finding(
        "receivedAt",
        f"{came:%Y-%m-%d %H:%M}",
        Text(
            zh=f"退货于{came:%Y-%m-%d %H:%M}运抵，晚于期限{last:%Y-%m-%d %H:%M}：税款不予退还。",
            en=f"The goods were back at {came:%Y-%m-%d %H:%M}, after the last moment {last:%Y-%m-%d %H:%M}: "
            "the tax stays due.",
        ),
    )


def _other_site(report: GoodsReturned, original: ReturnSite) -> Finding:
    here, there = _site(report.site), _site(original)
    return _finding(
        "site",
        here,
        Text(
            zh=f"退货运抵{here}，应在期限内运抵原监管场所{there}：请人工处理。",
            en=f"The goods came to {here}; they are to be at their original site {there} in time: a person must see "
            "to it.",
        ),
    )


def _site(site: ReturnSite) -> str:
    return "/".join(part for part in (site.customs_code, site.area_code, site.loct_no) if part)


def _not_as_they_were(report: GoodsReturned) -> Finding:
    broken = [f"{line.gnum}: {plain(line.qty)} {line.condition.value}" for line in report.lines]
    said = ", ".join(broken)
    return _finding(
        "lines",
        said,
        Text(
            zh=f"退货非原状（{said}；检查结果{report.inspection.value}）：税款不予退还，货物退回订购人。",
            en=f"The goods are not as they were ({said}; inspection {report.inspection.value}): "
            "the tax stays due, they go back to the buyer.",
        ),
    )


def _quantities(asked: dict[int, Decimal], there: dict[int, Decimal]) -> list[Finding]:
    found = []
    for gnum in sorted(asked.keys() | there.keys()):
        wanted, came = asked.get(gnum, Decimal(0)), there.get(gnum, Decimal(0))
        if wanted != came:
            text = Text(
                zh=f"第{gnum}项申请退货{plain(wanted)}，实到{plain(came)}：请人工核对。",
                en=f"Line {gnum}: {plain(wanted)} applied for, {plain(came)} came back: a person must see to it.",
            )
            found.append(_finding(f"lines[{gnum}].qty", plain(came), text))
    return found


def _finding(field: str, value: str, message: Text) -> Finding:
    return Finding(
        rule="RETURN",
        left=Place(document="goods-returned", field=field, value=value),
        message=message,
        basis=NOTICE,
    )


def reckon(request: ReckonRequest, policy: PolicyAtDate) -> Reckoned:
    """What is left, and what the buyer gets for what comes back now.

    Both from all that has come back, before and now: so the parts of any sequence of returns add up to the whole, to
    the cent.
    """
    freight = policy.row(FREIGHT)
    before, now = _together(request.before), _together([*request.before, *request.lines])
    left_before, left = _left(request, before), _left(request, now)
    goods = _refundable(request, now, freight.number()) - _refundable(request, before, freight.number())
    return Reckoned(
        remainder=left,
        refund=goods + left_before.total - left.total,
        refund_without_tax=goods,
        policy=[freight.id],
    )


def _together(lines: Iterable[ReturnLine]) -> dict[int, Decimal]:
    added: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        added[line.gnum] += line.qty
    return dict(added)


def _left(request: ReckonRequest, returned: dict[int, Decimal]) -> Remainder:
    declared = {item.gnum: item.qty for item in request.declaration_list.items}
    lines = [ReturnedLine(gnum=gnum, declared=declared[gnum], returned=qty) for gnum, qty in returned.items()]
    return remainder(RemainderRequest(assessment=request.assessment, returned=lines))


def _refundable(request: ReckonRequest, returned: dict[int, Decimal], freight_share: Decimal) -> Decimal:
    """The price of the goods less their share of the order's discount; freight when all came back, by policy."""
    head, items = request.order.head, request.order.items
    worth = sum((item.total_price for item in items), Decimal(0))
    parts = (Fraction(item.total_price) * Fraction(returned.get(item.gnum, 0)) / Fraction(item.qty) for item in items)
    paid = max(1 - Fraction(head.discount) / Fraction(worth), Fraction(0)) if worth else Fraction(0)
    exact = sum(parts, Fraction(0)) * paid
    if all(returned.get(item.gnum) == item.qty for item in items):
        exact += Fraction(head.freight) * Fraction(freight_share)
    return floor(exact * 100 + Fraction(1, 2)) * CENT
