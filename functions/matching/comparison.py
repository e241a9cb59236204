"""Comparing two fields, and telling which of them is more likely wrong."""

from collections.abc import Iterator

from events.ceb.base import CebModel
from events.ceb.fields import Field, Rule, same
from events.findings import Finding
from events.values import Text

EQUAL = Text(zh="两者应当一致", en="they must be equal")


def unlike(left: CebModel, right: CebModel, names: tuple[str, ...]) -> list[str]:
    """Of these fields those that do not hold the very same: nearly always none, and only those are looked at closely.

    What is equal here is the same by `same` too.
    """
    ours, theirs = left.__dict__, right.__dict__
    return [name for name in names if ours[name] != theirs[name]]


def unequal(rule: Rule, left: Field, right: Field, mend: Field | None = None) -> Iterator[Finding]:
    """The finding when two fields differ. It proposes to mend the right one unless told otherwise."""
    if same(left, right):
        return
    wrong, correct = (left, right) if mend is left else (right, left)
    yield rule.broken_between(left.place, right.place, wrong.fix(correct.text))
