"""Requests and results of the intake."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from events.documents import DocumentKind, InboundDocument
from events.receipts import Answer
from events.values import OrderKey, Value


class SignatureState(StrEnum):
    """What the door found of a document's XML signature (加签, 规范 202205 §6); JSON carries none."""

    NOT_ASKED = "not-asked"
    VALID = "valid"
    ABSENT = "absent"
    DIFFERS = "differs"
    INVALID = "invalid"


class AcceptRequest(Value):
    """One document at the door: `content` is the official JSON of its model, already valid in its structure.

    `signature_fault` says in words why a signature is not valid.
    """

    document_id: str
    kind: DocumentKind
    content: dict[str, Any]
    sender: str
    received_at: AwareDatetime
    signature: SignatureState = SignatureState.NOT_ASKED
    signature_fault: str = ""


class Accepted(Value):
    """The answer; `document` is what goes on to the bus, None when the document was refused."""

    answer: Answer
    document: InboundDocument | None = None


class RouteRequest(Value):
    """A document whose order is to be found."""

    document: InboundDocument


class Routed(Value):
    """The order of the document and every document that now belongs to it: this one and those that waited for it.

    `key` is None when the order is not known yet: the document is parked until another one tells.
    `parked` names the places where some of them still wait: call `intake.settle` when the order has them all.
    """

    key: OrderKey | None = None
    documents: list[InboundDocument]
    parked: list[str] = Field(default_factory=list)


class SettleRequest(Value):
    """The order has these documents now: they need not wait any longer in these places."""

    document_ids: list[str]
    parked: list[str]


class Settled(Value):
    """How many places were cleared."""

    places: int


class FrozenDocument(Value):
    """A document that a list version was built from or compared with."""

    kind: DocumentKind
    business_key: str
    content_hash: str


class FreezeRequest(Value):
    """Tie documents to a list version that is about to be declared (M11: they cannot change from now on).

    `cop_no` and `agent_code` are those of the list: customs answers under them.
    """

    key: OrderKey
    list_version: int
    cop_no: str
    agent_code: str
    documents: list[FrozenDocument]


class Frozen(Value):
    """Nothing was frozen when `newer` or `taken` names a document.

    `newer`: the door has accepted another content meanwhile; `taken`: the list of another order uses the document.
    """

    frozen: bool
    newer: list[DocumentKind]
    taken: list[DocumentKind] = Field(default_factory=list)


class ExpectRequest(Value):
    """Customs will answer a message of this order under a copNo of ours; `agent_code` is the declarant's."""

    key: OrderKey
    cop_no: str
    agent_code: str


class Expected(Value):
    """The copNo that leads to the order from now on."""

    cop_no: str


class ForgetRequest(Value):
    """A document that was refused by customs for good, so that its sender may send another under the same key."""

    kind: DocumentKind
    business_key: str


class Forgotten(Value):
    """Whether there was anything to forget."""

    forgotten: bool


class ThawRequest(Value):
    """Give documents free again: their list was rejected or cancelled."""

    key: OrderKey
    documents: list[FrozenDocument]


class Thawed(Value):
    """How many documents were frozen until now."""

    thawed: int
