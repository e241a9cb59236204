"""The files of recorded histories."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from temporalio.client import WorkflowHistory

SUFFIX = ".json.gz"


def save(life: Sequence[WorkflowHistory], folder: Path, name: str) -> None:
    """Write the runs of a life, the same bytes for the same history: `name`, from the second on `name.2` and so on."""
    for number, history in enumerate(life, 1):
        run = name if number == 1 else f"{name}.{number}"
        (folder / f"{run}{SUFFIX}").write_bytes(gzip.compress(history.to_json().encode(), mtime=0))


def load(path: Path) -> WorkflowHistory:
    """A history that `save` wrote."""
    return WorkflowHistory.from_json(path.name.removesuffix(SUFFIX), gzip.decompress(path.read_bytes()).decode())


def recorded(folder: Path) -> list[Path]:
    """The histories in a folder."""
    return sorted(folder.glob(f"*{SUFFIX}"))
