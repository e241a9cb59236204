"""Comparing two fields, and telling which of them is more likely wrong."""

from collections.abc import Iterable, Iterator
from operator import itemgetter

from events.ceb.base import CebModel
from events.ceb.fields import Field, Rule, same
from events.findings import Finding
from events.values import Text

EQUAL = Text(zh="两者应当一致", en="they must be equal")


class Fields:
    """Some fields that two parts have in common, by their Python names."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self._values = itemgetter(*names)

    def of(self, part: CebModel) -> object:
        """What stands in them, to be compared with that of another part."""
        return self._values(part.__dict__)

    def unlike(self, left: CebModel, right: CebModel) -> Iterable[str]:
        """Those that do not hold the very same: nearly always none, and only those are looked at closely.

        What is equal here is the same by `same` too.
        """
        ours, theirs = left.__dict__, right.__dict__
        if self._values(ours) == self._values(theirs):
            return ()
        return [name for name in self.names if ours[name] != theirs[name]]


class Alike:
    """Fields of two parts that must hold the same: `one` to `another`, where they have different names."""

    def __init__(self, *names: str, **others: str) -> None:
        self._ours, self._theirs = itemgetter(*names, *others), itemgetter(*names, *others.values())

    def hold(self, left: CebModel, right: CebModel) -> bool:
        """Whether they hold the very same."""
        equal: bool = self._ours(left.__dict__) == self._theirs(right.__dict__)
        return equal


def unequal(rule: Rule, left: Field, right: Field, mend: Field | None = None) -> Iterator[Finding]:
    """The finding when two fields differ. It proposes to mend the right one unless told otherwise."""
    if same(left, right):
        return
    wrong, correct = (left, right) if mend is left else (right, left)
    yield rule.broken_between(left.place, right.place, wrong.fix(correct.text))
