"""Matching: when everything is there, and again after each correction."""

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
    from workflows.calls import call, call_together
    from workflows.order_state import BEFORE_CUSTOMS, OrderState
    from workflows.together import MATCH_AND_ASSESS

_COMPARISON = "order, payment, waybill against the list"


async def match_when_ready(state: OrderState, limits: LifeLimits, *, together: bool) -> None:
    """Compare what has come; mismatched documents have the correction deadline."""
    if not state.to_match or state.stage not in BEFORE_CUSTOMS or state.missing:
        return
    state.to_match = False
    composed = await _compose(state)
    state.declaration_list = composed.declaration_list
    findings = [composed.finding] if composed.finding else await _examine(state, together=together)
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


async def _examine(state: OrderState, *, together: bool) -> list[Finding]:
    """Compare the documents, and find what the goods owe; the buyer paid it with the order (代收代缴)."""
    assert state.order
    assert state.declaration_list
    on = workflow.now().astimezone(CHINA).date()
    match_request = MatchRequest(
        on=on,
        order=state.order,
        payment=state.payment,
        waybill=state.waybill,
        declaration_list=state.declaration_list,
    )
    assess_request = AssessListRequest(
        on=on, declaration_list=state.declaration_list, declared_tax=state.order.head.tax_total
    )
    if together:
        words = f"{_COMPARISON}, and its tax"
        matched, assessment = await call_together(MATCH_AND_ASSESS, match_request, assess_request, words)
    else:
        matched = await call(matching.match, match_request, _COMPARISON)
        assessment = await call(tax.assess, assess_request, "tax of the list")
    state.assessment = assessment
    state.note(workflow.now(), "matching", matched.model_dump(mode="json"))
    state.note(workflow.now(), "assessment", assessment.model_dump(mode="json"))
    return [*matched.findings, *assessment.findings]
