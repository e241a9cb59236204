"""Work on customs messages that the command line does: validating, comparing, building."""
