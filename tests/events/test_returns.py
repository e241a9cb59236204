"""The report of returned goods (公告2020-45)."""

from typing import Any

import pytest
from pydantic import ValidationError

from events.documents import content_hash
from events.problems import problems_of
from events.returns import GoodsReturned, ReturnSite
from tests.builders import declaration_list
from tests.functions.intake.samples import goods_returned


def content(**changes: Any) -> dict[str, Any]:
    return goods_returned().model_dump(mode="json") | changes


def test_a_report_is_the_same_in_json() -> None:
    assert GoodsReturned.model_validate_json(goods_returned().model_dump_json()) == goods_returned()


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"receivedAt": "2026-01-25T10:00:00"}, "/receivedAt", "timezone"),
        ({"lines": []}, "/lines", "at least 1"),
        ({"lines": [{"gnum": 1, "qty": "0", "condition": "intact"}]}, "/lines[1]/qty", "above 0"),
        ({"lines": [{"gnum": 1, "qty": "-1", "condition": "intact"}]}, "/lines[1]/qty", "above 0"),
        ({"lines": [{"gnum": 1, "qty": "1", "condition": "broken"}]}, "/lines[1]/condition", "damaged"),
        ({"lines": [{"gnum": 1, "qty": "1", "condition": "intact"}] * 2}, "/", "gnum 1 stands twice as intact"),
        ({"inspection": "fine"}, "/inspection", "unqualified"),
        ({"returnNo": ""}, "/returnNo", "at least 1"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        GoodsReturned.model_validate(content(**changes))
    (problem,) = problems_of(caught.value)
    assert problem.path == path
    assert words in problem.message


def test_one_line_may_come_back_in_two_conditions() -> None:
    lines = [{"gnum": 1, "qty": "1", "condition": condition} for condition in ("intact", "damaged")]
    assert len(GoodsReturned.model_validate(content(lines=lines)).lines) == 2


def test_the_same_moment_written_otherwise_is_the_same_report() -> None:
    assert content_hash(goods_returned(received_at="2026-01-25T02:00:00Z")) == content_hash(goods_returned())
    assert content_hash(goods_returned(received_at="2026-01-25T02:00:01Z")) != content_hash(goods_returned())


@pytest.mark.parametrize(
    ("site", "original"),
    [
        ({"customs_code": "2301", "area_code": "3207AREA01"}, True),
        ({"customs_code": "2301", "area_code": "3207AREA01", "loct_no": "1"}, True),
        ({"customs_code": "2301", "area_code": "3207AREA02"}, False),
        ({"customs_code": "2301"}, False),
        ({"customs_code": "2302", "area_code": "3207AREA01"}, False),
    ],
)
def test_the_original_site_is_the_one_that_the_list_names(site: dict[str, str], original: bool) -> None:
    released_from = ReturnSite.of(declaration_list("1210", loct_no="").head)
    assert ReturnSite(**site).is_within(released_from) is original
