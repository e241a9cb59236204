"""Our models against the official 202205 files: every field, every sample, and everything that we can write."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree

from events.ceb import MESSAGES, CebMessage, build, parse
from events.ceb.base import CebModel
from events.ceb.canonical import canonical
from events.ceb.frame import UploadMessage
from events.ceb.plan import plan_of
from events.ceb.schema import schema_problems
from events.ceb.signature import SoftwareSigner, sign
from events.problems import InvalidInputError
from tests.builders import CNY
from tests.official import EXPORT, SPINE, official_fields, schema_errors
from tests.strategies import Shape, models, shape_of

pytestmark = pytest.mark.shared

SIGNER = SoftwareSigner.throwaway("TEST")
XS = "{http://www.w3.org/2001/XMLSchema}"
SAMPLES = sorted(set(MESSAGES) - {"CEB816Message", "CEB818Message", "CEB900Message"})
UNSOUND = {
    "CEB214Message": ("/CEB214", "root"),
    **{
        f"CEB{number}Message": (f"/CEB{number}Message/BaseTransfer", "repeated")
        for number in (303, 403, 505, 507, 509, 603, 605, 607)
    },
    "CEB792Message": ("/CEB792Message/SummaryResult[1]/SummaryResultList[1]/gseqno", "required"),
}
BASES = {"XMLElement": "xml", "string": "string", "decimal": "decimal", "int": "int"}


def elements_of(model: type[CebModel]) -> list[dict[str, Any]]:
    """What a model writes as elements, in its order, as the official list of fields would say it."""
    fields = list(model.model_fields.items())
    fields.sort(key=lambda item: {model.first_element: -1, model.last_element: 1}.get(item[0], 0))
    found = []
    for _, field in fields:
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get("attribute"):
            continue
        shape = shape_of(field)
        least, most = shape.repeats or (int(shape.required), 1)
        found.append({"name": field.alias, "min": least, "max": most, "shape": shape})
    return found


def parts(model: type[CebModel]) -> Iterator[tuple[str, type[CebModel]]]:
    """Every model within a message, under its element name."""
    for element in elements_of(model):
        inner = element["shape"].model
        if inner is not None:
            yield element["name"], inner
            yield from parts(inner)


def same_place(ours: dict[str, Any], official: dict[str, Any]) -> bool:
    """Whether an element has the official name, and stands as seldom and as often as it may."""
    name = str(official["name"]).removeprefix("ceb:").removeprefix("ds:")
    most = None if official["max"] == "unbounded" else int(official["max"])
    return (ours["name"], ours["min"], ours["max"]) == (name, official["min"], most)


def same_values(ours: dict[str, Any], official: dict[str, Any]) -> bool:
    """Whether an element takes the values of the official type: its base and, for a string, its lengths."""
    shape: Shape = ours["shape"]
    given: dict[str, str] = official["type"]
    if shape.base != BASES[given["base"]]:
        return False
    if shape.base == "decimal":  # one type of ours; test_reading holds its digits
        return (given["totalDigits"], given["fractionDigits"]) == ("19", "5")
    if shape.base == "int":
        digits = int(given.get("totalDigits", 0))
        return shape.whole == ((1 - 10**digits, 10**digits - 1) if digits else Shape.whole)
    if shape.collapsed != (given.get("whiteSpace") == "collapse"):
        return False
    exact = given.get("length")
    longest = exact or given.get("maxLength")
    shortest = exact or given.get("minLength") or 0
    return (shape.shortest, shape.longest) == (int(shortest), None if longest is None else int(longest))


def describe(element: dict[str, Any]) -> str:
    return f"{element['name']} {element['min']}..{element['max']} {element.get('shape') or element.get('type')}"


@pytest.mark.parametrize("root", MESSAGES)
def test_a_message_has_the_official_parts_in_the_official_order(shared_ceb: Path, root: str) -> None:
    official = official_fields(shared_ceb, root)["messages"][root]
    ours = elements_of(MESSAGES[root])
    signature = [part["min"] for part in official if part["name"] == "ds:Signature"]
    assert MESSAGES[root].must_be_signed == (signature == [1])
    # A mandatory Signature is optional in our model: a message stands without one until it is signed.
    official = [{**part, "min": 0} if part["name"] == "ds:Signature" else part for part in official]
    assert [part["name"] for part in ours] == [str(part["name"]).partition(":")[2] or part["name"] for part in official]
    assert [describe(part) for part, said in zip(ours, official, strict=True) if not same_place(part, said)] == []
    for part, said in zip(ours, official, strict=True):
        children = elements_of(part["shape"].model) if said.get("children") else []
        wrong = [
            describe(mine)
            for mine, own in zip(children, said.get("children", []), strict=True)
            if not same_place(mine, own)
        ]
        assert wrong == []


@pytest.mark.parametrize("root", MESSAGES)
def test_every_field_is_the_official_one(shared_ceb: Path, root: str) -> None:
    """Names, order, required or not, how often, base type, lengths: field by field."""
    official = official_fields(shared_ceb, root)["elements"]
    compared = 0
    for name, model in parts(MESSAGES[root]):
        if name not in official:
            continue
        ours = elements_of(model)
        assert [field["name"] for field in ours] == [bare(field["name"]) for field in official[name]], name
        pairs = list(zip(ours, official[name], strict=True))
        wrong = [
            (describe(mine), describe(said))
            for mine, said in pairs
            if not (same_place(mine, said) and ("type" not in said or same_values(mine, said)))
        ]
        assert wrong == [], name
        compared += len(ours)
    assert compared >= 6


@pytest.mark.parametrize("side", ["import", "export"])
def test_what_an_empty_element_says_and_what_is_fixed_is_as_in_the_schema(shared_ceb: Path, side: str) -> None:
    """The schemas' `default` and `fixed`, which the list of fields does not have."""
    schema = etree.parse(str(shared_ceb / "xsd" / f"{side}_business_node.xsd"))
    official = {
        (owner.get("name"), element.get("name")): (
            element.get("default") or element.get("fixed"),
            "fixed" in element.attrib,
        )
        for owner in schema.getroot()
        for element in owner.iter(f"{XS}element")
        if "default" in element.attrib or "fixed" in element.attrib
    }
    messages = [message for root, message in MESSAGES.items() if (root in EXPORT) == (side == "export")]
    ours = {
        (name, slot.alias): (str(slot.empty), slot.fixed is not None)
        for message in messages
        for name, model in parts(message)
        for slot in plan_of(model).elements
        if slot.empty != ""
    }
    assert ours == official


@pytest.mark.parametrize("root", [root for root in SAMPLES if root not in UNSOUND])
def test_an_official_sample_reads_and_what_we_write_of_it_is_valid_and_the_same(shared_ceb: Path, root: str) -> None:
    data = sample(shared_ceb, root)
    message = parse(data)
    built = build(message)
    assert type(message) is MESSAGES[root]
    assert schema_problems(data) == []
    assert schema_errors(shared_ceb, data) == schema_errors(shared_ceb, built) == ""
    assert content(etree.fromstring(built)) == content(etree.fromstring(data))
    assert parse(built) == message
    assert canonical(data) == built == canonical(built)


@pytest.mark.parametrize(("root", "cause"), UNSOUND.items())
def test_a_sample_that_is_invalid_as_published_is_refused_for_its_true_cause(
    shared_ceb: Path, root: str, cause: tuple[str, str]
) -> None:
    data = sample(shared_ceb, root)
    problems = schema_problems(data)
    assert {(problem.path, problem.rule) for problem in problems} == {cause} or root == "CEB792Message"
    assert (problems[0].path, problems[0].rule) == cause
    assert all(problem.line for problem in problems)
    with pytest.raises(InvalidInputError):
        parse(data)


def test_the_samples_are_all_there(shared_ceb: Path) -> None:
    files = {path.stem for path in (shared_ceb / "samples").glob("*/*.xml")}
    assert files == set(SAMPLES)
    assert (len(SAMPLES), len(UNSOUND)) == (39, 10)


def sample(shared_ceb: Path, root: str) -> bytes:
    return (shared_ceb / "samples" / ("export" if root in EXPORT else "import") / f"{root}.xml").read_bytes()


def bare(name: str) -> str:
    """A name of the official list without its prefix."""
    return name.rpartition(":")[2]


def content(element: etree._Element) -> Any:
    """What an XML document says: names, attributes and text; not its prefixes, hints, comments and indentation."""
    attributes = {name: value for name, value in element.attrib.items() if "XMLSchema-instance" not in str(name)}
    children = [content(child) for child in element if isinstance(child.tag, str)]
    return element.tag, attributes, children or (element.text or "")


@pytest.mark.parametrize("message", MESSAGES.values(), ids=list(MESSAGES))
def test_whatever_we_write_is_valid(shared_ceb: Path, message: type[CebMessage]) -> None:
    """The schema fixes the currency; our models take any, so that a wrong one is answered with its official code."""

    @settings(max_examples=30 if message.root in SPINE else 10, deadline=None)
    @given(given=models(message, currency=CNY, f_flag="3", i_flag="3"))
    def holds(given: CebMessage) -> None:
        built = build(given)
        if given.must_be_signed:
            assert "Signature" in schema_errors(shared_ceb, built)
            assert [(problem.path, problem.rule) for problem in schema_problems(built)] == [
                (f"/{given.root}/Signature", "required")
            ]
        if isinstance(given, UploadMessage):
            signed = sign(built, SIGNER)
            assert schema_errors(shared_ceb, signed) == ""
            assert schema_problems(signed) == []
        if not given.must_be_signed:
            assert schema_errors(shared_ceb, built) == ""
            assert schema_problems(built) == []

    holds()
