"""The counterparties: customs, payment firm and carrier, over HTTP, in the real formats, for a stack of our own."""
