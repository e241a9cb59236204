"""`sandan dlq` shows dead letters and sends them again."""

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from events.problems import InvalidInputError
from functions.settings import Settings
from infra.cli import dlq
from infra.cli.main import application
from infra.dead_letters import DeadLetters
from tests.infra.letters import DOCUMENT, body, put, waiting

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

NAMES = Settings()


@pytest.fixture(autouse=True)
def _queue(sqs: "SQSClient", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dlq, "_dead_letters", lambda _name, in_aws: DeadLetters(sqs, wait_seconds=0))


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(application("dlq"), ["dlq", *arguments])


def test_the_list_is_for_people(sqs: "SQSClient") -> None:
    """One entry in two lines; how many there are goes to standard error."""
    message_id = put(sqs, body(), Reason="data: /kind is unknown")

    shown = _run("list")

    assert shown.exit_code == 0
    assert message_id in shown.stdout
    assert "cn.sandan.order.placed.v1  3207SDPT01/SD1\n    data: /kind is unknown\n" in shown.stdout
    assert shown.stderr == "1 in the dead-letter queue\n"


def test_the_list_is_for_scripts(sqs: "SQSClient") -> None:
    """A JSON array, empty when there is nothing; a limit that was reached is told."""
    assert json.loads(_run("list", "--json").stdout) == []
    for number in range(3):
        put(sqs, body(order_no=f"SD{number}"), Reason="x")

    assert {entry["order"] for entry in json.loads(_run("list", "--json").stdout)} == {
        "3207SDPT01/SD0",
        "3207SDPT01/SD1",
        "3207SDPT01/SD2",
    }
    assert "perhaps more: --limit 20" in _run("list", "--limit", "2").stderr


def test_one_entry_is_shown_with_its_event(sqs: "SQSClient") -> None:
    """By the id of its document, too; masked."""
    put(sqs, body(), Reason="x")

    shown = json.loads(_run("show", DOCUMENT, "--json").stdout)

    assert shown["reason"] == "x"
    assert shown["event"]["detail"]["id"] == DOCUMENT
    assert "测试甲一" not in _run("show", DOCUMENT).stdout


def test_a_body_that_is_not_json_is_not_shown(sqs: "SQSClient") -> None:
    """Nobody knows which part of it names a person."""
    message_id = put(sqs, "<buyer>测试甲一</buyer>", Reason="not JSON")

    shown = _run("show", message_id)

    assert shown.exit_code == 0
    assert "测试甲一" not in shown.output
    assert "the body is not JSON" in shown.stderr


def test_entries_are_sent_again(sqs: "SQSClient") -> None:
    """One by its id, or all."""
    message_id = put(sqs, body("one"), Reason="x")
    put(sqs, body("two"), Reason="x")

    assert _run("redrive", message_id).stderr == "1 sent again\n"
    assert waiting(sqs, NAMES.documents_queue) == [body("one")]
    assert [entry["document_id"] for entry in json.loads(_run("redrive", "--all", "--json").stdout)] == ["two"]


@pytest.mark.parametrize("arguments", [[], ["some-id", "--all"]])
def test_either_ids_or_all(arguments: list[str]) -> None:
    """Nothing is sent by accident."""
    shown = _run("redrive", *arguments)

    assert shown.exit_code == 2
    assert "give the ids of entries, or --all" in shown.stderr


def test_an_unknown_id_is_refused() -> None:
    """`main` puts it into words."""
    with pytest.raises(InvalidInputError, match="is not in the dead-letter queue"):
        CliRunner().invoke(application("dlq"), ["dlq", "show", "unknown"], catch_exceptions=False)
