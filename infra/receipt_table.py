"""The page docs/receipt-codes.md, made from the codes and statuses of receipts.

`python -m infra.receipt_table` writes it; with `--check` it says whether it differs from the data and exits 1.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from events.ceb.receipt_codes.model import CodeFamily, FixAt, ReceiptCode
from events.ceb.receipt_codes.table import codes
from events.ceb.receipt_families import FAMILIES, ReceiptFamily

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path("docs/receipt-codes.md")

_INTRODUCTION = """\
# Codes of receipts · 回执代码

Made from `events/ceb/receipt_codes/data/` by `python -m infra.receipt_table`: change the data, not this page.

A receipt carries a `returnStatus` and a `returnInfo`. Its class says what to do about it; `sandan ceb receipt`
tells it for one receipt, `events.ceb.receipt_codes.classify` in code.

| class | what to do | 处理 |
|---|---|---|
| retry | send the same again, unchanged | 原样重发 |
| fix | correct the named field of the named document, then send it | 更正所指单证的字段后重发 |
| human | a person must look; codes that nobody has listed are of this class | 人工处理 |
| duplicate | nothing: it is there already | 已存在，无需处理 |
| final | nothing helps: true documents cannot pass | 不能更正 |
| progress | nothing: it is no error | 正常进展 |

Where customs rejects with 100, the code inside `returnInfo`, as in `[Code:1332;Desc:…]`, decides; of several the
gravest. The same holds inside an exception whose own reason is open. Among the fixes, `/` is the whole document,
`items` its lines, and `envelope` the message around it. The Chinese texts of the official codes are the words of the
specification (202205, section 7), with its placeholders; the English ones, the classes and the fixes are ours.
"""
_TITLES = {
    CodeFamily.EXCHANGE: "Exchange platform · 交换平台",
    CodeFamily.ENTERPRISE: "Enterprises · 企业",
    CodeFamily.ORDER: "Orders · 订单",
    CodeFamily.PAYMENT: "Payments · 支付凭证",
    CodeFamily.WAYBILL: "Waybills · 运单",
    CodeFamily.WAYBILL_STATUS: "Waybill statuses · 运单状态",
    CodeFamily.LIST: "Import lists · 进口清单",
    CodeFamily.CANCELLATION: "Cancellations · 撤销申请单",
    CodeFamily.RETURN: "Returns · 退货申请单",
    CodeFamily.ENTRY: "Warehouse entries · 入库明细单",
}
_SHOWN = str.maketrans({"<": "&lt;"} | {sign: f"\\{sign}" for sign in "\\|*_[]"})
_OBSERVED = "Observed, in no official table · 实际所见"
_STATUSES = """\
## Statuses · 回执状态

From the first to the furthest; statuses joined by "=" stand equally far, and of those the latest by `returnTime`
counts. An older receipt never takes a document back. Statuses in brackets were seen and are in no official list; a
negative status is an exception (above).

| receipt | answers | statuses |
|---|---|---|
"""


def page() -> str:
    """The text of the page."""
    official = [row for row in codes() if not row.observed]
    observed = [row for row in codes() if row.observed]
    sections = [_INTRODUCTION]
    sections += [
        _section(title, [row for row in official if row.family is family]) for family, title in _TITLES.items()
    ]
    sections.append(_section(_OBSERVED, observed, with_family=True))
    sections.append(_meanings())
    sections.append(_STATUSES + "".join(_ladder(family) for family in FAMILIES.values() if family.statuses))
    return "\n".join(sections)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """The command; the exit code is 1 when `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m infra.receipt_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, say whether the page differs")
    target, text = root / PAGE, page().encode()
    if parser.parse_args(arguments).check:
        if target.is_file() and target.read_bytes() == text:
            return 0
        sys.stderr.write(f"{PAGE} differs from the data: run python -m infra.receipt_table\n")
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text)
    return 0


def _section(title: str, rows: Iterable[ReceiptCode], *, with_family: bool = False) -> str:
    first, line = ("| in ", "|---") if with_family else ("", "")
    head = f"## {title}\n\n{first}| code | text | in English | class | fix | note |\n{line}|---|---|---|---|---|---|\n"
    return head + "".join(_line(row, with_family) for row in rows)


def _line(row: ReceiptCode, with_family: bool) -> str:
    cells = [row.code, row.zh, row.en, row.receipt_class.value, _fix(row.fix), row.note or ""]
    return _cells([row.family.value, *cells] if with_family else cells)


def _fix(fix: FixAt | None) -> str:
    return f"{fix.document}: {fix.field}" if fix else ""


def _meanings() -> str:
    known = {code: status for family in FAMILIES.values() for code, status in family.statuses.items()}
    rows = (_cells([code, known[code].meaning.zh, known[code].meaning.en]) for code in sorted(known, key=int))
    return "## Meanings of the statuses · 状态含义\n\n| status | 含义 | meaning |\n|---|---|---|\n" + "".join(rows)


def _ladder(family: ReceiptFamily) -> str:
    rungs = groupby(sorted(family.statuses.values(), key=lambda status: status.rank), key=lambda status: status.rank)
    way = " → ".join(" = ".join(_mark(status.code, family) for status in rung) for _, rung in rungs)
    return _cells([family.message, f"{family.upload} {family.name.en}", way])


def _mark(code: str, family: ReceiptFamily) -> str:
    return f"({code})" if code in family.observed else code


def _cells(texts: Iterable[str]) -> str:
    return f"| {' | '.join(map(_plain, texts))} |\n"


def _plain(text: str) -> str:
    """The text as Markdown shows it unchanged."""
    return text.translate(_SHOWN)


if __name__ == "__main__":
    sys.exit(main())
