"""What stands where the official schema takes anything: judged by its declaration, or by the type that it names."""

from pathlib import Path

import pytest
from lxml import etree

from events.ceb import build, parse
from events.ceb.built_in_types import XS, is_simple, takes
from events.ceb.canonical import canonical
from events.ceb.schema import schema_problems
from events.ceb.signature import SoftwareSigner, sign
from events.problems import InvalidInputError
from tests import builders
from tests.events.ceb.good_messages import good
from tests.official import official_schema, schema_name

SIGNER = SoftwareSigner.throwaway("TEST")
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = f'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="{XSI}"'


def part(name: str, element: str) -> str:
    """One element of a message of ours, with its prefixes."""
    root = etree.fromstring(build(good(name, Signature=None)))
    found = next(root.iter(f"{{*}}{element}"))
    return etree.tostring(found, encoding="unicode", with_tail=False)


def whole(name: str, *, signed: bool) -> str:
    built = build(good(name, Signature=None))
    return (sign(built, SIGNER) if signed else built).decode()


def within_key_info(name: str, foreign: str) -> bytes:
    signed = sign(build(good(name, Signature=None)), SIGNER)
    return signed.replace(b"</ds:KeyInfo>", foreign.encode() + b"</ds:KeyInfo>")


FOREIGN = {
    "a part of the message": ("CEB311", part("CEB311", "OrderHead"), True),
    "the same with a mistake in it": ("CEB311", part("CEB311", "OrderHead").replace(">I<", ">II<"), False),
    "a part that is no element by itself": ("CEB311", part("CEB311", "Order").replace(">I<", ">II<"), False),
    "one without parts that are": ("CEB311", "<ceb:Order><ceb:x/></ceb:Order>", True),
    "in export it is": ("CEB303", "<ceb:Order><ceb:x/></ceb:Order>", False),
    "a part of the other schema": ("CEB311", "<ceb:Receipts/>", True),
    "a part within something unknown": ("CEB311", '<o:x xmlns:o="u:o"><y><ceb:OrderList/></y></o:x>', False),
    "a whole message": ("CEB311", whole("CEB411", signed=False), True),
    "a whole message that must be signed": ("CEB311", whole("CEB621", signed=False), False),
    "the same signed": ("CEB311", whole("CEB621", signed=True), True),
    "an unknown element of the standard": ("CEB311", '<ceb:own a="1">x</ceb:own>', True),
    "an Object of a signature": ("CEB311", '<o:x xmlns:o="u:o"><ds:Object Id="a"><y/>z</ds:Object></o:x>', True),
    "an Object with a wrong Id": ("CEB311", '<o:x xmlns:o="u:o"><ds:Object Id="1"/></o:x>', False),
    "an Object that is no part of KeyInfo": ("CEB311", "<ds:Object/>", False),
    "a Manifest of nothing": ("CEB311", '<o:x xmlns:o="u:o"><ds:Manifest/></o:x>', False),
    "one Id twice": ("CEB311", '<o:x xmlns:o="u:o"><ds:Object Id="a"/><ds:Object Id="a"/></o:x>', False),
    "a local element of a signature elsewhere": ("CEB311", '<o:x xmlns:o="u:o"><ds:Modulus>%</ds:Modulus></o:x>', True),
    "a type and its text": ("CEB311", f'<o:x xmlns:o="u:o" {NAMESPACES} xsi:type="xs:short">7</o:x>', True),
    "a type and another text": ("CEB311", f'<o:x xmlns:o="u:o" {NAMESPACES} xsi:type="xs:short">70000</o:x>', False),
    "a type that there is not": ("CEB311", f'<o:x xmlns:o="u:o" {NAMESPACES} xsi:type="xs:shorts">7</o:x>', False),
    "any type": ("CEB311", f'<o:x xmlns:o="u:o" {NAMESPACES} xsi:type="xs:anyType"><a/>b</o:x>', True),
    "a type of signatures": ("CEB311", f'<o:x xmlns:o="u:o" {NAMESPACES} xsi:type="ds:ManifestType"/>', False),
    "a type of the message": ("CEB311", f'<o:x xmlns:o="u:o" {NAMESPACES} xsi:type="ceb:XMLElement"><a/></o:x>', True),
    "with more than it takes": (
        "CEB311",
        f'<o:x xmlns:o="u:o" {NAMESPACES} xsi:type="ceb:XMLElement"><a/><a/></o:x>',
        False,
    ),
    "a narrower type": ("CEB311", f'<ds:KeyName {NAMESPACES} xsi:type="xs:NCName">a1</ds:KeyName>', True),
    "a narrower type of which it is not": (
        "CEB311",
        f'<ds:KeyName {NAMESPACES} xsi:type="xs:NCName">1</ds:KeyName>',
        False,
    ),
    "a wider type": ("CEB311", f'<ds:KeyName {NAMESPACES} xsi:type="xs:anySimpleType">1</ds:KeyName>', False),
    "a namespace with an ampersand": ("CEB311", '<o:x xmlns:o="http://x/?a=1&amp;b=2" o:y="1"/>', True),
}


@pytest.mark.shared
@pytest.mark.parametrize(("name", "foreign", "valid"), FOREIGN.values(), ids=FOREIGN)
def test_the_verdict_is_that_of_the_official_schema(shared_ceb: Path, name: str, foreign: str, valid: bool) -> None:
    data = within_key_info(name, foreign)
    assert official_schema(shared_ceb, schema_name(f"{name}Message")).validate(etree.fromstring(data)) is valid
    problems = schema_problems(data)
    assert (problems == []) is valid
    assert all(problem.path.startswith(f"/{name}Message/Signature/KeyInfo") for problem in problems)
    if valid:
        assert build(parse(data)) == canonical(data)


@pytest.mark.shared
@pytest.mark.parametrize(("named", "number", "valid"), [("short", 7, True), ("byte", 300, False), ("long", 7, False)])
def test_a_whole_number_may_name_a_narrower_type_that_it_is_of(
    shared_ceb: Path, named: str, number: int, valid: bool
) -> None:
    data = build(good("CEB311", Signature=None, gnum=[number]))
    data = data.replace(b"<ceb:gnum>", f'<ceb:gnum {NAMESPACES} xsi:type="xs:{named}">'.encode())
    assert official_schema(shared_ceb, schema_name("CEB311Message")).validate(etree.fromstring(data)) is valid
    assert (schema_problems(data) == []) is valid


ANYTHING = etree.XMLSchema(
    etree.fromstring(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r"><xs:complexType><xs:sequence>'
        '<xs:any processContents="lax"/></xs:sequence></xs:complexType></xs:element></xs:schema>'
    )
)
SIMPLE = (
    "string normalizedString token language Name NCName ID IDREF NMTOKEN NMTOKENS ENTITY NOTATION boolean decimal "
    "float double duration dateTime date time gYear gYearMonth gMonth gMonthDay gDay hexBinary base64Binary "
    "anyURI integer nonPositiveInteger negativeInteger nonNegativeInteger positiveInteger long int short byte "
    "unsignedLong unsignedInt unsignedShort unsignedByte anySimpleType QName IDREFS"
)
TEXTS = (
    *(
        "",
        " ",
        "0",
        "-0",
        "+1",
        "-1",
        " 1 ",
        "1.0",
        ".5",
        "5.",
        ".",
        "1e5",
        "1E+5",
        "NaN",
        "INF",
        "-INF",
        "+INF",
        "1_0",
    ),
    *("127", "128", "-129", "255", "256", "-32769", "32768", "65536", "2147483648", "4294967296", "1" + "0" * 19),
    *(
        "9223372036854775808",
        "18446744073709551616",
        "9" * 40,
        "0" * 40 + "1",
        "true",
        "TRUE",
        "１２",
        "甲",
        "é",
        "a\u0300",
    ),
    *("a", "a b", "a  b", "-a", ".a", "_a", "a·b", "a,b", "zh-CN", "zh_CN", "en-", "P1Y", "P", "PT", "-P1D", "PT1.5S"),
    *("P1S", "P1M1Y", "2026-01-05", "2026-02-30", "2026-01-05T10:30:00", "2026-01-05T24:00:00", "2026-01-05T25:00:00"),
    *("10:30:00", "24:00:01", "10:30:00.5+08:00", "10:30", "2026", "0000", "02026", "12026", "2026Z", "2026-13"),
    *(
        "--01",
        "--13",
        "--02-29",
        "--02-30",
        "--04-31",
        "---01",
        "---32",
        "QQ==",
        "QQ=",
        "abc",
        "AB",
        "http://a/b",
        "%z",
    ),
)


@pytest.mark.parametrize("name", SIMPLE.split())
def test_simple_types_take_what_those_of_xml_schema_take(name: str) -> None:
    assert is_simple(f"{XS}{name}")
    for text in TEXTS:
        root = etree.fromstring(f'<r {NAMESPACES}><own xsi:type="xs:{name}"/></r>')
        root[0].text = text
        assert takes(f"{XS}{name}", text) is ANYTHING.validate(root), text


@pytest.mark.shared
def test_the_verdict_differs_on_purpose_where_a_message_could_not_be_signed_or_is_none(shared_ceb: Path) -> None:
    """A relative namespace has no canonical form (C14N 1.0 §1.3); a part is no message; a DTD is never read."""
    schema = official_schema(shared_ceb, schema_name("CEB311Message"))
    relative = within_key_info("CEB311", '<o:x xmlns:o="relative"/>')
    head = part("CEB311", "OrderHead").encode()
    with_dtd = b"<!DOCTYPE a>" + build(good("CEB311", Signature=None))
    for data, rule, words in (
        (relative, "canonical", "so it cannot be signed: give its whole URI"),
        (head, "root", "it is a part of CEB311Message"),
        (with_dtd, "doctype", "remove it"),
    ):
        assert schema.validate(etree.fromstring(data))
        (problem,) = schema_problems(data)
        assert (problem.rule, problem.line) == (rule, 1)
        assert words in problem.message
        with pytest.raises(InvalidInputError):
            parse(data)


@pytest.mark.parametrize("prefix", ["ceb", None])
def test_what_stands_after_the_element_of_an_extension_is_read_under_any_prefix(prefix: str | None) -> None:
    """White space is kept where the sender put it; a text is refused, not stumbled over."""
    content = "<ceb:name>n</ceb:name><ceb:version>1</ceb:version><ceb:Message> <a xmlns='u:x'/>{}</ceb:Message>"
    end = "</ceb:CEB311Message>"
    extended = build(builders.message(builders.order())).decode()
    extended = extended.replace(end, f"<ceb:ExtendMessage>{content}</ceb:ExtendMessage>{end}")
    data = extended if prefix else extended.replace("xmlns:ceb=", "xmlns=").replace("ceb:", "")
    kept = build(parse(data.format("\n ").encode()))
    assert b'<ceb:Message> <a xmlns="u:x"></a>\n </ceb:Message>' in kept
    problems = schema_problems(data.format("text").encode())
    assert [problem.rule for problem in problems] == ["content"]


def test_a_signature_keeps_its_prefixes_whatever_stands_in_it() -> None:
    """Elements of the message's own namespace may stand in KeyInfo, under a prefix of the signer's."""
    foreign = '<zz:guid xmlns:zz="http://www.chinaport.gov.cn/ceb">1</zz:guid>'
    data = within_key_info("CEB311", foreign)
    message = parse(data)
    written = build(message)
    assert foreign.encode() in written
    assert parse(written) == message
    assert canonical(data) == written
    assert message.signature is not None  # type: ignore[attr-defined]
    loose = message.model_copy(update={"signature": f"\ufeff <!-- c -->{message.signature}\n"})  # type: ignore[attr-defined]
    assert build(loose) == written


def test_what_has_no_canonical_form_is_refused_by_name() -> None:
    """A relative namespace, wherever it stands."""
    data = whole("CEB311", signed=False).replace("<ceb:Order>", '<ceb:Order><a xmlns="relative"/>')
    with pytest.raises(InvalidInputError) as refused:
        canonical(data.encode())
    assert refused.value.problems[0].rule == "canonical"
