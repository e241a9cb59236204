"""Characters that XML 1.0 has no place for, and that so no customs message can carry, in content that is no XML."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from events.problems import Problem, path_of

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
WORDS = "holds a character that no customs message can carry (a control character, half a surrogate): remove it"
_TOLD = 20

Path = tuple[str | int, ...]


class UnwritableCharacterError(ValueError):
    """For a field that holds such a character."""

    rule = "character"


def unwritable(content: Any) -> list[tuple[Path, str]]:
    """The texts and names that hold such a character, each with its path; at most the first twenty."""
    if _is_writable(content):
        return []
    return list(islice(((path, text) for path, text in _texts(content) if NOT_IN_XML.search(text)), _TOLD))


def unwritable_problem(path: Path, text: str) -> Problem:
    """The problem with one of them; whatever shows it need not be able to show the character."""
    place = ascii(path_of(path))[1:-1]
    return Problem(path=place, rule=UnwritableCharacterError.rule, value=shown(text), message=WORDS)


def shown(text: str) -> str:
    """A text with such characters as \\x00."""
    return ascii(text)[1:-1][:200]


def _is_writable(content: Any) -> bool:
    """Whether no string and no name holds such a character: the quick way, which remembers no paths."""
    waiting = [content]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if NOT_IN_XML.search(item):
                return False
        elif isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return True


def _texts(content: Any) -> Iterator[tuple[Path, str]]:
    """Every string and every name in the content with its path, without recursion: the nesting is a stranger's."""
    opened: list[tuple[Path, Iterator[tuple[str | int, Any]]]] = [((), iter([("", content)]))]
    while opened:
        path, members = opened[-1]
        name, item = next(members, (None, None))
        if name is None:
            opened.pop()
            continue
        place = (*path, name) if name != "" else path
        if isinstance(item, str):
            yield place, item
        elif isinstance(item, dict):
            yield from ((place, key) for key in item if isinstance(key, str))
            opened.append((place, iter(item.items())))
        elif isinstance(item, list):
            opened.append((place, enumerate(item)))
