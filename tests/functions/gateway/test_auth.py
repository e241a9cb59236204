"""Who may come in: signatures, the window, replays, and what belongs to whom."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from events.ceb.base import CebModel
from events.ceb.writing import build
from events.documents import DocumentKind
from events.values import utc_now
from functions import aws as clients
from functions.gateway import store
from functions.gateway.partners import Partner, foreign
from functions.gateway.reading import Incoming
from functions.gateway.signing import headers_for
from functions.settings import settings
from tests import builders
from tests.functions.gateway.conftest import KEYS, XML, Answered, Door, secret
from tests.functions.gateway.samples import cancellation, list_receipt, list_request, waybill_status
from tests.functions.intake.samples import goods_returned, tax_bill

ORDER = build(builders.message(builders.order()))


def is_refused(answered: Answered, words: str) -> bool:
    """A 401 problem whose detail holds the words."""
    problem = answered.json
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert answered.headers["WWW-Authenticate"]
    assert problem["type"] == "/problems/unauthenticated"
    return answered.status == problem["status"] == 401 and words in problem["detail"]


def test_a_request_without_signature_is_refused(door: Door) -> None:
    """Given no headers, when a message is sent, then 401 names the first that is missing."""
    assert is_refused(door.request("POST", "/v1/messages", ORDER, {"Content-Type": XML}), "Sandan-Partner is missing")


def test_an_unknown_partner_and_a_wrong_signature_are_told_the_same(door: Door) -> None:
    """Given both mistakes, when they are answered, then nobody learns which partners exist."""
    now = utc_now()
    wrong = headers_for("platform", KEYS["stranger"], ORDER, now)
    unknown = headers_for("nobody", KEYS["stranger"], ORDER, now)
    foul = headers_for("../signing", KEYS["stranger"], ORDER, now)
    answers = [door.request("POST", "/v1/messages", ORDER, headers) for headers in (wrong, unknown, foul)]
    assert {answer.body for answer in answers} == {answers[0].body}
    assert is_refused(answers[0], "signature is wrong")


def test_the_signature_covers_every_byte(door: Door) -> None:
    """Given a signed message, when one byte is changed on the way, then it is refused."""
    headers = headers_for("platform", KEYS["platform"], ORDER, utc_now())
    assert is_refused(door.request("POST", "/v1/messages", ORDER.replace(b"561.89", b"561.88"), headers), "wrong")


@pytest.mark.parametrize("drift", [-301, 302])
def test_a_stale_or_early_timestamp_is_refused(door: Door, drift: int) -> None:
    """Given a clock more than five minutes off, when it signs, then 401 says how far and what is allowed."""
    answered = door.post("/v1/messages", ORDER, XML, now=utc_now() + timedelta(seconds=drift))
    assert is_refused(answered, "300 are allowed")
    assert ("behind" if drift < 0 else "ahead") in answered.json["detail"]


@pytest.mark.parametrize("drift", [-295, 295])
def test_a_timestamp_inside_the_window_is_taken(door: Door, drift: int) -> None:
    """Given a clock less than five minutes off, when it signs, then the message is taken."""
    assert door.post("/v1/messages", ORDER, XML, now=utc_now() + timedelta(seconds=drift)).status == 202


@pytest.mark.parametrize("timestamp", ["now", "nan", "1e9", "-5", "１７６７５８３８００", "9" * 400])
def test_a_timestamp_that_is_no_time_is_refused(door: Door, timestamp: str) -> None:
    """Given a timestamp that is not Unix seconds, when it is sent, then 401 says what it should be."""
    headers = headers_for("platform", KEYS["platform"], ORDER, utc_now()) | {"Sandan-Timestamp": timestamp}
    assert is_refused(door.request("POST", "/v1/messages", ORDER, headers), "not a Unix time")


def test_a_replay_is_refused(door: Door) -> None:
    """Given a request that was taken, when the very same comes again, then 401; signed anew it is taken."""
    now = utc_now()
    first, again = (door.post("/v1/messages", ORDER, XML, now=now) for _ in range(2))
    assert first.status == 202
    assert is_refused(again, "replay")
    assert door.post("/v1/messages", ORDER, XML, now=now + timedelta(seconds=1)).status == 202


def test_a_request_is_no_replay_of_its_own_note(door: Door) -> None:
    """Given a note of the signature whose answer is lost, when AWS's library writes it again, the request is taken."""
    lost: list[str] = []

    def lose_the_first(operation: Any, **_: object) -> Any:
        if lost:
            return None
        lost.append(operation.name)
        return 0  # seconds until the next attempt

    events = clients.dynamodb().meta.events
    events.register("needs-retry.dynamodb.PutItem", lose_the_first, unique_id="lost")
    try:
        headers = headers_for("platform", KEYS["platform"], ORDER, utc_now())
        assert door.request("POST", "/v1/messages", ORDER, {**headers, "Content-Type": XML}).status == 202
    finally:
        events.unregister("needs-retry.dynamodb.PutItem", unique_id="lost")
    assert lost == ["PutItem"]
    assert is_refused(door.request("POST", "/v1/messages", ORDER, {**headers, "Content-Type": XML}), "replay")


def test_a_replay_in_other_letters_is_no_way_round(door: Door) -> None:
    """Given a request that was taken, when its signature comes again in capitals, then it is just wrong."""
    headers = headers_for("platform", KEYS["platform"], ORDER, utc_now()) | {"Content-Type": XML}
    assert door.request("POST", "/v1/messages", ORDER, headers).status == 202
    shouted = headers | {"Sandan-Signature": headers["Sandan-Signature"].upper()}
    assert is_refused(door.request("POST", "/v1/messages", ORDER, shouted), "wrong")


def test_a_seen_signature_is_kept_until_its_window_ends(door: Door) -> None:
    """Given a timestamp ahead of our clock, when it is noted, then the note outlives the timestamp's own window."""
    now = utc_now() + timedelta(seconds=250)
    door.post("/v1/messages", ORDER, XML, now=now)
    items = clients.dynamodb().scan(TableName=settings().replay_table)["Items"]
    (item,) = [item for item in items if item["pk"]["S"].startswith("platform#")]
    assert int(item["expires_at"]["N"]) >= now.timestamp() + 300


def test_a_get_may_be_repeated(door: Door) -> None:
    """Given a signed GET, when the very same is sent twice, then both are answered: reading has no effect."""
    path = "/v1/orders/3207PLAT01/1"
    headers = headers_for("platform", KEYS["platform"], f"GET {path}".encode(), utc_now())
    assert [door.request("GET", path, headers=headers).status for _ in range(2)] == [404, 404]


def test_a_get_is_bound_to_its_path(door: Door) -> None:
    """Given the signature of one path, when it is sent with another, then it is refused."""
    headers = headers_for("platform", KEYS["platform"], b"GET /v1/orders/3207PLAT01/1", utc_now())
    assert is_refused(door.request("GET", "/v1/orders/3207PLAT01/2", headers=headers), "wrong")


def test_secrets_that_cannot_be_asked_are_not_an_unknown_partner(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a fault of the secrets store, when a partner comes, then 503: he is not told that he does not exist."""

    def fail(**_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServiceError", "Message": "no"}}, "GetSecretValue")

    monkeypatch.setattr(store.secrets().client, "get_secret_value", fail)
    answered = door.post("/v1/messages", ORDER, XML)
    assert (answered.status, answered.json["type"]) == (503, "/problems/unavailable")
    assert answered.headers["Retry-After"]


def test_a_secret_is_asked_for_once(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a partner who was seen within five minutes, when he comes again, then the store is not asked."""
    assert door.post("/v1/messages", ORDER, XML).status == 202
    monkeypatch.setattr(store.secrets().client, "get_secret_value", None)
    assert door.post("/v1/messages", ORDER, XML).status == 202


def test_a_short_key_is_no_key() -> None:
    """Given a secret whose key is too short to protect anything, when it is read, then it is refused."""
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Partner.model_validate({**secret("platform"), "key": "c2hvcnQ=", "id": "platform"})


OWNED: list[tuple[Callable[[], CebModel], DocumentKind, str, list[str]]] = [
    (builders.order, DocumentKind.ORDER, "platform", ["/x/OrderHead/ebpCode", "/x/OrderHead/ebcCode"]),
    (builders.order, DocumentKind.ORDER, "seller", ["/x/OrderHead/ebpCode", "/x/OrderHead/ebcCode"]),
    (builders.payment, DocumentKind.PAYMENT, "payment", ["/x/PaymentHead/payCode"]),
    (builders.waybill, DocumentKind.WAYBILL, "logistics", ["/x/LogisticsHead/logisticsCode"]),
    (waybill_status, DocumentKind.WAYBILL_STATUS, "logistics", ["/x/logisticsCode"]),
    (builders.declaration_list, DocumentKind.DECLARATION_LIST, "declarant", ["/x/InventoryHead/agentCode"]),
    (cancellation, DocumentKind.CANCELLATION, "declarant", ["/x/agentCode"]),
    (list_request, DocumentKind.DECLARATION_REQUEST, "platform", ["/x/ebpCode"]),
    (list_receipt, DocumentKind.LIST_RECEIPT, "customs", ["/x"]),
    (tax_bill, DocumentKind.TAX_BILL, "customs", ["/x"]),
    (goods_returned, DocumentKind.GOODS_RETURNED, "warehouse", ["/x"]),
    (builders.original_payment, DocumentKind.ORIGINAL_PAYMENT, "platform", ["/x/ebpCode", "/x/payCode"]),
    (builders.original_payment, DocumentKind.ORIGINAL_PAYMENT, "payment", ["/x/ebpCode", "/x/payCode"]),
]


@pytest.mark.parametrize(("build_one", "kind", "owner", "paths"), OWNED)
def test_a_document_is_sent_by_its_owner_only(
    build_one: Callable[[], CebModel], kind: DocumentKind, owner: str, paths: list[str]
) -> None:
    """Given each kind of document, when its owner sends it, then nothing is wrong; a stranger is told the fields."""
    document = Incoming(kind, build_one().model_dump(mode="json", exclude_none=True), "/x")

    def partner(name: str) -> Partner:
        return Partner.model_validate({**secret(name), "id": name})

    assert foreign(partner(owner), [document]) == []
    assert [problem.path for problem in foreign(partner("stranger"), [document])] == paths
    assert [problem.path for problem in foreign(partner("operator"), [document])] == paths


def test_every_kind_has_an_owner() -> None:
    """Given all kinds of documents, when a partner without any code sends one, then it is never his."""
    nobody = Partner.model_validate({**secret("operator"), "id": "o"})
    samples = {kind: build_one() for build_one, kind, _, _ in OWNED}
    for kind in DocumentKind:
        model = samples.get(kind, samples[DocumentKind.LIST_RECEIPT])
        assert foreign(nobody, [Incoming(kind, model.model_dump(mode="json"), "/x")])


def test_a_foreign_document_stops_the_whole_request(door: Door) -> None:
    """Given an own order and another's in one message, when they are sent, then 403 names him and nothing is taken."""
    others = builders.order(order_no="O2", ebp_code="3207OTHER1", ebc_code="3207OTHER2")
    answered = door.post("/v1/messages", build(builders.message(builders.order(), others)), XML)
    assert (answered.status, answered.json["type"]) == (403, "/problems/forbidden")
    assert answered.paths == [f"/CEB311Message/Order[2]/OrderHead/{name}" for name in ("ebpCode", "ebcCode")]
    assert [problem["value"] for problem in answered.json["problems"]] == ["3207OTHER1", "3207OTHER2"]
    assert "3207PLAT01" in answered.json["problems"][0]["message"]
    assert door.events == []
    assert clients.dynamodb().scan(TableName=settings().intake_table)["Items"] == []


def test_only_customs_sends_receipts(door: Door) -> None:
    """Given a receipt that releases a list, when a platform forges it, then 403."""
    forged = {"specversion": "1.0", "id": "1", "source": "x", "type": "cn.sandan.customs.list-receipt.v1"}
    body = json.dumps(forged | {"data": list_receipt().model_dump(mode="json", exclude_none=True)})
    answered = door.post("/v1/events", body, "application/cloudevents+json")
    assert (answered.status, answered.paths) == (403, ["/data"])
    assert door.post("/v1/events", body, "application/cloudevents+json", sender="customs").status == 202
