"""The command line `sandan`: loads the modules of the commands only when they are asked for."""

import errno
import os
import sys
from contextlib import suppress
from importlib import import_module

import typer

from infra.stack.errors import StackError

_HELP = (
    "Sandan (三单) runs the life of every cross-border e-commerce order of a pilot zone: three-document matching, "
    "clearance, tax, delivery, returns.\n\nExample: `sandan demo --orders 20`"
)
_MODULES = {
    "demo": "infra.cli.demo",
    "up": "infra.cli.up",
    "generate": "infra.cli.generate",
    "submit": "infra.cli.submit",
    "match": "infra.cli.match",
    "order": "infra.cli.orders",
    "return": "infra.cli.returns",
    "payment-data": "infra.cli.payment_data",
    "dlq": "infra.cli.dlq",
    "receive": "infra.cli.receive",
    "quota": "infra.cli.quota",
    "guarantee": "infra.cli.guarantee",
    "ledger": "infra.cli.ledger",
    "tax": "infra.cli.tax",
    "policy": "infra.cli.policy",
    "tariff": "infra.cli.tariff",
    "tax-payment": "infra.cli.tax_payments",
    "payload-keys": "infra.cli.payload_keys",
    "codec-server": "infra.cli.codec_server",
    "retention": "infra.cli.retention",
    "ceb": "infra.cli.ceb",
    "chaos": "infra.cli.chaos",
    "bench": "infra.cli.bench",
    "package": "infra.cli.package",
    "deploy": "infra.cli.deploy",
    "worker-version": "infra.cli.worker_version",
}
_FAILED, _BAD_INPUT = 1, 2
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def application(command: str | None = None) -> typer.Typer:
    """The command line; of a command that is known only its own module is loaded."""
    app = typer.Typer(
        help=_HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for module in [_MODULES[command]] if command in _MODULES else _MODULES.values():
        import_module(module).register(app)
    return app


def _root() -> None:
    """Makes even a single command a subcommand."""


def script() -> None:
    """The installed command: run the command line and end this process with its exit code."""
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else (_FAILED if end.code else 0)
    _leave(_flushed(code))


def _flushed(code: int) -> int:
    """The exit code, once what was printed is out; streams that were closed from the start are None."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            return code or _BAD_INPUT
    return code


def _leave(code: int) -> None:
    """End at once where the Temporal library is loaded.

    Its threads outlive the event loop and now and then abort an interpreter that is shutting down
    (temporalio/sdk-python, issue 300); a command that succeeded must not end with code 134.
    """
    if "temporalio" in sys.modules:
        os._exit(code)
    sys.exit(code)


def main() -> None:
    """Run the command line; what the user can mend is told in words, without a traceback."""
    try:
        application(sys.argv[1] if len(sys.argv) > 1 else None)()
    except StackError as error:
        _fail(str(error), _FAILED)
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        _fail(f"{error.filename or 'the output'} cannot be written: {error.strerror}", _BAD_INPUT)
    except LookupError as error:
        from functions.data_keys.models import ShreddedError  # noqa: PLC0415 - not every command needs the models

        if not isinstance(error, ShreddedError):
            raise
        _fail(str(error), _FAILED)
    except ValueError as error:
        from events.problems import InvalidInputError  # noqa: PLC0415 - not every command needs the models

        if not isinstance(error, InvalidInputError):
            raise
        lines = [f"{problem.path}: {problem.message}{_given(problem.value)}" for problem in error.problems]
        _fail("\n".join(lines), _BAD_INPUT)


def _given(value: str | None) -> str:
    return "" if value is None else f" (given: {value})"


def _fail(message: str, code: int) -> None:
    with suppress(OSError):  # nowhere to say it
        typer.echo(f"sandan: {message}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    script()
