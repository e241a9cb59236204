"""Compose, submit and cancel declaration lists, return goods of them; explain what customs says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from events.values import OrderKey
from functions.declaration import applications, returns, rules
from functions.declaration.models import (
    CancelListRequest,
    ComposeCancellationRequest,
    Composed,
    ComposedCancellation,
    ComposedReturn,
    ComposeRequest,
    ComposeReturnRequest,
    ExplainApplicationRequest,
    Explained,
    ExplainedApplication,
    ExplainRequest,
    ReturnListRequest,
    SubmitRequest,
    Submitted,
)
from functions.function import function

if TYPE_CHECKING:
    from events.ceb.frame import UploadMessage


@function("declaration.compose")
def compose(request: ComposeRequest) -> Composed:
    """The list of a version."""
    return rules.compose(request)


@function("declaration.submit")
def submit(request: SubmitRequest) -> Submitted:
    """Send the documents and the list to customs.

    Faults raise and are retried whole: every message keeps its idempotency key, so what customs has already is
    not taken twice.
    """
    from functions.declaration.messages import messages_of  # noqa: PLC0415 - the XML of the standard: when we send

    return _send(request.key, request.version, messages_of(request))


@function("declaration.compose-cancellation")
def compose_cancellation(request: ComposeCancellationRequest) -> ComposedCancellation:
    """The application to cancel a declared list."""
    return ComposedCancellation(cancellation=rules.compose_cancellation(request))


@function("declaration.cancel")
def cancel(request: CancelListRequest) -> Submitted:
    """Send a cancellation to customs; as with lists, it can be sent again."""
    from functions.declaration.messages import cancellation_message  # noqa: PLC0415 - as in submit

    return _send(request.key, request.number, [cancellation_message(request)])


@function("declaration.compose-return")
def compose_return(request: ComposeReturnRequest) -> ComposedReturn:
    """The application to return goods of a released list."""
    return returns.compose_return(request)


@function("declaration.return-list")
def return_list(request: ReturnListRequest) -> Submitted:
    """Send a return application to customs, once its answer is sure to find the order; it can be sent again."""
    from functions.declaration.messages import return_message  # noqa: PLC0415 - as in submit
    from functions.intake.handler import expect  # noqa: PLC0415 - what the intake is told, when there is a return
    from functions.intake.models import ExpectRequest  # noqa: PLC0415 - the same

    head = request.refund.head
    if head.cop_no:
        expect(ExpectRequest(key=request.key, cop_no=head.cop_no, agent_code=head.agent_code))
    return _send(request.key, request.number, [return_message(request)])


@function("declaration.explain")
def explain(request: ExplainRequest) -> Explained:
    """What a rejection by customs means."""
    return rules.explain(request.receipt)


@function("declaration.explain-application")
def explain_application(request: ExplainApplicationRequest) -> ExplainedApplication:
    """Where a cancellation or a return stands."""
    return applications.explain_application(request)


def _send(key: OrderKey, version: int, messages: Sequence["UploadMessage"]) -> Submitted:
    from functions.declaration import customs  # noqa: PLC0415 - as in submit

    sent: list[str] = []
    for message in messages:
        refused = customs.send(key, version, message)
        if refused:
            return Submitted(messages=sent, refused=refused)
        sent.append(message.root)
    return Submitted(messages=sent)
