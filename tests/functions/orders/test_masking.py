"""No personal value survives where an order is kept or published, whatever the rules of the match say about it."""

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from events.ceb.base import CebModel
from events.ceb.declaration_list import DeclarationReturn
from events.documents import DocumentKind
from events.findings import Finding, Fix, Place
from events.values import Text
from functions.declaration.handler import explain
from functions.declaration.models import ExplainRequest
from functions.matching.handler import match
from functions.orders.masking import is_personal, mask, mask_finding, scrub
from tests import builders
from tests.functions.matching.cases import request

PERSONAL = {
    "buyer_reg_no",
    "buyer_name",
    "buyer_telephone",
    "buyer_id_number",
    "payer_name",
    "payer_id_number",
    "telephone",
    "inital_request",
    "inital_response",
    "consignee",
    "consignee_telephone",
    "consignee_address",
}
NAMES = st.text("测试甲乙丙丁", min_size=2, max_size=4) | st.sampled_from(["TEST Person-One", "Test O'Neil", "测试·甲"])
NUMBERS = st.sampled_from([builders.BUYER_ID, builders.OTHER_BUYER_ID, builders.INVALID_ID, "00000019900307101x", "H1"])
TELEPHONES = st.text("0123456789", min_size=5, max_size=11)
ADDRESSES = st.text("江苏省连云港市测试路 1-9", min_size=6, max_size=30).filter(lambda text: len(text.strip()) > 5)


def values_of(field: str) -> st.SearchStrategy[str]:
    """Values for a personal field."""
    if field.endswith("name") or field == "consignee":
        return NAMES
    if field.endswith("number"):
        return NUMBERS
    return ADDRESSES if field.endswith("address") else TELEPHONES


@st.composite
def people(draw: st.DrawFn) -> dict[str, dict[str, str]]:
    """The personal fields of the four documents, each with a value of its own: everything is bent at once."""
    heads: dict[str, CebModel] = {
        "order": builders.order().head,
        "payment": builders.payment().head,
        "waybill": builders.waybill().head,
        "declaration_list": builders.declaration_list().head,
    }
    return {
        name: {field: draw(values_of(field)) for field in sorted(PERSONAL & set(type(head).model_fields))}
        for name, head in heads.items()
    }


def bent(drawn: dict[str, dict[str, str]]) -> list[Finding]:
    """What the match says of documents of these people."""
    made = {name: getattr(builders, name)(**fields) for name, fields in drawn.items()}
    return match(request(**made)).findings


@settings(max_examples=150, deadline=None)
@given(drawn=people())
def test_no_personal_value_survives_in_a_finding_of_the_match(drawn: dict[str, dict[str, str]]) -> None:
    """Given documents that differ in every personal field, when they are matched, then masked findings name nobody."""
    personal = {value for fields in drawn.values() for value in fields.values()}
    findings = bent(drawn)
    masked = [mask_finding(finding, personal) for finding in findings]
    assume(findings)
    for finding in masked:
        told = json.dumps(finding.model_dump(mode="json", exclude={"rule", "code", "basis"}), ensure_ascii=False)
        assert not [value for value in personal if value.strip().lower() in told.lower()], told
    assert [finding.rule for finding in masked] == [finding.rule for finding in findings]
    assert [finding.left.field for finding in masked] == [finding.left.field for finding in findings]


@given(
    buyer=NAMES,
    code=st.sampled_from(["13127", "130126", "1332", "9999"]),
    upper=st.booleans(),
)
def test_no_personal_value_survives_in_what_customs_says(buyer: str, code: str, upper: bool) -> None:
    info = f"[Code:{code};Desc:OrderHead.buyerName:{buyer.upper() if upper else buyer},buyerTelephone:00000000001]"
    receipt = DeclarationReturn(
        guid=builders.GUID.format(622),
        cop_no="1",
        pre_no="0" * 18,
        return_status="100",
        return_time="20260105103001000",
        return_info=info,
    )
    finding = mask_finding(explain(ExplainRequest(receipt=receipt)).finding, [f" {buyer} ", builders.TELEPHONE])
    told = finding.model_dump_json().lower()
    assert buyer.lower() not in told
    assert builders.TELEPHONE not in told
    assert f"[code:{code}" in told


def test_every_personal_field_of_the_contract_is_known() -> None:
    models = [kind.model for kind in DocumentKind]
    parts = [field.annotation for model in models for field in model.model_fields.values()]
    heads = [part for part in (*models, *parts) if isinstance(part, type) and issubclass(part, CebModel)]
    named = {(name, field.alias or name) for head in heads for name, field in head.model_fields.items()}
    assert {name for name, alias in named if is_personal(alias)} == PERSONAL


@pytest.mark.parametrize("field", ["buyerName", "/OrderHead/buyerName", "OrderHead.buyerIdNumber"])
def test_a_field_is_personal_wherever_it_stands(field: str) -> None:
    assert is_personal(field)
    assert not is_personal(field + "X")
    assert not is_personal("items[1].itemName")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("甲", "***"),
        ("李四", "李***"),
        ("测试甲一", "测***"),
        ("Li Na", "L***"),
        ("00000001", "0***"),
        ("江苏省连云港市测试路1号 李四", "江***"),
        ("Li Na, 1 Test Road", "L***"),
        ("00000000001", "00***01"),
        ("00000019900101001X", "00***1X"),
    ],
)
def test_of_a_value_only_the_ends_are_left(value: str, shown: str) -> None:
    assert mask(value) == shown


@given(value=st.text(min_size=1, max_size=40))
def test_a_mask_shows_less_than_half(value: str) -> None:
    assert len(mask(value).replace("***", "", 1)) * 2 <= len(value)


def test_the_longest_value_is_masked_first_and_what_is_masked_stays() -> None:
    """Given a value that is part of another, when a text is scrubbed, then neither is left, and masks stay whole."""
    assert scrub("000000199003071017 and 0000001", ["0000001", "000000199003071017"]) == "00***17 and 0***"
    assert scrub("nobody here", ["", "  "]) == "nobody here"
    assert scrub("a+b (c)", ["a+b", "(c)"]) == "a*** (***"


def test_values_of_other_fields_are_left_but_for_people_in_them() -> None:
    finding = Finding(
        rule="X",
        left=Place(document="order", field="acturalPaid", value="561.89"),
        right=Place(document="list-receipt", field="returnInfo", value="甲甲甲 paid"),
        message=Text(zh="甲甲甲", en="甲甲甲"),
        fix=Fix(document="order", field="note", value="for 甲甲甲"),
    )
    masked = mask_finding(finding, ["甲甲甲"])
    assert masked.left == finding.left
    assert masked.right
    assert masked.fix
    assert (masked.right.value, masked.message.en, masked.fix.value) == ("甲*** paid", "甲***", "for 甲***")
