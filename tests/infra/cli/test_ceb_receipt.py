"""`sandan ceb receipt`, fixed for users' scripts (issue 3): its JSON; exit 0 read, 2 bad input."""

import json

import pytest
import typer
from typer.testing import CliRunner, Result

from infra.cli.ceb_receipt import add_receipt


@pytest.fixture
def command() -> typer.Typer:
    ceb = typer.Typer()
    ceb.callback()(lambda: None)
    add_receipt(ceb)
    return ceb


def run(command: typer.Typer, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["receipt", *arguments])


def test_the_documented_call_answers_as_scripts_expect_it(command: typer.Typer) -> None:
    """A status that begins with a minus is a value, not an option."""
    info = "清单[1]中购买人[甲]已用购买额度为[25000]，本次购买将超过年度限额[26000]"
    result = run(command, "--message", "CEB622", "--status", "-621018", "--info", info, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    answer = json.loads(result.stdout)
    assert list(answer) == ["class", "stage", "code", "detail_code", "explanation", "fix"]
    assert answer.pop("explanation").keys() == {"zh", "en"}
    assert answer == {"class": "final", "stage": "rejected", "code": "-621018", "detail_code": None, "fix": None}


def test_a_fix_names_document_and_field(command: typer.Typer) -> None:
    info = "[Code:1332;Desc:金额不一致],[OrderHead.acturalPaid:561.89,PaymentHead.amountPaid3197.95]"
    answer = json.loads(run(command, "--message", "CEB622Message", "--status", "100", "--info", info, "--json").stdout)
    assert (answer["class"], answer["stage"], answer["detail_code"]) == ("fix", "mismatched", "1332")
    assert answer["fix"] == {"document": "payment", "field": "amountPaid"}


def test_in_words(command: typer.Typer) -> None:
    result = run(command, "--message", "CEB622", "--status=-621029")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "-621029: fix",
        "验签失败！",
        "The signature does not hold!",
        "fix: list.Signature",
        "the order goes to: rejected",
    ]


def test_the_exchange_platform_has_codes_of_its_own(command: typer.Typer) -> None:
    result = run(command, "--message", "DXP", "--status", "3003")
    assert result.stdout.splitlines() == ["3003: retry", "远程连接超时", "Remote connection timed out"]


def test_an_unknown_code_is_no_failure(command: typer.Typer) -> None:
    result = run(command, "--message", "CEB622", "--status", "-1", "--json")
    assert (result.exit_code, json.loads(result.stdout)["class"]) == (0, "human")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--message", "CEB621", "--status", "100"], "--message 'CEB621' is sent to customs, not received"),
        (["--message", "CEB999", "--status", "100"], "--message 'CEB999' is not a receipt: give one of CEB214"),
        (["--message", "CEB622", "--status", ""], "--status is empty"),
        (["--message", "CEB622"], "Missing option '--status'"),
    ],
)
def test_bad_input_is_told_in_words(command: typer.Typer, arguments: list[str], words: str) -> None:
    result = run(command, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
