"""Fixtures that every test may use."""

from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.aws", "tests.temporal", "tests.functions.transport.fixtures"]

settings.register_profile("any-machine", settings(deadline=None))  # how long an example takes is the machine's affair
settings.load_profile("any-machine")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start stacks take longest: given out first, they let all processes of `make test` end together."""
    items.sort(key=lambda item: item.get_closest_marker("stack") is None)


@pytest.fixture(scope="session")
def shared_ceb() -> Path:
    """The official schemas and samples, which are beside the repository in CI and absent on a user's machine."""
    folder = SHARED / "ceb"
    if not folder.is_dir():
        pytest.skip(f"needs the official schemas and samples in {folder}")
    return folder
