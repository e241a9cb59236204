"""The codec server: who may see what, who is turned away, and what the log keeps of it."""

import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import WorkflowSerializationContext

from events.values import OrderKey
from functions.payloads.codec import EncryptingCodec
from functions.payloads.keys import KeyRing
from functions.payloads.models import PayloadKeys
from infra.codec_server import access
from infra.codec_server.app import CodecServer
from infra.codec_server.users import Role, User, Users, UsersError, read_users
from tests.payloads import MemorySeeds, fixed_keys, key_of

UI, CODEC = "http://127.0.0.1:8233", "http://127.0.0.1:8403"
ORDER = "import/3207SDPT01/LYG9610-1-000001-REL"
OPERATOR, AUDITOR = User.new(Role.MASKED), User.new(Role.WHOLE)
NAME, NUMBER = "测试甲一", "000000199001010010"
DOCUMENT = {
    "PaymentHead": {"payerName": NAME, "payerIdNumber": NUMBER, "amountPaid": "12.30"},
    "personal": ["测试路1号"],
    "finding": {"left": {"field": "order.buyerName", "value": "测试乙二"}, "text": f"{NAME} and 测试乙二, 测试路1号"},
    "xml": "<ceb:Order><ceb:buyerTelephone>10001000003</ceb:buyerTelephone></ceb:Order>",
}
PERSONAL = (NAME, NUMBER, "测试乙二", "测试路1号", "10001000003")


class Kept:
    """The users as the secrets store has them."""

    def __init__(self) -> None:
        self.users: dict[str, User] | None = {"op-1": OPERATOR, "auditor": AUDITOR}

    def read(self) -> dict[str, User]:
        if self.users is None:
            raise ConnectionError("the store is away")
        return self.users


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def server(kept: Kept) -> AsyncIterator[httpx.AsyncClient]:
    """The server, asked as a program would."""
    application = CodecServer(fixed_keys(), Users(kept.read, fresh_seconds=0), UI).application
    transport = httpx.ASGITransport(application, client=("127.0.0.1", 5555))
    async with httpx.AsyncClient(transport=transport, base_url=CODEC) as client:
        yield client


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The access log."""
    caplog.set_level(logging.INFO, access.log.name)
    return caplog


def lines(log: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(record.getMessage()) for record in log.records if record.name == access.log.name]


def plain(value: object = DOCUMENT) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(value, ensure_ascii=False).encode())


async def encrypted(*payloads: Payload, workflow_id: str = ORDER) -> list[Payload]:
    codec = EncryptingCodec(fixed_keys()).with_context(WorkflowSerializationContext("default", workflow_id))
    return await codec.encode(payloads)


async def ask(
    server: httpx.AsyncClient, payloads: list[Payload], headers: dict[str, str] | None = None, what: str = "decode"
) -> httpx.Response:
    body = json_format.MessageToJson(Payloads(payloads=payloads))
    sent = {"Content-Type": "application/json", "X-Namespace": "default", **(headers or {})}
    return await server.post(f"/codec/{what}", content=body, headers=sent)


def bearer(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {user.token}"}


def answered(response: httpx.Response) -> list[Payload]:
    assert response.status_code == 200, response.text
    return list(json_format.Parse(response.content, Payloads()).payloads)


async def test_an_auditor_sees_everything(server: httpx.AsyncClient) -> None:
    sent = [*await encrypted(plain(), plain("short")), plain("never encrypted")]
    response = await ask(server, sent, bearer(AUDITOR))
    assert answered(response) == [plain(), plain("short"), plain("never encrypted")]
    assert response.headers["cache-control"] == "no-store"


async def test_an_operator_sees_nobody(server: httpx.AsyncClient) -> None:
    """Given names in fields, in lists, in texts and in XML, then each is masked, and the rest is there."""
    (shown,) = answered(await ask(server, await encrypted(plain()), bearer(OPERATOR)))
    text = shown.data.decode()
    assert not [personal for personal in PERSONAL if personal in text]
    assert json.loads(text)["PaymentHead"] == {"payerName": "测***", "payerIdNumber": "00***10", "amountPaid": "12.30"}


async def test_what_cannot_be_masked_stays_encrypted_for_an_operator(
    server: httpx.AsyncClient, log: pytest.LogCaptureFixture
) -> None:
    sent = await encrypted(Payload(metadata={"encoding": b"binary/plain"}, data=NAME.encode()))
    assert answered(await ask(server, sent, bearer(OPERATOR))) == sent
    assert (lines(log)[-1]["withheld"], lines(log)[-1]["workflows"]) == (1, [])
    assert answered(await ask(server, sent, bearer(AUDITOR)))[0].data == NAME.encode()


@pytest.mark.parametrize("what", ["decode", "encode"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer wrong"}, {"Cookie": "sandan-codec=wrong"}],
)
async def test_strangers_see_nothing(
    server: httpx.AsyncClient, log: pytest.LogCaptureFixture, headers: dict[str, str], what: str
) -> None:
    response = await ask(server, await encrypted(plain()), headers, what)
    assert response.status_code == 401
    assert NAME not in response.text
    assert (lines(log)[-1]["status"], lines(log)[-1]["who"]) == (401, None)


async def test_every_request_is_one_line_without_contents(
    server: httpx.AsyncClient, log: pytest.LogCaptureFixture
) -> None:
    other = "import/3207SDPT01/OTHER"
    broken = Payload(
        metadata={"encoding": b"binary/encrypted", "encryption-key-id": b"test", "workflow-id": b"claimed"}
    )
    sent = [*await encrypted(plain(), plain()), *await encrypted(plain(), workflow_id=other), broken]
    assert answered(await ask(server, sent, bearer(AUDITOR)))[3] == broken
    (line,) = lines(log)
    assert line.pop("at")
    assert line == {
        "who": "auditor",
        "role": "whole",
        "from": "127.0.0.1",
        "path": "/codec/decode",
        "namespace": "default",
        "status": 200,
        "payloads": 4,
        "unreadable": 1,
        "withheld": 0,
        "shredded": 0,
        "workflows": [ORDER, other],
        "more_workflows": 0,
    }
    assert NAME not in log.text
    assert AUDITOR.token not in log.text


async def test_the_log_cannot_be_forged(server: httpx.AsyncClient, log: pytest.LogCaptureFixture) -> None:
    await ask(server, [], {"X-Namespace": "a" * 5000 + '", "who": "x', **bearer(AUDITOR)})
    (line,) = lines(log)
    assert line["who"] == "auditor"
    assert len(str(line["namespace"])) == 200


async def test_what_is_sent_from_the_ui_is_encrypted(server: httpx.AsyncClient) -> None:
    (encoded,) = answered(await ask(server, [plain()], bearer(OPERATOR), "encode"))
    assert encoded.metadata["encoding"] == b"binary/encrypted"
    assert await EncryptingCodec(fixed_keys()).decode([encoded]) == [plain()]


async def test_a_login_in_the_browser(server: httpx.AsyncClient, log: pytest.LogCaptureFixture) -> None:
    """Given the page and the token, then the cookie goes to the codec's own paths only, and the UI may send it."""
    assert "Log in" in (await server.get("/login")).text
    refused = await server.post("/login", data={"token": "wrong"})
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    given = await server.post("/login", data={"token": OPERATOR.token})
    assert (given.status_code, given.headers["location"]) == (303, UI)
    cookie = given.headers["set-cookie"]
    assert {"Path=/codec", "HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))
    asked = await ask(server, await encrypted(plain()), {"Origin": UI})
    assert len(answered(asked)) == 1
    assert asked.headers["access-control-allow-origin"] == UI
    assert asked.headers["access-control-allow-credentials"] == "true"
    assert [(line["path"], line["status"], line["who"]) for line in lines(log)] == [
        ("/login", 403, None),
        ("/login", 200, "op-1"),
        ("/codec/decode", 200, "op-1"),
    ]
    assert (await server.post("/login", content=b"x" * 5000)).status_code == 413


async def test_no_other_page_may_ask(server: httpx.AsyncClient) -> None:
    """Not even with the cookie, which other ports of this host share a site with."""
    evil = {"Origin": "http://127.0.0.1:9999"}
    asked = await ask(server, await encrypted(plain()), {**evil, **bearer(AUDITOR)})
    assert asked.status_code == 403
    assert "access-control-allow-origin" not in asked.headers
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-namespace"}
    assert (await server.options("/codec/decode", headers={**evil, **wanted})).status_code == 400
    allowed = await server.options("/codec/decode", headers={"Origin": UI, **wanted})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, UI)


async def test_who_is_taken_out_is_out(server: httpx.AsyncClient, kept: Kept) -> None:
    assert (await ask(server, [], bearer(OPERATOR))).status_code == 200
    kept.users = {"auditor": AUDITOR}
    assert (await ask(server, [], bearer(OPERATOR))).status_code == 401


async def test_nobody_gets_in_while_the_users_cannot_be_read(server: httpx.AsyncClient, kept: Kept) -> None:
    kept.users = None
    assert (await ask(server, await encrypted(plain()), bearer(AUDITOR))).status_code == 503


async def test_a_body_that_is_none_is_told(server: httpx.AsyncClient) -> None:
    for body in (b"", b"nonsense", b'{"payloads": 7}', b"\xff"):
        answer = await server.post("/codec/decode", content=body, headers=bearer(AUDITOR))
        assert answer.status_code == 400, body


async def test_a_key_that_is_gone_leaves_its_payloads_as_they_are() -> None:
    other = key_of("other")
    ring = KeyRing(lambda: PayloadKeys(write="other", keys=(other,)), 3600)
    application = CodecServer(fixed_keys(ring), Users(Kept().read, 0), UI).application
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=CODEC) as client:
        sent = await encrypted(plain())
        assert answered(await ask(client, sent, bearer(AUDITOR))) == sent


@pytest.mark.parametrize("user", [OPERATOR, AUDITOR])
async def test_what_was_shredded_says_so(user: User, log: pytest.LogCaptureFixture) -> None:
    """Given a payload of an order whose key is destroyed, then both roles see that, and the log counts it."""
    seeds = MemorySeeds()
    context = WorkflowSerializationContext("default", ORDER)
    sent = await EncryptingCodec(fixed_keys(seeds=seeds)).with_context(context).encode([plain()])
    seeds.shredded.add(OrderKey.from_workflow_id(ORDER))
    application = CodecServer(fixed_keys(seeds=seeds), Users(Kept().read, 0), UI).application
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=CODEC) as client:
        (shown,) = answered(await ask(client, sent, bearer(user)))
    assert json.loads(shown.data) == {"shredded": "2026-01-05", "order": ORDER.removeprefix("import/")}
    (line,) = lines(log)
    assert (line["shredded"], line["unreadable"], line["workflows"]) == (1, 0, [])


def test_a_secret_of_users_that_is_wrong_is_told_without_tokens() -> None:
    with pytest.raises(UsersError, match=r"op\.role") as raised:
        read_users(json.dumps({"op": {"role": "god", "token": "a-token-that-must-not-be-shown-anywhere"}}))
    assert "shown" not in str(raised.value)
