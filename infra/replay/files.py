"""The files of recorded histories."""

import gzip
import shutil
from collections.abc import Sequence
from pathlib import Path

from temporalio.client import WorkflowHistory

SUFFIX = ".json.gz"


def save(life: Sequence[WorkflowHistory], folder: Path, name: str) -> None:
    """Write the runs of a life, the same bytes for the same history: `name`, from the second on `name.2` and so on.

    Raises ValueError for a life without a run: a workflow that never was, or is no longer kept.
    """
    if not life:
        raise ValueError(f"{name}: Temporal has no history of it")
    for number, history in enumerate(life, 1):
        run = name if number == 1 else f"{name}.{number}"
        (folder / f"{run}{SUFFIX}").write_bytes(gzip.compress(history.to_json().encode(), mtime=0))


def load(path: Path) -> WorkflowHistory:
    """A history that `save` wrote."""
    return WorkflowHistory.from_json(path.name.removesuffix(SUFFIX), gzip.decompress(path.read_bytes()).decode())


def recorded(folder: Path) -> list[Path]:
    """The histories in a folder."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def lives(folder: Path) -> list[str]:
    """The names of the lives in a folder, each of one run or more."""
    return sorted({_life(path) for path in recorded(folder)})


def keep(fresh: Path, folder: Path, *, only_missing: bool) -> list[str]:
    """Take lives from the folder `fresh` over into another one, which is made if need be; their names.

    What the folder has of these lives is replaced, every run, or with `only_missing` stays in their stead.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = set(lives(folder))
    names = [name for name in lives(fresh) if not (only_missing and name in there)]
    for path in recorded(folder):
        if _life(path) in names:
            path.unlink()
    for path in recorded(fresh):
        if _life(path) in names:
            shutil.copyfile(path, folder / path.name)
    return names


def _life(path: Path) -> str:
    return path.name.partition(".")[0]
