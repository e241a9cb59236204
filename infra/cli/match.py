"""`sandan match`: the three-document match of files, before anything is sent."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.waybill import Waybill
from events.documents import DocumentKind, content_hash
from events.findings import Finding, Fix, Place
from events.problems import InvalidInputError, Problem
from events.values import CHINA
from functions.matching.handler import match
from functions.matching.models import MatchRequest, MatchResult
from functions.tax.findings import UNKNOWN_CODE
from functions.tax.handler import assess
from functions.tax.models import AssessListRequest, Assessment
from infra.cli.counted import counted
from infra.cli.told import mistakes_told
from infra.documents import read_documents

Document = Order | Payment | Waybill | DeclarationList

_NOT_MATCHED, _UNREADABLE = 1, 2
_SHOWN = 5
_EXAMPLE = (
    "Example:\n\n    sandan match --order 311.xml --payment 411.xml --waybill 511.xml --list 621.xml --json\n\n"
    "Exit code 0: matched; 1: not matched, or documents are missing; 2: a file cannot be read."
)
_File = Annotated[Path | None, typer.Option(help="CEB XML, DxpMsg or JSON.", metavar="FILE")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("match", epilog=_EXAMPLE)(match_command)


def match_command(
    *,
    order: _File = None,
    payment: _File = None,
    waybill: _File = None,
    declaration_list: Annotated[
        Path | None, typer.Option("--list", help="The same, of the list.", metavar="FILE")
    ] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day whose policy applies; today by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Match an order, its payment, its waybill and its declaration list; say what differs and how to mend it.

    The list is assessed too: the limit of one purchase, and the tax that the order says. In files that hold several
    documents, those of the order number that stands in all files are taken.
    """
    files = {
        DocumentKind.ORDER: order,
        DocumentKind.PAYMENT: payment,
        DocumentKind.WAYBILL: waybill,
        DocumentKind.DECLARATION_LIST: declaration_list,
    }
    chosen = choose({kind: _read(kind, file) for kind, file in files.items() if file})
    day = (on or datetime.now(CHINA)).date()
    with mistakes_told("match"):
        matched = match(_request(day, chosen))
        assessment = _assessed(day, chosen)
    result = _together(matched, assessment)
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
    else:
        _print(result)
    for finding in _not_assessable(assessment):
        typer.echo(f"not assessed: {finding.message.zh}\nnot assessed: {finding.message.en}", err=True)
    raise typer.Exit(0 if result.matched else _NOT_MATCHED)


def choose(candidates: Mapping[DocumentKind, Sequence[Document]]) -> dict[DocumentKind, Document]:
    """One document of each kind: the only one, or those of the one order number that stands in every file.

    Prints what is ambiguous and raises typer.Exit(2) when there is no such choice.
    """
    if any(len(documents) > 1 for documents in candidates.values()):
        numbers = set.intersection(*({_order_no(document) for document in found} for found in candidates.values()))
        if len(numbers) != 1:
            some = ", ".join(sorted(numbers)[:_SHOWN]) or "none"
            raise _unreadable(
                f"the files hold several documents, and {len(numbers)} order numbers stand in all of them ({some}): "
                "give files with one order"
            )
        candidates = {
            kind: [document for document in found if _order_no(document) in numbers]
            for kind, found in candidates.items()
        }
    for kind, found in candidates.items():
        if len(found) > 1:
            raise _unreadable(
                f"{len(found)} different documents of kind {kind} for order {_order_no(found[0])}: give a file with one"
            )
    return {kind: documents[0] for kind, documents in candidates.items()}


def _read(kind: DocumentKind, file: Path) -> list[Document]:
    """The different documents of one kind in a file."""
    try:
        found = read_documents(file)
        documents = {content_hash(document): document for other, document in found if other is kind}
        if not documents:
            holds = ", ".join(sorted({other.value for other, _ in found}))
            message = f"holds no {kind} but {holds}: give each document to its own option"
            raise InvalidInputError([Problem(path="/", rule="document", message=message)])
    except InvalidInputError as error:
        raise _unreadable(*(_describe(file, problem) for problem in error.problems)) from None
    return [document for document in documents.values() if isinstance(document, Document)]


def _describe(file: Path, problem: Problem) -> str:
    line = f" line {problem.line}," if problem.line else ""
    value = f" (it is {problem.value!r})" if problem.value is not None else ""
    return f"{file}:{line} {problem.path} {problem.message}{value} [{problem.rule}]"


def _unreadable(*texts: str) -> typer.Exit:
    for text in texts:
        typer.echo(f"sandan match: {text}", err=True)
    return typer.Exit(_UNREADABLE)


def _order_no(document: Document) -> str:
    return document.head.order_no


def _request(day: date, chosen: Mapping[DocumentKind, Document]) -> MatchRequest:
    names = {
        "order": DocumentKind.ORDER,
        "payment": DocumentKind.PAYMENT,
        "waybill": DocumentKind.WAYBILL,
        "declaration_list": DocumentKind.DECLARATION_LIST,
    }
    return MatchRequest.model_validate({"on": day} | {name: chosen.get(kind) for name, kind in names.items()})


def _assessed(day: date, chosen: Mapping[DocumentKind, Document]) -> Assessment | None:
    """The assessment of the list; None without one."""
    declared, order = chosen.get(DocumentKind.DECLARATION_LIST), chosen.get(DocumentKind.ORDER)
    if not isinstance(declared, DeclarationList):
        return None
    tax = order.head.tax_total if isinstance(order, Order) else None
    return assess(AssessListRequest(on=day, declaration_list=declared, declared_tax=tax))


def _together(matched: MatchResult, assessment: Assessment | None) -> MatchResult:
    """The match with what the assessment found against the documents."""
    if assessment is None:
        return matched
    lacking = _not_assessable(assessment)
    found = [finding for finding in assessment.findings if finding not in lacking]
    return matched.model_copy(
        update={
            "matched": matched.matched and not found,
            "findings": [*matched.findings, *found],
            "policy": [*matched.policy, *assessment.policy],
        }
    )


def _not_assessable(assessment: Assessment | None) -> list[Finding]:
    """What our tariff lacks, which is no fault of the documents: it is told beside the match."""
    return [finding for finding in assessment.findings if finding.rule == UNKNOWN_CODE] if assessment else []


def _print(result: MatchResult) -> None:
    console = Console()
    if result.findings:
        table = Table("rule", "code", show_lines=True)
        for side in ("left", "right", "proposed"):
            table.add_column(side, overflow="fold")
        for finding in result.findings:
            table.add_row(finding.rule, finding.code, *map(_cell, (finding.left, finding.right, finding.fix)))
        console.print(table)
    for finding in result.findings:
        console.print(Text(f"{finding.message.zh}\n{finding.message.en}"), soft_wrap=True)
    if result.missing:
        console.print(f"missing: {', '.join(result.missing)}")
    found = counted(len(result.findings), "finding")
    console.print("matched" if result.matched else f"not matched: {found}")


def _cell(place: Place | Fix | None) -> Text:
    return Text(f"{place.document}.{place.field}\n{place.value or '-'}" if place else "")
