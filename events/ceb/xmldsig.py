"""The shape of a Signature by the schema that the port publishes (xmldsig-core-schema.xsd), not what it proves."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from lxml import etree

from events.ceb.attributes import NIL, TYPE, named_type, refused_attributes
from events.ceb.base import BLANK, CebModel
from events.ceb.built_in_types import ANY_TYPE, is_simple, takes
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.xml import local_name, namespace
from events.ceb.xmldsig_types import ANY_TEXT, BASE64, ID, INTEGER, URI, Check
from events.problems import Problem, path_of

Path = tuple[str | int, ...]

_LONGEST_SHOWN = 200

_XS = "{http://www.w3.org/2001/XMLSchema}"
_DS = f"{{{SIGNATURE_NAMESPACE}}}"
_ONE_ELEMENT = f"{{{CebModel.xml_namespace}}}XMLElement"  # the one type of the message schemas that has a name


@dataclass(frozen=True)
class _Shape:
    """What an element holds: a text, or elements as `holds` says in the manner of a DTD.

    `any` stands for an element of another namespace, `anything` for any elements at all, `mixed` lets text stand
    between elements; of the attributes the `required` one may not be absent.
    """

    holds: str = ""
    text: Check | None = None
    mixed: bool = False
    anything: bool = False
    attributes: Mapping[str, Check] = field(default_factory=dict)
    required: str | None = None
    type_name: str | None = None

    @cached_property
    def children(self) -> re.Pattern[str]:
        """`holds` as a pattern over the names of the children, each with a comma behind it."""
        return re.compile(re.sub(r"\s", "", re.sub(r"\w+", r"(?:\g<0>,)", self.holds)))

    @cached_property
    def names(self) -> frozenset[str]:
        """The elements of this namespace that it may hold."""
        return frozenset(re.findall(r"\w+", self.holds))


_ALGORITHM = _Shape(mixed=True, attributes={"Algorithm": URI}, required="Algorithm")
_X509 = "(X509IssuerSerial|X509SKI|X509SubjectName|X509Certificate|X509CRL|any)+"
_KEY_INFO = "(KeyName|KeyValue|RetrievalMethod|X509Data|PGPData|SPKIData|MgmtData|any)+"
_DSA = "(P Q)? G? Y J? (Seed PgenCounter)?"
_SHAPES: dict[str, _Shape] = {
    "Signature": _Shape("SignedInfo SignatureValue KeyInfo?", attributes={"Id": ID}),
    "SignedInfo": _Shape("CanonicalizationMethod SignatureMethod Reference+"),
    "CanonicalizationMethod": _ALGORITHM,
    "SignatureMethod": _ALGORITHM,
    "Reference": _Shape("Transforms? DigestMethod DigestValue", attributes={"Id": ID, "URI": URI, "Type": URI}),
    "Transforms": _Shape("Transform+"),
    "Transform": _Shape("(any|XPath)*", mixed=True, attributes={"Algorithm": URI}, required="Algorithm"),
    "DigestMethod": _ALGORITHM,
    "KeyInfo": _Shape(_KEY_INFO, mixed=True),
    "KeyValue": _Shape("(DSAKeyValue|RSAKeyValue|any)", mixed=True),
    "RetrievalMethod": _Shape("Transforms?", attributes={"URI": URI, "Type": URI}),
    "X509Data": _Shape(_X509),
    "X509IssuerSerial": _Shape("X509IssuerName X509SerialNumber"),
    "PGPData": _Shape("PGPKeyID PGPKeyPacket? any* | PGPKeyPacket any*"),
    "SPKIData": _Shape("(SPKISexp any?)+"),
    "DSAKeyValue": _Shape(_DSA),
    "RSAKeyValue": _Shape("Modulus Exponent"),
    "X509SerialNumber": _Shape(text=INTEGER, type_name=f"{_XS}integer"),
    "Object": _Shape(anything=True, mixed=True, attributes={"Id": ID, "MimeType": ANY_TEXT, "Encoding": URI}),
    "Manifest": _Shape("Reference+", attributes={"Id": ID}),
    "SignatureProperties": _Shape("SignatureProperty+", attributes={"Id": ID}),
    "SignatureProperty": _Shape("any+", mixed=True, attributes={"Target": URI, "Id": ID}, required="Target"),
    "SignatureValue": _Shape(text=BASE64),
    "DigestValue": _Shape(text=BASE64),
}
_TEXTS = ("KeyName", "MgmtData", "XPath", "X509SubjectName", "X509IssuerName")
_BYTES = ("X509SKI", "X509Certificate", "X509CRL", "PGPKeyID", "PGPKeyPacket", "SPKISexp")
_NUMBERS = ("P", "Q", "G", "Y", "J", "Seed", "PgenCounter", "Modulus", "Exponent")
_SHAPES |= dict.fromkeys(_TEXTS, _Shape(text=ANY_TEXT, type_name=f"{_XS}string"))
_SHAPES |= dict.fromkeys(_BYTES, _Shape(text=BASE64, type_name=f"{_XS}base64Binary"))
_SHAPES |= dict.fromkeys(_NUMBERS, _Shape(text=BASE64, type_name=f"{_DS}CryptoBinary"))


_WITHIN_OTHERS = frozenset(
    {*_NUMBERS, *_BYTES, "XPath", "X509IssuerSerial", "X509SubjectName", "X509IssuerName", "X509SerialNumber"}
)  # known to the schema in their own places only

Judge = Callable[[etree._Element, Path], bool]


def signature_problems(signature: etree._Element, path: Path, judge: Judge) -> Iterator[Problem]:
    """What in a Signature breaks its schema; `path` is where it stands.

    `judge` is asked about elements of other namespaces: True when they are declared, and so judged by it.
    """
    return _Assessment(judge).of(signature, _SHAPES["Signature"], path)


class _Assessment:
    """Goes through a Signature as the schema has it: declared elements, and within them what may be anything."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._ids: set[str] = set()

    def of(self, element: etree._Element, shape: _Shape, path: Path, type_name: str | None = None) -> Iterator[Problem]:
        """Of an element that the schema declares, or whose type is `type_name`."""
        yield from _element_problems(element, shape, path, type_name)
        name = (element.get("Id") or "").strip(BLANK) if "Id" in shape.attributes else ""
        if name and name in self._ids:
            yield _problem(element, (*path, "@Id"), "repeated", "stands at another element too: an Id is unique", name)
        self._ids.add(name)
        for child, place in _places(element, path):
            known = local_name(child) if namespace(child) == SIGNATURE_NAMESPACE else ""
            if known in shape.names and known in _SHAPES:
                yield from self.of(child, _SHAPES[known], place)
            else:
                yield from self._of_anything(child, place)

    def _of_anything(self, element: etree._Element, path: Path) -> Iterator[Problem]:
        """Of an element where anything may stand: judged by its declaration, or by the type that it names itself."""
        name = local_name(element) if namespace(element) == SIGNATURE_NAMESPACE else ""
        if name in _SHAPES and name not in _WITHIN_OTHERS:
            yield from self.of(element, _SHAPES[name], path)
        elif self._judge(element, path):
            return
        elif element.get(TYPE) is not None:
            yield from self._of_named_type(element, path)
        else:
            for child, place in _places(element, path):
                yield from self._of_anything(child, place)

    def _of_named_type(self, element: etree._Element, path: Path) -> Iterator[Problem]:
        named = named_type(element) or ""
        if named == ANY_TYPE:
            for child, place in _places(element, path):
                yield from self._of_anything(child, place)
        elif is_simple(named):
            yield from _element_problems(element, _Shape(text=Check(named, partial(takes, named))), path, named)
        elif (name := named.removeprefix(_DS).removesuffix("Type")) in _SHAPES and named == f"{_DS}{name}Type":
            yield from self.of(element, _SHAPES[name], path, named)
        elif named == _ONE_ELEMENT:
            yield from _element_problems(element, _Shape(anything=True), path, named)
            if len(element) > 1:
                yield _problem(element, path, "content", "may hold one element of its type: put all into one")
        else:
            yield _problem(element, (*path, "@xsi:type"), "unknown", "names a type that there is not: remove it", named)


def _places(element: etree._Element, path: Path) -> Iterator[tuple[etree._Element, Path]]:
    """The children, each with its path."""
    if not len(element):
        return
    counts = Counter(local_name(child) for child in element)
    seen: Counter[str] = Counter()
    for child in element:
        name = local_name(child)
        yield child, (*path, name, seen[name]) if counts[name] > 1 else (*path, name)
        seen[name] += 1


def _element_problems(
    element: etree._Element, shape: _Shape, path: Path, type_name: str | None = None
) -> Iterator[Problem]:
    known = {*shape.attributes, NIL} if type_name else shape.attributes  # nillable or not is said by a declaration
    type_name = type_name or shape.type_name or f"{_DS}{local_name(element)}Type"
    for step, words in refused_attributes(element, known, type_name):
        yield _problem(element, (*path, step), "unknown", words)
    if shape.required and element.get(shape.required) is None:
        yield _problem(element, (*path, f"@{shape.required}"), "required", "is required: add it")
    for name, check in shape.attributes.items():
        given = element.get(name)
        if given is not None and not check.takes(given):
            yield _problem(element, (*path, f"@{name}"), "value", f"is not {check.what}", given)
    children = [_particle(child) for child in element]
    if not shape.anything and not shape.children.fullmatch("".join(f"{child}," for child in children)):
        held = " ".join(children)[:_LONGEST_SHOWN] or "no element"
        wanted = f"holds {held}; the schema asks for {shape.holds or 'text'}"
        yield _problem(element, path, "content", wanted)
    text = "".join([element.text or "", *(child.tail or "" for child in element)])
    if shape.text and not shape.text.takes(text):
        yield _problem(element, path, "value", f"is not {shape.text.what}", text)
    if not shape.text and not shape.mixed and text.strip(BLANK):
        yield _problem(element, path, "text", "holds text between its elements: remove it")


def _particle(child: etree._Element) -> str:
    space = namespace(child)
    return local_name(child) if space == SIGNATURE_NAMESPACE else "any" if space else "unqualified"


def _problem(element: etree._Element, path: Path, rule: str, message: str, value: str | None = None) -> Problem:
    line = element.sourceline
    shown = None if value is None else value[:_LONGEST_SHOWN]
    return Problem(path=path_of(path), rule=rule, value=shown, message=message, line=line)
