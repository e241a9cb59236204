"""The statuses of receipts after rulebook 2.6: known codes, exceptions, and codes that nobody knows."""

import pytest

from events.ceb.receipt_status import CANCELLED, LIST_STATUSES, StatusClass, list_status

# Rulebook 2.6, import list 622.
OFFICIAL = {"1", "2", "3", "4", "100", "120", "300", "399", "500", "501", "502", "503", "599", "700", "800", "899"}


def test_every_official_status_of_a_list_is_known() -> None:
    assert set(LIST_STATUSES) == OFFICIAL
    assert all(status.meaning.zh and status.meaning.en for status in LIST_STATUSES.values())
    assert CANCELLED in OFFICIAL


def test_the_typical_way_of_a_list_rises() -> None:
    """Rulebook 2.6: 1/2 → 3 → 120 → 300 → 500 → detention or rejection → 800 or 700 → 899."""
    way = ["1", "2", "3", "120", "300", "500", "501", "100", "800", "899"]
    ranks = [list_status(code).rank for code in way]
    assert ranks == sorted(set(ranks))
    assert list_status("700").rank == list_status("800").rank
    assert len({list_status(code).rank for code in ("501", "502", "503", "599")}) == 1


@pytest.mark.parametrize("code", ["-621005", "-1", "-"])
def test_a_negative_status_is_a_rejection_with_its_code(code: str) -> None:
    status = list_status(code)
    assert (status.code, status.status_class) == (code, StatusClass.REJECTED)
    assert status.rank == list_status("100").rank


@pytest.mark.parametrize("code", ["600", "99", "0", "8000", "", " 800", "一"])
def test_a_status_that_the_standard_does_not_list_has_no_effect(code: str) -> None:
    status = list_status(code)
    assert (status.code, status.status_class, status.rank) == (code, StatusClass.UNKNOWN, 0)
    assert code in status.meaning.en
