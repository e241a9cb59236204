"""`sandan retention` in an account: what it prints, what it refuses, and its exit codes."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import WorkflowEnvironment
from typer.testing import CliRunner, Result

from events.life import Stage
from events.values import OrderKey
from functions.aws import dynamodb, s3
from functions.data_keys.keys import own_data_keys
from functions.dossier.handler import archive
from functions.dossier.models import ArchiveRequest, DossierEntry
from functions.ledger.buyers import buyer_hash
from functions.settings import settings
from infra.cli import retention_orders
from infra.cli.main import application
from infra.stack.errors import StackError
from tests import builders

KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)
ENDED = datetime(2026, 11, 27, 4, tzinfo=UTC)
WHY = ("--who", "op-1", "--why", "its time is over")
MATTER = ("--matter", "case 7", "--who", "counsel", "--why", "a claim")
BUYER = builders.order().head


@pytest.fixture(autouse=True)
def ended(aws: None, temporal: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    """An order that has ended, with its dossier; Temporal keeps nothing of it. It is 400 days later."""
    monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", temporal.client.service_client.config.target_host)
    settings.cache_clear()
    entry = DossierEntry(at=ENDED, kind="order", content=builders.order().model_dump(mode="json"))
    archive(ArchiveRequest(key=KEY, stage=Stage.CLOSED, entries=[entry]))
    at(400, monkeypatch)


def at(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_orders, "utc_now", lambda: ENDED + timedelta(days=days))


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(application("retention"), ["retention", *arguments, "--aws"])
    if isinstance(result.exception, StackError):
        raise result.exception
    return result


def test_an_order_s_terms_with_their_rules() -> None:
    shown = run("show", str(KEY)).output
    assert shown.splitlines()[0] == f"{KEY}  free from 2029-11-28"
    assert "retention.evidence_years: 3 years, free from 2029-11-28" in shown
    assert "[retention.evidence_years-2014: 电子商务法" in shown
    assert shown.count("against it: ") == 3
    assert json.loads(run("show", str(KEY), "--json").output)["stage"] == "closed"
    assert "against it" not in run("show", str(KEY), "--on", "2029-11-28").output


def test_shredding_before_its_time_is_refused_with_exit_code_1() -> None:
    refused = run("shred", str(KEY), *WHY)
    assert refused.exit_code == 1
    assert f"{KEY}  refused" in refused.output
    assert "not before 2029-11-28" in refused.output
    assert own_data_keys().since(KEY)


def test_shredding_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    at(1097, monkeypatch)
    dry = run("shred", "--due", *WHY, "--dry-run")
    assert (dry.exit_code, f"{KEY}  would be shredded" in dry.output) == (0, True)
    done = run("shred", "--due", *WHY)
    assert (done.exit_code, f"{KEY}  shredded\n" in done.output) == (0, True)
    assert "1 order shredded, 0 refused" in done.output
    verified = run("verify", str(KEY))
    assert verified.exit_code == 0
    assert verified.output.splitlines()[:3] == [
        "dossier  1 link: whole, contents unreadable",
        "record   2 deeds: whole",
        "history  Temporal keeps none (any more)",
    ]
    assert run("shred", "--due", *WHY).output.startswith("0 orders shredded")
    assert "shredded 2029-11-28" in verified.output.splitlines()[3]
    assert run("list").output.startswith(f"{KEY}  shredded 2029-11-28")


def test_a_hold_on_a_person_by_the_hash() -> None:
    person = buyer_hash(BUYER.buyer_id_type, BUYER.buyer_id_number)
    assert run("hold", "--person", person, *MATTER).output.strip() == f"{person}  held for case 7"
    assert "held for person: case 7" in run("list", "--person", person).output
    dry = run("shred", "--person", person, *WHY, "--dry-run", "--on", "2040-01-01")
    assert (dry.exit_code, "a legal hold is on it for person: case 7" in dry.output) == (1, True)
    assert run("release", "--person", person, *MATTER).output.strip() == f"{person}  not held"


def test_a_mistyped_matter_is_not_taken_for_released() -> None:
    """Given a hold, when a matter that never was is released, then those that hold are named; again is no mistake."""
    run("hold", str(KEY), *MATTER)
    mistyped = ("--matter", "case 8", "--who", "counsel", "--why", "settled")
    with pytest.raises(StackError, match=f"{KEY}: there never was a hold for the matter 'case 8', .*: held for case 7"):
        run("release", str(KEY), *mistyped)
    for _ in range(2):
        assert run("release", str(KEY), *MATTER).output.strip() == f"{KEY}  not held"
    with pytest.raises(StackError, match="nothing holds it"):
        run("release", "3207SDPT02/NOPE", *mistyped)


def test_nothing_is_whole_of_an_order_that_nobody_knows() -> None:
    with pytest.raises(StackError, match="nothing is known of order 3207SDPT02/NOPE"):
        run("verify", "3207SDPT02/NOPE")


def test_a_record_that_was_taken_away_is_no_unknown_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a key that was destroyed, when its whole record is gone, then that is what is told."""
    at(1097, monkeypatch)
    run("shred", str(KEY), *WHY)
    table = settings().retention_table
    for item in dynamodb().scan(TableName=table)["Items"]:
        dynamodb().delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    verified = run("verify", str(KEY))
    assert (verified.exit_code, "do not agree about the key" in verified.output) == (1, True)


def test_data_that_wait_for_their_order_are_known() -> None:
    own_data_keys().require(OrderKey(ebp_code="3207SDPT02", order_no="WAITS"))
    assert run("verify", "3207SDPT02/WAITS").exit_code == 0


def test_an_order_that_nobody_knows_is_not_held() -> None:
    with pytest.raises(StackError, match="order 3207SDPT01/NO has no data key"):
        run("hold", "3207SDPT01/NO", *MATTER)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("shred", *WHY), "say which: orders"),
        (("shred", str(KEY), "--due", *WHY), "exclude each other"),
        (("shred", str(KEY), "--on", "2040-01-01", *WHY), "only a dry run"),
        (("shred", str(KEY), "--who", "op-1", "--why", " "), "must not be empty"),
        (("hold", *MATTER), "say what is held"),
        (("hold", str(KEY), "--matter", "", "--who", "x", "--why", "y"), "--matter"),
        (("list", "--person", "Zhang"), "is no keyed hash"),
        (("list", "--on", "tomorrow"), "is not a day"),
        (("show", "no-order"), "names no order"),
    ],
)
def test_what_is_wrong_is_told(arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_a_missing_dossier_and_a_changed_one_are_told() -> None:
    name = f"orders/{KEY}/dossier.json"
    body = s3().get_object(Bucket=settings().archive_bucket, Key=name)["Body"].read()
    changed = body.replace(b'"kind":"order"', b'"kind":"other"')
    s3().put_object(Bucket=settings().archive_bucket, Key=name, Body=changed)
    forged = run("verify", str(KEY))
    assert (forged.exit_code, "entry 1 was changed" in forged.output) == (1, True)
    s3().delete_object(Bucket=settings().archive_bucket, Key=name)
    missing = run("verify", str(KEY))
    assert (missing.exit_code, "missing in the archive" in missing.output) == (1, True)
