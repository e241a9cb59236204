"""Policy is dated data: one row per topic and day, no overlap, no gap, and packs for what-if."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from functions.policy.handler import row
from functions.policy.models import RowInEffect, RowRequest
from functions.policy.pack import Pack, PolicyError, Row, default_pack, read_rows
from functions.policy.rules import life_limits
from functions.settings import settings

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 1, 5)


@pytest.fixture
def fresh_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.delenv("SANDAN_POLICY_DIR", raising=False)
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def a_row(row_id: str = "a", **changes: Any) -> Row:
    fields = {"id": row_id, "topic": "t", "value": 1, "effective_from": date(2020, 1, 1), "basis": "setting: a test"}
    return Row(**(fields | changes))


def test_a_day_has_the_row_in_effect_and_both_ends_are_inclusive() -> None:
    old = a_row("old", effective_to=date(2020, 12, 31))
    new = a_row("new", effective_from=date(2021, 1, 1), value="0.05")
    pack = Pack([new, old])
    assert pack.at(date(2020, 1, 1)).row("t") == old
    assert pack.at(date(2020, 12, 31)).row("t") == old
    assert pack.at(date(2021, 1, 1)).row("t") == new
    assert pack.at(date(2999, 1, 1)).rows() == (new,)


@pytest.mark.parametrize("on", [date(2019, 12, 31), date(2021, 1, 1)])
def test_a_day_without_a_row_is_an_error_that_names_topic_and_date(on: date) -> None:
    pack = Pack([a_row(effective_to=date(2020, 12, 31))])
    with pytest.raises(PolicyError, match=f"no policy row for t on {on}"):
        pack.at(on).row("t")


@pytest.mark.parametrize(
    ("ends", "begins", "words"),
    [
        (date(2020, 6, 30), date(2020, 6, 30), "rows a and b overlap"),
        (None, date(2020, 6, 30), "rows a and b overlap"),
        (date(2020, 6, 30), date(2020, 7, 2), "rows a and b leave a gap"),
        (date(2019, 6, 30), None, "row a ends on 2019-06-30, before it begins"),
    ],
)
def test_overlaps_and_gaps_are_load_errors(ends: date | None, begins: date | None, words: str) -> None:
    rows = [a_row("a", effective_to=ends)]
    rows += [a_row("b", effective_from=begins)] if begins else []
    with pytest.raises(PolicyError, match=words):
        Pack(rows)


def test_topics_do_not_disturb_each_other_but_ids_are_unique() -> None:
    assert len(Pack([a_row("a"), a_row("b", topic="u")]).at(TODAY).rows()) == 2
    with pytest.raises(PolicyError, match="more than once: a"):
        Pack([a_row("a"), a_row("a", topic="u")])


def test_values_are_exact_numbers() -> None:
    assert type(a_row(value=30).value) is int
    assert a_row(value="0.05").value == Decimal("0.05")
    assert a_row(value="3").whole() == 3
    for wrong in (0.05, True, "many", "NaN", None):
        with pytest.raises(ValidationError, match="number"):
            a_row(value=wrong)
    with pytest.raises(PolicyError, match="must be a whole number"):
        a_row(value="0.5").whole()


def test_values_may_be_lists_and_tables_of_numbers_and_words() -> None:
    row = a_row(value={"mode": "half-up", "step": "0.01"})
    assert row.table() == {"mode": "half-up", "step": Decimal("0.01")}
    assert a_row(value=[1, "0.5", "x"]).value == [1, Decimal("0.5"), "x"]
    for wrong in ({"step": 0.01}, {"step": None}, {1: 1}, [True], [[1]], {"a": {"b": 1}}):
        with pytest.raises(ValidationError):
            a_row(value=wrong)
    with pytest.raises(PolicyError, match="must be a number"):
        row.number()
    with pytest.raises(PolicyError, match="must be a table"):
        a_row(value=1).table()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- {id: a, topic: t, value: 0.05, effective_from: 2020-01-01, basis: x}", r"wrong\.yaml: 0\.value"),
        ("- {id: a, topic: t, value: 1, effective_from: 2020-01-01}", r"wrong\.yaml: 0\.basis"),
        ("- {id: a, topic: t, value: 1, effective_from: 2020-01-01, basis: x, until: 1}", r"0\.until"),
        ("id: a", r"wrong\.yaml: .*list"),
        ("- {id: a", r"wrong\.yaml is not YAML"),
        ("- {id: a, topic: t, value: 1, effective_from: 2020-13-01, basis: x}", r"wrong\.yaml is not YAML: month"),
        ("- {id: a, topic: t, value: '1e-99999999', effective_from: 2020-01-01, basis: x}", r"0\.value: .*14 digits"),
        ("- {id: a, topic: t, value: '1e99999999', effective_from: 2020-01-01, basis: x}", r"0\.value: .*14 digits"),
        ("- {id: a, topic: t, value: '-0.7', effective_from: 2020-01-01, basis: x}", r"0\.value: .*0 or more"),
        ("[" * 100_000, r"wrong\.yaml is not YAML"),
        ("# \xff", r"wrong\.yaml is not YAML: .*utf-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_field(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "wrong.yaml").write_text(text, encoding="latin-1")
    with pytest.raises(PolicyError, match=words):
        read_rows(tmp_path)


def test_a_folder_that_bears_the_name_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").mkdir()
    with pytest.raises(PolicyError, match=r"wrong\.yaml cannot be read"):
        read_rows(tmp_path)


def test_the_shipped_topics() -> None:
    values = {found.topic: found.value for found in default_pack().at(TODAY).rows()}
    assert values == {
        "matching.amount_tolerance": Decimal(0),
        "return.window_days": 30,
        "payment_data.deadline_minutes": 60,
        "payment_data.alert_minutes": 30,
        "payment_data.retry_minutes": 2,
        "payment_data.attempts": 10,
        "payment_data.refusal_from": 20001,
        "payment_data.expiry_days": 30,
        "retention.evidence_years": 3,
        "retention.payment_data_years": 3,
        "retention.history_years": 3,
        "retention.waiting_days": 184,
        "retention.inbox_days": 30,
        "retention.dead_letter_days": 14,
        "retention.log_days": 30,
        "life.documents_hours": 72,
        "life.correction_hours": 72,
        "life.silence_minutes": 30,
        "life.resends": 3,
        "life.decision_hours": 72,
        "quota.single_limit": 5000,
        "quota.annual_limit": 26000,
        "tax.cbec_share": Decimal("0.7"),
        "tax.cbec_duty_rate": 0,
        "tax.rounding": {"mode": "half-up", "step": Decimal("0.01")},
        "tax.tolerance": {"cny": 0, "share": 0},
        "tax.threshold.cosmetics": {"gram": 10, "piece": 15},
        "tax.threshold.watches": {"piece": 10000},
        "tax.litre_kilograms": 1,
        "tax.payment_first_day": 31,
        "tax.payment_last_day": 45,
        "tax.late_after_days": 15,
        "tax.late_fee_rate": Decimal("0.0005"),
        "tax.enforcement_months": 3,
        "tax.summary_days": 3,
        "personal.rate.1": Decimal("0.13"),
        "personal.rate.2": Decimal("0.20"),
        "personal.rate.3": Decimal("0.50"),
        "personal.waiver": 50,
        "personal.value_limit.hk-macau-taiwan": 800,
        "personal.value_limit.other": 1000,
        "guarantee.alert_share": Decimal("0.80"),
        "guarantee.retry_minutes": 10,
        "return.goods_back_days": 45,
        "return.after_payment": {"goes_to": "person"},
        "return.refunds_freight": 0,
    }


def test_only_what_a_regulation_says_names_one() -> None:
    sourced = {found.topic for found in default_pack().at(TODAY).rows() if not found.basis.startswith("setting: ")}
    assert sourced == {
        "retention.evidence_years",
        "return.window_days",
        "return.goods_back_days",
        "quota.single_limit",
        "quota.annual_limit",
        "tax.cbec_share",
        "tax.cbec_duty_rate",
        "tax.threshold.cosmetics",
        "tax.litre_kilograms",
        "personal.rate.1",
        "personal.rate.2",
        "personal.waiver",
        "personal.value_limit.hk-macau-taiwan",
        "personal.value_limit.other",
    }


@pytest.mark.parametrize(
    ("topic", "before", "begins", "after"),
    [
        ("quota.single_limit", "2000", date(2019, 1, 1), "5000"),
        ("quota.annual_limit", "20000", date(2019, 1, 1), "26000"),
        ("personal.rate.1", "0.15", date(2019, 4, 9), "0.13"),
        ("personal.rate.2", "0.25", date(2019, 4, 9), "0.20"),
    ],
)
def test_what_changed_on_a_day(topic: str, before: str, begins: date, after: str) -> None:
    # 财关税〔2018〕49号 and 税委会〔2019〕17号
    assert default_pack().at(begins - timedelta(days=1)).row(topic).number() == Decimal(before)
    assert default_pack().at(begins).row(topic).number() == Decimal(after)


def test_a_what_if_directory_replaces_whole_topics(tmp_path: Path, fresh_settings: pytest.MonkeyPatch) -> None:
    (tmp_path / "if.yaml").write_text(
        "- {id: w1, topic: return.window_days, value: 14, effective_from: 2026-01-01, basis: 'setting: what if'}\n"
    )
    fresh_settings.setenv("SANDAN_POLICY_DIR", str(tmp_path))
    assert default_pack().at(TODAY).row("return.window_days").id == "w1"
    assert default_pack().at(TODAY).row("life.resends").value == 3
    with pytest.raises(PolicyError, match=r"return\.window_days on 2025-12-31"):
        default_pack().at(date(2025, 12, 31)).row("return.window_days")


def test_a_what_if_directory_must_exist(tmp_path: Path, fresh_settings: pytest.MonkeyPatch) -> None:
    fresh_settings.setenv("SANDAN_POLICY_DIR", str(tmp_path / "absent"))
    with pytest.raises(PolicyError, match="absent is not a directory"):
        default_pack()


def test_life_limits_come_from_the_policy_of_the_day() -> None:
    limits = life_limits(TODAY)
    assert (limits.documents.total_seconds(), limits.correction.total_seconds()) == (72 * 3600, 72 * 3600)
    assert (limits.silence.total_seconds(), limits.resends) == (1800, 3)
    shorter = default_pack().replaced_by([a_row("s", topic="life.documents_hours", value="0.5")])
    assert life_limits(TODAY, shorter).documents.total_seconds() == 1800


def test_the_function_answers_with_the_row_and_survives_json() -> None:
    answer = row(RowRequest(topic="return.window_days", on=TODAY))
    assert (answer.id, answer.value, answer.basis) == ("return.window_days-2020", 30, "海关总署公告2020-45")
    tolerance = row(RowRequest(topic="matching.amount_tolerance", on=TODAY))
    rounding = row(RowRequest(topic="tax.rounding", on=TODAY))
    for found in (tolerance, rounding):
        assert RowInEffect.model_validate_json(found.model_dump_json()) == found


def test_the_wheel_carries_the_data(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], check=True, cwd=ROOT
    )
    (wheel,) = tmp_path.glob("*.whl")
    every = zipfile.ZipFile(wheel).namelist()
    packed = {name for name in every if name.startswith("functions/policy/data/")}
    assert "functions/tax/data/tariff.csv" in every
    assert packed == {
        f"functions/policy/data/{name}.yaml"
        for name in ("guarantee", "life", "matching", "payment_data", "personal", "quota", "retention", "return", "tax")
    }
