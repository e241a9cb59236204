"""The contract as files: JSON Schemas of every event, their catalogue, and the OpenAPI document of the door.

`python -m infra.contract` writes them; with `--check` it names those that differ from the code and exits 1.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from events.catalogue import EVENT_TYPES
from events.event_type import EventType
from functions.gateway import openapi
from functions.gateway.handler import app

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = Path("events/schemas")
CATALOGUE = SCHEMAS / "catalogue.json"
OPENAPI = Path("functions/gateway/openapi.json")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def contract() -> dict[Path, str]:
    """Every file of the contract with its text, by its path from the root of the repository."""
    files = {SCHEMAS / _file(event_type): _text(_schema(event_type)) for event_type in EVENT_TYPES.values()}
    files[CATALOGUE] = _text([_entry(event_type) for event_type in EVENT_TYPES.values()])
    files[OPENAPI] = openapi.document(app)
    return files


def differing(root: Path) -> list[Path]:
    """The files under `root` that are missing, differ from the code, or belong to no event type any more."""
    files = contract()
    wrong = [path for path, text in files.items() if not _holds(root / path, text)]
    return sorted([*wrong, *_strays(root, files)])


def write(root: Path) -> list[Path]:
    """Bring the files under `root` in line with the code; the paths of those that were changed."""
    files = contract()
    changed = differing(root)
    for path in changed:
        target = root / path
        if path not in files:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[path].encode())
    return changed


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; the exit code is 1 when `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m infra.contract", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, name the files that differ")
    if parser.parse_args(arguments).check:
        wrong = differing(ROOT)
        _say(f"{path} differs from the code: run python -m infra.contract" for path in wrong)
        return 1 if wrong else 0
    _say(f"{path} written" for path in write(ROOT))
    return 0


def _say(lines: Any) -> None:
    sys.stderr.writelines(f"{line}\n" for line in lines)


def _file(event_type: EventType) -> str:
    return f"{event_type.name}.json"


def _schema(event_type: EventType) -> dict[str, Any]:
    schema = event_type.model.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": _DIALECT, "$id": _file(event_type), **schema}


def _entry(event_type: EventType) -> dict[str, str | None]:
    return {
        "type": event_type.name,
        "direction": event_type.direction.value,
        "summary": event_type.summary,
        "message": event_type.root,
        "schema": _file(event_type),
    }


def _text(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _strays(root: Path, files: dict[Path, str]) -> list[Path]:
    found = (path.relative_to(root) for path in (root / SCHEMAS).glob("*.json"))
    return [path for path in found if path not in files]


if __name__ == "__main__":
    sys.exit(main())
