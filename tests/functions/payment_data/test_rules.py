"""The rules of 公告2018-179: what is signed, byte by byte; which orders go together; what an answer means."""

import base64
import json
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.ceb.signature import SignatureProfile
from events.ceb.signature.algorithms import signed_by
from events.payment_data import OriginalPayment, PaidOrder, PaymentExchange
from events.payment_data_life import SessionKey
from functions.payment_data.models import Obstacle, Outcome
from functions.payment_data.rules import (
    Upload,
    gathered,
    official_json,
    orders_of,
    outcome_of,
    pay_ex_info,
    pre_image,
    upload_of,
)
from infra.sandbox.questions import members
from tests.builders import ORDER_NO, original_payment
from tests.strategies import amounts

KEY = SessionKey(session_id="fe2374-8fnejf97-32839218", order_no=ORDER_NO)

# A published example: a pre-image, the signature that a UKey of the electronic port made over it, and its public key.
_PUBLIC_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAE0vOQmplAr9igPZrA8F1msqnFd0U++6G6NhG5rNuIUWft0BwQn7eSJkt5/fvSSoe7pUg2/awHUWPn"
    "zkeeQc7oVg=="
)
_SIGNATURE = "05mobHSrNqcy0ZNVH484S80dnusjP9fD2esnYTiTQKy8/O6LGSYAYRMRzI+p1vEAVSFt+F0s3jYI6c5W7dZMzA=="
_ITEM = "http://m.yunjiweidian.com/yunjibuyer/static/vue-buyer/idc/index.html#/detail?itemId={}&shopId=453"
_HEAD = PaymentExchange(
    guid="9D55BA71-22DE-41F4-8B50-C36C83B3B530",
    inital_request="原始请求",
    inital_response="ok",
    ebp_code="4404840022",
    pay_code="312226T001",
    pay_transaction_id="2018121222001354081010726129",
    total_amount=Decimal(100),
    currency="142",
    ver_dept="3",
    pay_type="1",
    trading_time="20181212041803",
    note="批量订单，测试订单优化,生成多个so订单",
)
_LISTS = [
    PaidOrder.model_validate(
        {
            "orderNo": "SO1710301150602574003",
            "goodsInfo": [
                {"gname": "lhy-gnsku3", "itemLink": _ITEM.format(999761)},
                {"gname": "lhy-gnsku2", "itemLink": _ITEM.format(999760)},
            ],
            "recpAccount": "OSA571908863132601",
            "recpCode": "",
            "recpName": "YUNJIHONGKONGLIMITED",
        }
    )
]
_PUBLISHED = pre_image("ad2254-8hewyf32-55616249", Upload(official_json(_HEAD), official_json(_LISTS)), 1544519952469)


def test_179_a_real_signature_holds_over_our_pre_image() -> None:
    """Given a published example, when its pre-image is made anew, then the signature of its UKey holds over it."""
    signature = base64.b64decode(_SIGNATURE)
    public_key = base64.b64decode(_PUBLIC_KEY)
    assert signed_by(SignatureProfile.SM2_SM3, public_key, _PUBLISHED, signature)
    assert not signed_by(SignatureProfile.SM2_SM3, public_key, _PUBLISHED + b"\n", signature)


def test_179_the_pre_image_byte_by_byte() -> None:
    """Values in quotes, the JSON in them not escaped, "||" between, no line break at the end (rulebook 3.2)."""
    payment = original_payment(
        order_no="T1",
        inital_request='a=1&subject="奶粉"\n/x',
        inital_response="\\ok\t",
        total_amount="561.890",
        note="",
        recp_code="3207TEST01",
    )
    key = SessionKey(session_id="S-1", order_no="T1")
    upload = upload_of(key, ["T1"], {"T1": payment})
    guid = json.loads(upload.head)["guid"]
    assert pre_image("S-1", upload, 1533282603450).decode() == (
        '"sessionID":"S-1"||"payExchangeInfoHead":"{"guid":"' + guid + '",'
        r'"initalRequest":"a=1&subject=\"奶粉\"\n/x","initalResponse":"\\ok\t",'
        '"ebpCode":"3207PLAT01","payCode":"3207PAYM01","payTransactionId":"PAY20260105000001","totalAmount":561.89,'
        '"currency":"142","verDept":"3","payType":"1","tradingTime":"20260105102958","note":""}"'
        '||"payExchangeInfoLists":"[{"orderNo":"T1","goodsInfo":[{"gname":"婴幼儿配方奶粉",'
        '"itemLink":"https://shop.test/item?id=1&from=app"}],"recpAccount":"TEST-ACCOUNT-01",'
        '"recpCode":"3207TEST01","recpName":"测试电商有限公司"}]"||"serviceTime":"1533282603450"'
    )


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=40)


@st.composite
def payments(draw: st.DrawFn) -> OriginalPayment:
    """Raw data with any characters in their texts and any amount."""
    return original_payment(
        inital_request=draw(TEXTS),
        inital_response=draw(TEXTS),
        total_amount=draw(amounts()),
        pay_type=draw(st.sampled_from([None, "1", "4"])),
        note=draw(st.none() | TEXTS),
        goods_info=[
            {"gname": name, "item_link": draw(TEXTS)} for name in draw(st.lists(TEXTS, min_size=1, max_size=3))
        ],
        recp_name=draw(TEXTS),
        recp_code=draw(st.sampled_from([None, "", "3207TEST01"])),
    )


@settings(max_examples=200, deadline=None)
@given(payment=payments(), moment=st.integers(0, 10**13))
def test_179_what_is_sent_is_what_was_signed(payment: OriginalPayment, moment: int) -> None:
    """Given any data, when customs cuts the parts out of the text that came, then it has the bytes that were signed."""
    upload = upload_of(KEY, [ORDER_NO], {ORDER_NO: payment})
    sent = pay_ex_info(KEY.session_id, upload, moment, "03000000000cde6f", "c2ln")
    parts = members(sent)
    cut = "||".join(f'"{name}":"{value.strip(chr(34))}"' for name, value in list(parts.items())[:4])
    assert cut.encode() == pre_image(KEY.session_id, upload, moment)
    read = json.loads(sent, parse_float=Decimal)
    assert read["payExchangeInfoHead"]["initalRequest"] == payment.inital_request
    assert Decimal(read["payExchangeInfoHead"]["totalAmount"]) == payment.total_amount
    assert read["payExchangeInfoLists"][0]["recpName"] == payment.recp_name
    assert (read["serviceTime"], read["certNo"], read["signValue"]) == (moment, "03000000000cde6f", "c2ln")
    assert None not in read["payExchangeInfoHead"].values()


def test_the_guid_belongs_to_the_question() -> None:
    """Given a repeated upload, when its head is made again, then it is the same; another session has another guid."""
    known = {ORDER_NO: original_payment()}
    other = SessionKey(session_id="OTHER", order_no=ORDER_NO)
    heads = [upload_of(key, [ORDER_NO], known).head for key in (KEY, KEY, other)]
    assert heads[0] == heads[1] != heads[2]
    guid = json.loads(heads[0])["guid"]
    assert (len(guid), guid) == (36, guid.upper())


def merged(*orders: str, **fields: object) -> dict[str, OriginalPayment]:
    """Orders that were paid together."""
    return {number: original_payment(order_no=number, order_nos=list(orders), **fields) for number in orders}


@pytest.mark.parametrize("arrival", list(permutations("ABC")))
def test_179_all_orders_of_the_payment_are_wanted_whatever_comes_first(arrival: tuple[str, ...]) -> None:
    """Given a payment of three orders, when their data come one by one, then it is complete with the last only."""
    whole = merged("A", "B", "C")
    known: dict[str, OriginalPayment] = {}
    for count, number in enumerate(arrival, 1):
        known[number] = whole[number]
        found = gathered("B", known)
        if "B" not in known:
            assert (found.obstacle, found.wanted) == (Obstacle.MISSING, ["B"])
        elif count < 3:
            assert (found.obstacle, set(found.wanted)) == (Obstacle.MISSING, set("ABC") - set(known))
        else:
            assert (found.obstacle, found.orders) == (None, ["B", "A", "C"])


def test_an_order_that_only_another_one_names_belongs_to_the_payment_too() -> None:
    known = {
        "A": original_payment(order_no="A", order_nos=["A", "B"]),
        "B": original_payment(order_no="B", order_nos=["B", "C"]),
    }
    assert gathered("A", known).wanted == ["C"]


def test_an_order_of_another_payment_names_nobody_and_is_a_conflict() -> None:
    """Given an order that was paid again by itself, when the first payment still names it, then a person must look."""
    known = merged("A", "B")
    known["B"] = original_payment(order_no="B", order_nos=["B", "Z"], pay_transaction_id="OTHER")
    found = gathered("A", known)
    assert (found.obstacle, found.wanted, found.fields) == (Obstacle.CONFLICT, ["B"], ["payTransactionId"])
    assert orders_of("A", known) == ["A", "B"]


def test_a_conflict_names_fields_and_orders_and_no_value() -> None:
    known = merged("A", "B")
    known["B"] = known["B"].model_copy(update={"total_amount": Decimal(1), "inital_request": "secret"})
    found = gathered("A", known)
    assert (found.obstacle, found.wanted, found.fields) == (Obstacle.CONFLICT, ["B"], ["initalRequest", "totalAmount"])
    assert "secret" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("10000", Outcome.ACCEPTED),
        ("20000", Outcome.RETRY),
        ("20001", Outcome.REFUSED),
        ("21000", Outcome.REFUSED),
        ("9999", Outcome.RETRY),
        ("ERROR", Outcome.RETRY),
        ("", Outcome.RETRY),
    ],
)
def test_179_codes(code: str, outcome: Outcome) -> None:
    assert outcome_of(code, 20001) is outcome


def test_which_codes_are_refusals_is_a_setting() -> None:
    assert outcome_of("20001", 20500) is Outcome.RETRY
    assert outcome_of("20000", 20000) is Outcome.REFUSED
