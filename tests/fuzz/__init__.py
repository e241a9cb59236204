"""Fuzzing of whatever strangers send, by coverage (atheris): `make fuzz`. Not a part of the test run."""
