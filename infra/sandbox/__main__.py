"""`python -m infra.sandbox`: the counterparties on a port of this machine."""

import sys

import uvicorn

from infra.logs import begin_log, uvicorn_options
from infra.sandbox.app import create_app
from infra.sandbox.config import ConfigError, from_environment

_GRACE_SECONDS = 2
# Clients let go of idle connections earlier. With uvicorn's five seconds, which are httpx's too, a client used one that
# was just being closed; and not every request may be made again.
_KEEP_ALIVE_SECONDS = 60


def main() -> int:
    """Serve until a signal ends it; 2 when a setting is wrong."""
    begin_log()
    try:
        config = from_environment()
        app = create_app(config)
    except ConfigError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=config.port,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        **uvicorn_options(),
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
