"""What a process of ours writes into its log: as much as `SANDAN_LOG_LEVEL` says, and nobody's name or key.

At WARNING, which is the default, that is what somebody should look at; at INFO also what each request and batch was,
without what was in it.
"""

import logging
import os
from typing import Any, get_args

from functions.settings import LogLevel, Settings, settings
from infra.stack.errors import StackError

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_QUIET = ("botocore", "boto3", "s3transfer", "urllib3", "httpx", "httpcore")
"""Never below WARNING: AWS's libraries would write what they send, httpx addresses, which may have a key in them."""


def begin_log() -> None:
    """Write to standard error from now on, in lines that say when, how grave and by whom."""
    level = logging.getLevelNamesMapping()[settings().log_level]
    lines = logging.StreamHandler()
    lines.addFilter(_is_not_written)
    logging.basicConfig(level=level, format=_FORMAT, handlers=[lines])
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _is_not_written(record: logging.LogRecord) -> bool:
    """Functions have loggers of Powertools', which write their lines of JSON themselves."""
    return not logging.getLogger(record.name).handlers


def stack_log_level() -> str:
    """The level of every process of a stack that this one starts, those that read no settings of ours included.

    Raises StackError when it is none.
    """
    level = os.environ.get("SANDAN_LOG_LEVEL", Settings().log_level)
    if level not in get_args(LogLevel):
        raise StackError(f"SANDAN_LOG_LEVEL={level} is no level: give one of {', '.join(get_args(LogLevel))}")
    return level


def uvicorn_options() -> dict[str, Any]:
    """What uvicorn is given so that it writes into the same log. Its access log has queries in it, and stays off."""
    return {"log_config": None, "log_level": settings().log_level.lower(), "access_log": False}
