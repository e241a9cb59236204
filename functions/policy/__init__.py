"""Dated policy: limits, tolerances and day counts as data, each with its regulation."""
