"""A list that we build matches the documents that it is built from; a rejection says what to mend."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.ceb.declaration_list import DeclarationList, DeclarationReturn
from events.declaration_request import DeclarationRequest, GoodsDeclaration
from events.documents import DocumentKind
from events.life import Stage
from events.values import OrderKey
from functions.declaration.handler import compose, compose_cancellation, explain
from functions.declaration.models import ComposeCancellationRequest, Composed, ComposeRequest, ExplainRequest
from functions.declaration.rules import cop_no, serial
from functions.matching.handler import match
from functions.matching.models import MatchRequest
from tests import builders
from tests.functions.intake.samples import INVT_NO, NOW, PRE_NO
from tests.functions.matching.cases import TODAY

KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)


def asked(mode: str = "9610", **fields: Any) -> DeclarationRequest:
    """The request for the list that the builders declare."""
    declared = builders.declaration_list(mode)
    head = declared.head.model_dump(by_alias=False, include=set(DeclarationRequest.model_fields))
    goods = [item.model_dump(by_alias=False, include=set(GoodsDeclaration.model_fields)) for item in declared.items]
    return DeclarationRequest(**(head | {"goods": goods} | fields))


def composed(mode: str = "9610", version: int = 1, **fields: Any) -> Composed:
    """What comes of the request."""
    content = {"order": builders.order(), "waybill": builders.waybill(), "request": asked(mode)} | fields
    return compose(ComposeRequest(key=KEY, version=version, **content))


def built(mode: str = "9610", version: int = 1, **fields: Any) -> DeclarationList:
    """The list that was built."""
    made = composed(mode, version, **fields)
    assert made.finding is None
    assert made.declaration_list
    return made.declaration_list


@pytest.mark.parametrize("mode", ["9610", "1210"])
@pytest.mark.parametrize("version", [1, 2])
def test_the_list_that_we_build_matches_its_documents(mode: str, version: int) -> None:
    declared = built(mode, version)
    request = MatchRequest(
        on=TODAY,
        order=builders.order(),
        payment=builders.payment(),
        waybill=builders.waybill(),
        declaration_list=declared,
    )
    result = match(request)
    assert result.findings == []
    assert result.matched
    assert declared.head.trade_mode == mode


@settings(max_examples=60, deadline=None)
@given(
    names=st.tuples(
        st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=200)
    ),
    fee=st.none() | st.decimals(0, 1000, places=2),
    item_no=st.none() | st.text(max_size=30),
)
def test_whatever_the_documents_say_the_list_says_the_same(
    names: tuple[str, str, str], fee: Decimal | None, item_no: str | None
) -> None:
    """M6, M7: the list holds the order's buyer and lines; a number too long for the list is left out (rulebook 2.5)."""
    name, telephone, address = names
    person = {"buyer_name": name, "buyer_telephone": telephone, "consignee_address": address}
    items = [item.model_copy(update={"item_no": item_no}) for item in builders.order_items()]
    declared = built(order=builders.order(items=items, **person), waybill=builders.waybill(insured_fee=fee))
    assert {field: getattr(declared.head, field) for field in person} == person
    assert declared.head.insured_fee == (fee or 0)
    expected = item_no if item_no and len(item_no) <= 20 else None
    assert [item.item_no for item in declared.items] == [expected, expected]


def test_a_first_version_is_new_and_a_later_one_a_change_under_the_same_number() -> None:
    first, second = built(version=1).head, built(version=2).head
    assert (first.app_type, second.app_type) == ("1", "2")
    assert first.cop_no == second.cop_no == cop_no(KEY)
    assert first.guid != second.guid
    assert built(version=2).head == second


def test_a_line_without_declaration_data_is_a_finding_that_names_it() -> None:
    request = asked(goods=[asked().goods[1]])
    made = composed(request=request)
    assert made.declaration_list is None
    assert made.finding
    assert (made.finding.rule, made.finding.left.field) == ("C1", "items[1]")
    assert made.finding.fix
    assert (made.finding.fix.document, made.finding.fix.field) == (DocumentKind.DECLARATION_REQUEST, "goods[1]")
    assert "1" in made.finding.message.zh


def test_goods_may_be_described_in_any_order_and_in_excess() -> None:
    goods = asked().goods
    more = [goods[1], goods[0].model_copy(update={"gnum": 9}), goods[0]]
    assert built(request=asked(goods=more)) == built()


def test_the_declarants_own_list_stays_as_it_is_and_always_has_a_number() -> None:
    own = builders.declaration_list(cop_no="OWN-1")
    without = builders.declaration_list(cop_no="")
    assert built(declared=own) == own
    assert built(declared=without).head == without.head.model_copy(update={"cop_no": cop_no(KEY)})
    assert built(declared=without).items == without.items


@given(order_no=st.text(min_size=1, max_size=60), other=st.text(min_size=1, max_size=60))
def test_our_numbers_belong_to_one_order(order_no: str, other: str) -> None:
    one, two = OrderKey(ebp_code="E", order_no=order_no), OrderKey(ebp_code="E", order_no=other)
    assert (cop_no(one) == cop_no(two)) == (order_no == other)
    assert (serial(one, "a") == serial(two, "a")) == (order_no == other)
    assert serial(one, "a") != serial(one, "b")
    assert (len(cop_no(one)), len(serial(one, "a"))) == (20, 36)


@pytest.mark.parametrize("reason", ["买家取消", "长" * 5000])
def test_a_cancellation_says_of_the_list_what_the_list_says(reason: str) -> None:
    declared = builders.declaration_list("1210")
    request = ComposeCancellationRequest(
        key=KEY, number=1, on=NOW, declaration_list=declared, invt_no=INVT_NO, pre_no=PRE_NO, reason=reason
    )
    made = compose_cancellation(request).cancellation
    same = set(type(made).model_fields) & set(type(declared.head).model_fields) - {
        *("guid", "app_type", "app_time", "app_status", "invt_no", "pre_no", "note")
    }
    assert {"order_no", "ebp_code", "logistics_no", "cop_no", "buyer_id_number", "agent_code"} <= same
    assert {name: getattr(made, name) for name in same} == {name: getattr(declared.head, name) for name in same}
    assert (made.invt_no, made.pre_no, made.reason) == (INVT_NO, PRE_NO, reason[:1000])
    assert (made.app_type, made.app_status, made.app_time) == ("1", "2", "20260105103001")


def rejection(info: str, status: str = "100") -> DeclarationReturn:
    """A rejection by customs."""
    return DeclarationReturn(
        guid=builders.GUID.format(622),
        cop_no="1",
        pre_no=PRE_NO,
        return_status=status,
        return_time="20260105103001000",
        return_info=info,
    )


@pytest.mark.parametrize(
    ("code", "document", "field", "name"),
    [
        ("1320", "list", "items", "清单"),
        ("1322", "list", "items", "清单"),
        ("1332", "payment", "amountPaid", "支付凭证"),
        ("13035", "payment", "payCode", "支付凭证"),
        ("13127", "list", "buyerName", "清单"),
        ("130126", "list", "buyerTelephone", "清单"),
    ],
)
def test_an_observed_code_is_a_mismatch_that_names_what_to_mend(
    code: str, document: str, field: str, name: str
) -> None:
    """Rulebook 2.8."""
    explained = explain(ExplainRequest(receipt=rejection(f"逻辑校验不通过[Code:{code};Desc:不一致]")))
    finding = explained.finding
    assert (explained.stage, finding.code) == (Stage.MISMATCHED, code)
    assert finding.fix
    assert (finding.fix.document, finding.fix.field, finding.fix.value) == (document, field, None)
    assert f"请更正{name}后" in finding.message.zh
    assert f"Correct the {document}" in finding.message.en


def test_an_observed_text_without_a_code_is_known_too() -> None:
    """Rulebook 2.8: the text of M9."""
    explained = explain(ExplainRequest(receipt=rejection("订单中的订购人姓名和身份证不匹配")))
    assert explained.stage is Stage.MISMATCHED
    assert explained.finding.fix


@pytest.mark.parametrize(
    ("status", "info", "code"),
    [
        ("100", "[Code:1313;Desc:年度限额]", "1313"),
        ("100", "[Code: -621005 ;Desc:超过单次限额]", "-621005"),
        ("-621018", "超过年度限额", "-621018"),
        ("100", "[Code:;Desc:]", "100"),
    ],
)
def test_any_other_rejection_is_kept_with_its_code_and_words(status: str, info: str, code: str) -> None:
    explained = explain(ExplainRequest(receipt=rejection(info, status)))
    finding = explained.finding
    assert (explained.stage, finding.code, finding.fix) == (Stage.REJECTED, code, None)
    assert finding.left.value == info
    assert info in finding.message.zh
    assert info in finding.message.en
