"""The files of recorded histories."""

import gzip
from pathlib import Path

from temporalio.client import WorkflowHistory

SUFFIX = ".json.gz"


def save(history: WorkflowHistory, path: Path) -> None:
    """Write a history, the same bytes for the same history."""
    path.write_bytes(gzip.compress(history.to_json().encode(), mtime=0))


def load(path: Path) -> WorkflowHistory:
    """A history that `save` wrote."""
    return WorkflowHistory.from_json(path.name.removesuffix(SUFFIX), gzip.decompress(path.read_bytes()).decode())


def recorded(folder: Path) -> list[Path]:
    """The histories in a folder."""
    return sorted(folder.glob(f"*{SUFFIX}"))
