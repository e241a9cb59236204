"""`sandan ceb validate` and `sandan ceb roundtrip`: are these messages valid, and do they survive our models?"""

import json
from pathlib import Path
from typing import Annotated

import typer

from events.ceb.business import BusinessProblem
from events.problems import InvalidInputError
from infra.ceb.roundtrip import Difference, roundtrip
from infra.ceb.validation import Outcome, Validated, validated, worst
from infra.cli.ceb_files import UNREADABLE, describe, read_file, shown

_VALIDATE_EXAMPLE = (
    "Example:\n\n    sandan ceb validate 311.xml 621.xml --json\n\n"
    "Exit code 0: valid; 1: the schema layer fails; 3: only the business layer fails; 2: a file cannot be read. Of "
    "several files the worst counts: 2, then 1, then 3. Advice fails nothing."
)
_ROUNDTRIP_EXAMPLE = (
    "Example:\n\n    sandan ceb roundtrip 621.xml\n\n"
    "Exit code 0: the canonical form is unchanged; 1: it is not; 2: a file cannot be read as a customs message."
)
_Files = Annotated[
    list[Path],
    typer.Argument(help="CEB XML, or a DxpMsg or DxpMsgSv that holds it; - for standard input.", metavar="FILE…"),
]


def add_validate(ceb: typer.Typer) -> None:
    """Add the commands `validate` and `roundtrip`."""
    ceb.command("validate", epilog=_VALIDATE_EXAMPLE)(validate_command)
    ceb.command("roundtrip", epilog=_ROUNDTRIP_EXAMPLE)(roundtrip_command)


def validate_command(
    files: _Files,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Check messages by the official schema (schema layer) and by the standard's text (business layer)."""
    results = [(file, _validated(file)) for file in files]
    if as_json:
        typer.echo(json.dumps([_as_json(file, found) for file, found in results], ensure_ascii=False, indent=2))
    else:
        for file, found in results:
            _print(file, found)
    raise typer.Exit(int(worst([found.outcome for _, found in results])))


def roundtrip_command(files: _Files) -> None:
    """Read messages into the models, write them again, and compare the canonical forms.

    Prefixes, comments, hints to a schema processor and white space between elements are no part of the form.
    """
    code = 0
    for file in files:
        try:
            differences, signable = roundtrip(read_file(file))
        except InvalidInputError as error:
            for problem in error.problems:
                typer.echo(f"sandan ceb roundtrip: {describe(file, problem)}", err=True)
            code = UNREADABLE
            continue
        typer.echo(f"{file}: {_verdict(differences, signable=signable)}")
        for difference in differences:
            typer.echo(f"  {difference.path}: {_said(difference.before)} became {_said(difference.after)}")
        code = code or int(bool(differences))
    raise typer.Exit(code)


def _validated(file: Path) -> Validated:
    try:
        return validated(read_file(file))
    except InvalidInputError as error:
        return Validated(schema_layer=error.problems)


def _as_json(file: Path, found: Validated) -> dict[str, object]:
    said = found.model_dump(mode="json", by_alias=True)
    return {
        "file": str(file),
        "message": said["message"],
        "valid": found.outcome is Outcome.VALID,
        "schema": said["schema"],
        "business": said["business"],
        "envelope": said["envelope"],
    }


def _print(file: Path, found: Validated) -> None:
    inside = f" in a {found.envelope} envelope" if found.envelope else ""
    verdicts = {
        Outcome.VALID: "valid",
        Outcome.SCHEMA: "the schema layer fails",
        Outcome.BUSINESS: "the business layer fails",
        Outcome.UNREADABLE: "cannot be read",
    }
    typer.echo(f"{file}: {found.message or 'no message'}{inside}: {verdicts[found.outcome]}")
    for problem in found.schema_layer:
        typer.echo(f"  schema  {describe(file, problem)}")
    for broken in found.business_layer:
        typer.echo(f"  {_told(broken)}")


def _told(broken: BusinessProblem) -> str:
    code = f" ({broken.code})" if broken.code else ""
    line = f"line {broken.line}, " if broken.line else ""
    return (
        f"{broken.severity:<7} {line}{broken.path}{code}\n          {broken.message.zh}\n          {broken.message.en}"
    )


def _verdict(differences: list[Difference], *, signable: bool) -> str:
    if differences:
        return "the canonical form is changed"
    same = "the canonical form is unchanged"
    return same if signable else f"{same}; white space or prefixes differ, so a signature would have to be made anew"


def _said(value: str | None) -> str:
    return "nothing" if value is None else shown(value)
