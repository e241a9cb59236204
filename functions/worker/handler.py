"""Where AWS enters the worker: Temporal calls this Lambda when work waits and nobody asks for it.

A deployable like the folders beside it. But a worker runs workflows, so this one module looks up to `infra`, where the
worker is put together; the contract of import-linter names this exception.
"""

from functions.loading import without_collector

with without_collector():
    from infra.lambda_worker import handler

__all__ = ["handler"]
