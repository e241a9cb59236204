"""How envelopes travel: by HTTP, by folders, by AMQP, all behind one protocol; `choice` says which way is used."""

from functions.transport.protocol import Received, Transport, TransportRefusedError, TransportUnavailableError

__all__ = ["Received", "Transport", "TransportRefusedError", "TransportUnavailableError"]
