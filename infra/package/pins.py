"""The libraries of the functions, pinned as in requirements.lock; pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

EVERY_FUNCTION = (
    "aws-lambda-powertools",
    "aws-xray-sdk",
    "boto3",
    "cryptography",
    "httpx",
    "lxml",
    "pydantic",
    "pyyaml",
    "tongsuopy",
)
TEMPORAL = ("temporalio",)

_ENTRY = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==", re.MULTILINE)
_PARENT = re.compile(r"^    #(?: via|  ) (?P<name>[a-z0-9][a-z0-9._-]*)$", re.MULTILINE)


@dataclass(frozen=True)
class Pin:
    """An entry of the lock as it stands there, with its hashes; `wanted_by` are the libraries that need it."""

    text: str
    wanted_by: frozenset[str]


def pins_of(lock: str) -> dict[str, Pin]:
    """The entries of a lock file that `uv pip compile` wrote, by name."""
    found = list(_ENTRY.finditer(lock))
    ends = [match.start() for match in found[1:]] + [len(lock)]
    texts = {match["name"]: lock[match.start() : end] for match, end in zip(found, ends, strict=True)}
    return {
        name: Pin(text, frozenset(match["name"] for match in _PARENT.finditer(text))) for name, text in texts.items()
    }


def needed(pins: Mapping[str, Pin], roots: Iterable[str]) -> frozenset[str]:
    """The roots and what they need. Raises ValueError for a root that the lock does not have."""
    reached, fresh = frozenset[str](), frozenset(roots)
    if missing := sorted(fresh - pins.keys()):
        raise ValueError(f"the lock has no {', '.join(missing)}: run make lock")
    while fresh:
        reached |= fresh
        fresh = frozenset(name for name, pin in pins.items() if pin.wanted_by & fresh) - reached
    return reached
