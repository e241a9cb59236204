"""Running `sandan ceb` in a test."""

from pathlib import Path

import typer
from typer.testing import CliRunner, Result

from events.ceb import CebMessage, build
from events.ceb.signature import SoftwareSigner, sign
from infra.cli.ceb import register

SIGNER = SoftwareSigner.throwaway("TEST")


def run(*arguments: object, given: bytes | None = None) -> Result:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.callback()(lambda: None)
    register(app)
    result = CliRunner().invoke(app, ["ceb", *map(str, arguments)], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def signed(message: CebMessage) -> bytes:
    return sign(build(message.model_copy(update={"signature": None})), SIGNER)


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
