"""Each promise can be broken, and a broken one names what breaks it."""

from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from temporalio.client import WorkflowExecutionStatus

from events.life import Stage
from events.values import utc_now
from functions.data_keys.models import NoDataKeyError
from functions.ledger.account_models import Difference, Verified
from functions.payloads.keys import PayloadKeyError
from infra.chaos.evidence import Histories
from infra.chaos.proofs import prove
from infra.dead_letters import DeadLetter
from infra.demo.report import DemoReport
from infra.sandbox.cases import Received, Submission
from tests.infra.chaos import evidence as made
from tests.infra.chaos.evidence import EXPIRED, ORDERS, RELEASED, RETURNED, evidence

_RIGHT = evidence()
_LETTER = DeadLetter(id="1", document_id=None, event_type="t", order="o", reason="gave up", since=utc_now(), attempts=5)
_TWICE = Submission(cop_msg_id="other number", guid=f"G-{RELEASED.key.order_no}", taken=1)
_UNHANDLED = "WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE"
_OPEN = [made.listed(order.key.workflow_id) for order in ORDERS[1:]]


def _demo(**changed: Any) -> DemoReport:
    return _RIGHT.demo.model_copy(update=changed)


def _stages(*stages: Stage) -> dict[str, Any]:
    return {**_RIGHT.stages, RELEASED.key.order_no: made.told(RELEASED, *stages)}


_BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "an order ends elsewhere": (
        "every order ended",
        {"demo": _demo(orders=[made.order_report(RELEASED, finalStage=Stage.EXPIRED)])},
    ),
    "an order has an error": (
        "every order ended",
        {"demo": _demo(orders=[made.order_report(RELEASED, error="waited")])},
    ),
    "a list was processed twice": (
        "customs processed",
        {"cases": [made.case(RELEASED, "2", lists=[_TWICE.model_copy(update={"taken": 2})]), _RIGHT.cases[1]]},
    ),
    "the same list under two numbers": (
        "customs processed",
        {"cases": [made.case(RELEASED, "2", lists=[*_RIGHT.cases[0].lists, _TWICE]), _RIGHT.cases[1]]},
    ),
    "a list never came": ("customs processed", {"cases": _RIGHT.cases[:1]}),
    "a list that should not have come": ("customs processed", {"cases": [*_RIGHT.cases, made.case(EXPIRED, None)]}),
    "a return was processed twice": (
        "customs processed",
        {"cases": [_RIGHT.cases[0], made.case(RETURNED, "3", returns=[made.returned(RETURNED, 2)])]},
    ),
    "a repetition says something else": (
        "what customs got twice",
        {"received": [Received(cop_msg_id="1", root="CEB621Message", received=3, changed=1)]},
    ),
    "no refund": ("each accepted return", {"refunds": []}),
    "two refunds": ("each accepted return", {"refunds": _RIGHT.refunds * 2}),
    "a refund of another order": ("each accepted return", {"refunds": [*_RIGHT.refunds, made.refund(RELEASED)]}),
    "a bill was not paid": ("each tax bill", {"payments": []}),
    "a bill was paid twice": ("each tax bill", {"payments": _RIGHT.payments * 2}),
    "a bill of no use was paid": ("each tax bill", {"payments": [made.payment(*_RIGHT.bills)]}),
    "another amount was paid": (
        "each tax bill",
        {"payments": [made.payment(_RIGHT.bills[0].model_copy(update={"total": Decimal("12.33")}))]},
    ),
    "a bill that nobody knows was paid": ("each tax bill", {"bills": _RIGHT.bills[1:]}),
    "a closed order has not paid": ("every closed order", {"cases": [made.case(RELEASED, "1"), _RIGHT.cases[1]]}),
    "the books differ": (
        "the ledger",
        {
            "demo": _demo(
                books=Verified(
                    accounts=1,
                    orders=1,
                    payments=1,
                    postings=1,
                    differences=[Difference(partition="a", what="b", expected="1", found="2")],
                )
            )
        },
    ),
    "tax is still held": (
        "the ledger",
        {"guarantees": [_RIGHT.guarantees[0].model_copy(update={"held": Decimal(1)})]},
    ),
    "a dead letter": ("the dead-letter queue", {"letters": [_LETTER]}),
    "a workflow is open": (
        "no workflow is open",
        {"workflows": [made.listed(RELEASED.key.workflow_id, WorkflowExecutionStatus.RUNNING), *_OPEN]},
    ),
    "a workflow failed": (
        "no workflow is open",
        {"workflows": [made.listed(RELEASED.key.workflow_id, WorkflowExecutionStatus.FAILED), *_OPEN]},
    ),
    "Temporal lost one": ("no workflow is open", {"workflows": _OPEN}),
    "Temporal lost the run that goes on": (
        "no workflow is open",
        {"workflows": [made.listed(RELEASED.key.workflow_id, WorkflowExecutionStatus.CONTINUED_AS_NEW), *_OPEN]},
    ),
    "a workflow task failed": (
        "no workflow task failed",
        {"histories": Histories(failures=[("w", "WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR")])},
    ),
    "a workflow task failed of a key that is not there": (
        "no workflow task failed",
        {"histories": Histories(failures=[("w", f"{_UNHANDLED} NoDataKeyError: {NoDataKeyError(RELEASED.key)}")])},
    ),
    "an order's key is lost": ("every order has its key", {"keyless": [RELEASED.key.workflow_id]}),
    "an event was lost at the end": ("every change of stage", {"stages": _stages(Stage.COLLECTING)}),
    "no event came": ("every change of stage", {"stages": _stages()}),
    "a question is open": ("every question", {"questions": [made.question("20000")]}),
    "a counterparty was refused": ("the gateway refused", {"outbox": {"refused": 1}}),
}


def test_a_run_in_order_keeps_every_promise() -> None:
    """And each proof has looked at something, where there is something."""
    proofs = prove(_RIGHT)
    assert [proof for proof in proofs if not proof.holds] == []
    assert [proof.promise for proof in proofs if not proof.looked_at] == ["the dead-letter queue is empty"]


@pytest.mark.parametrize("name", _BROKEN)
def test_a_broken_promise_is_found(name: str) -> None:
    """Given a run in which one thing went wrong, its promise is broken, and says by what and where to look."""
    promise, changed = _BROKEN[name]
    broken = {proof.promise: proof for proof in prove(evidence(**changed)) if not proof.holds}
    (proof,) = [proof for said, proof in broken.items() if said.startswith(promise)]
    assert all(failure.subject and failure.expected and failure.found and failure.look for failure in proof.failures)


def test_a_gap_in_the_events_is_found() -> None:
    """Given the first and the last change of an order without the one between, the sequence is not whole."""
    events = made.told(RELEASED, Stage.COLLECTING, Stage.MATCHED, Stage.CLOSED)
    stages = {**_RIGHT.stages, RELEASED.key.order_no: [events[0], events[2]]}
    (proof,) = [proof for proof in prove(evidence(stages=stages)) if not proof.holds]
    assert proof.failures[0].subject == RELEASED.key.order_no


_AWAY = [
    EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
    ConnectionClosedError(endpoint_url="http://127.0.0.1:9"),
    ReadTimeoutError(endpoint_url="http://127.0.0.1:9"),
    ConnectTimeoutError(endpoint_url="http://127.0.0.1:9"),
    PayloadKeyError("the payload keys cannot be read from the secrets store"),
]


@pytest.mark.parametrize(
    "cause",
    [
        "WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND",
        *(f"{_UNHANDLED} {type(error).__name__}: {error}" for error in _AWAY),
        f"{_UNHANDLED} Failed encoding completion: {_AWAY[0]}",
    ],
)
def test_a_task_that_is_done_once_more_is_no_failure(cause: str) -> None:
    """Given a signal that came while a task was under way, or a key that was away, Temporal repeats the task."""
    harmless = Histories(failures=[("w", cause)])
    assert all(proof.holds for proof in prove(evidence(histories=harmless)))
