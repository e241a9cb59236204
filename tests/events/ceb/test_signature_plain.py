"""The quick way to sign and verify says the same as the parser and the canonicalizer do, or leaves it to them."""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from lxml import etree

from events.ceb import MESSAGES, build
from events.ceb.base import CebModel
from events.ceb.frame import ExtendMessage
from events.ceb.signature import SignatureError, SignatureProfile, enveloped, sign, verification, verify
from events.ceb.signature.plain import plain_signed, plain_unsigned
from events.problems import InvalidInputError
from tests.events.ceb.good_messages import good
from tests.events.ceb.mutants import SIGNER, mutants, plain_seed

SIGNABLE = [root for root, model in MESSAGES.items() if "signature" in model.model_fields]
BENT, CHANGED = 150, 60
AT = datetime.now(UTC)
PIECES = (
    b"",
    b"<",
    b">",
    b"&",
    b"&amp;",
    b"\r",
    b"\x01",
    b"\xff",
    b"\xef\xbf\xbf",
    b" ",
    b"\n",
    b"=",
    b"A",
    b"/",
    b"</",
)


@dataclass(frozen=True)
class Recorder:
    """A signer whose signature is a digest of what it signs, so that two ways can be compared."""

    profile: SignatureProfile = SignatureProfile.SM2_SM3
    key_name: str = "< & >"
    certificate_der: bytes = b"certificate"

    def sign(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()


def outcome(of: Callable[[], bytes]) -> bytes | str:
    try:
        return of()
    except (InvalidInputError, SignatureError) as error:
        return f"{type(error).__name__}: {error}"


def changed(message: bytes, key: str) -> Iterator[bytes]:
    """The message with some of its bytes replaced."""
    chance = random.Random(key)
    for _ in range(CHANGED):
        start = chance.randrange(len(message))
        yield message[:start] + chance.choice(PIECES) + message[start + chance.choice((0, 1, 1, 3, 30)) :]


def unsigned(root: str) -> bytes:
    return build(good(root.removesuffix("Message"), Signature=None))


def extended(root: str) -> bytes:
    """An unsigned message with data of the sender's own."""
    space = CebModel.xml_namespace
    own = ExtendMessage(
        name="X", version="1", message=f'<ceb:Message xmlns:ceb="{space}"><ceb:Own>1</ceb:Own></ceb:Message>'
    )
    return build(good(root.removesuffix("Message"), Signature=None).model_copy(update={"extend_message": own}))


def bent(root: str, message: bytes) -> list[bytes]:
    bent = [data for _, data in mutants(etree.fromstring(message), BENT, f"plain {root}")]
    return [message, message + b"\n", *bent, *changed(message, root)]


@pytest.mark.parametrize("root", SIGNABLE)
def test_both_ways_to_verify_find_the_same(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = bent(root, etree.tostring(plain_seed(root), method="c14n"))
    found = [verify(data, at=AT) for data in messages]
    plain = [data for data in messages if plain_signed(data)]
    monkeypatch.setattr(verification, "plain_signed", lambda _: None)
    assert found == [verify(data, at=AT) for data in messages]
    assert found[0].status == "valid"
    assert plain[0] == messages[0]
    assert len(plain) >= CHANGED // 4


@pytest.mark.parametrize("root", SIGNABLE)
def test_both_ways_to_sign_write_the_same(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [*bent(root, unsigned(root)), *bent(root, extended(root))]
    found = [outcome(lambda data=data: sign(data, Recorder())) for data in messages]  # type: ignore[misc]
    plain = [data for data in messages if plain_unsigned(data)]
    monkeypatch.setattr(enveloped, "plain_unsigned", lambda _: None)
    assert found == [outcome(lambda data=data: sign(data, Recorder())) for data in messages]  # type: ignore[misc]
    assert plain[0] == messages[0]
    assert len(plain) >= CHANGED // 4


@pytest.mark.parametrize("root", [root for root in SIGNABLE if root in {"CEB603Message", "CEB621Message"}])
def test_a_message_of_ours_with_an_extension_has_its_signature_where_the_schema_wants_it(root: str) -> None:
    signed = sign(extended(root), SIGNER)
    assert verify(signed).status == "valid"
    tags = [etree.QName(child).localname for child in etree.fromstring(signed)]
    assert tags[-2:] == (["Signature", "ExtendMessage"] if root == "CEB603Message" else ["ExtendMessage", "Signature"])


def test_of_two_signatures_none_is_taken_for_the_one() -> None:
    signed = etree.tostring(plain_seed("CEB621Message"), method="c14n")
    start, end = signed.index(b"<ds:Signature "), signed.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    twice = signed[:end] + signed[start:end] + signed[end:]
    inside = signed[:start] + b"<ceb:Own>" + signed[start:end] + b"</ceb:Own>" + signed[end:]
    assert (plain_signed(twice), plain_signed(inside)) == (None, None)
    assert (verify(twice).status, verify(inside).status) == ("invalid", "invalid")


def test_a_message_of_ten_megabytes_is_told_plain_in_a_moment() -> None:
    start = unsigned("CEB711Message").partition(b"</ceb:DeliveryHead>")[0] + b"</ceb:DeliveryHead>"
    line = b"<ceb:DeliveryList><ceb:gnum>1</ceb:gnum><ceb:logisticsNo>1</ceb:logisticsNo></ceb:DeliveryList>"
    end = b"</ceb:Delivery></ceb:CEB711Message>"
    whole = start + line * ((9_900_000 - len(start)) // len(line)) + end
    assert plain_unsigned(whole)
    assert not plain_unsigned(whole.removesuffix(end) + b"</ceb:Delivered></ceb:CEB711Message>")
