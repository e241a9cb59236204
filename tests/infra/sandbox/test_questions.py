"""Customs asks for payment data and judges what is uploaded: by the exact text, by its own books."""

import base64
import json
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any

import pytest

from events.ceb.signature import SignatureProfile, Signer, SoftwareSigner
from events.payment_data import OriginalPayment
from events.payment_data_life import SessionKey
from functions.payment_data.rules import gathered, pay_ex_info, pre_image, upload_of
from infra.generate.orders import GeneratedOrder
from infra.generate.original_payment import original_payments
from infra.generate.scenarios import Scenario
from infra.sandbox.config import ConfigError
from infra.sandbox.questions import members, registered
from infra.stack.signing_key import new_signing_secret
from tests.infra.sandbox.world import CONFIG, World, an_order, open_world

SECRET = new_signing_secret("TEST")
SIGNER: Signer = SoftwareSigner.from_pem(
    SECRET["key_pem"].encode(), SECRET["certificate_pem"].encode(), SignatureProfile.SM2_SM3
)
REGISTERED = CONFIG.model_copy(update={"certificates": SECRET["certificate_pem"], "slow": 0.05})
ORDER = an_order(Scenario.RELEASE)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(REGISTERED) as opened:
        yield opened


async def ask(world: World, order: GeneratedOrder = ORDER, story: str = "plain") -> str:
    """Let customs ask; the sessionID."""
    wanted = {"ebpCode": order.key.ebp_code, "orderNo": order.key.order_no, "story": story}
    answer = await world.client.post("/customs/questions", json=wanted)
    assert answer.status_code == 202
    await world.idle()
    return str(answer.json()["sessionID"])


def upload(
    session_id: str, orders: Sequence[GeneratedOrder] = (ORDER,), signer: Signer = SIGNER, **changes: Any
) -> str:
    """What a platform uploads for orders that were paid together; keywords change the data before they are signed."""
    payments = [payment.model_copy(update=changes) for payment in original_payments([one.facts for one in orders])]
    known: dict[str, OriginalPayment] = {payment.order_no: payment for payment in payments}
    key = SessionKey(session_id=session_id, order_no=orders[0].key.order_no)
    texts = upload_of(key, gathered(key.order_no, known).orders, known)
    sign_value = base64.b64encode(signer.sign(pre_image(session_id, texts, 1533282603450))).decode()
    return pay_ex_info(session_id, texts, 1533282603450, signer.key_name, sign_value)


async def send(world: World, pay_ex_info: str) -> dict[str, Any]:
    answer = await world.client.post("/customs/realTimeDataUpload", data={"payExInfoStr": pay_ex_info})
    assert answer.status_code == 200
    assert set(answer.json()) == {"code", "message", "total", "serviceTime"}
    return dict(answer.json())


async def test_179_the_question_has_the_official_form(world: World) -> None:
    world.gateway.troubles.extend([0, 503])
    session_id = await ask(world)
    (asked,) = world.gateway.questions
    assert set(asked) == {"orderNo", "sessionID", "serviceTime"}
    assert (asked["orderNo"], asked["sessionID"]) == (ORDER.key.order_no, session_id)
    assert isinstance(asked["serviceTime"], int)
    assert len(session_id) <= 36


async def test_179_a_right_upload_is_accepted_however_often(world: World) -> None:
    await world.declare(ORDER, "311")
    session_id = await ask(world)
    for _ in range(2):
        answer = await send(world, upload(session_id))
        assert (answer["code"], answer["message"]) == ("10000", "上传成功")
    (report,) = (await world.client.get("/customs/questions")).json()
    assert (report["sessionID"], report["uploads"], report["code"]) == (session_id, 2, "10000")
    assert report["orders"] == [ORDER.key.order_no]


async def test_179_a_merged_payment_holds_all_its_orders(world: World) -> None:
    """Given two orders that were paid together, when both are uploaded, then their sum is the amount."""
    first, *others = (an_order(Scenario.RELEASE, index=index) for index in range(10))
    second = next(other for other in others if other.facts.platform == first.facts.platform)
    await world.declare(first, "311")
    await world.declare(second, "311")
    session_id = await ask(world, first)
    assert (await send(world, upload(session_id, [first])))["code"] == "10000"
    assert (await send(world, upload(session_id, [first, second])))["code"] == "10000"
    short = upload(session_id, [first, second], total_amount=first.facts.paid)
    assert (await send(world, short))["code"] == "20005"


async def test_179_one_changed_character_breaks_the_signature(world: World) -> None:
    await world.declare(ORDER, "311")
    session_id = await ask(world)
    right = upload(session_id)
    changed = [
        right.replace('"verDept":"3"', '"verDept":"1"'),
        right.replace('"currency":"142",', '"currency": "142",'),
        right.replace("1533282603450", "1533282603451"),
        right.replace("测试商品", "测试商物"),
    ]
    for text in changed:
        assert text != right
        assert (await send(world, text))["code"] == "20003"
    assert (await send(world, right))["code"] == "10000"


async def test_179_a_key_that_nobody_registered_signs_nothing(world: World) -> None:
    await world.declare(ORDER, "311")
    session_id = await ask(world)
    stranger = SoftwareSigner.throwaway("STRANGER")
    assert (await send(world, upload(session_id, signer=stranger)))["code"] == "20003"
    under_our_number = upload(session_id, signer=stranger).replace('"STRANGER"', f'"{SIGNER.key_name}"')
    assert (await send(world, under_our_number))["code"] == "20003"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total_amount": Decimal(1)}, "20005"),
        ({"ebp_code": "3207OTHER1"}, "20004"),
        ({"recp_account": ""}, "20002"),
        ({"inital_response": ""}, "20002"),
        ({"goods_info": []}, "20002"),
    ],
)
async def test_what_does_not_fit_the_books_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    await world.declare(ORDER, "311")
    session_id = await ask(world)
    key = SessionKey(session_id=session_id, order_no=ORDER.key.order_no)
    payment = original_payments([ORDER.facts])[0]
    texts = upload_of(key, [key.order_no], {key.order_no: payment})
    head, (one,) = json.loads(texts.head, parse_float=Decimal), json.loads(texts.lists)
    fields = {str(OriginalPayment.model_fields[name].alias): value for name, value in changes.items()}
    changed = type(texts)(
        head=json.dumps(head | {name: value for name, value in fields.items() if name in head}, default=float),
        lists=json.dumps([one | {name: value for name, value in fields.items() if name in one}]),
    )
    sign_value = base64.b64encode(SIGNER.sign(pre_image(session_id, changed, 1))).decode()
    answer = await send(world, pay_ex_info(session_id, changed, 1, SIGNER.key_name, sign_value))
    assert answer["code"] == code


async def test_an_order_that_customs_does_not_know_is_refused(world: World) -> None:
    assert (await send(world, upload(await ask(world))))["code"] == "20004"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sessionID":1}', '{"sessionID":"nobodys"}', '{"a":{"b":[1,2}}'])
async def test_an_upload_of_no_question_is_refused(world: World, text: str) -> None:
    assert (await send(world, text))["code"] == "20001"


@pytest.mark.parametrize(
    ("story", "codes"),
    [("refused", ["20006", "20006"]), ("failing", ["20000", "20000", "10000"]), ("slow", ["10000"])],
)
async def test_customs_takes_an_upload_as_its_story_says(world: World, story: str, codes: list[str]) -> None:
    await world.declare(ORDER, "311")
    session_id = await ask(world, story=story)
    assert [(await send(world, upload(session_id)))["code"] for _ in codes] == codes


async def test_an_unknown_story_is_told(world: World) -> None:
    answer = await world.client.post("/customs/questions", json={"ebpCode": "a", "orderNo": "b", "story": "sad"})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["path"] == "/story"


@pytest.mark.parametrize(("share", "questions"), [(0.0, 0), (1.0, 1)])
async def test_released_orders_of_the_day_are_sampled(share: float, questions: int) -> None:
    async with open_world(REGISTERED.model_copy(update={"sample": share})) as world:
        await world.declare(ORDER)
        assert [asked["orderNo"] for asked in world.gateway.questions] == [ORDER.key.order_no] * questions


async def test_an_order_that_is_not_released_is_not_sampled() -> None:
    async with open_world(REGISTERED.model_copy(update={"sample": 1.0})) as world:
        await world.declare(an_order(Scenario.DETENTION))
        assert world.gateway.questions == []


def test_members_are_cut_as_they_stand() -> None:
    text = ' {"a" : {"x": [1.50, "}"]} ,"b":"say \\"||\\"", "c": 007e1 }'.replace("007e1", "7e1")
    assert members(text) == {"a": '{"x": [1.50, "}"]}', "b": '"say \\"||\\""', "c": "7e1"}
    assert members("{}") == {}


def test_a_broken_certificate_is_told() -> None:
    with pytest.raises(ConfigError, match="CERTIFICATES"):
        registered("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----")
    assert list(registered(SECRET["certificate_pem"])) == [SIGNER.key_name]
    assert registered("") == {}
