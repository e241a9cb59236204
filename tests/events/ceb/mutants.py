"""Messages bent in one or two places, the same in every run: what a schema may be asked about."""

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from lxml import etree

from events.ceb import MESSAGES, build
from events.ceb.base import CebModel
from events.ceb.c14n import c14n
from events.ceb.signature import SoftwareSigner, sign
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.xml_text import SCHEMA_INSTANCE_NAMESPACE
from tests.events.ceb.good_messages import good
from tests.official import EXPORT

CEB, DS, XSI = f"{{{CebModel.xml_namespace}}}", f"{{{SIGNATURE_NAMESPACE}}}", f"{{{SCHEMA_INSTANCE_NAMESPACE}}}"
PREFIXES = {
    "ceb": CebModel.xml_namespace,
    "ds": SIGNATURE_NAMESPACE,
    "xs": "http://www.w3.org/2001/XMLSchema",
    "xsi": SCHEMA_INSTANCE_NAMESPACE,
}
SIGNER = SoftwareSigner.throwaway("TEST")
LENGTHS = (1, 2, 3, 4, 8, 10, 14, 17, 18, 19, 20, 21, 30, 31, 36, 37, 60, 61, 100, 101, 200, 250, 251, 510, 1000, 1001)
NUMBERS = (
    *(
        "0",
        "-0",
        "+5",
        ".5",
        "5.",
        "05",
        " 5 ",
        "\t7\n",
        "1 2",
        "--1",
        "+",
        ".",
        "1e5",
        "NaN",
        "INF",
        "１２",
        "\u00a05",
    ),
    *("1.12345", "1.123456", "1.1234500", "12345678901234.12345", "123456789012345.12345", "9" * 19, "9" * 20),
    *("0" * 30 + "1", "1." + "0" * 30, "9999", "10000", "99999", "100000", "999999999", "1000000000", "-999999999"),
    *("2147483647", "2147483648", "-2147483648", "-2147483649"),
    *("+1", " 1 ", "1 .5", "+.5", "-.5", "+-1", "1e+5", "1E5", "nan", "Infinity", "0x1F", "1_000", "1,5", "1\u00b75"),
    *("\u0661\u0662", "\u00b2", "\u2160", "\u2212" + "5", "\u30005", "5\u2028", "\t+05.10\r\n", "00000.00000"),
)
DATES = (
    "20260105103000",
    "20260105",
    "2026-01-05T10:30:00",
    "20260105103000123",
    "２０２６０１０５",
    " 20260105103000",
)
WORDS = (
    "",
    " ",
    "142",
    "143",
    " 142 ",
    "3",
    "  a b  ",
    "a\u0085b",
    "a\rb",
    "<&>\"'",
    "]]>",
    "QQ=",
    "QQ==",
    "%zz",
    "a b",
)
VALUES = (*WORDS, *NUMBERS, *DATES, *("x" * length for length in LENGTHS), "甲" * 36, "\U00020000" * 36)
ATTRIBUTES = (
    *(("own", "1"), ("guid", "x" * 36), ("guid", "x"), ("version", "1.0"), ("version", ""), ("version", "x" * 11)),
    *((f"{XSI}nil", "false"), (f"{XSI}nil", "true"), (f"{XSI}foo", "1"), (f"{XSI}schemaLocation", "a")),
    *((f"{XSI}type", "xs:int"), (f"{XSI}type", "ceb:XMLElement"), (f"{XSI}type", "ds:SignatureType")),
    *(("{http://www.w3.org/XML/1998/namespace}lang", "zh"), ("Id", "a"), ("Id", "1"), ("URI", "#a#b"), ("Type", "t")),
    *(("{http://www.w3.org/XML/1998/namespace}space", "preserve"), ("{http://www.w3.org/XML/1998/namespace}id", "a")),
    *((f"{XSI}nil", "1"), (f"{XSI}nil", ""), (f"{XSI}noNamespaceSchemaLocation", "a"), ("{urn:x}guid", "1")),
    *((CEB + "guid", "x" * 36), ("Algorithm", ""), ("Target", "#a"), ("MimeType", "text/xml"), ("Encoding", "%")),
)
TYPES = (
    *(
        f"xs:{name}"
        for name in ("int", "short", "byte", "long", "integer", "positiveInteger", "unsignedByte", "decimal")
    ),
    *(f"xs:{name}" for name in ("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN", "ID")),
    *(f"xs:{name}" for name in ("boolean", "double", "dateTime", "date", "time", "gYear", "duration", "anyURI", "own")),
    *(
        f"xs:{name}"
        for name in ("base64Binary", "hexBinary", "anyType", "anySimpleType", "NMTOKENS", "IDREF", "ENTITY")
    ),
    *(f"ds:{name}" for name in ("CryptoBinary", "DigestValueType", "SignatureValueType", "KeyInfoType", "ObjectType")),
    *("ceb:XMLElement", "xx:int", "int", " xs:int ", ""),
)
STRANGERS = (
    f"{CEB}guid",
    f"{CEB}note",
    f"{CEB}own",
    f"{CEB}consingee",
    f"{DS}Signature",
    f"{DS}KeyName",
    f"{DS}Object",
    f"{DS}Manifest",
    f"{DS}SignatureProperty",
    f"{DS}X509Certificate",
    f"{CEB}ExtendMessage",
    f"{CEB}InvtCancel",
    "own",
    "{u:x}own",
)

Mutation = Callable[[etree._Element, random.Random], None]


def seed(root: str, shared_ceb: Path) -> etree._Element:
    """A valid message: the official sample mended where it is invalid, or one of ours where there is no sample."""
    folder = shared_ceb / "samples" / ("export" if root in EXPORT else "import")
    path = folder / f"{root}.xml"
    data = path.read_bytes() if path.exists() else build(good(root.removesuffix("Message")))
    message = _mended(etree.fromstring(data), root)
    for part in (message, *message):
        for tag in {str(child.tag) for child in part}:
            for spare in part.findall(tag)[2:]:
                part.remove(spare)
    same = etree.Element(message.tag, nsmap=dict(PREFIXES))
    same.attrib.update(message.attrib)
    same.extend(list(message))
    return same


def _mended(message: etree._Element, root: str) -> etree._Element:
    message.tag = f"{CEB}{root}"
    unknown = message.findall(f".//{CEB}appSenderId") + message.findall(f"{CEB}BaseTransfer")[1:]
    for element in unknown:
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    for line in message.iter(f"{CEB}SummaryResultList"):
        if line.find(f"{CEB}gseqno") is None:
            line.insert(2, etree.fromstring(f'<ceb:gseqno xmlns:ceb="{CebModel.xml_namespace}">1</ceb:gseqno>'))
    return message


def plain_seed(root: str) -> etree._Element:
    """A valid message just as we write it, signed where it can be."""
    built = build(good(root.removesuffix("Message"), Signature=None))
    return etree.fromstring(sign(built, SIGNER) if "signature" in MESSAGES[root].model_fields else built)


def mutants(message: etree._Element, count: int, key: str) -> Iterator[tuple[str, bytes]]:
    """`count` bent copies, each with the names of what was done; those that are no message any more are left out.

    Every other one is in canonical form, as messages travel; the others have empty-element tags and CDATA.
    """
    chance = random.Random(key)
    for number in range(count):
        bent = deepcopy(message)
        done = []
        for mutate in chance.choices(MUTATIONS, k=chance.choice((1, 1, 1, 2))):
            element = chance.choice([found for found in bent.iter() if isinstance(found.tag, str)])
            mutate(element, chance)
            done.append(f"{mutate.__name__} {etree.QName(element).localname}")
        if bent.tag == message.tag:
            usual = etree.tostring(bent, encoding="unicode").encode()
            written = _rewritten(c14n(bent) if number % 2 else usual, chance)
            if _is_xml(written):
                yield f"{number}: {', '.join(done)}", written


def _is_xml(data: bytes) -> bool:
    try:
        etree.fromstring(data)
    except etree.XMLSyntaxError:
        return False
    return True


def _say(element: etree._Element, chance: random.Random) -> None:
    element.text = chance.choice(VALUES if not len(element) else ("x", " ", "\u00a0"))


def _say_in_cdata(element: etree._Element, chance: random.Random) -> None:
    element.text = etree.CDATA(chance.choice(("", "x", "142", " ")))


def _say_between(element: etree._Element, chance: random.Random) -> None:
    if element.getparent() is not None:
        element.tail = chance.choice(("x", " ", "\u2003", "\n"))


def _drop(element: etree._Element, _chance: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _double(element: etree._Element, chance: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.insert(chance.choice((parent.index(element) + 1, 0, len(parent))), deepcopy(element))


def _move(element: etree._Element, chance: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.insert(chance.choice((0, len(parent), parent.index(element) + 2)), element)


def _rename(element: etree._Element, chance: random.Random) -> None:
    names = [str(found.tag) for found in element.getroottree().iter() if isinstance(found.tag, str)]
    element.tag = chance.choice([*names, *STRANGERS])


def _swap(element: etree._Element, chance: random.Random) -> None:
    """With the next one, or with any of its neighbours."""
    neighbours = [found for found in element.itersiblings() if isinstance(found.tag, str)]
    parent = element.getparent()
    if parent is not None and neighbours:
        other = chance.choice((neighbours[0], chance.choice(neighbours)))
        here, there = parent.index(element), parent.index(other)
        parent.insert(there, element)
        parent.insert(here, other)


def _transplant(element: etree._Element, chance: random.Random) -> None:
    """A copy of it anywhere else, most of all into a Signature, where much may stand that is judged only if known."""
    root = element.getroottree().getroot()
    signed = list(root.iter(f"{DS}KeyInfo", f"{DS}X509Data", f"{DS}Transform", f"{DS}Object"))
    anywhere = [found for found in root.iter() if isinstance(found.tag, str)]
    place = chance.choice(signed if signed and chance.random() < 0.7 else anywhere)
    copied = deepcopy(element)
    copied.tail = None
    if chance.random() < 0.3:
        around = etree.Element(chance.choice(("{u:x}own", "own", f"{CEB}own", f"{DS}Object")))
        around.append(copied)
        copied = around
    place.insert(chance.randint(0, len(place)), copied)


def _spoil_and_transplant(element: etree._Element, chance: random.Random) -> None:
    _transplant(element, chance)
    _say(element, chance)


def _typed(element: etree._Element, chance: random.Random) -> None:
    """With xsi:type, often where it matters: on whole numbers, in a Signature, on what nobody knows."""
    root = element.getroottree().getroot()
    likely = [*root.iter(f"{CEB}gnum", f"{DS}KeyName", f"{DS}X509Certificate", f"{DS}DigestValue", f"{DS}Object")]
    target = chance.choice(likely) if likely and chance.random() < 0.5 else element
    if chance.random() < 0.4:
        place = next(root.iter(f"{DS}KeyInfo"), element)
        target = etree.SubElement(place, chance.choice(("{u:x}own", f"{CEB}own", f"{CEB}Message", f"{DS}own")))
        target.text = chance.choice((*VALUES, "true", "P1Y", "10:30:00", "2026", "AB", "zh-CN", "a b"))
    target.set(f"{XSI}type", chance.choice(TYPES))
    if chance.random() < 0.2:
        target.set(f"{XSI}nil", "true")


def _with_namespace(element: etree._Element, chance: random.Random) -> None:
    """With an element of a namespace of an unusual name, or with another prefix for a usual one."""
    uri = chance.choice(("u:a&b", "http://x/?a=1&amp;b", CebModel.xml_namespace, SIGNATURE_NAMESPACE, "urn:x"))
    name = chance.choice(("own", "note", "KeyName"))
    namespaces: Any = {chance.choice((None, "n", "ceb")): uri}  # the stubs know no default namespace
    element.insert(chance.randint(0, len(element)), etree.Element(f"{{{uri}}}{name}", nsmap=namespaces))


def _into_namespace(element: etree._Element, chance: random.Random) -> None:
    element.tag = f"{chance.choice(('{urn:x}', '', DS))}{etree.QName(element).localname}"


def _add_inside(element: etree._Element, chance: random.Random) -> None:
    element.insert(chance.randint(0, len(element)), etree.Element(chance.choice(STRANGERS)))


def _comment(element: etree._Element, chance: random.Random) -> None:
    remark = chance.choice((etree.Comment("c"), etree.ProcessingInstruction("p", "i")))
    element.insert(chance.randint(0, len(element)), remark)


def _attribute(element: etree._Element, chance: random.Random) -> None:
    name, value = chance.choice(ATTRIBUTES)
    target = element.getroottree().getroot() if name in {"guid", "version"} and chance.random() < 0.5 else element
    target.set(name, value)


def _without_attribute(element: etree._Element, chance: random.Random) -> None:
    root = element.getroottree().getroot()
    if root.attrib:
        del root.attrib[chance.choice(list(map(str, root.attrib)))]


def _rewritten(data: bytes, chance: random.Random) -> bytes:
    """The same document, or nearly so, in other characters: what only the text of it shows."""
    for _ in range(chance.choice((0, 0, 1, 2))):
        old, new = chance.choice(SPELLINGS)
        places = data.count(old)
        if places:
            before = old.join(data.split(old)[: chance.randint(1, places)])
            data = before + new + data[len(before) + len(old) :]
    return data


SPELLINGS = (
    (b"><", b">\n\t<"),
    (b"><", b"><!-- c --><"),
    (b"><", b"><?p i?><"),
    (b"><", b"><![CDATA[]]><"),
    (b"><", b"><![CDATA[ ]]><"),
    (b"></", b"><!-- c --></"),
    (b">1<", b">&#49;<"),
    (b">1<", b"><![CDATA[1]]><"),
    (b">1<", b"> 1<!-- c --> <"),
    (b">1<", b">1<!-- c -->0<"),
    (b">1<", b">1<?p i?><"),
    (b">1<", b">\r\n1<"),
    (b">1<", b">&#13;1<"),
    (b">1<", b">&#x2003;1<"),
    (b">1<", b">1&lt;<"),
    (b">142<", b">1<![CDATA[4]]>2<"),
    (b">142<", b">&#9;142<"),
    (b">2<", b">+2<"),
    (b">2<", b">2.<"),
    (b' version="1.0"', b" version = '1.0'"),
    (b' version="1.0"', b' version="1.0 "'),
    (b' version="1.0"', b' version="1.0" xmlns:z="u:z" z:a="1"'),
    (b' version="1.0"', b' version="1&#46;0"'),
    (b' version="1.0"', b' version="" '),
    (b' guid="', b' guid="\t'),
    (b' guid="', b" xmlns:q='http://www.chinaport.gov.cn/ceb' guid=\""),
    (b"ceb:guid>", b"ceb:guid >"),
    (b"<ceb:guid>", b"<ceb:guid xmlns:ceb='http://www.chinaport.gov.cn/ceb'>"),
    (b"<ceb:guid>", b"<ceb:guid xmlns='u:x'>"),
    (b"<ceb:guid>", b"<ceb:guid xmlns:ceb='u:x'>"),
)


_OFTEN: tuple[Mutation, ...] = (_say, _drop, _double, _move, _rename, _swap, _transplant) * 2
_SELDOM: tuple[Mutation, ...] = (
    *(_say_in_cdata, _say_between, _into_namespace, _add_inside, _comment, _attribute, _typed, _typed, _with_namespace),
    _spoil_and_transplant,
)
MUTATIONS: tuple[Mutation, ...] = (_say, _say, *_OFTEN, *_SELDOM, _without_attribute)
