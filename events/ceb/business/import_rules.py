"""Rules of import documents: modes, one parcel and CNY, as the door and the match know them, and the guarantor."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from events.ceb.business.list_modes import currency_findings, list_mode_findings
from events.ceb.business.problem import BusinessProblem, BusinessRule, Severity
from events.ceb.business.tree import Part
from events.documents import DocumentKind
from events.findings import Finding
from events.values import Text

if TYPE_CHECKING:
    from events.ceb.declaration_list import DeclarationList
    from events.ceb.order import Order
    from events.ceb.payment import Payment
    from events.ceb.waybill import Waybill

_LINE_FIELD = re.compile(r"items\[(?P<gnum>-?\d+)]\.(?P<field>\w+)")
_KINDS: dict[str, tuple[str, DocumentKind]] = {
    "Order": ("O-CURRENCY", DocumentKind.ORDER),
    "Payment": ("P-CURRENCY", DocumentKind.PAYMENT),
    "Logistics": ("W-CURRENCY", DocumentKind.WAYBILL),
}
_GUARANTOR = BusinessRule(
    "L-ASSURE",
    Text(
        zh="只限清单的电商平台、电商企业、物流企业或申报企业的代码",
        en="only the list's platform, e-commerce enterprise, logistics enterprise or declarant may guarantee",
    ),
    "规范 202205 CEB621 assureCode",
)
_NO_BAR_CODE = BusinessRule(
    "L-BARCODE",
    Text(zh="没有条码填“无”", en="write 无 where there is no bar code"),
    "规范 202205 barCode",
    Severity.ADVICE,
)
_MAY_GUARANTEE = ("ebcCode", "logisticsCode", "agentCode", "ebpCode")


def list_mode(part: Part) -> Iterator[BusinessProblem]:
    """L-MODE, L-9610, L-1210, L-PACK, L-CURRENCY."""
    findings = list_mode_findings(cast("DeclarationList", part.model))
    return (_problem(part, finding) for finding in findings)


def in_cny(part: Part) -> Iterator[BusinessProblem]:
    """Orders, payments and waybills of the import are in CNY."""
    rule, kind = _KINDS[part.tag]
    findings = currency_findings(rule, kind, cast("Order | Payment | Waybill", part.model))
    return (_problem(part, finding) for finding in findings)


def guarantor(part: Part) -> Iterator[BusinessProblem]:
    """Who guarantees the tax is a party of the list; the text and the schema's documentation name four between them."""
    said = part.said("assureCode")
    if not any(part.said(name) == said for name in _MAY_GUARANTEE):
        yield _GUARANTOR.broken(part.at("assureCode"), part.value("assureCode"))


def bar_code(part: Part) -> Iterator[BusinessProblem]:
    """Lines without a bar code say so."""
    if not part.said("barCode"):
        yield _NO_BAR_CODE.broken(part.at("barCode"))


def _problem(part: Part, finding: Finding) -> BusinessProblem:
    return BusinessProblem(
        rule=finding.rule,
        severity=Severity.ERROR,
        path=_path(part, finding),
        value=finding.left.value,
        message=finding.message,
        basis=finding.basis or "",
        code=finding.code,
    )


def _path(part: Part, finding: Finding) -> str:
    """Findings name a line by its gnum, paths by its place; of lines with the same gnum the one with the value."""
    head, *lines = part.children
    of_line = _LINE_FIELD.fullmatch(finding.left.field)
    if of_line is None:
        return head.at(finding.left.field)
    same = [line for line in lines if line.said("gnum") == of_line["gnum"]]
    name, value = of_line["field"], (finding.left.value or "").strip()
    return next((line for line in same if line.said(name) == value), same[0]).at(name)
