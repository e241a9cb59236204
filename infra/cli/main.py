"""The command line `sandan`: loads the modules of the commands only when they are asked for."""

import os
import sys
from contextlib import suppress
from importlib import import_module

import typer

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
_FAILED, _BAD_INPUT = 1, 2  # as in infra.cli.faults


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
    except Exception as error:
        from infra.cli.faults import told  # noqa: PLC0415 - only for what did not go well

        words = told(error)
        if words is None:
            raise
        _fail(*words)


def _fail(message: str, code: int) -> None:
    with suppress(OSError):  # nowhere to say it
        typer.echo(f"sandan: {message}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    script()
