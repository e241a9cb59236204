"""The customs endpoint: lists, cancellations and returns go out, signed and enveloped."""
