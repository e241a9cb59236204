"""Requests and results of the declaration."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from events.ceb.declaration_list import Cancellation, DeclarationList, DeclarationReturn
from events.ceb.list_application import ListApplicationReturn
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.receipt_codes import ReceiptClass
from events.ceb.refund import Refund
from events.ceb.waybill import Waybill
from events.declaration_request import DeclarationRequest
from events.findings import Finding
from events.life import Stage
from events.return_life import ReturnLine
from events.values import OrderKey, Text, Value


class ComposeRequest(Value):
    """What a list version is made of: the declarant's own list, or the platform's request that we build one."""

    key: OrderKey
    version: int
    order: Order
    waybill: Waybill
    declared: DeclarationList | None = None
    request: DeclarationRequest | None = None


class Composed(Value):
    """The list to be declared, always with a copNo; or the finding that tells why it cannot be built."""

    declaration_list: DeclarationList | None
    finding: Finding | None = None


class SubmitRequest(Value):
    """One version of a list for customs, with those of its three documents that customs does not have yet.

    The idempotency key of each message is made of the order's key, `version` and the message type: submitting the
    same version again sends the same messages under the same keys.
    """

    key: OrderKey
    version: int
    declaration_list: DeclarationList
    order: Order | None = None
    payment: Payment | None = None
    waybill: Waybill | None = None


class CancelListRequest(Value):
    """A cancellation for customs; `number` counts the order's cancellations and is part of the idempotency key."""

    key: OrderKey
    number: int
    cancellation: Cancellation


class Submitted(Value):
    """`refused` tells why the endpoint would not take a message; None when all were taken."""

    messages: list[str]
    refused: Text | None = None


class ComposeCancellationRequest(Value):
    """What a cancellation is built from: the declared list and the numbers that customs gave it."""

    key: OrderKey
    number: int
    on: AwareDatetime
    declaration_list: DeclarationList
    invt_no: str
    pre_no: str
    reason: str


class ComposedCancellation(Value):
    """The cancellation that we built."""

    cancellation: Cancellation


class ComposeReturnRequest(Value):
    """What a return application is built from: the released list, the number that customs gave it, and the choice.

    `number` counts the order's returns from 1; the copNo of the application is made of it.
    """

    key: OrderKey
    number: int
    on: AwareDatetime
    declaration_list: DeclarationList
    invt_no: str
    lines: list[ReturnLine]
    reason: str


class ComposedReturn(Value):
    """The application, always with a copNo; or the finding that tells why there can be none."""

    refund: Refund | None
    finding: Finding | None = None


class ReturnListRequest(Value):
    """A return application for customs; `number` is that of its composition, and part of the idempotency key."""

    key: OrderKey
    number: int
    refund: Refund


class ExplainRequest(Value):
    """A rejection by customs."""

    receipt: DeclarationReturn


class Explained(Value):
    """What the rejection means: the stage it leads to, what is to be done about it, and the finding with its fix."""

    stage: Stage
    receipt_class: ReceiptClass
    finding: Finding


class ExplainApplicationRequest(Value):
    """Every receipt that customs gave for one application about a list, at least one.

    `message` is their short name: CEB624 (cancellation) or CEB626 (return).
    """

    message: str
    receipts: list[ListApplicationReturn] = Field(min_length=1)


class ApplicationStanding(StrEnum):
    """Where an application stands: `again` asks for the very same message once more."""

    UNDER_WAY = "under-way"
    AGAIN = "again"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ExplainedApplication(Value):
    """What the receipt that counts means; `finding` where customs did not take the application.

    `counted` is that receipt, None when none of them is a step.
    """

    counted: ListApplicationReturn | None
    standing: ApplicationStanding
    text: Text
    finding: Finding | None = None
