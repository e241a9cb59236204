"""`sandan ceb`, fixed for users' scripts (issue 3): the JSON and the exit codes of its commands."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from typer.testing import CliRunner, Result

from events.ceb import CebMessage, build, parse
from events.ceb.node import wrap_terminal
from events.ceb.signature import SignatureProfile, SoftwareSigner, sign
from events.values import utc_now
from infra.cli.ceb import register
from tests import builders
from tests.events.ceb.good_messages import good

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


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A valid, signed CEB621."""
    return put(tmp_path, "621.xml", signed(builders.message(builders.declaration_list())))


@pytest.fixture
def bad_business(tmp_path: Path) -> Path:
    """A CEB621 that breaks the text of the standard only."""
    return put(tmp_path, "business.xml", signed(builders.message(builders.declaration_list(pack_no=6000))))


@pytest.fixture
def bad_schema(listed: Path, tmp_path: Path) -> Path:
    """A CEB621 with a number that is none."""
    content = listed.read_bytes().replace(b"<ceb:freight>15.02<", b"<ceb:freight>1e5<")
    return put(tmp_path, "schema.xml", content)


@pytest.fixture
def broken(listed: Path, tmp_path: Path) -> Path:
    """Truncated XML."""
    return put(tmp_path, "broken.xml", listed.read_bytes()[:-20])


def validated(*files: Path) -> tuple[int, list[dict[str, Any]]]:
    result = run("validate", *files, "--json")
    assert result.stderr == ""
    return result.exit_code, json.loads(result.stdout)


def test_a_valid_message(listed: Path) -> None:
    code, found = validated(listed)
    assert code == 0
    assert found == [
        {"file": str(listed), "message": "CEB621Message", "valid": True, "schema": [], "business": [], "envelope": None}
    ]


def test_the_schema_layer_fails(bad_schema: Path) -> None:
    code, [found] = validated(bad_schema)
    assert (code, found["valid"]) == (1, False)
    (problem,) = found["schema"]
    assert problem["path"] == "/CEB621Message/Inventory[1]/InventoryHead/freight"
    assert problem["value"] == "1e5"
    assert set(problem) >= {"path", "rule", "value", "message", "line"}


def test_only_the_business_layer_fails(bad_business: Path) -> None:
    code, [found] = validated(bad_business)
    assert (code, found["valid"], found["schema"]) == (3, False, [])
    (problem,) = found["business"]
    assert (problem["rule"], problem["severity"], problem["value"]) == ("L-PACK", "error", "6000")
    assert problem["path"] == "/CEB621Message/Inventory[1]/InventoryHead/packNo"
    assert set(problem["message"]) == {"zh", "en"}


def test_advice_fails_nothing(tmp_path: Path) -> None:
    path = put(tmp_path, "311.xml", build(builders.message(builders.order())))
    code, [found] = validated(path)
    assert (code, found["valid"]) == (0, True)
    assert [(problem["rule"], problem["severity"]) for problem in found["business"]] == [("S-SIGNATURE", "advice")]


def test_of_several_files_the_worst_counts(listed: Path, bad_business: Path, bad_schema: Path, broken: Path) -> None:
    assert validated(listed, bad_business)[0] == 3
    assert validated(bad_business, bad_schema, listed)[0] == 1
    code, found = validated(broken, bad_schema, bad_business, listed)
    assert code == 2
    assert [each["valid"] for each in found] == [False, False, False, True]


@pytest.mark.parametrize(
    ("content", "rule", "code"),
    [
        (b"", "xml", 2),
        (b"<a", "xml", 2),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "doctype", 2),
        (b'<?xml version="1.0" encoding="no-such-charset"?><a/>', "xml", 2),
        (b"<a/>", "root", 1),
        (b'<CEB999Message xmlns="http://www.chinaport.gov.cn/ceb"/>', "root", 1),
    ],
)
def test_what_is_no_message(tmp_path: Path, content: bytes, rule: str, code: int) -> None:
    exit_code, [found] = validated(put(tmp_path, "x.xml", content))
    assert (exit_code, found["valid"], found["business"]) == (code, False, [])
    assert found["schema"][0]["rule"] == rule


def test_a_file_that_is_not_there_or_too_big(tmp_path: Path) -> None:
    code, [found] = validated(tmp_path / "none.xml")
    assert (code, found["schema"][0]["rule"]) == (2, "file")
    code, [found] = validated(put(tmp_path, "big.xml", b" " * (10 * 1024 * 1024 + 1)))
    assert (code, found["schema"][0]["rule"]) == (2, "size")


def test_101_elements_are_the_schema_layers(tmp_path: Path) -> None:
    content = build(good("CEB412", times={"PaymentReturn": 100}))
    element = content[content.index(b"<ceb:PaymentReturn>") : content.index(b"</ceb:PaymentReturn>") + 20]
    code, [found] = validated(put(tmp_path, "412.xml", content.replace(element, element * 2, 1)))
    assert code == 1
    assert found["schema"][0]["rule"] == "max_items"


def test_the_business_layer_speaks_of_the_rest_of_a_message_that_the_schema_refuses(tmp_path: Path) -> None:
    first, second = builders.order(order_no="A", actual_paid="1"), builders.order(order_no="B")
    content = signed(builders.message(first, second)).replace(b">B<", b"><")
    code, [found] = validated(put(tmp_path, "311.xml", content))
    assert code == 1
    assert found["schema"]
    assert [problem["path"] for problem in found["business"] if problem["rule"] == "M3"] == [
        "/CEB311Message/Order[1]/OrderHead/acturalPaid"
    ]


def test_a_message_in_an_envelope_is_unwrapped_and_said_to_be(bad_business: Path, tmp_path: Path) -> None:
    wrapped = wrap_terminal(
        bad_business.read_bytes(), sender_id="A", receiver_ids=["B"], cop_msg_id="1", created_at=utc_now()
    )
    path = put(tmp_path, "dxp.xml", wrapped)
    code, [found] = validated(path)
    assert (code, found["message"], found["envelope"]) == (3, "CEB621Message", "terminal")
    assert "CEB621Message in a terminal envelope: the business layer fails" in run("validate", path).stdout
    data = wrapped[wrapped.index(b"<dxp:Data>") + 10 : wrapped.index(b"</dxp:Data>")]
    code, [found] = validated(put(tmp_path, "no-base64.xml", wrapped.replace(data, b"%%%")))
    assert (code, found["schema"][0]["rule"]) == (2, "base64")


def test_people_read_file_line_path_value_and_what_to_do(bad_schema: Path, bad_business: Path) -> None:
    shown = run("validate", bad_schema, bad_business).stdout
    assert f"{bad_schema}: line 1, /CEB621Message/Inventory[1]/InventoryHead/freight" in shown
    assert "'1e5'" in shown
    assert "error   /CEB621Message/Inventory[1]/InventoryHead/packNo" in shown
    assert "packNo of the list is 6000; it must be 1" in shown
    assert "清单的 packNo 是 6000" in shown


def test_standard_input_is_a_file_too(listed: Path) -> None:
    result = run("validate", "-", "--json", given=listed.read_bytes())
    assert (result.exit_code, json.loads(result.stdout)[0]["message"]) == (0, "CEB621Message")


def test_roundtrip_of_what_we_write_is_the_same_to_the_byte(listed: Path) -> None:
    result = run("roundtrip", listed)
    assert (result.exit_code, result.stdout) == (0, f"{listed}: the canonical form is unchanged\n")


def test_roundtrip_knows_what_is_not_compared_and_that_a_signature_would_not_survive(
    listed: Path, tmp_path: Path
) -> None:
    spaced = etree.tostring(etree.fromstring(listed.read_bytes()), pretty_print=True)
    other = (
        spaced.replace(b"ceb:", b"").replace(b"xmlns:ceb=", b"xmlns=").replace(b"<Inventory>", b"<!-- x --><Inventory>")
    )
    result = run("roundtrip", put(tmp_path, "spaced.xml", b"\xef\xbb\xbf" + other))
    assert result.exit_code == 0
    assert "a signature would have to be made anew" in result.stdout


def test_roundtrip_names_what_becomes_different(listed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of our own reading and writing changes a valid message: a fault is put in."""
    monkeypatch.setattr(
        "infra.ceb.roundtrip.build", lambda message: build(message).replace(b"<ceb:packNo>1<", b"<ceb:packNo>2<")
    )
    result = run("roundtrip", listed)
    assert result.exit_code == 1
    assert "/CEB621Message/Inventory[1]/InventoryHead[1]/packNo[1]: '1' became '2'" in result.stdout


def test_roundtrip_of_what_cannot_be_read(broken: Path, listed: Path) -> None:
    result = run("roundtrip", broken, listed)
    assert result.exit_code == 2
    assert str(broken) in result.stderr
    assert f"{listed}: the canonical form is unchanged" in result.stdout


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


def message_json(message: CebMessage) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(message.model_dump_json(exclude_none=True))
    return content


def from_json(folder: Path, name: str, content: object, *extra: object) -> Result:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return run("new", name, "--from", put(folder, "order.json", text.encode()), *extra)


SENDER = ("--sender-code", "3207PLAT01", "--sender-name", "测试平台", "--sender-dxp", "DXPTEST000000001")


def test_new_builds_a_whole_message(tmp_path: Path) -> None:
    message = builders.message(builders.declaration_list())
    out = tmp_path / "621.xml"
    result = from_json(tmp_path, "CEB621", message_json(message), "--out", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert parse(out.read_bytes()) == message
    assert "S-SIGNATURE" in result.stderr


@pytest.mark.parametrize("name", ["CEB311", "ceb311", "CEB311Message"])
@pytest.mark.parametrize("shape", ["element", "list", "object"])
def test_new_builds_from_elements_and_makes_what_is_left_out(tmp_path: Path, name: str, shape: str) -> None:
    element = json.loads(builders.order().model_dump_json(exclude_none=True))
    del element["OrderHead"]["guid"]
    shapes = {"element": element, "list": [element], "object": {"Order": element}}
    result = from_json(tmp_path, name, shapes[shape], *SENDER)
    assert result.exit_code == 0, result.stderr
    made = parse(result.stdout_bytes)
    content = message_json(made)
    assert content["BaseTransfer"]["copCode"] == "3207PLAT01"
    assert content["BaseTransfer"]["dxpMode"] == "DXP"
    guids = {content["guid"], content["Order"][0]["OrderHead"]["guid"]}
    assert len(guids) == 2
    assert all(len(guid) == 36 and guid == guid.upper() for guid in guids)


def test_new_builds_flat_elements_and_receipts(tmp_path: Path) -> None:
    status = json.loads(good("CEB513").elements[0].model_dump_json(exclude_none=True))
    assert from_json(tmp_path, "CEB513", status, *SENDER).exit_code == 0
    error = json.loads(good("CEB900").elements[0].model_dump_json())
    assert from_json(tmp_path, "CEB900", {"MessageReturn": error}, *SENDER).exit_code == 0
    assert from_json(tmp_path, "CEB900", error).exit_code == 0
    entry = json.loads(good("CEB711").elements[0].model_dump_json(exclude_none=True))
    assert from_json(tmp_path, "CEB711", entry, *SENDER).exit_code == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("CEB999", {}, "no message of the standard: give one of CEB213"),
        ("CEB311", "{", "is not JSON"),
        ("CEB311", "3", "neither an object nor a list"),
        ("CEB311", '{"OrderHead": {}, "OrderHead": {}}', "stands twice"),
        ("CEB311", {"Order": []}, "/CEB311Message/Order stands too seldom"),
        ("CEB311", {"Order": [7]}, "/CEB311Message/Order[1]"),
        ("CEB311", {"OrderHead": {"acturalPaid": "1e5"}}, "/CEB311Message/Order[1]/OrderHead/acturalPaid"),
        ("CEB311", {"OrderHead": {}}, "or give --sender-code"),
    ],
)
def test_new_names_what_is_wrong(tmp_path: Path, name: str, content: object, words: str) -> None:
    result = from_json(tmp_path, name, content)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "order.json" in result.stderr
    assert words in result.stderr


@pytest.mark.shared
def test_all_valid_samples_pass_the_schema_layer_and_survive_the_roundtrip(shared_ceb: Path) -> None:
    samples = sorted((shared_ceb / "samples").glob("*/*.xml"))
    code, found = validated(*samples)
    assert code == 1
    passing = [Path(each["file"]) for each in found if not each["schema"]]
    assert (len(found), len(passing)) == (39, 29)
    assert run("roundtrip", *passing).exit_code == 0
    verified = json.loads(run("verify", *samples, "--json").stdout)
    assert {each["signature"] for each in verified} == {"invalid", "absent"}
    uploads = [each for each in verified if b"Signature" in Path(each["file"]).read_bytes()]
    assert {each["signature"] for each in uploads} == {"invalid"}


def test_data_in_an_envelope_that_is_no_message(tmp_path: Path) -> None:
    wrapped = wrap_terminal(
        build(builders.message(builders.order())),
        sender_id="A",
        receiver_ids=["B"],
        cop_msg_id="1",
        created_at=utc_now(),
    )
    data = wrapped[wrapped.index(b"<dxp:Data>") + 10 : wrapped.index(b"</dxp:Data>")]
    other = put(tmp_path, "other.xml", wrapped.replace(data, base64.b64encode(b"no XML at all")))
    code, [found] = validated(other)
    assert (code, found["envelope"], found["schema"][0]["rule"]) == (2, "terminal", "xml")
    assert run("roundtrip", other).exit_code == 2
    assert SignatureProfile.SM2_SM3 in run("verify", "--help").stdout
