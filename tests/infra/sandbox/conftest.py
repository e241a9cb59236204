"""The sandbox, ready for a test."""

from collections.abc import AsyncIterator

import pytest

from tests.infra.sandbox.world import World, open_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as opened:
        yield opened
