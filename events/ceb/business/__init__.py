"""The business layer: what the standard's prose asks and its schema cannot hold.

What stands here is loaded when it is first asked for: the rules of a list by its mode need no other.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from events.ceb.business.layer import business_problems, element_problems, frame_problems
    from events.ceb.business.problem import BusinessProblem, Severity

__all__ = ["BusinessProblem", "Severity", "business_problems", "element_problems", "frame_problems"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from events.ceb.business import layer  # noqa: PLC0415 - see above

    return getattr(layer, name)
