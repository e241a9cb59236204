"""What customs answers to cancellations (CEB624) and returns (CEB626), by the classes of 规范 202205 §7."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.ceb.list_application import ListApplicationReturn
from functions.declaration.handler import explain_application
from functions.declaration.models import ApplicationStanding, ExplainApplicationRequest, ExplainedApplication
from tests import builders


def receipt(status: str, second: int = 0, info: str = "测试回执") -> ListApplicationReturn:
    """A receipt; the later the higher `second`."""
    return ListApplicationReturn(
        guid=builders.GUID.format(624),
        cop_no="C1",
        pre_no="B20260105000000001",
        return_status=status,
        return_time=f"202601051200{second:02}000",
        return_info=info,
    )


def explained(message: str, *receipts: ListApplicationReturn) -> ExplainedApplication:
    """By the function."""
    return explain_application(ExplainApplicationRequest(message=message, receipts=list(receipts)))


@pytest.mark.parametrize(
    ("message", "status", "standing"),
    [
        ("CEB624", "2", ApplicationStanding.UNDER_WAY),
        ("CEB624", "120", ApplicationStanding.UNDER_WAY),
        ("CEB624", "4", ApplicationStanding.AGAIN),
        ("CEB624", "100", ApplicationStanding.REFUSED),
        ("CEB624", "399", ApplicationStanding.ACCEPTED),
        ("CEB624", "-623027", ApplicationStanding.AGAIN),  # system error: retry
        ("CEB624", "-623009", ApplicationStanding.UNDER_WAY),  # declared already: duplicate
        ("CEB624", "-623005", ApplicationStanding.REFUSED),  # the list's state does not allow it: final
        ("CEB626", "399", ApplicationStanding.ACCEPTED),
        ("CEB626", "800", ApplicationStanding.ACCEPTED),
        ("CEB626", "300", ApplicationStanding.UNDER_WAY),
        ("CEB626", "-625110", ApplicationStanding.AGAIN),
        ("CEB626", "-625206", ApplicationStanding.UNDER_WAY),
        ("CEB626", "-625014", ApplicationStanding.REFUSED),
        ("CEB626", "999", ApplicationStanding.UNDER_WAY),
    ],
)
def test_each_class_has_its_standing(message: str, status: str, standing: ApplicationStanding) -> None:
    found = explained(message, receipt(status))
    assert found.standing is standing
    not_taken = standing in {ApplicationStanding.AGAIN, ApplicationStanding.REFUSED}
    assert (found.finding is not None) == not_taken
    assert status in found.text.zh
    assert status in found.text.en


def test_the_furthest_counts_whatever_the_order_of_arrival() -> None:
    receipts = [receipt("2", 1), receipt("120", 2), receipt("-623027", 3), receipt("399", 4), receipt("120", 5)]
    for order in permutations(receipts):
        assert explained("CEB624", *order).standing is ApplicationStanding.ACCEPTED


def test_a_refusal_names_the_code_in_the_text_and_what_to_mend() -> None:
    found = explained("CEB624", receipt("-623012", info="生成失败[撤单原因为空]，请重试")).finding
    assert found
    assert found.code == "-623012"
    assert found.fix
    assert (found.fix.document, found.fix.field) == ("cancellation", "reason")


_SAID = st.tuples(st.sampled_from(["2", "4", "120", "300", "100", "399", "999", "-625206"]), st.integers(0, 3))


@given(said=st.lists(_SAID, min_size=1, max_size=6), data=st.data())
def test_order_and_repetition_decide_nothing(said: list[tuple[str, int]], data: st.DataObject) -> None:
    receipts = [receipt(status, second) for status, second in said]
    again = data.draw(st.permutations([*receipts, *data.draw(st.lists(st.sampled_from(receipts), max_size=3))]))
    assert explained("CEB626", *again) == explained("CEB626", *receipts)
