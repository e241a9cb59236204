"""`sandan ceb validate` and `roundtrip`, fixed for users' scripts (issue 3): their JSON and exit codes."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from events.ceb import build
from events.ceb.node import wrap_terminal
from events.ceb.signature import SignatureProfile
from events.values import utc_now
from tests import builders
from tests.events.ceb.good_messages import good
from tests.infra.cli.ceb_command import put, run, signed


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
    assert "error   line 1, /CEB621Message/Inventory[1]/InventoryHead/packNo" in shown
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


def test_the_commands_of_the_page_that_teaches_the_standard_run(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "ceb-standard.md").read_text(encoding="utf-8")
    _, _, rest = page.partition("```sh\n")
    commands, _, _ = rest.partition("```")
    assert commands.count("sandan ceb ") >= 8
    script = f'sandan() {{ "{sys.executable}" -m infra.cli.main "$@"; }}\n{commands}'
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
