"""The customs message standard 海关跨境电子商务统一版 (202205): models, XML codec, envelopes, signatures."""

from events.ceb.message import MESSAGES, CebMessage, build, parse

__all__ = ["MESSAGES", "CebMessage", "build", "parse"]
