"""Messages bent in one or two places, the same in every run: what a schema may be asked about."""

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

from lxml import etree

from events.ceb import MESSAGES, build
from events.ceb.base import CebModel
from events.ceb.signature import SoftwareSigner, sign
from events.ceb.xml import SCHEMA_INSTANCE_NAMESPACE, SIGNATURE_NAMESPACE
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
VALUES = (*WORDS, *NUMBERS, *("x" * length for length in LENGTHS), "甲" * 36, "\U00020000" * 36)
ATTRIBUTES = (
    *(("own", "1"), ("guid", "x" * 36), ("guid", "x"), ("version", "1.0"), ("version", ""), ("version", "x" * 11)),
    *((f"{XSI}nil", "false"), (f"{XSI}nil", "true"), (f"{XSI}foo", "1"), (f"{XSI}schemaLocation", "a")),
    *((f"{XSI}type", "xs:int"), (f"{XSI}type", "ceb:XMLElement"), (f"{XSI}type", "ds:SignatureType")),
    *(("{http://www.w3.org/XML/1998/namespace}lang", "zh"), ("Id", "a"), ("Id", "1"), ("URI", "#a#b"), ("Type", "t")),
)
STRANGERS = (
    f"{CEB}guid",
    f"{CEB}note",
    f"{CEB}own",
    f"{CEB}consingee",
    f"{DS}Signature",
    f"{DS}KeyName",
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
        for mutate in chance.choices(MUTATIONS, k=chance.choice((1, 1, 2))):
            element = chance.choice([found for found in bent.iter() if isinstance(found.tag, str)])
            mutate(element, chance)
            done.append(f"{mutate.__name__} {etree.QName(element).localname}")
        if bent.tag == message.tag:
            usual = etree.tostring(bent, encoding="unicode").encode()
            yield f"{number}: {', '.join(done)}", etree.tostring(bent, method="c14n") if number % 2 else usual


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
    inside_signature = any(above.tag == f"{DS}Signature" for above in element.iterancestors())
    names = [str(found.tag) for found in element.getroottree().iter() if isinstance(found.tag, str)]
    # An element of the message inside KeyInfo is the one thing that the official schema judges and we do not.
    element.tag = chance.choice([name for name in (*names, *STRANGERS) if not inside_signature or CEB not in name])


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
    del root.attrib[chance.choice(list(map(str, root.attrib)))]


_OFTEN: tuple[Mutation, ...] = (_say, _drop, _double, _move, _rename) * 2
_SELDOM: tuple[Mutation, ...] = (_say_in_cdata, _say_between, _into_namespace, _add_inside, _comment, _attribute)
MUTATIONS: tuple[Mutation, ...] = (_say, _say, *_OFTEN, *_SELDOM, _without_attribute)
