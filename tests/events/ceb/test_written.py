"""What was read is written again as it came: numbers in their own writing, blanks, and what an empty element says."""

import copy
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from events.ceb import MESSAGES, build, parse
from events.ceb.base import Amount, Count
from events.ceb.canonical import canonical
from events.ceb.written import Written, WrittenDecimal
from events.problems import InvalidInputError
from tests.events.ceb.good_messages import good

AMOUNT, COUNT = TypeAdapter(Amount), TypeAdapter(Count)
DECIMALS = ["19050.00", "05", "+5", " 5 ", "5.", ".5", "-0", "-.5", "\n7.10\t", "0" * 40 + "1", "1." + "0" * 40]
WHOLES = ["5", "05", "+5", " 5 ", "-0", "\t7\n", "0" * 5000 + "1"]


def with_values(name: str, *changes: tuple[str, str]) -> bytes:
    """A message of ours with the first element of each name saying something else."""
    text = build(good(name, Signature=None)).decode()
    for field, value in changes:
        before, _, rest = text.partition(f"<ceb:{field}>")
        text = f"{before}<ceb:{field}>{value}</ceb:{field}>{rest.partition(f'</ceb:{field}>')[2]}"
    return text.encode()


@pytest.mark.parametrize("written", DECIMALS)
def test_a_decimal_is_a_number_that_keeps_its_writing(written: str) -> None:
    number = AMOUNT.validate_python(written)
    assert (number, hash(number)) == (Decimal(written.strip()), hash(Decimal(written.strip())))
    for same in (number, copy.deepcopy(number), pickle.loads(pickle.dumps(number)), copy.copy(number)):
        assert same == number
        assert getattr(same, "text", written) == written
    assert type(number + 1) is Decimal
    assert AMOUNT.validate_json(AMOUNT.dump_json(number)) == number
    assert "E" not in AMOUNT.dump_json(number).decode()


@pytest.mark.parametrize("written", WHOLES)
def test_a_whole_number_keeps_its_writing(written: str) -> None:
    number = COUNT.validate_python(written)
    assert number == int(written.strip()[-4:])
    assert getattr(pickle.loads(pickle.dumps(number)), "text", written) == written
    assert COUNT.validate_json(COUNT.dump_json(number)) == number


@pytest.mark.parametrize(("field", "writings"), [("goodsValue", DECIMALS), ("gnum", WHOLES)])
def test_a_message_is_written_as_it_was_read(field: str, writings: list[str]) -> None:
    for written in writings:
        data = with_values("CEB311", (field, written))
        message = parse(data)
        assert build(message) == data == canonical(data)
        assert parse(build(message)) == message
        assert MESSAGES["CEB311Message"].model_validate_json(message.model_dump_json()) == message


def test_a_changed_number_is_written_anew() -> None:
    message = parse(with_values("CEB311", ("goodsValue", "+500.0")))
    (order,) = message.elements
    head = getattr(order, "head")  # noqa: B009 - the element is any of the models here
    assert isinstance(head.goods_value, WrittenDecimal)
    changed = head.model_copy(update={"goods_value": Decimal("501.00")})
    altered = message.model_copy(update={"orders": [order.model_copy(update={"head": changed})]})
    assert b"<ceb:goodsValue>501.00</ceb:goodsValue>" in build(altered)


def test_what_an_empty_element_says_is_read_and_it_stays_empty() -> None:
    """Schema: appStatus of CEB303 defaults to 1, its freight to 0, the currency of CEB311 is fixed."""
    data = with_values("CEB303", ("appStatus", ""), ("freight", ""))
    head = getattr(parse(data).elements[0], "head")  # noqa: B009
    assert (head.app_status, head.freight) == ("1", Decimal(0))
    assert isinstance(head.app_status, Written)
    assert build(parse(data)) == data == canonical(data)
    data = with_values("CEB311", ("currency", ""))
    head = getattr(parse(data).elements[0], "head")  # noqa: B009
    assert (head.currency, head.model_dump(mode="json")["currency"]) == ("142", "142")
    assert build(parse(data)) == data


def test_blanks_count_in_a_string_but_not_where_the_schema_collapses_them() -> None:
    data = with_values("CEB605", ("reason", " a \n b "), ("ebcName", "  x "))
    cancellation = parse(data).elements[0].model_dump()
    assert (cancellation["reason"], cancellation["ebcName"]) == ("a b", "  x ")
    assert build(parse(data)) == data
    with pytest.raises(InvalidInputError, match="orderType"):
        parse(with_values("CEB311", ("orderType", " I")))


BLANK_OR_NOT = st.text(st.sampled_from(" \t\n\rab甲&<>\"'\x85\u2028"), min_size=1, max_size=12)


@given(name=BLANK_OR_NOT, note=BLANK_OR_NOT)
def test_every_text_comes_back_to_the_letter(name: str, note: str) -> None:
    message = good("CEB311", Signature=None, buyerName=name, note=note)
    built = build(message)
    assert parse(built) == message
    assert build(parse(built)) == built == canonical(built)


OWN = {
    "prefix of its own": '<q:own xmlns:q="urn:q" q:a="1">t</q:own>',
    "default namespace": '<own xmlns="urn:own"><a/></own>',
    "no namespace": '<own a="x y">  <b/>  </own>',
    "a name in a text": '<own xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:int">xs:int</own>',
    "ours": "<ceb:own><ceb:guid>1</ceb:guid></ceb:own>",
    "nothing": "",
}


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
@pytest.mark.parametrize("default", [False, True])
def test_what_a_sender_adds_of_its_own_is_kept(own: str, default: bool) -> None:
    added = (
        f"<ceb:ExtendMessage><ceb:name>n</ceb:name><ceb:version/><ceb:Message>{own}</ceb:Message></ceb:ExtendMessage>"
    )
    data = (
        build(good("CEB311", Signature=None)).decode().replace("</ceb:CEB311Message>", f"{added}</ceb:CEB311Message>")
    )
    if default:
        data = data.replace("<ceb:", "<").replace("</ceb:", "</").replace("xmlns:ceb=", "xmlns=")
    message = parse(data.encode())
    built = build(message)
    assert built == canonical(data.encode()) == canonical(built)
    assert parse(built) == message
    kept = message.model_dump(by_alias=True)["ExtendMessage"]["Message"]
    assert ("own" in kept) == bool(own)
    assert ("http://www.w3.org/2001/XMLSchema" in kept) == ("xs:int" in own)


@pytest.mark.parametrize("text", ["a\0b", "\x1b", "\ud800", "\uffff"])
def test_a_text_that_no_xml_can_hold_is_refused_by_path(text: str) -> None:
    message = good("CEB311", Signature=None, buyerName="x")
    (order,) = message.elements
    head = getattr(order, "head").model_copy(update={"buyer_name": text})  # noqa: B009
    bent = message.model_copy(update={"orders": [order.model_copy(update={"head": head})]})
    with pytest.raises(InvalidInputError) as refused:
        build(bent)
    (problem,) = refused.value.problems
    assert (problem.path, problem.rule) == ("/CEB311Message/Order[1]/OrderHead/buyerName", "character")
    assert problem.value == ascii(text)
