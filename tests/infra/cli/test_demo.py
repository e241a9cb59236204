"""`sandan demo` without a terminal: what is said after the progress stands on a line of its own."""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from infra.cli import demo
from infra.demo import demo as playing
from infra.generate.orders import generate
from infra.generate.scenarios import LIVES, Mode
from infra.stack.errors import StackError


def test_a_service_that_dies_is_told_below_the_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a stack whose worker dies after the first look, then its end is told, without an empty end of its log."""
    endings: dict[str, str] = {}
    stack: Any = SimpleNamespace(state=None, crashed=lambda: endings, tail=lambda _: "")

    async def played(_state: Any, _orders: Any, _seed: int, update: Callable[..., None]) -> None:
        subscriber = SimpleNamespace(stage=lambda _: "released")
        update(subscriber, [])
        endings["worker"] = "signal SIGKILL"
        update(subscriber, [])

    monkeypatch.setattr(playing, "run_demo", played)
    written = io.StringIO()
    with pytest.raises(StackError, match=r"^worker ended with signal SIGKILL\Z"):
        demo._lived(Console(file=written, width=80), stack, list(generate(2, 7, tuple(Mode), LIVES)), 7)
    assert "0 of 2 orders have ended" in written.getvalue()
    assert written.getvalue().endswith("\n")
