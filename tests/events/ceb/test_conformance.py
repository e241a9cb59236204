"""Our models against the official 202205 files: every field, every sample, and everything that we can write."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree

from events.ceb import CebMessage, build, parse
from events.ceb.base import CebModel
from events.ceb.message import CEB621Message, CEB623Message, UploadMessage
from events.ceb.signature import SoftwareSigner, sign
from tests.builders import CNY
from tests.official import SPINE, official_fields, schema_errors
from tests.strategies import Shape, models, shape_of

pytestmark = pytest.mark.shared

SIGNER = SoftwareSigner.throwaway("TEST")
SIGNATURE_IS_MANDATORY = (CEB621Message, CEB623Message)
SAMPLES = sorted(set(SPINE) - {"CEB900Message"})
BASES = {"XMLElement": "xml", "string": "string", "decimal": "decimal", "int": "int"}


def elements_of(model: type[CebModel]) -> list[dict[str, Any]]:
    """What a model writes as elements, in its order, as the official list of fields would say it."""
    fields = list(model.model_fields.items())
    fields.sort(key=lambda item: item[0] != model.first_element)
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
    return (ours["name"], ours["min"], ours["max"]) == (name, official["min"], int(official["max"]))


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
    exact = given.get("length")
    longest = exact or given.get("maxLength")
    shortest = exact or given.get("minLength") or 0
    return (shape.shortest, shape.longest) == (int(shortest), None if longest is None else int(longest))


def describe(element: dict[str, Any]) -> str:
    return f"{element['name']} {element['min']}..{element['max']} {element.get('shape') or element.get('type')}"


@pytest.mark.parametrize("root", SPINE)
def test_a_message_has_the_official_parts_in_the_official_order(shared_ceb: Path, root: str) -> None:
    official = official_fields(shared_ceb)["messages"][root]
    ours = elements_of(SPINE[root])
    # A mandatory Signature is optional in our model: a message stands without one until it is signed.
    official = [{**part, "min": 0} if part["name"] == "ds:Signature" else part for part in official]
    assert [part["name"] for part in ours] == [str(part["name"]).partition(":")[2] or part["name"] for part in official]
    assert [describe(part) for part, said in zip(ours, official, strict=True) if not same_place(part, said)] == []
    for part, said in zip(ours, official, strict=True):
        children = elements_of(part["shape"].model) if "children" in said else []
        wrong = [
            describe(mine)
            for mine, own in zip(children, said.get("children", []), strict=True)
            if not same_place(mine, own)
        ]
        assert wrong == []


@pytest.mark.parametrize("root", SPINE)
def test_every_field_is_the_official_one(shared_ceb: Path, root: str) -> None:
    """Names, order, required or not, how often, base type, lengths: field by field."""
    official = official_fields(shared_ceb)["elements"]
    compared = 0
    for name, model in parts(SPINE[root]):
        if name not in official:
            continue
        ours = elements_of(model)
        assert [field["name"] for field in ours] == [field["name"] for field in official[name]], name
        pairs = list(zip(ours, official[name], strict=True))
        wrong = [
            (describe(mine), describe(said))
            for mine, said in pairs
            if not (same_place(mine, said) and same_values(mine, said))
        ]
        assert wrong == [], name
        compared += len(ours)
    assert compared >= 6


@pytest.mark.parametrize("root", SAMPLES)
def test_an_official_sample_reads_and_what_we_write_of_it_is_valid_and_the_same(shared_ceb: Path, root: str) -> None:
    sample = (shared_ceb / "samples" / "import" / f"{root}.xml").read_bytes()
    message = parse(sample)
    built = build(message)
    assert type(message) is SPINE[root]
    assert schema_errors(shared_ceb, built) == ""
    assert content(etree.fromstring(built)) == content(etree.fromstring(sample))
    assert parse(built) == message


def content(element: etree._Element) -> Any:
    """What an XML document says: names, attributes and text; not its prefixes, hints, comments and indentation."""
    attributes = {name: value for name, value in element.attrib.items() if "XMLSchema-instance" not in str(name)}
    children = [content(child) for child in element if isinstance(child.tag, str)]
    return element.tag, attributes, children or (element.text or "")


@pytest.mark.parametrize("message", SPINE.values(), ids=list(SPINE))
def test_whatever_we_write_is_valid(shared_ceb: Path, message: type[CebMessage]) -> None:
    """The schema fixes the currency; our models take any, so that a wrong one is answered with its official code."""

    @settings(max_examples=40, deadline=None)
    @given(given=models(message, currency=CNY))
    def holds(given: CebMessage) -> None:
        built = build(given)
        if isinstance(given, SIGNATURE_IS_MANDATORY):
            assert "Signature" in schema_errors(shared_ceb, built)
        if isinstance(given, UploadMessage):
            signed = sign(built, SIGNER)
            assert schema_errors(shared_ceb, signed) == ""
        if not isinstance(given, SIGNATURE_IS_MANDATORY):
            assert schema_errors(shared_ceb, built) == ""

    holds()
