"""The customs message standard 海关跨境电子商务统一版 (202205): models, XML codec, envelopes, signatures.

What stands here is loaded when it is first asked for: who needs the model of an order needs neither the other messages
nor the XML codec.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from events.ceb.frame import CebMessage
    from events.ceb.message import parse
    from events.ceb.messages import MESSAGES
    from events.ceb.writing import build

__all__ = ["MESSAGES", "CebMessage", "build", "parse"]
_MODULES = {"MESSAGES": "messages", "CebMessage": "frame", "build": "writing", "parse": "message"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
