"""`sandan ceb`: customs messages on the command line, without a running stack."""

import typer

from infra.cli.ceb_new import add_new
from infra.cli.ceb_receipt import add_receipt
from infra.cli.ceb_sign import add_sign
from infra.cli.ceb_validate import add_validate
from infra.cli.ceb_wrap import add_wrap


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    ceb = typer.Typer(
        help="Customs messages (CEB, 202205): validate, build, sign, wrap, explain.", no_args_is_help=True
    )
    add_validate(ceb)
    add_sign(ceb)
    add_new(ceb)
    add_receipt(ceb)
    add_wrap(ceb)
    app.add_typer(ceb, name="ceb")
