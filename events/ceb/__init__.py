"""The customs message standard 海关跨境电子商务统一版 (202205): models, XML codec, envelopes, signatures.

What stands here is loaded when it is first asked for: who needs the model of an order needs neither the other messages
nor the XML codec.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from events.ceb.message import MESSAGES, CebMessage, build, parse

__all__ = ["MESSAGES", "CebMessage", "build", "parse"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from events.ceb import message  # noqa: PLC0415 - see above

    return getattr(message, name)
