"""A real Temporal server for tests, as a pytest plugin: who asks for `temporal` gets the dev server of the session."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from functions.dispatch import search_attributes
from functions.payloads.converter import data_converter
from tests.payloads import fixed_keys

SEARCH_ATTRIBUTES = (
    search_attributes.MODE,
    search_attributes.STAGE,
    search_attributes.CUSTOMS_STATUS,
    search_attributes.EBP,
    search_attributes.EBC,
    search_attributes.PARK,
    search_attributes.NEEDS_HUMAN,
    search_attributes.DUE_BY,
)


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """The dev server; the clock of each workflow can be let run on."""
    binary = Path(sys.executable).parent / "temporal"
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary),
        data_converter=data_converter(fixed_keys()),
        search_attributes=list(SEARCH_ATTRIBUTES),
        dev_server_log_level="error",
        dev_server_extra_args=["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"],
    )
    async with environment:
        yield environment
