"""`sandan ceb sign` and `verify`, fixed for users' scripts (issue 3): their JSON and exit codes."""

import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from events.ceb import build
from events.ceb.node import wrap_terminal
from events.values import utc_now
from tests import builders
from tests.infra.cli.ceb_command import put, run, signed


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A valid, signed CEB621."""
    return put(tmp_path, "621.xml", signed(builders.message(builders.declaration_list())))


@pytest.fixture
def broken(listed: Path, tmp_path: Path) -> Path:
    """Truncated XML."""
    return put(tmp_path, "broken.xml", listed.read_bytes()[:-20])


def pems(folder: Path) -> tuple[Path, Path]:
    """An RSA key and its certificate as files."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "RSA")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 0x1A2B)
        .not_valid_before(utc_now().replace(year=2020))
        .not_valid_after(utc_now().replace(year=2049))
        .sign(key, hashes.SHA256())
    )
    pkcs8, no_password = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return (
        put(folder, "key.pem", key.private_bytes(serialization.Encoding.PEM, pkcs8, no_password)),
        put(folder, "cert.pem", certificate.public_bytes(serialization.Encoding.PEM)),
    )


@pytest.fixture
def unsigned(tmp_path: Path) -> Path:
    return put(tmp_path, "unsigned.xml", build(builders.message(builders.declaration_list())))


def test_what_is_signed_verifies(unsigned: Path, tmp_path: Path) -> None:
    key, cert = pems(tmp_path)
    out = tmp_path / "signed.xml"
    done = run("sign", unsigned, "--key", key, "--cert", cert, "--profile", "rsa-sha1", "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    printed = run("sign", unsigned, "--key", key, "--cert", cert, "--profile", "rsa-sha1")
    assert printed.stdout_bytes == out.read_bytes()
    result = run("verify", out, "--json")
    (found,) = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {name: found[name] for name in ("file", "signature", "profile", "digest_ok", "signature_ok", "reason")} == {
        "file": str(out),
        "signature": "valid",
        "profile": "rsa-sha1",
        "digest_ok": True,
        "signature_ok": True,
        "reason": None,
    }
    assert run("verify", out, "--accept", "sm2-sm3").exit_code == 1


@pytest.mark.shared
@pytest.mark.parametrize("profile", ["sm2-sm3", "sm2-sha1"])
def test_an_sm2_key_from_a_file_signs(unsigned: Path, shared_ceb: Path, tmp_path: Path, profile: str) -> None:
    keys = shared_ceb / "signed_example"
    out = tmp_path / "signed.xml"
    options = ("--key", keys / "sm2-test-key.pem", "--cert", keys / "sm2-test-cert.pem", "--profile", profile)
    assert run("sign", unsigned, *options, "--out", out).exit_code == 0
    (found,) = json.loads(run("verify", out, "--json").stdout)
    assert (found["digest_ok"], found["signature_ok"], found["profile"]) == (True, True, profile)


def test_verify_tells_invalid_absent_and_unreadable_apart(listed: Path, unsigned: Path, tmp_path: Path) -> None:
    bent = put(tmp_path, "bent.xml", listed.read_bytes().replace(b">15.02<", b">15.03<"))
    result = run("verify", listed, bent, unsigned, tmp_path / "none.xml", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 2
    assert [each["signature"] for each in found] == ["valid", "invalid", "absent", "invalid"]
    assert [each["reason"] for each in found] == [None, "digest", None, "unreadable"]
    assert (found[1]["digest_ok"], found[1]["signature_ok"]) == (False, True)
    assert run("verify", listed).exit_code == 0
    assert run("verify", listed, bent).exit_code == 1
    assert run("verify", unsigned).exit_code == 1
    assert f"{bent}: invalid: digest: " in run("verify", bent).stdout


def test_verify_unwraps(listed: Path, tmp_path: Path) -> None:
    wrapped = wrap_terminal(
        listed.read_bytes(), sender_id="A", receiver_ids=["B"], cop_msg_id="1", created_at=utc_now()
    )
    assert run("verify", put(tmp_path, "dxp.xml", wrapped)).exit_code == 0


def test_what_cannot_be_signed_is_told(unsigned: Path, listed: Path, broken: Path, tmp_path: Path) -> None:
    key, cert = pems(tmp_path)
    options = ("--key", key, "--cert", cert, "--profile", "rsa-sha1")
    for file, code, words in (
        (listed, 1, "signed already"),
        (broken, 2, "not well-formed"),
        (tmp_path / "none.xml", 2, "none.xml: / cannot be read"),
    ):
        result = run("sign", file, *options)
        assert (result.exit_code, result.stdout) == (code, "")
        assert words in result.stderr
    assert "not the PEM of an SM2 key" in run("sign", unsigned, "--key", key, "--cert", cert).stderr
    result = run("sign", unsigned, *options, "--out", tmp_path)
    assert (result.exit_code, "cannot be written" in result.stderr) == (2, True)
    assert run("sign", unsigned, "--key", tmp_path / "no.pem", "--cert", cert).exit_code == 2


def test_verify_takes_the_signatures_of_known_certificates_only(unsigned: Path, tmp_path: Path) -> None:
    """Two signers, one of whom is known; a file that is no certificate is told."""
    mine, other = tmp_path / "mine", tmp_path / "other"
    for folder in (other, mine):
        folder.mkdir()
        key, certificate = pems(folder)
        arguments = ("--key", key, "--cert", certificate, "--profile", "rsa-sha1", "--out", folder / "signed.xml")
        assert run("sign", unsigned, *arguments).exit_code == 0
    told = run("verify", mine / "signed.xml", other / "signed.xml", "--signer", certificate, "--json")
    assert told.exit_code == 1
    assert [(each["signature"], each["reason"]) for each in json.loads(told.stdout)] == [
        ("valid", None),
        ("invalid", "unknown-signer"),
    ]
    wrong = run("verify", mine / "signed.xml", "--signer", unsigned)
    assert wrong.exit_code == 2
    assert f"--signer {unsigned}" in wrong.stderr
