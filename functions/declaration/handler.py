"""Compose, submit and cancel declaration lists; explain what customs says."""

from collections.abc import Sequence

from events.ceb.message import UploadMessage
from events.values import OrderKey
from functions.declaration import customs, rules
from functions.declaration.messages import cancellation_message, messages_of
from functions.declaration.models import (
    CancelListRequest,
    ComposeCancellationRequest,
    Composed,
    ComposedCancellation,
    ComposeRequest,
    Explained,
    ExplainRequest,
    SubmitRequest,
    Submitted,
)
from functions.function import function


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
    return _send(request.key, request.version, messages_of(request))


@function("declaration.compose-cancellation")
def compose_cancellation(request: ComposeCancellationRequest) -> ComposedCancellation:
    """The application to cancel a declared list."""
    return ComposedCancellation(cancellation=rules.compose_cancellation(request))


@function("declaration.cancel")
def cancel(request: CancelListRequest) -> Submitted:
    """Send a cancellation to customs; as with lists, it can be sent again."""
    return _send(request.key, request.number, [cancellation_message(request)])


@function("declaration.explain")
def explain(request: ExplainRequest) -> Explained:
    """What a rejection by customs means."""
    return rules.explain(request.receipt)


def _send(key: OrderKey, version: int, messages: Sequence[UploadMessage]) -> Submitted:
    sent: list[str] = []
    for message in messages:
        refused = customs.send(key, version, message)
        if refused:
            return Submitted(messages=sent, refused=refused)
        sent.append(message.root)
    return Submitted(messages=sent)
