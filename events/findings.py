"""What a check found, and how it can be mended."""

from events.values import Text, Value


class Place(Value):
    """A field of a document and the value that stands there; `field` is the official name, `items[2].qty` for lines."""

    document: str
    field: str
    value: str | None = None


class Fix(Value):
    """A correction that a machine can apply: put `value` into `field` of `document`.

    `value` is None when only the sender can know it (a missing document, an unreadable number).
    """

    document: str
    field: str
    value: str | None = None


class Finding(Value):
    """One broken rule. `code` is the official or observed code of the rejection that it would earn, if there is one."""

    rule: str
    code: str | None = None
    left: Place
    right: Place | None = None
    message: Text
    fix: Fix | None = None
    basis: str | None = None
