"""Where AWS enters a capability's functions: `SANDAN_CAPABILITY` says whose."""

import os

from functions.loading import without_collector

with without_collector():
    from functions.lambda_handler import capability_handler

    handler = capability_handler(os.environ["SANDAN_CAPABILITY"])
