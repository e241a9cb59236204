"""Python's garbage collector in a process that lives long and loads nothing more."""

import gc

_YOUNG = 5_000  # Python's own is 700, which is a round for every few documents
_ROUNDS = 20


def spare() -> None:
    """Leave out of its rounds what is loaded by now, and let it go round less often."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _ROUNDS, _ROUNDS)
