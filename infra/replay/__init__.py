"""Recorded histories: `python -m infra.replay FOLDER` lives workflows of every kind and keeps their histories in clear.

A changed workflow must still replay every one of them (tests/replay), or the change wants a patch
(`workflow.patched`), which `docs/operations.md` explains.
"""
