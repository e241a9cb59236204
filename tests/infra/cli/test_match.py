"""`sandan match`, fixed for users' scripts (issue 2): its JSON; exit 0 matched, 1 not matched, 2 unreadable."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from events.ceb import build
from events.ceb.base import CebModel
from infra.cli.match import register
from tests import builders

OTHER = "SD20260105000002"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with 311.xml, 411.xml, 511.xml and 621.xml that match."""
    put(tmp_path, "311", builders.order())
    put(tmp_path, "411", builders.payment())
    put(tmp_path, "511", builders.waybill())
    put(tmp_path, "621", builders.declaration_list())
    return tmp_path


def put(folder: Path, stem: str, *elements: CebModel) -> None:
    (folder / f"{stem}.xml").write_bytes(build(builders.message(*elements)))


def run(folder: Path, *extra: str, without: str = "") -> Result:
    app = typer.Typer()
    register(app)
    options = {"--order": "311", "--payment": "411", "--waybill": "511", "--list": "621"}
    given = [part for name, stem in options.items() if name != without for part in (name, str(folder / f"{stem}.xml"))]
    return CliRunner().invoke(app, [*given, *extra])


def as_json(result: Result) -> Any:
    return json.loads(result.stdout)


def test_documents_that_match(files: Path) -> None:
    result = run(files, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert as_json(result) == {
        "matched": True,
        "findings": [],
        "missing": [],
        "policy": [
            "matching.amount_tolerance-2014",
            "quota.single_limit-2019",
            "tariff.19011010-2019-04-01",
            "tariff.33049900-2019-04-01",
            "tax.threshold.cosmetics-2016",
            "tax.cbec_share-2016",
            "tax.cbec_duty_rate-2016",
            "tax.rounding-2014",
            "tax.tolerance-2014",
        ],
    }


def test_a_difference_is_told_as_scripts_expect_it(files: Path) -> None:
    put(files, "411", builders.payment(amount_paid="3197.95"))
    result = run(files, "--json")
    assert result.exit_code == 1
    content = as_json(result)
    (finding,) = content["findings"]
    assert content["matched"] is False
    assert finding["rule"] == "M2"
    assert finding["code"] == "1332"
    assert finding["left"] == {"document": "order", "field": "acturalPaid", "value": "561.89"}
    assert finding["right"] == {"document": "payment", "field": "amountPaid", "value": "3197.95"}
    assert finding["fix"] == {"document": "payment", "field": "amountPaid", "value": "561.89"}
    assert set(finding["message"]) == {"zh", "en"}


def test_what_the_assessment_finds_is_told_too(files: Path) -> None:
    put(files, "311", builders.order(tax_total="46.00", actual_paid="561.02"))
    put(files, "411", builders.payment(amount_paid="561.02"))
    content = as_json(run(files, "--json"))
    (finding,) = content["findings"]
    assert (content["matched"], finding["rule"]) == (False, "T1")
    assert finding["fix"] == {"document": "order", "field": "taxTotal", "value": "46.87"}


def test_m10_is_told_of_a_list_alone(files: Path) -> None:
    dear = builders.list_items()[0].model_copy(update={"price": Decimal(2501), "total_price": Decimal(5002)})
    put(files, "621", builders.declaration_list(items=[dear]))
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, ["--list", str(files / "621.xml"), "--json"])
    assert result.exit_code == 1
    assert [(finding["rule"], finding["code"]) for finding in as_json(result)["findings"]] == [("M10", "-621005")]


def test_a_code_that_our_tariff_lacks_is_no_fault_of_the_documents(files: Path) -> None:
    items = [item.model_copy(update={"gcode": "9999999999"}) for item in builders.list_items()]
    put(files, "621", builders.declaration_list(items=items))
    result = run(files, "--json")
    assert (result.exit_code, as_json(result)["matched"]) == (0, True)
    assert "not assessed: T2: items[1].gcode" in result.stderr


def test_without_json_people_read_a_table(files: Path) -> None:
    put(files, "411", builders.payment(amount_paid="3197.95"))
    result = run(files, without="--waybill")
    assert result.exit_code == 1
    for word in ("M2", "1332", "561.89", "3197.95", "missing: waybill", "not matched: 1 finding\n"):
        assert word in result.stdout
    put(files, "411", builders.payment())
    assert run(files).stdout == "matched\n"


@pytest.mark.parametrize("name", ["order", "payment", "waybill", "list"])
def test_a_document_that_is_left_out_is_missing(files: Path, name: str) -> None:
    result = run(files, "--json", without=f"--{name}")
    assert result.exit_code == 1
    assert as_json(result)["missing"] == [name]


def test_the_elements_of_the_common_order_number_are_taken(files: Path) -> None:
    put(files, "311", builders.order(order_no=OTHER), builders.order())
    put(files, "621", builders.declaration_list(), builders.declaration_list(order_no="ANOTHER"))
    assert run(files, "--json").exit_code == 0


def test_the_same_document_twice_is_one(files: Path) -> None:
    put(files, "411", builders.payment(), builders.payment(guid=builders.GUID.format(999)))
    assert run(files, "--json").exit_code == 0


@pytest.mark.parametrize(
    ("stem", "elements", "words"),
    [
        ("311", [builders.order(order_no="A"), builders.order(order_no="B")], "0 order numbers stand in all of them"),
        ("411", [builders.payment(), builders.payment(amount_paid="1")], "2 different documents of kind payment"),
    ],
)
def test_an_ambiguous_choice_is_unreadable(files: Path, stem: str, elements: list[CebModel], words: str) -> None:
    put(files, stem, *elements)
    result = run(files, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_several_orders_alone_are_ambiguous_and_named(files: Path) -> None:
    put(files, "311", builders.order(), builders.order(order_no=OTHER))
    put(files, "411", builders.payment(), builders.payment(order_no=OTHER))
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, ["--order", str(files / "311.xml"), "--payment", str(files / "411.xml")])
    assert result.exit_code == 2
    assert f"({builders.ORDER_NO}, {OTHER})" in result.stderr


def test_an_unreadable_file_is_named_with_line_path_and_value(files: Path) -> None:
    content = (files / "411.xml").read_bytes().replace(b"561.89", b"many").replace(b"><", b">\n<")
    (files / "411.xml").write_bytes(content)
    line = next(number for number, text in enumerate(content.splitlines(), 1) if b"many" in text)
    result = run(files, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"411.xml: line {line}, /CEB411Message/Payment[1]/PaymentHead/amountPaid" in result.stderr
    assert "'many'" in result.stderr


def test_a_document_under_the_wrong_option_is_unreadable(files: Path) -> None:
    put(files, "411", builders.waybill())
    result = run(files)
    assert result.exit_code == 2
    assert "holds no payment but waybill" in result.stderr


def test_an_absent_file_and_a_day_without_policy_are_unreadable(files: Path) -> None:
    assert "no policy row for matching.amount_tolerance on 2010-01-01" in run(files, "--on", "2010-01-01").stderr
    assert run(files, "--on", "2010-01-01").exit_code == 2
    (files / "621.xml").unlink()
    result = run(files)
    assert result.exit_code == 2
    assert "621.xml: / cannot be read" in result.stderr


def test_the_day_decides_the_policy_and_help_shows_an_example(files: Path) -> None:
    assert run(files, "--on", "2026-01-05", "--json").exit_code == 0
    helped = run(files, "--help").stdout
    assert "sandan match --order 311.xml" in helped
