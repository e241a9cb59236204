"""The customs endpoint: lists and cancellations go out, signed and enveloped."""
