"""How much a process writes into its log, and that no line of a function is written twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.logs import stack_log_level
from infra.stack.errors import StackError
from infra.stack.ports import Ports
from infra.stack.servers import emulator_server, temporal_server

_TELL = """
import logging
from aws_lambda_powertools import Logger
from infra.logs import begin_log
powertools = Logger(service="gateway")
begin_log()
for name in ("sandan.front", "botocore.endpoint", "httpx"):
    for level in ("DEBUG", "INFO", "WARNING"):
        logging.getLogger(name).log(logging.getLevelName(level), "told")
powertools.warning("of a function")
"""


def _told(level: str | None) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name != "SANDAN_LOG_LEVEL"}
    environment |= {"SANDAN_LOG_LEVEL": level} if level else {}
    command = [sys.executable, "-c", _TELL]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("level", "levels"),
    [(None, ["WARNING"]), ("INFO", ["INFO", "WARNING"]), ("DEBUG", ["DEBUG", "INFO", "WARNING"]), ("ERROR", [])],
)
def test_the_level_is_that_of_our_own_loggers_and_libraries_that_write_what_they_send_stay_quiet(
    level: str | None, levels: list[str]
) -> None:
    lines = [line.split(" ", 2)[2] for line in _told(level).stderr.splitlines()]
    quiet = [] if level == "ERROR" else ["WARNING botocore.endpoint told", "WARNING httpx told"]
    assert lines == [*(f"{one} sandan.front told" for one in levels), *quiet]


def test_what_a_function_s_logger_has_written_is_not_written_again() -> None:
    told = _told("DEBUG")
    assert told.stdout.count("of a function") == 1
    assert "of a function" not in told.stderr


def test_a_level_that_is_none_is_told_by_its_name() -> None:
    told = _told("LOUD")
    assert told.returncode
    assert "log_level" in told.stderr
    assert "LOUD" in told.stderr


@pytest.mark.parametrize(("level", "temporal"), [("DEBUG", "debug"), ("INFO", "info"), ("WARNING", "error")])
def test_the_servers_of_a_stack_have_its_level(
    level: str, temporal: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SANDAN_LOG_LEVEL", level)
    command = temporal_server(Ports(), tmp_path, None).command
    assert command[command.index("--log-level") + 1] == temporal
    assert emulator_server(Ports(), tmp_path, None, lambdas=False).environment["LOG_LEVEL"] == level


def test_a_stack_with_a_level_that_is_none_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDAN_LOG_LEVEL", "debug")
    with pytest.raises(StackError, match="SANDAN_LOG_LEVEL=debug is no level: give one of DEBUG, INFO"):
        stack_log_level()
