"""Telling the world: the order's record and events, the search attributes, and words for the operator."""

from datetime import datetime

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from events.life import Stage, StageChange
    from functions.dispatch import search_attributes as attributes
    from functions.dossier import handler as dossier
    from functions.dossier.models import Archived, ArchiveRequest
    from functions.orders import handler as orders
    from functions.orders.models import RecordRequest
    from workflows.calls import call, call_together
    from workflows.order_state import OrderState
    from workflows.together import ARCHIVE_AND_RECORD

# Delivery changes nothing that anybody searches for, nor does the plain end of a released order, which Temporal's own
# ExecutionStatus tells.
_PHASE = {Stage.MATCHED: Stage.COLLECTING, Stage.DELIVERED: Stage.RELEASED, Stage.CLOSED: Stage.RELEASED}


class Telling:
    """What the world knows of one order."""

    def __init__(self, state: OrderState, *, together: bool) -> None:
        self._state = state
        self._together = together
        self._upserted: tuple[Stage, bool] = (_phase(state), state.needs_human is not None)

    async def tell(self, *, lasts: bool) -> None:
        """Record and publish the changes since the last word; nothing when there are none.

        `lasts`: the order has stood still for a while. Only then does the search show that a list is at customs:
        most lists leave it within seconds.
        """
        state = self._state
        if state.stage is not Stage.DECLARED or state.needs_human or lasts:
            self._upsert()
        if len(state.changes) == state.told:
            return
        self.show()
        told = len(state.changes)
        await call(orders.record, self._news, self._stages)
        state.told = told

    async def tell_end(self, request: ArchiveRequest) -> Archived:
        """Archive first, so that whoever hears of the end finds the dossier."""
        if self._together:
            self.show()
            told = len(self._state.changes)
            archived, _ = await call_together(ARCHIVE_AND_RECORD, request, self._news, self._stages)
            self._state.told = told
        else:
            archived = await call(dossier.archive, request, request.stage)
        await self.tell(lasts=True)
        return archived

    @property
    def _news(self) -> RecordRequest:
        state = self._state
        return RecordRequest(
            key=state.key,
            mode=state.mode,
            history=state.changes,
            told=state.told,
            findings=state.findings,
            needs_human=state.needs_human,
            due_by=state.deadline,
            personal=state.personal,
        )

    @property
    def _stages(self) -> str:
        """What the changes entered that nobody was told of."""
        return ", ".join(dict.fromkeys(change.stage for change in self._state.changes[self._state.told :]))

    def show(self) -> None:
        """Show the operator where the order stands, in words."""
        workflow.set_current_details(_details(self._state, self._state.changes[-1]))

    def _upsert(self) -> None:
        """At most once per phase: every upsert is a billable Action."""
        state = self._state
        phase = (_phase(state), state.needs_human is not None)
        if phase == self._upserted:
            return
        self._upserted = phase
        updates: list[SearchAttributeUpdate] = [  # type: ignore[type-arg]
            attributes.STAGE.value_set(state.stage.value),
            attributes.NEEDS_HUMAN.value_set(phase[1]),
            attributes.DUE_BY.value_set(state.deadline) if state.deadline else attributes.DUE_BY.value_unset(),
        ]
        if state.mode:
            updates.append(attributes.MODE.value_set(state.mode))
        if state.order:
            updates.append(attributes.EBC.value_set(state.order.head.ebc_code))
        if state.version and state.version.status:
            updates.append(attributes.CUSTOMS_STATUS.value_set(state.version.status.code))
        if state.declaration_list:
            head = state.declaration_list.head
            updates.append(attributes.PARK.value_set(head.area_code or head.customs_code))
        workflow.upsert_search_attributes(updates)


def _phase(state: OrderState) -> Stage:
    return _PHASE.get(state.stage, state.stage)


def _details(state: OrderState, change: StageChange) -> str:
    """Words for the operator, in Markdown; rule ids and deadlines only, no personal data."""
    lines = [f"**{state.stage}** since {_moment(change.at)}", "", _words(state)]
    if state.needs_human:
        lines.append(f"\nWaits for a person: **{state.needs_human}** (`sandan order resolve`)")
    if state.deadline:
        lines.append(f"\nNext deadline: {_moment(state.deadline)}")
    return "\n".join(lines)


def _words(state: OrderState) -> str:
    """Which rules are broken, or which list version is where."""
    if state.findings:
        return "Findings: " + ", ".join(f"{found.rule} ({found.code or 'no code'})" for found in state.findings)
    if state.version:
        status = state.version.status.meaning.en if state.version.status else "no receipt yet"
        return f"List version {state.version.number}: {status}"
    return f"Missing: {', '.join(state.missing)}" if state.missing else "All documents are here"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S %Z")
