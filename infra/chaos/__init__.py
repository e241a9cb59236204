"""Chaos: processes die, messages get lost, repeated and overtaken while orders run; afterwards all is proved."""
