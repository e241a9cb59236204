"""`sandan ceb sign` and `sandan ceb verify`: signatures of messages (加签, 验签)."""

import json
from pathlib import Path
from typing import Annotated

import typer

from events.ceb.node import unwrap_any
from events.ceb.signature import (
    SignatureError,
    SignatureProfile,
    SoftwareSigner,
    Verification,
    fingerprint,
    sign,
    verify,
)
from events.ceb.signature.certificate import from_pem
from events.ceb.signature.der import DerError
from events.problems import InvalidInputError
from infra.cli.ceb_files import UNREADABLE, describe, read_file, unreadable, write_out

_FAILED = 1
_SIGN_EXAMPLE = (
    "Example:\n\n    sandan ceb sign 621.xml --key key.pem --cert cert.pem --profile sm2-sm3 --out 621.signed.xml\n\n"
    "Without --out the signed message goes to standard output. Exit code 0: signed; 1: it cannot be signed; 2: a file "
    "cannot be read or written."
)
_VERIFY_EXAMPLE = (
    "Example:\n\n    sandan ceb verify 621.signed.xml --signer cert.pem --json\n\n"
    "Exit code 0: every signature is valid; 1: one is invalid or absent; 2: a file cannot be read. Valid means that "
    "the holder of the certificate signed this content; whose certificate that is, is for you to judge, or to say by "
    "--signer."
)


def add_sign(ceb: typer.Typer) -> None:
    """Add the commands `sign` and `verify`."""
    ceb.command("sign", epilog=_SIGN_EXAMPLE)(sign_command)
    ceb.command("verify", epilog=_VERIFY_EXAMPLE)(verify_command)


def sign_command(
    file: Annotated[Path, typer.Argument(help="A message without Signature, before it is put into an envelope.")],
    *,
    key: Annotated[Path, typer.Option(help="The private key, PEM without password.", metavar="PEM")],
    cert: Annotated[Path, typer.Option(help="Its certificate, PEM.", metavar="PEM")],
    profile: Annotated[SignatureProfile, typer.Option(help="The algorithms.")] = SignatureProfile.SM2_SM3,
    key_name: Annotated[str | None, typer.Option(help="KeyName; the certificate's number by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the signed message.", metavar="FILE")] = None,
) -> None:
    """Sign a message with a key in a file."""
    message, key_pem, certificate_pem = _read(file), _read(key), _read(cert)
    try:
        signer = SoftwareSigner.from_pem(key_pem, certificate_pem, profile, key_name)
    except SignatureError as error:
        raise _failed(f"{key}, {cert}: {error} (profile {profile})") from None
    try:
        signed = sign(message, signer)
    except InvalidInputError as error:
        raise unreadable("sign", file, error) from None
    except SignatureError as error:
        raise _failed(f"{file}: {error}") from None
    write_out(out, signed, "sign")
    if out:
        typer.echo(f"{out}: signed with {profile}", err=True)


def verify_command(
    files: Annotated[list[Path], typer.Argument(help="Messages, in an envelope or not.", metavar="FILE…")],
    *,
    accept: Annotated[list[SignatureProfile] | None, typer.Option(help="Repeatable; all by default.")] = None,
    signers: Annotated[
        list[Path] | None, typer.Option("--signer", help="Whose certificate counts; any by default.", metavar="PEM")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Verify the signatures of messages, and say what is wrong with those that are not valid."""
    known = {_known(signer) for signer in signers or ()}
    results, code = [], 0
    for file in files:
        found, readable = _verified(file, frozenset(accept or SignatureProfile))
        found = found.by(known)
        results.append(_as_json(file, found, readable=readable))
        code = max(code, 0 if found.status == "valid" else _FAILED if readable else UNREADABLE)
    if as_json:
        typer.echo(json.dumps(results, ensure_ascii=False, indent=2))
    else:
        for result in results:
            told = ": ".join(str(part) for part in (result["signature"], result["reason"], result["text"]) if part)
            typer.echo(f"{result['file']}: {told}" + (f" ({result['profile']})" if result["profile"] else ""))
    raise typer.Exit(code)


def _verified(file: Path, accepted: frozenset[SignatureProfile]) -> tuple[Verification, bool]:
    """What the signature in a file is worth, and whether the file could be read."""
    try:
        data = read_file(file)
    except InvalidInputError as error:
        return Verification("invalid", text=str(error)), False
    try:
        data = unwrap_any(data).message
    except InvalidInputError as error:
        return Verification("invalid", text="; ".join(describe(file, problem) for problem in error.problems)), False
    return verify(data, accepted), True


def _as_json(file: Path, found: Verification, *, readable: bool) -> dict[str, object]:
    return {
        "file": str(file),
        "signature": found.status,
        "profile": found.profile,
        "digest_ok": found.digest_ok,
        "signature_ok": found.signature_ok,
        "reason": found.reason if readable else "unreadable",
        "text": found.text,
        "key_name": found.key_name,
    }


def _known(signer: Path) -> str:
    try:
        return fingerprint(from_pem(_read(signer, "verify")))
    except DerError as error:
        typer.echo(f"sandan ceb verify: --signer {signer}: {error}; give the PEM of a certificate", err=True)
        raise typer.Exit(UNREADABLE) from None


def _read(file: Path, command: str = "sign") -> bytes:
    try:
        return read_file(file)
    except InvalidInputError as error:
        raise unreadable(command, file, error) from None


def _failed(text: str) -> typer.Exit:
    typer.echo(f"sandan ceb sign: {text}", err=True)
    return typer.Exit(_FAILED)
