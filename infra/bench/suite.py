"""`sandan bench all`: every part in turn, each in a process of its own, each result in a file of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from events.values import Value
from infra.bench.machine import Machine, this_machine
from infra.bench.measure import Target

PARTS = ("rules", "coldstart", "cost", "ceb", "actions", "orders", "growth", "steady")
"""In the order in which they run; the name of a part is that of its command."""
_TAIL = 2000
_LIMIT_SECONDS = 3600


class PartResult(Value):
    """One part as it was measured, or why it was not; `result` is what its command prints with --json."""

    part: str
    machine: Machine
    seconds: float
    command: str
    result: dict[str, Any] | None = None
    error: str | None = None

    @property
    def ended(self) -> datetime:
        """When it was done: `machine.at` is when it began."""
        return self.machine.at + timedelta(seconds=self.seconds)

    @property
    def targets(self) -> list[Target]:
        """The figures that have a target."""
        found = (self.result or {}).get("targets", [])
        return [Target.model_validate(one) for one in found]


def run_part(part: str, options: Sequence[str]) -> PartResult:
    """Measure one part by its command; what goes wrong is in the result."""
    machine, started = this_machine(), time.monotonic()
    arguments = ["bench", part, *options, "--json"]
    command = [sys.executable, "-m", "infra.cli.main", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_SECONDS, check=False)  # noqa: S603 - our own command
        result, error = _answer(done)
    except subprocess.TimeoutExpired:
        result, error = None, f"not done after {_LIMIT_SECONDS} seconds"
    return PartResult(
        part=part,
        machine=machine,
        seconds=round(time.monotonic() - started, 1),
        command=f"sandan {' '.join(arguments)}",
        result=result,
        error=error,
    )


def _answer(done: "subprocess.CompletedProcess[str]") -> tuple[dict[str, Any] | None, str | None]:
    if done.returncode == 0:
        try:
            return json.loads(done.stdout), None
        except json.JSONDecodeError:
            return None, f"no JSON: {done.stdout[:_TAIL]}"
    return None, f"exit code {done.returncode}: {done.stderr[-_TAIL:].strip()}"


def run_parts(
    folder: Path, parts: Sequence[str], options: Callable[[str], Sequence[str]], say: Callable[[str], None]
) -> list[PartResult]:
    """Measure the parts and write each result into the folder as soon as it is there."""
    results = []
    for part in parts:
        say(f"{part} …")
        result = run_part(part, options(part))
        (folder / f"{part}.json").write_text(result.model_dump_json(indent=2))
        say(f"{part}: {_said(result)}")
        results.append(result)
    return results


def kept_results(folder: Path) -> list[PartResult]:
    """What stands in the folder, in the order of the parts; a file that is no result is left out."""
    found = []
    for part in PARTS:
        try:
            found.append(PartResult.model_validate_json((folder / f"{part}.json").read_text()))
        except (FileNotFoundError, ValidationError):
            continue
    return found


def _said(result: PartResult) -> str:
    if result.error:
        return f"FAILED after {result.seconds:.0f} s: {result.error}"
    met = sum(target.met for target in result.targets)
    return f"{met} of {len(result.targets)} targets met, {result.seconds:.0f} s"
