"""The codec server as a process, on the loopback address."""

import logging
import sys

import uvicorn

from functions.data_keys.keys import own_data_keys
from functions.settings import settings
from infra.codec_server import access
from infra.codec_server.app import CodecServer
from infra.codec_server.users import User, Users, read_users
from infra.logs import begin_log, uvicorn_options
from infra.stack.ports import LOOPBACK

_USERS_FRESH_SECONDS = 30.0
_GRACE_SECONDS = 2


def serve(port: int) -> None:
    """Serve until a signal ends it. The access log goes to standard output, everything else to standard error."""
    begin_log()
    lines = logging.StreamHandler(sys.stdout)
    lines.setFormatter(logging.Formatter("%(message)s"))
    access.log.addHandler(lines)
    access.log.setLevel(logging.INFO)
    access.log.propagate = False
    server = CodecServer(own_data_keys(), Users(_kept_users, _USERS_FRESH_SECONDS), settings().codec_ui_origin)
    uvicorn.run(
        server.application,
        host=LOOPBACK,
        port=port,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        **uvicorn_options(),
    )


def _kept_users() -> dict[str, User]:
    from functions.aws import secretsmanager  # noqa: PLC0415 - loads boto3, which can wait for the first request

    return read_users(secretsmanager().get_secret_value(SecretId=settings().codec_users_secret)["SecretString"])
