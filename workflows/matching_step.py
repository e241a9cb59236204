"""Matching: when everything is there, and again after each correction."""

from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from events.findings import Finding
    from events.life import LifeLimits, Stage
    from events.values import CHINA
    from functions.declaration import handler as declaration
    from functions.declaration.models import Composed, ComposeRequest
    from functions.matching import handler as matching
    from functions.matching.models import MatchRequest
    from functions.tax import handler as tax
    from functions.tax.models import AssessListRequest
    from workflows import texts
    from workflows.calls import call
    from workflows.order_state import BEFORE_CUSTOMS, OrderState


async def match_when_ready(state: OrderState, limits: LifeLimits) -> None:
    """Compare what has come; mismatched documents have the correction deadline."""
    if not state.to_match or state.stage not in BEFORE_CUSTOMS or state.missing:
        return
    state.to_match = False
    composed = await _compose(state)
    state.declaration_list = composed.declaration_list
    findings = [composed.finding] if composed.finding else [*await _compare(state), *await _assess(state)]
    state.findings = findings
    now = workflow.now()
    if findings:
        state.enter(Stage.MISMATCHED, texts.mismatched(sorted({finding.rule for finding in findings})), now)
        state.deadline = now + limits.correction
    else:
        state.enter(Stage.MATCHED, texts.MATCHED, now)


async def _compose(state: OrderState) -> Composed:
    """The list to be declared: the declarant's own, where there is one, else built from the platform's request."""
    declared = state.declared_by_agent
    if declared and declared.head.cop_no:
        return Composed(declaration_list=declared)
    assert state.order
    assert state.waybill
    request = ComposeRequest(
        key=state.key,
        version=len(state.versions) + 1,
        order=state.order,
        waybill=state.waybill,
        declared=declared,
        request=None if declared else state.request,
    )
    return await call(declaration.compose, request, f"list version {request.version}")


async def _compare(state: OrderState) -> list[Finding]:
    result = await call(
        matching.match,
        MatchRequest(
            on=_today(),
            order=state.order,
            payment=state.payment,
            waybill=state.waybill,
            declaration_list=state.declaration_list,
        ),
        "order, payment, waybill against the list",
    )
    state.note(workflow.now(), "matching", result.model_dump(mode="json"))
    return result.findings


async def _assess(state: OrderState) -> list[Finding]:
    """What the goods owe; the buyer paid it with the order (代收代缴)."""
    assert state.order
    assert state.declaration_list
    request = AssessListRequest(
        on=_today(), declaration_list=state.declaration_list, declared_tax=state.order.head.tax_total
    )
    assessment = await call(tax.assess, request, "tax of the list")
    state.assessment = assessment
    state.note(workflow.now(), "assessment", assessment.model_dump(mode="json"))
    return assessment.findings


def _today() -> date:
    return workflow.now().astimezone(CHINA).date()
