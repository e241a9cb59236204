"""`platDataOpen`: customs asks in a form and is answered at once, in the form of 公告2018-179."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from events.values import utc_now
from functions.bus import BusError
from functions.gateway import payment_data
from functions.settings import settings
from tests.functions.gateway.conftest import JSON, Answered, Door

PATH = "/v1/customs/platDataOpen"
ASKED: dict[str, Any] = {
    "orderNo": "ord201800002",
    "sessionID": "fe2374-8fnejf97-32839218",
    "serviceTime": 1533271903898,
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def ask(door: Door, question: Any, query: str = "") -> Answered:
    body = urlencode({"openReq": question if isinstance(question, str) else json.dumps(question)})
    return door.request("POST", PATH + query, body.encode(), FORM)


def test_179_a_question_is_answered_at_once_and_goes_on_the_bus(door: Door) -> None:
    """Given customs without any signature of a partner, when it asks, then 10000 with no message, and one event."""
    before = int(utc_now().timestamp() * 1000)
    answered = ask(door, ASKED)
    assert (answered.status, answered.headers["Content-Type"]) == (200, JSON)
    assert set(answered.json) == {"code", "message", "serviceTime"}
    assert (answered.json["code"], answered.json["message"]) == ("10000", "")
    assert before <= answered.json["serviceTime"] <= int(utc_now().timestamp() * 1000)
    (event,) = door.events
    assert (event["type"], event["subject"]) == ("cn.sandan.customs.payment-data-asked.v1", ASKED["sessionID"])
    assert event["data"]["kind"] == "payment-data-request"
    assert event["data"]["content"] == {**ASKED, "serviceTime": "1533271903898"}


def test_a_body_that_is_passed_on_as_text_is_read_too(door: Door) -> None:
    body = urlencode({"openReq": json.dumps(ASKED)})
    assert door.raw("POST", PATH, body, FORM, encoded=False).json["code"] == "10000"


def test_the_same_question_again_is_the_same_event(door: Door) -> None:
    """Its own clock aside: customs may repeat itself at another time."""
    assert ask(door, ASKED).json["code"] == ask(door, ASKED | {"serviceTime": 1533271909999}).json["code"] == "10000"
    assert len({event["id"] for event in door.events}) == 1
    ask(door, ASKED | {"sessionID": "another"})
    assert len({event["id"] for event in door.events}) == 2


def test_what_customs_adds_later_does_not_matter(door: Door) -> None:
    assert ask(door, ASKED | {"note": "x", "ebpCode": "3207OTHER1"}).json["code"] == "10000"
    assert "ebpCode" not in door.events[0]["data"]["content"]


def test_the_registered_address_may_name_the_platform(door: Door) -> None:
    assert ask(door, ASKED, "?ebpCode=3207PLAT01").json["code"] == "10000"
    assert door.events[0]["data"]["content"]["ebpCode"] == "3207PLAT01"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("{", "/: is not JSON"),
        ("[]", "/openReq: is not an object"),
        ({"orderNo": "1", "sessionID": "2"}, "/openReq/serviceTime: is required"),
        (ASKED | {"sessionID": "a/b"}, '/openReq/sessionID: holds "/"'),
        (ASKED | {"sessionID": "s" * 37}, "/openReq/sessionID: is too long"),
        (ASKED | {"orderNo": ""}, "/openReq/orderNo: is too short"),
        (ASKED | {"orderNo": "o" * 61}, "/openReq/orderNo: is too long"),
        (ASKED | {"serviceTime": "soon"}, "/openReq/serviceTime: is not a time in milliseconds"),
        (ASKED | {"serviceTime": -1}, "/openReq/serviceTime: is not a time in milliseconds"),
        ('{"orderNo": "a\\u0000b", "sessionID": "1", "serviceTime": 1}', "/orderNo: holds a character"),
    ],
)
def test_179_a_wrong_question_is_told_in_the_official_form(door: Door, question: Any, words: str) -> None:
    answered = ask(door, question)
    assert (answered.status, answered.json["code"]) == (200, "20001")
    assert words in answered.json["message"]
    assert door.events == []


@pytest.mark.parametrize("body", [b"", b"other=1", b"openReq=", b"\xff\xfe"])
def test_a_form_without_the_field_is_told_so(door: Door, body: bytes) -> None:
    answered = door.request("POST", PATH, body, FORM)
    assert (answered.status, answered.json["code"]) == (200, "20001")
    assert "openReq" in answered.json["message"]


def test_an_address_with_a_key_takes_customs_only(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a key in the registered address, when it is missing or wrong, then 403 and nothing is started."""
    monkeypatch.setenv("SANDAN_PAYMENT_DATA_ADDRESS_KEY", "registered-at-customs")
    settings.cache_clear()
    for query in ("", "?key=", "?key=wrong", "?key=注册"):
        answered = ask(door, ASKED, query)
        assert (answered.status, answered.json["type"]) == (403, "/problems/forbidden")
        assert "registered-at-customs" not in answered.body
    assert door.events == []
    assert ask(door, ASKED, "?key=registered-at-customs&ebpCode=3207PLAT01").json["code"] == "10000"
    settings.cache_clear()


def test_a_bus_that_is_away_is_told_with_the_official_failure(
    door: Door, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def away(_: object) -> None:
        raise BusError("no")

    monkeypatch.setattr(payment_data, "publish", away)
    answered = ask(door, ASKED)
    assert (answered.status, answered.json["code"]) == (503, "20000")
    assert ASKED["sessionID"] not in "".join(capfd.readouterr())


def test_only_post_is_taken(door: Door) -> None:
    answered = door.request("GET", PATH)
    assert (answered.status, answered.headers["Allow"]) == (405, "POST")
