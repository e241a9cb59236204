"""The proofs: each looks at one promise, and names what breaks it."""

from collections import Counter
from collections.abc import Callable

from temporalio.client import WorkflowExecutionStatus

from infra.chaos import proofs_of_money
from infra.chaos.evidence import Evidence
from infra.chaos.promise import Failure, Findings, Proof, all_orders, order_in_ui
from infra.generate.orders import GeneratedOrder
from infra.generate.scenarios import Scenario
from infra.sandbox.cases import CaseReport
from infra.sandbox.questions import TAKEN

_NEVER_DECLARED = {Scenario.PAYMENT_MISMATCH, Scenario.PAYMENT_MISSING, Scenario.ANNUAL_LIMIT}
_DECLARED_TWICE = {Scenario.CUSTOMS_REJECTION}
_HARMLESS = (
    "WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND",  # something came while the task was under way
    "endpoint URL",  # so botocore says that it has no connection, to the table of the orders' keys here
    "the payload keys cannot be read",
)
"""Why Temporal has a task done once more without anybody's fault; a workflow task needs nothing of AWS but keys."""


def prove(evidence: Evidence) -> list[Proof]:
    """Every promise."""
    proofs = []
    for promise, look in _PROMISES.items():
        found = list(look(evidence))
        failures = [failure for failure in found if failure]
        proofs.append(Proof(promise=promise, looked_at=len(found), failures=failures))
    return proofs


def _ends(evidence: Evidence) -> Findings:
    for order in evidence.demo.orders:
        yield (
            None
            if order.is_as_expected
            else Failure(
                subject=order.orderNo,
                expected=f"{order.scenario} ends as {order.expectedStage}",
                found=f"{order.finalStage}. {order.error or ''}",
                look=order_in_ui(evidence, order.orderNo),
            )
        )


def _declared_once(evidence: Evidence) -> Findings:
    cases = {case.order_no: case for case in evidence.cases}
    for order in all_orders(evidence):
        case = cases.get(order.key.order_no)
        expected = _versions(order)
        taken = sum(one.taken for one in case.lists) if case else 0
        twice = _twice(case) if case else []
        wrong = taken != expected or bool(twice)
        yield (
            Failure(
                subject=order.key.order_no,
                expected=f"{expected} list versions, each processed once",
                found=f"{taken} processed; more than once: {', '.join(twice) or 'none'}",
                look=f"{order.key.workflow_id}; GET /customs/declarations of the sandbox",
            )
            if wrong
            else None
        )


def _versions(order: GeneratedOrder) -> int:
    if order.scenario in _NEVER_DECLARED:
        return 0
    return 2 if order.scenario in _DECLARED_TWICE else 1


def _twice(case: CaseReport) -> list[str]:
    """The messages of an order that customs processed more than once, be it under another number."""
    submissions = [*case.lists, *case.cancellations, *case.returns]
    processed = Counter[str]()
    for one in submissions:
        processed[one.guid] += one.taken
    return [guid for guid, times in processed.items() if times > 1]


def _repeated_as_it_was(evidence: Evidence) -> Findings:
    for one in evidence.received:
        yield (
            Failure(
                subject=one.cop_msg_id,
                expected="each repetition under a CopMsgId says what the first message said",
                found=f"{one.changed} of {one.received - 1} repetitions say something else",
                look="functions/declaration/customs.py; worker.log",
            )
            if one.changed
            else None
        )


def _letters(evidence: Evidence) -> Findings:
    for letter in evidence.letters:
        yield Failure(
            subject=letter.order or letter.id,
            expected="no document that belongs to an order is put aside",
            found=f"{letter.event_type}: {letter.reason}",
            look=f"sandan dlq show {letter.id}; dispatcher.log",
        )


def _workflows_end(evidence: Evidence) -> Findings:
    """Temporal's own list is looked at: it must have survived as well."""
    stands = {order.key.workflow_id for order in all_orders(evidence) if not order.scenario.expected.is_final}
    continued = WorkflowExecutionStatus.CONTINUED_AS_NEW
    listed = {one.id: one.status for one in evidence.workflows if one.status is not continued}
    for order in all_orders(evidence):
        if order.key.workflow_id not in listed:
            yield Failure(subject=order.key.order_no, expected="listed", found="not listed", look=order.key.workflow_id)
    for workflow_id, status in listed.items():
        expected = WorkflowExecutionStatus.RUNNING if workflow_id in stands else WorkflowExecutionStatus.COMPLETED
        yield (
            None
            if status is expected
            else Failure(
                subject=workflow_id,
                expected=expected.name,
                found=status.name if status else "no status",
                look=f"{workflow_id} in the Temporal UI; worker.log",
            )
        )


def _tasks_do_not_fail(evidence: Evidence) -> Findings:
    failures = [
        (name, cause)
        for name, cause in evidence.histories.failures
        if not any(harmless in cause for harmless in _HARMLESS)
    ]
    for workflow_id, cause in failures:
        yield Failure(subject=workflow_id, expected="no failed workflow task", found=cause, look=workflow_id)
    yield from [None] * (len(evidence.workflows) - len({name for name, _ in failures}))


def _keys_are_there(evidence: Evidence) -> Findings:
    """Without its key nobody could read an order any more, and with another one nobody what the first has sealed."""
    keyless = set(evidence.keyless)
    for execution in evidence.workflows:
        yield (
            Failure(
                subject=execution.id,
                expected="its order has its key",
                found="there is none",
                look="the table sandan-data-keys; worker.log",
            )
            if execution.id in keyless
            else None
        )


def _events_are_complete(evidence: Evidence) -> Findings:
    for order in all_orders(evidence):
        number, final = order.key.order_no, order.scenario.expected
        told = {event.change.number: event.change.stage for event in evidence.stages.get(number, ())}
        whole = sorted(told) == list(range(1, len(told) + 1))
        last = told[max(told)] if told else None
        right = whole and last is final
        yield (
            None
            if right
            else Failure(
                subject=number,
                expected=f"events 1 to {max(told, default=1)}, the last one {final}",
                found=f"{sorted(told)}, the last one {last}",
                look=f"{order.key.workflow_id}; bus and subscriber's queue",
            )
        )


def _questions_are_answered(evidence: Evidence) -> Findings:
    for one in evidence.questions:
        yield (
            None
            if one.code == TAKEN
            else Failure(
                subject=one.order_no,
                expected=f"payment data accepted ({TAKEN})",
                found=f"{one.code} after {one.uploads} uploads",
                look=f"payment-data/{one.session_id}/{one.order_no}",
            )
        )


def _nothing_is_refused(evidence: Evidence) -> Findings:
    refused = evidence.outbox["refused"]
    yield (
        Failure(
            subject="counterparties",
            expected="the gateway takes everything that they say",
            found=f"{refused} messages refused for good",
            look="sandbox.log, gateway.log",
        )
        if refused
        else None
    )


_PROMISES: dict[str, Callable[[Evidence], Findings]] = {
    "every order ended as its scenario says": _ends,
    "customs processed each declaration version, cancellation and return once": _declared_once,
    "what customs got twice under one number said the same": _repeated_as_it_was,
    "each accepted return was refunded once, nothing else was": proofs_of_money.refunded_once,
    "each tax bill that is due was paid once, to the cent": proofs_of_money.tax_paid_once,
    "every closed order's tax is paid": proofs_of_money.closed_have_paid,
    "the ledger is balanced to the cent, and nothing is held": proofs_of_money.books_balance,
    "the dead-letter queue is empty": _letters,
    "no workflow is open that should have ended, and Temporal lists all": _workflows_end,
    "no workflow task failed, but where keys were away": _tasks_do_not_fail,
    "every order has its key": _keys_are_there,
    "every change of stage was told, in whole sequences": _events_are_complete,
    "every question for payment data was answered": _questions_are_answered,
    "the gateway refused no counterparty": _nothing_is_refused,
}
