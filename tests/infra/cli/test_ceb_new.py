"""`sandan ceb new`: messages from JSON, and what is wrong with JSON that is none."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from events.ceb import CebMessage, parse
from tests import builders
from tests.events.ceb.good_messages import good
from tests.infra.cli.ceb_command import put, run


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


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"OrderHead": 5, "OrderList": []}, "/OrderHead is not an object: give one in braces"),
        (
            {"OrderHead": {"orderNo": 7}, "OrderList": {}},
            "/OrderHead/orderNo is not a text: give one in quotation marks",
        ),
        ({"OrderHead": {}, "OrderList": 5}, "/OrderList is not a list: put what stands here into brackets"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_in_the_words_of_json(tmp_path: Path, part: object, words: str) -> None:
    """Not in those of the models' library, with the names of our classes."""
    result = from_json(tmp_path, "CEB311", part, *SENDER)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Input should be" not in result.stderr


def test_a_guid_that_was_made_is_no_mistake_of_the_sender(tmp_path: Path) -> None:
    """An order has its guid in the head; where that is no head, there is no place for one."""
    result = from_json(tmp_path, "CEB311", {"OrderHead": 5}, *SENDER)
    assert "OrderHead is not an object" in result.stderr
    assert "/guid " not in result.stderr


@pytest.mark.parametrize("name", ["InvtRefound", "invtRefund"])
def test_a_business_element_under_a_wrong_name_is_told_the_right_one(tmp_path: Path, name: str) -> None:
    """The text of the standard says InvtRefound, its schema InvtRefund (rulebook 2.5): one problem, not ten."""
    content = message_json(good("CEB625"))
    content[name] = content.pop("InvtRefund")
    result = from_json(tmp_path, "CEB625", content)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert f"/{name} is not a field of this document: write InvtRefund (" in result.stderr
