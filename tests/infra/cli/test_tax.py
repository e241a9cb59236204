"""`sandan tax`, `policy` and `tariff`, fixed for users' scripts (issue 4)."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from infra.cli import policy, tariff, tax

DAY = "2026-11-23"
ITEM = {"gnum": 1, "value": "425", "vat_rate": "0.13", "consumption_rate": "0.15", "duty_rate": "0"}


def call(command: Any, *arguments: str, text: str = "") -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    command.register(app)
    return CliRunner().invoke(app, arguments, input=text)


def ask(*arguments: str, items: Any = None, **request: Any) -> Result:
    content = {"date": DAY, "items": [ITEM] if items is None else items} | request
    return call(tax, "tax", *arguments, text=json.dumps(content))


def answered(*arguments: str, code: int = 0, **request: Any) -> Any:
    result = ask("--json", *arguments, **request)
    assert result.exit_code == code, result.stderr
    return json.loads(result.stdout)


def test_the_example_of_the_issue_to_the_letter() -> None:
    text = (
        '{"date":"2026-11-23","regime":"cbec","freight":"0","insurance":"0","items":[{"gnum":1,"value":"425",'
        '"vat_rate":"0.13","consumption_rate":"0.15","duty_rate":"0"}]}'
    )
    result = call(tax, "tax", "--json", text=text)
    assert (result.exit_code, result.stderr) == (0, "")
    amounts = '"duty":"0.00","consumption_tax":"52.50","vat":"45.50","total":"98.00"'
    assert result.stdout.startswith(
        f'{{"regime":"cbec",{amounts},"items":[{{"gnum":1,"dutiable_value":"425.00",{amounts}'
    )
    assert list(json.loads(result.stdout)) == ["regime", "duty", "consumption_tax", "vat", "total", "items", "policy"]
    rows = ["tax.cbec_share-2016", "tax.cbec_duty_rate-2016", "tax.rounding-2014"]
    assert json.loads(result.stdout)["policy"] == rows


def test_without_json_people_read_a_table() -> None:
    result = ask(regime="cbec")
    assert result.exit_code == 0
    for word in ("regime cbec", "52.50", "45.50", "98.00", "tax.rounding-2014"):
        assert word in result.stdout


def test_p5_full_tax() -> None:
    item = {**ITEM, "value": "120", "duty_rate": "0.20"}
    found = answered(regime="cbec-full", items=[item], freight="10", insurance="10")
    assert [found[name] for name in ("duty", "consumption_tax", "vat")] == ["28.00", "29.65", "25.69"]
    assert found["items"][0]["dutiable_value"] == "140.00"


@pytest.mark.parametrize(
    ("legal", "unit", "value", "tax_due"),
    [("10", "g", "99.90", "0.00"), ("10", "ml", "100.00", "12.35"), ("10", "piece", "149.9", "0.00")],
)
def test_a_code_takes_rates_and_threshold_from_the_table(legal: str, unit: str, value: str, tax_due: str) -> None:
    item = {"gnum": 1, "gcode": "3304990000", "value": value, "legal_quantity": legal, "legal_unit": unit}
    found = answered(regime="cbec", items=[item])
    assert found["consumption_tax"] == tax_due
    assert "tariff.33049900-2019-04-01" in found["policy"]


def test_a_specific_rate_is_cny_per_unit() -> None:
    item = {"gnum": 1, "value": "100", "vat_rate": "0.13", "specific_rate": "2", "quantity": "10", "unit": "kg"}
    found = answered(regime="cbec", items=[item])
    assert (found["consumption_tax"], found["vat"]) == ("14.00", "10.92")
    assert answered(regime="cbec", items=[{**item, "unit": None}])["total"] == found["total"]


@pytest.mark.parametrize(
    ("value", "quantity", "used", "regime", "code"),
    [
        ("4999.99", 2, "0", "cbec", None),
        ("5000.00", 2, "0", "cbec", None),
        ("5000.01", 2, "0", None, "-621005"),
        ("5000.01", 1, "0", "cbec-full", None),
        ("4000", 2, "21999.99", "cbec", None),
        ("4000", 2, "22000.00", "cbec", None),
        ("4000", 2, "22000.01", None, "-621018"),
        ("25999.99", 1, "0", "cbec-full", None),
        ("26000.00", 1, "0", "cbec-full", None),
        ("26000.01", 1, "0", None, "-621018"),
    ],
)
def test_49_of_2018_the_limits_choose_the_regime(
    value: str, quantity: int, used: str, *, regime: str | None, code: str | None
) -> None:
    item = {**ITEM, "value": value, "quantity": quantity}
    found = answered(items=[item], assess=True, used_quota=used, code=1 if code else 0)
    assert found["regime"] == regime
    assert [finding["code"] for finding in found.get("findings", [])] == ([code] if code else [])
    assert {"quota.single_limit-2019", "quota.annual_limit-2019"} <= set(found["policy"])


def test_a_refusal_says_why_and_what_to_do() -> None:
    result = ask(items=[{**ITEM, "value": "26114.44", "quantity": 2}], assess=True)
    assert result.exit_code == 1
    assert "refused" in result.stdout
    for word in ("-621005", "-621018", "26114.44", "一般贸易", "general trade"):
        assert word in result.stderr


def test_another_day_another_policy() -> None:
    assert answered("--policy-date", "2018-12-31", assess=True)["policy"][0] == "quota.single_limit-2016"
    milk = {"gnum": 1, "gcode": "1901101000", "value": "200"}
    assert answered("--policy-date", "2016-11-01", regime="cbec", items=[milk])["total"] == "23.80"


def test_a_pack_is_a_what_if(tmp_path: Path) -> None:
    (tmp_path / "if.yaml").write_text(
        "- {id: half, topic: tax.cbec_share, value: '0.5', effective_from: 2026-01-01, basis: 'setting: what if'}\n"
    )
    found = answered("--pack", str(tmp_path), regime="cbec")
    assert (found["total"], found["policy"][0]) == ("70.00", "half")


def test_another_tariff(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "code,name,duty,vat,listed,effective_from,basis\n19011010,milk,0,0.10,yes,2020-01-01,setting: a test\n"
    )
    milk = {"gnum": 1, "gcode": "1901101000", "value": "100"}
    assert answered("--tariff", str(tmp_path / "t.csv"), regime="cbec", items=[milk])["total"] == "7.00"


def test_personal_articles() -> None:
    item = {"gnum": 1, "value": "250", "personal_heading": 2}
    found = answered(regime="personal", items=[item])
    assert (found["total"], found["waived"]) == ("0.00", True)
    found = answered(regime="personal", items=[{**item, "value": "300"}])
    assert (found["regime"], found["total"], found["personal_tax"]) == ("personal", "60.00", "60.00")
    found = answered("--policy-date", "2019-04-08", regime="personal", items=[{**item, "value": "300"}])
    assert found["total"] == "75.00"
    two = {**item, "value": "900", "quantity": 2}
    assert answered(regime="personal", assess=True, items=[two])["total"] == "180.00"
    refused = answered(regime="personal", assess=True, sender="hk-macau-taiwan", items=[two], code=1)
    assert [finding["rule"] for finding in refused["findings"]] == ["T6"]


@pytest.mark.parametrize(("kilograms", "code", "rules"), [("20", 0, []), ("20.001", 1, ["M10"])])
def test_the_limits_hold_more_than_one_person_may_buy_of_goods_in_a_year(
    kilograms: str, code: int, rules: list[str]
) -> None:
    """Rulebook 4.6: 20 kg of rice. What the person has bought before is known to the ledger alone."""
    rice = {"gnum": 1, "value": "100", "gcode": "10063020", "legal_quantity": kilograms, "legal_unit": "kg"}
    found = answered(assess=True, mode="1210", items=[rice], code=code)
    assert [finding["rule"] for finding in found.get("findings", [])] == rules
    assert (found["regime"], found["total"]) == (("cbec", "6.30") if code == 0 else (None, "0.00"))


def test_the_price_without_tax() -> None:
    item = {key: value for key, value in ITEM.items() if key != "value"} | {"price_with_tax": "523"}
    found = answered(regime="cbec", items=[item])
    assert (found["items"][0]["dutiable_value"], found["total"]) == ("425.00", "98.00")
    parcel = {"gnum": 1, "price_with_tax": "360", "personal_heading": 2}
    assert answered(regime="personal", items=[parcel])["items"][0]["dutiable_value"] == "300.00"


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "give regime"),
        ({"regime": "duty-free"}, "/regime: "),
        ({"regime": "cbec", "date": "soon"}, "/date: "),
        ({"regime": "cbec", "freight": "-1"}, "/freight: "),
        ({"regime": "cbec", "items": []}, "/items: stands too seldom"),
        ({"regime": "cbec", "items": [{**ITEM, "value": "many"}]}, "/items[1]/value: "),
        ({"regime": "cbec", "items": [{**ITEM, "value": None}]}, "give either value"),
        ({"regime": "cbec", "items": [{**ITEM, "colour": "red"}]}, "/items[1]/colour: is not a field"),
        ({"regime": "cbec", "items": [ITEM, ITEM]}, "gnum 1 stands more than once"),
        ({"regime": "cbec", "items": [{**ITEM, "gnum": 0}]}, "/items[1]/gnum: "),
        ({"regime": "cbec", "items": [{**ITEM, "vat_rate": "1e-9999999"}]}, "/items[1]/vat_rate: "),
        ({"regime": "cbec", "items": [{**ITEM, "specific_rate": "1e30", "quantity": 1}]}, "/items[1]/specific_rate: "),
        ({"regime": "cbec", "items": [{**ITEM, "value": 99999999999999, "consumption_rate": 0.9}]}, "/items: comes to"),
        ({"regime": "cbec", "items": [{"gnum": 1, "value": "1"}]}, "/items[1]/vat_rate: is required"),
        ({"regime": "cbec", "items": [{**ITEM, "specific_rate": "1"}]}, "give quantity too"),
        ({"regime": "cbec", "items": [{**ITEM, "legal_quantity": "1"}]}, "legal_quantity and legal_unit go together"),
        ({"regime": "cbec-full", "items": [{**ITEM, "duty_rate": None}]}, "/items[1]/duty_rate: is required"),
        ({"regime": "personal"}, "/items[1]/personal_heading: is required"),
        ({"regime": "cbec", "date": "2010-01-01"}, "no policy row for tax.cbec_share on 2010-01-01"),
    ],
)
def test_a_wrong_input_is_told_by_field_and_prints_nothing(request_: dict[str, Any], words: str) -> None:
    result = ask("--json", **request_)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert result.stderr.startswith("sandan tax: ")


def test_an_unknown_code_is_refused_with_the_row_to_add() -> None:
    found = answered(regime="cbec", items=[{"gnum": 7, "gcode": "9999999999", "value": "1"}], code=1)
    assert found["findings"][0]["rule"] == "T2"
    assert "add one for code 99999999 or 9999999999, unless" in found["findings"][0]["message"]["en"]
    found = answered(regime="cbec", items=[{"gnum": 7, "gcode": "99999999", "value": "1"}], code=1)
    assert "add one for code 99999999, unless" in found["findings"][0]["message"]["en"]


@pytest.mark.parametrize("text", ["", "{", '{"date": NaN}', "[]", "[" * 100_000])
def test_what_is_no_request_is_told(text: str) -> None:
    result = call(tax, "tax", text=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "sandan tax: /" in result.stderr


def test_numbers_need_no_quotes_and_stay_exact() -> None:
    text = '{"date":"2026-11-23","regime":"cbec","items":[{"gnum":1,"value":1000.05,"vat_rate":0.13}]}'
    assert json.loads(call(tax, "tax", "--json", text=text).stdout)["items"][0]["dutiable_value"] == "1000.05"


def test_policy_at_a_day() -> None:
    result = call(policy, "policy", "at", "2018-12-31", "--topic", "quota", "--json")
    rows = json.loads(result.stdout)
    assert [(row["id"], row["value"]) for row in rows] == [
        ("quota.annual_limit-2016", 20000),
        ("quota.single_limit-2016", 2000),
    ]
    assert rows[0]["basis"] == "财关税〔2016〕18号"
    shown = call(policy, "policy", "at", DAY).stdout
    assert "quota.single_limit-2019" in shown
    assert "mode: half-up" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["soon"], "DATE: is not a day: write it as 2026-11-23 (given: soon)"),
        ([DAY, "--topic", "quotas"], "no such topic is in force"),
        ([DAY, "--pack", "absent"], "absent is not a directory"),
    ],
)
def test_policy_that_is_not_there(arguments: list[str], words: str) -> None:
    result = call(policy, "policy", "at", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_policy_of_a_pack(tmp_path: Path) -> None:
    (tmp_path / "if.yaml").write_text(
        "- {id: w, topic: quota.single_limit, value: 1, effective_from: 2020-01-01, basis: 'setting: what if'}\n"
    )
    result = call(policy, "policy", "at", DAY, "--topic", "quota.single_limit", "--pack", str(tmp_path), "--json")
    assert [row["id"] for row in json.loads(result.stdout)] == ["w"]


def test_a_tariff_is_checked_with_line_numbers(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("code,name,duty,vat,listed,effective_from,basis\n19011010,milk,0,0.10,yes,2020-01-01,setting: t\n")
    assert "1 rows, 1 codes, no mistake" in call(tariff, "tariff", "check", str(file)).stdout
    file.write_text(file.read_text() + "1901,milk,0,2,yes,2020-01-01,setting: t\n")
    result = call(tariff, "tariff", "check", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "/t.csv/code: line 3: " in result.stderr
    assert "/t.csv/vat: line 3: is too great" in result.stderr
