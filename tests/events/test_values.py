"""Keys and times: what is written is read as the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.ceb.messages import MESSAGES
from events.values import (
    OrderKey,
    cop_msg_id,
    from_millisecond,
    from_second,
    key_of_cop_msg_id,
    to_millisecond,
    to_second,
)

PARTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="/"), min_size=1, max_size=60
)
KEYS = st.builds(OrderKey, ebp_code=PARTS, order_no=PARTS)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC]))  # noqa: DTZ001


@given(key=KEYS)
def test_the_order_comes_back_from_its_workflow_id(key: OrderKey) -> None:
    assert key.workflow_id == f"import/{key}"
    assert OrderKey.from_workflow_id(key.workflow_id) == key


@given(key=KEYS, version=st.integers(1, 99), root=st.sampled_from(sorted(MESSAGES)))
def test_the_order_comes_back_from_the_id_of_our_message(key: OrderKey, version: int, root: str) -> None:
    """However many # the order number holds."""
    assert key_of_cop_msg_id(cop_msg_id(key, version, root)) == key


@given(one=KEYS, other=KEYS)
def test_two_orders_never_share_a_workflow(one: OrderKey, other: OrderKey) -> None:
    assert (one == other) == (one.workflow_id == other.workflow_id)


@pytest.mark.parametrize(
    "foreign", ["", "import", "import/", "import//1", "import/E", "import/E/", "export/E/1", "import/a b/1"]
)
def test_the_id_of_another_workflow_is_no_order(foreign: str) -> None:
    with pytest.raises(ValueError, match="not the id of an import order"):
        OrderKey.from_workflow_id(foreign)


@pytest.mark.parametrize(
    "foreign", ["", "import/E/1", "import/E/1#x#CEB621Message", "0C6E0000-0000-4000-8000-000000000001"]
)
def test_the_id_of_a_strangers_message_is_no_order(foreign: str) -> None:
    with pytest.raises(ValueError, match="not the CopMsgId"):
        key_of_cop_msg_id(foreign)


@given(moment=MOMENTS)
def test_times_of_the_standard_are_china_standard_time(moment: datetime) -> None:
    millisecond = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert from_second(to_second(moment)) == moment.replace(microsecond=0)
    assert from_millisecond(to_millisecond(moment)) == millisecond
    assert from_second(to_second(moment)).utcoffset() == timedelta(hours=8)
    assert len(to_second(moment)) == 14
    assert len(to_millisecond(moment)) == 17


def test_midnight_in_china_is_the_afternoon_before_in_utc() -> None:
    assert to_second(datetime(2025, 12, 31, 16, tzinfo=UTC)) == "20260101000000"


@pytest.mark.parametrize("written", ["20261305103000", "20260230103000", "2026-01-05 10:", ""])
def test_what_is_no_time_raises(written: str) -> None:
    with pytest.raises(ValueError, match=r"does not match format|unconverted data|day is out of range"):
        from_second(written)
