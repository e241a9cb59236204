"""Of which messages a rule speaks; messages are named without "Message": CEB621."""

IMPORT = frozenset(
    f"CEB{number}"
    for number in (311, 312, 411, 412, 511, 512, 513, 514, 621, 622, 623, 624, 625, 626, 711, 712, 816, 818, 900)
)
EXPORT = frozenset(
    f"CEB{number}"
    for number in (
        *(213, 214, 215, 216, 303, 304, 403, 404, 505, 506, 507, 508, 509, 510),
        *(603, 604, 605, 606, 607, 608, 701, 702, 792),
    )
)
ALL = IMPORT | EXPORT
TALLY = frozenset({"CEB215", "CEB216"})


def short_name(root: str) -> str:
    """`CEB621Message` as `CEB621`."""
    return root.removesuffix("Message")
