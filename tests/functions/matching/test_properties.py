"""The match over any input: never a crash, nothing from the order of arrival, and corrections that come to an end."""

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from events.ceb.base import CebModel
from events.documents import DocumentKind, content_hash
from functions.matching.case import Case
from functions.matching.handler import match
from functions.matching.models import MatchRequest, MatchResult
from functions.matching.rules import AMOUNT_TOLERANCE, LOOKS, RULES
from functions.policy.pack import default_pack
from tests import builders
from tests.functions.matching.cases import FIELDS, TODAY, fixed, request

KINDS = ("order", "payment", "waybill", "list")
ROUNDS = 40


@st.composite
def bent_requests(draw: st.DrawFn) -> MatchRequest:
    """A consistent set of documents with one to three fields replaced by other values that they can hold."""
    bent = request(draw(st.sampled_from(["9610", "1210"])))
    for _ in range(draw(st.integers(1, 3))):
        name = FIELDS[draw(st.sampled_from(KINDS))]
        document = getattr(bent, name)
        part = draw(st.sampled_from([document.head, *getattr(document, "items", [])]))
        field = draw(st.sampled_from(sorted(type(part).model_fields)))
        try:
            changed = bend(document, part, field, draw(values_like(getattr(part, field))))
        except ValidationError:
            assume(False)
        bent = bent.model_copy(update={name: changed})
    return bent


def bend(document: Any, part: Any, field: str, value: Any) -> CebModel:
    """The document with one field of its head or of one line replaced. Raises ValidationError."""
    content = {name: getattr(part, name) for name in type(part).model_fields}
    replaced = type(part)(**(content | {field: value}))
    if part is document.head:
        update: dict[str, Any] = {"head": replaced}
    else:
        update = {"items": [replaced if item is part else item for item in document.items]}
    changed: CebModel = document.model_copy(update=update)
    return changed


def values_like(value: Any) -> st.SearchStrategy[Any]:
    """Values that might stand in the place of this one."""
    if isinstance(value, Decimal):
        amounts = st.decimals(min_value=-(10**13), max_value=10**13, places=5)
        return amounts | st.sampled_from([value * -1, value + 1, Decimal(0), Decimal("9" * 19)])
    if isinstance(value, int):
        return st.integers(-3, 100) | st.integers(-(2**31), 2**31 - 1)
    long = st.text(alphabet="0X1测 /&<", min_size=len(value or ""), max_size=len(value or "") or 20)
    return long | st.sampled_from([None, "", " ", f" {value or ''} ", "无", "9610", "1210", builders.OTHER_BUYER_ID])


@settings(max_examples=300, deadline=None)
@given(given=bent_requests())
def test_any_bent_field_gives_findings_not_a_crash(given: MatchRequest) -> None:
    result = match(given)
    assert result.matched == (not result.findings)
    assert MatchResult.model_validate_json(result.model_dump_json()) == result
    assert all(finding.fix and finding.basis for finding in result.findings)


def case_of(given: MatchRequest) -> Case:
    assert given.order
    assert given.payment
    assert given.waybill
    assert given.declaration_list
    tolerance = default_pack().at(TODAY).row(AMOUNT_TOLERANCE).number()
    return Case(given, tolerance, given.order, given.payment, given.waybill, given.declaration_list)


@settings(max_examples=500, deadline=None)
@given(given=bent_requests())
def test_a_quick_look_spares_no_rule_that_finds_something(given: MatchRequest) -> None:
    case = case_of(given)
    quiet = {look for look in LOOKS if look(case)}
    found = {rule: list(rule.find(case)) for rule in RULES}
    assert not [rule.id for rule in RULES if found[rule] and rule.unless <= quiet]
    assert match(given).findings == [finding for rule in RULES for finding in found[rule]]


@pytest.mark.parametrize("mode", ["9610", "1210"])
def test_documents_that_match_need_no_more_than_the_quick_looks(mode: str) -> None:
    assert [look.__name__ for look in LOOKS if not look(case_of(request(mode)))] == []
    assert set().union(*(rule.unless for rule in RULES)) == set(LOOKS)
    assert all(rule.unless for rule in RULES)


@settings(max_examples=300, deadline=None)
@given(given=bent_requests())
def test_corrections_come_to_an_end(given: MatchRequest) -> None:
    """Whatever the fields: applying the first proposal again and again ends in a match, or where only people know."""
    for _ in range(ROUNDS):
        proposals = [finding.fix for finding in match(given).findings if finding.fix and finding.fix.value is not None]
        if not proposals:
            return
        given = fixed(given, proposals[0])
    raise AssertionError(f"still proposing after {ROUNDS} corrections: {proposals[0]}")


def collect(arrivals: list[tuple[DocumentKind, CebModel]]) -> MatchRequest:
    """What an order's life does: the last document of each kind, known by what it says."""
    held: dict[DocumentKind, tuple[str, CebModel]] = {}
    for kind, document in arrivals:
        if kind not in held or held[kind][0] != content_hash(document):
            held[kind] = (content_hash(document), document)
    return MatchRequest.model_validate({"on": TODAY} | {FIELDS[kind]: document for kind, (_, document) in held.items()})


def arrivals_of(given: MatchRequest) -> list[tuple[DocumentKind, CebModel]]:
    return [(DocumentKind(kind), getattr(given, FIELDS[kind])) for kind in KINDS]


def test_every_order_of_arrival_gives_the_same_result() -> None:
    bent = request(payment=builders.payment(amount_paid="3197.95"))
    for documents in (request("9610"), request("1210"), bent):
        expected = match(documents)
        assert all(match(collect(list(arrivals))) == expected for arrivals in permutations(arrivals_of(documents)))


@settings(max_examples=200, deadline=None)
@given(given=bent_requests(), data=st.data())
def test_arrival_in_any_order_repeated_or_lost(given: MatchRequest, data: st.DataObject) -> None:
    arrivals = data.draw(st.lists(st.sampled_from(arrivals_of(given)), max_size=12))
    here = {kind.value for kind, _ in arrivals}
    in_official_order = {FIELDS[kind]: getattr(given, FIELDS[kind]) for kind in KINDS if kind in here}
    result = match(collect(arrivals))
    assert result == match(MatchRequest(on=TODAY, **in_official_order))
    assert result.missing == [kind for kind in KINDS if kind not in here]
    if result.missing:
        assert not result.matched


@given(given=bent_requests(), order_lines=st.permutations([0, 1]), list_lines=st.permutations([0, 1]))
def test_the_order_of_lines_does_not_matter(given: MatchRequest, order_lines: list[int], list_lines: list[int]) -> None:
    assert given.order
    assert given.declaration_list
    order = given.order.model_copy(update={"items": [given.order.items[place] for place in order_lines]})
    items = [given.declaration_list.items[place] for place in list_lines]
    listed = given.declaration_list.model_copy(update={"items": items})
    shuffled = match(given.model_copy(update={"order": order, "declaration_list": listed}))
    as_text = {finding.model_dump_json() for finding in shuffled.findings}
    assert as_text == {finding.model_dump_json() for finding in match(given).findings}
