"""Nothing is lost or changed between the models and their two encodings, XML and JSON."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from events.ceb import MESSAGES, CebMessage, build, parse
from events.ceb.base import CebModel, plain
from events.ceb.order import Order
from events.ceb.signature import SoftwareSigner, sign
from events.declaration_request import DeclarationRequest
from events.documents import DocumentKind, content_hash
from tests import builders
from tests.official import SPINE
from tests.strategies import amounts, models

SIGNER = SoftwareSigner.throwaway("TEST")


@pytest.mark.parametrize("message", MESSAGES.values(), ids=list(MESSAGES))
def test_what_is_built_reads_as_the_same_message(message: type[CebMessage]) -> None:
    @settings(max_examples=30 if message.root in SPINE else 10, deadline=None)
    @given(given=models(message))
    def holds(given: CebMessage) -> None:
        built = build(given)
        assert parse(built) == given
        assert build(parse(built)) == built

    holds()


@pytest.mark.parametrize("message", MESSAGES.values(), ids=list(MESSAGES))
def test_what_is_written_as_json_reads_as_the_same_message(message: type[CebMessage]) -> None:
    @settings(max_examples=30 if message.root in SPINE else 10, deadline=None)
    @given(given=models(message))
    def holds(given: CebMessage) -> None:
        assert message.model_validate_json(given.model_dump_json()) == given
        assert message.model_validate(given.model_dump(mode="json"), by_name=False) == given
        assert message.model_validate(given.model_dump(by_alias=False), by_alias=False, by_name=True) == given

    holds()


@settings(max_examples=40, deadline=None)
@given(given=models(DeclarationRequest))
def test_a_request_for_a_list_reads_as_the_same_request(given: DeclarationRequest) -> None:
    assert DeclarationRequest.model_validate_json(given.model_dump_json()) == given


@given(amount=amounts())
def test_an_amount_is_written_in_digits_and_read_as_the_same_number(amount: Decimal) -> None:
    written = plain(amount)
    assert "E" not in written
    assert Decimal(written) == amount


@settings(max_examples=30, deadline=None)
@given(given=models(SPINE["CEB621Message"]))
def test_the_signature_stays_as_it_came(given: CebMessage) -> None:
    signed = sign(build(given), SIGNER)
    read = parse(signed)
    assert read.model_copy(update={"signature": None}) == given
    assert build(read) == signed


def test_the_message_is_in_canonical_form() -> None:
    built = build(builders.message(builders.order()))
    assert etree.tostring(etree.fromstring(built), method="c14n") == built


def test_json_has_the_official_names_and_amounts_as_strings() -> None:
    content = builders.order().model_dump(mode="json")
    assert content["OrderHead"]["acturalPaid"] == "561.89"
    assert content["OrderHead"]["buyerIdNumber"] == builders.BUYER_ID
    assert content["OrderList"][0]["gnum"] == 1


@settings(max_examples=60, deadline=None)
@given(given=models(Order), guid=st.uuids(), moment=st.datetimes())
def test_a_document_is_known_by_what_it_says_not_by_how_it_was_sent(given: Order, guid: object, moment: object) -> None:
    """Serial number, time and kind of the sending are not part of what it says; neither is an empty element."""
    sending = {"guid": str(guid), "app_time": f"{moment:%Y%m%d%H%M%S}".rjust(14, "0"), "app_type": "2"}
    empty = {name: "" for name in ("pay_code", "note") if getattr(given.head, name) is None}
    again = given.model_copy(update={"head": given.head.model_copy(update=sending | empty)})
    assert content_hash(again) == content_hash(given)


@settings(max_examples=60, deadline=None)
@given(given=models(Order), field=st.sampled_from(["order_no", "buyer_name", "currency", "consignee_address"]))
def test_other_content_is_another_document(given: Order, field: str) -> None:
    value = getattr(given.head, field)
    other = "".join(reversed(value)) if value != value[::-1] else ("1" if value[0] != "1" else "2") * len(value)
    changed = given.model_copy(update={"head": given.head.model_copy(update={field: other})})
    assert content_hash(changed) != content_hash(given)


def test_the_same_number_written_otherwise_is_the_same_content() -> None:
    """Given 561.89 and 561.890, when a document is known by its content, then both are one document."""
    one, other = builders.order(actual_paid="561.89"), builders.order(actual_paid="561.890")
    assert one == other
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_kind_of_document_has_its_model(kind: DocumentKind) -> None:
    assert issubclass(kind.model, CebModel)
    assert kind.is_receipt == ("receipt" in kind.value or kind in {"format-error", "tax-bill", "tax-bill-status"})
    assert kind.is_from_customs == (kind.is_receipt or kind is DocumentKind.PAYMENT_DATA_REQUEST)
