"""A service that says that it is at work, and is: it writes down what the stack told it."""

import json
import os
import signal
import sys

from functions.settings import settings
from infra.ready import announce_ready

json.dump({"settings": settings().model_dump(mode="json"), "environment": dict(os.environ)}, sys.stdout)
sys.stdout.flush()
announce_ready()
signal.pause()
