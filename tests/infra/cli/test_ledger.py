"""`sandan quota`, `sandan guarantee` and `sandan ledger` on a running stack."""

import json
import os
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from functions.aws import dynamodb
from functions.settings import settings
from infra.cli.main import application
from infra.direct_calls import functions_on
from infra.generate.parties import GUARANTORS
from infra.stack.errors import StackError
from infra.stack.stack import Stack
from tests.functions.ledger.samples import NOBODY, bill_of, charge, commit, order, reserve, standing, sugar

pytestmark = pytest.mark.stack

CODE = GUARANTORS[0]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with one released order and one that is only declared."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "SANDAN_"))]:
            patch.delenv(name)
        patch.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        with Stack(services=[]) as running:
            with functions_on(running.state):
                reserve(order(1), charge("425", "98.00", sugar("1.5")), guarantor=CODE)
                commit(order(1), bill_of(order(1), "98.00"))
                reserve(order(2), charge("1000.50", "91.05"), guarantor=CODE)
            yield running


def _run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(application(arguments[0]), list(arguments), input=given)


@pytest.fixture
def buyer(stack: Stack) -> str:
    """The hash, as an operator finds it."""
    return _run("quota", "hash", "--id-type", "1", "--id", "-", given=f"{NOBODY}\n").stdout.strip()


def test_the_stack_opens_the_guarantees_of_the_demonstration(stack: Stack) -> None:
    """A million each."""
    for code in GUARANTORS:
        assert json.loads(_run("guarantee", "show", code, "--json").stdout)["amount"] == "1000000"


def test_a_guarantee_for_people(stack: Stack) -> None:
    """Amount, reserved, held, available."""
    shown = _run("guarantee", "show", CODE).stdout

    assert shown == f"{CODE}  1,000,000.00 CNY\n  reserved 91.05  held 98.00  available 999,810.95\n"


def test_a_guarantee_is_raised_and_lowered(stack: Stack) -> None:
    """The whole amount each time; not below what is in use."""
    assert _run("guarantee", "open", CODE, "--amount", "200.50", "--json").exit_code == 0
    assert "nearly used up" in _run("guarantee", "show", CODE).stdout
    with pytest.raises(StackError, match=r"cannot be 100 CNY: 189\.05 CNY are in use"):
        CliRunner().invoke(
            application("guarantee"), ["guarantee", "open", CODE, "--amount", "100"], catch_exceptions=False
        )
    assert _run("guarantee", "open", CODE, "--amount", "1000000").exit_code == 0


@pytest.mark.parametrize("amount", ["much", "-1", "NaN", "1e30"])
def test_what_is_no_amount_is_refused(stack: Stack, amount: str) -> None:
    """With what would be one."""
    answer = _run("guarantee", "open", CODE, f"--amount={amount}")

    assert answer.exit_code == 2
    assert "2500.50" in answer.stderr


def test_a_code_without_a_guarantee_says_how_to_open_one(stack: Stack) -> None:
    """It is no guarantee of zero."""
    with pytest.raises(StackError, match="sandan guarantee open 3207OTHER --amount"):
        CliRunner().invoke(application("guarantee"), ["guarantee", "show", "3207OTHER"], catch_exceptions=False)


def test_a_year_for_people(stack: Stack, buyer: str) -> None:
    """Money with its limit, goods with their unit."""
    assert _run("quota", "show", buyer).stdout == (
        "2026  money  reserved 1,000.50  used 425.00 CNY  left 24,574.50 of 26,000.00\n"
        "2026  sugar  reserved 0  used 1.5 kg\n"
    )
    assert _run("quota", "show", buyer, "--year", "2025").stdout == ""


def test_a_year_for_scripts(stack: Stack, buyer: str) -> None:
    """The same as JSON."""
    shown = json.loads(_run("quota", "show", buyer, "--json").stdout)

    assert shown["buyer"] == buyer
    assert shown["accounts"][0]["left"] == "24574.5"


def test_a_history(stack: Stack, buyer: str) -> None:
    """Reserved, then moved to what is used; by which order, and why."""
    shown = json.loads(_run("quota", "history", buyer, "--json").stdout)["history"]
    money = [(one["part"], one["amount"]) for one in shown if one["account"] == "2026" and one["order"].endswith("1")]

    assert money == [("reserved", "425"), ("held", "425"), ("reserved", "-425")]
    assert "commit" in _run("quota", "history", buyer).stdout


def test_a_number_on_the_command_line_is_refused(stack: Stack) -> None:
    """Others can read it."""
    answer = _run("quota", "hash", "--id-type", "1", "--id", NOBODY)

    assert answer.exit_code == 2
    assert NOBODY not in answer.output
    assert _run("quota", "hash", "--id", "-", given="\n").exit_code == 2


def test_one_bill_is_left_out_of_payments_and_taken_in_again(stack: Stack) -> None:
    """Shown as waiting for a person from the day on which it is due."""
    out, taken = (
        _run("tax-payment", what, str(order(1)), "--who", "op-1", "--why", "x") for what in ("leave-out", "take-in")
    )

    assert (out.exit_code, taken.exit_code) == (0, 0), out.output + taken.output
    assert "no payment takes its tax" in out.stdout
    with functions_on(stack.state):
        assert [one.what for one in standing(order(1)).decisions] == ["left-out", "taken-in"]


@pytest.mark.parametrize(
    ("number", "words"),
    [(2, "no tax is held. Check the order's number"), (9, "no tax is held. Check the order's number")],
)
def test_a_decision_about_nothing_says_why(stack: Stack, number: int, words: str) -> None:
    """An order that is not released, and one that nobody knows."""
    for command, what in (("tax-payment", "leave-out"), ("ledger", "accept-bill")):
        with pytest.raises(StackError, match=words):
            CliRunner().invoke(
                application(command),
                [command, what, str(order(number)), "--who", "op-1", "--why", "x"],
                catch_exceptions=False,
            )


def test_a_decision_names_who_and_why(stack: Stack) -> None:
    """Not with nothing in it."""
    answer = _run("tax-payment", "leave-out", str(order(1)), "--who", "", "--why", "x")

    assert answer.exit_code == 2
    assert "must not be empty" in answer.stderr


def test_the_books_are_balanced(stack: Stack) -> None:
    """Exit code 0, for people and for scripts."""
    told = _run("ledger", "verify")
    assert (told.exit_code, told.stdout.split(":")[0]) == (0, "balanced")
    assert json.loads(_run("ledger", "verify", "--json").stdout)["balanced"] is True


def test_books_that_are_not_balanced_are_told(stack: Stack) -> None:
    """Exit code 1, and where."""
    with functions_on(stack.state):
        name = settings().ledger_table
        spoilt = {"pk": {"S": f"guarantee#{CODE}"}, "sk": {"S": "balance#guarantee"}}
        found = dynamodb().get_item(TableName=name, Key=spoilt)["Item"]
        dynamodb().put_item(TableName=name, Item={**found, "held": {"N": "98.01"}})

    told = _run("ledger", "verify")
    as_json = _run("ledger", "verify", "--json")

    assert told.exit_code == as_json.exit_code == 1
    assert f"guarantee#{CODE}: guarantee#{CODE}/guarantee held: 98.01, not 98.00" in told.stdout
    assert json.loads(as_json.stdout)["balanced"] is False
    with functions_on(stack.state):
        dynamodb().put_item(TableName=name, Item=found)
