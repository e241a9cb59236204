"""Loading without the collector: it rests for the imports alone."""

import gc

import pytest

from functions.loading import without_collector


def test_the_collector_rests_while_modules_are_loaded_and_keeps_off_them_afterwards() -> None:
    before = gc.get_freeze_count()
    with without_collector():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > before


def test_the_collector_works_again_after_a_failure() -> None:
    with pytest.raises(ImportError), without_collector():
        raise ImportError
    assert gc.isenabled()


def test_a_collector_that_rests_already_is_left_alone() -> None:
    frozen = gc.get_freeze_count()
    with without_collector():
        inside = gc.get_freeze_count()
        with without_collector():
            pass
        assert not gc.isenabled()
        assert gc.get_freeze_count() == inside == frozen
