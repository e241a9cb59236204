"""How envelopes travel: by HTTP, by folders, by AMQP, all behind one protocol."""

from infra.transport.protocol import Received, Transport, TransportRefusedError, TransportUnavailableError

__all__ = ["Received", "Transport", "TransportRefusedError", "TransportUnavailableError"]
