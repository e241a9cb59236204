"""Holds, shredding and their record; nothing here is undone, so everything is decided and noted in one transaction."""

from collections.abc import Iterator
from datetime import datetime

from events.values import OrderKey
from functions.data_keys.keys import destruction, orders_before, own_data_keys
from functions.data_keys.models import ShreddedError
from functions.function import function
from functions.orders.handler import forget as forget_texts
from functions.orders.handler import show as show_order
from functions.orders.models import ForgetRequest as ForgetTexts
from functions.orders.models import ShowRequest
from functions.payment_data.handler import forget as forget_payment_data
from functions.payment_data.models import ForgetRequest as ForgetPaymentData
from functions.policy.pack import default_pack
from functions.retention import rules, store
from functions.retention.models import (
    AuditEntry,
    Checked,
    CheckRequest,
    Deed,
    Held,
    HoldRequest,
    Listed,
    ListRequest,
    OrderRequest,
    OrderRetention,
    Refusal,
    Shredded,
    ShredRequest,
)
from functions.retention.store import State
from functions.retention.table import order_pk, person_pk

ATTEMPTS = 8
_HISTORY = "history"


class ContendedError(Exception):
    """Others changed the same order or person each time we tried; a fault of the moment, to be retried."""


@function("retention.show")
def show(request: OrderRequest) -> OrderRetention:
    """How the data of an order stand at a moment: terms, holds, the record, and why its key cannot be destroyed."""
    state = store.read(order_pk(request.key))
    return _seen(state, request.at).model_copy(update={"record": store.deeds(state.pk)})


@function("retention.list")
def list_orders(request: ListRequest) -> Listed:
    """The orders that have ended, or are held; and those that have not, with data as old as a term."""
    states = store.orders_of(request.person) if request.person else _every_order(request.at)
    found: list[OrderRetention] = []
    for state in states:
        seen = _seen(state, request.at)
        if request.due and (seen.refusals or seen.shredded_at):
            continue
        if len(found) == request.most:
            return Listed(orders=found, more=True)
        found.append(seen)
    return Listed(orders=found, more=False)


@function("retention.hold")
def hold(request: HoldRequest) -> Held:
    """Keep the data of an order or of a person for a matter, also beyond their terms; repeatable."""
    for _ in range(ATTEMPTS):
        state = store.read(_pk(request))
        refused = _cannot_hold(request.key, state) if request.key else None
        if refused or request.matter in state.holds:
            return Held(holds=list(state.holds), refused=refused)
        entry = _entry(state, request, Deed.HELD)
        if store.change(state, " ADD holds :matter", {":matter": {"SS": [request.matter]}}, entry):
            return Held(holds=sorted({*state.holds, request.matter}))
    raise ContendedError(f"could not hold {_pk(request)}")


@function("retention.release")
def release(request: HoldRequest) -> Held:
    """End the hold of a matter; the terms go on counting as if it had never been. Repeatable.

    Refused for a matter that never was: nobody shall take a mistyped one for released.
    """
    for _ in range(ATTEMPTS):
        state = store.read(_pk(request))
        if request.matter not in state.holds:
            was_held = any(entry.matter == request.matter for entry in store.deeds(state.pk))
            refused = None if was_held else rules.not_held(request.matter, state.holds)
            return Held(holds=list(state.holds), refused=refused)
        entry = _entry(state, request, Deed.RELEASED)
        if store.change(state, " DELETE holds :matter", {":matter": {"SS": [request.matter]}}, entry):
            return Held(holds=[matter for matter in state.holds if matter != request.matter])
    raise ContendedError(f"could not release {_pk(request)}")


@function("retention.shred")
def shred(request: ShredRequest) -> Shredded:
    """Destroy the key of an order whose terms have ended and that nobody holds; then clear away what is left.

    The key, the state and the record change in one transaction, which fails when a hold or an end came in between. A
    call that was cut off after it is finished by the next one. Repeatable.
    """
    for _ in range(ATTEMPTS):
        state = store.read(order_pk(request.key))
        if state.shredded_at:
            if not request.trial:
                _clear(state, request)
            return Shredded(key=request.key, shredded_at=state.shredded_at, again=True)
        seen = _seen(state, request.at)
        if seen.refusals or request.trial:
            return Shredded(key=request.key, refusals=seen.refusals)
        if _destroyed(state, request):
            own_data_keys().forget(request.key)
            _clear(store.read(state.pk), request)
            return Shredded(key=request.key, shredded_at=request.at)
    raise ContendedError(f"could not shred {request.key}")


@function("retention.check")
def check(request: CheckRequest) -> Checked:
    """Check the record of an order: its chain, and that it tells of the key what is so."""
    state = store.read(order_pk(request.key))
    record = store.deeds(state.pk)
    shredding = [entry for entry in record if entry.what is Deed.SHREDDED]
    problem = ""
    try:
        rules.verify(record, state.last)
        if (_destroyed_at(request.key) is not None) != bool(shredding):
            problem = "the record and the table of data keys do not agree about the key"
    except rules.BrokenRecordError as error:
        problem = str(error)
    return Checked(
        entries=len(record),
        head=state.head,
        history=shredding[0].details.get(_HISTORY) if shredding else None,
        shredded_at=state.shredded_at,
        problem=problem,
    )


def _seen(state: State, at: datetime) -> OrderRetention:
    key = state.order
    persons = [store.read(person_pk(person)) for person in state.persons]
    holds = [*state.holds, *(f"person: {matter}" for person in persons for matter in person.holds)]
    counts_from, refused = _counts_from(state)
    terms = rules.terms(counts_from, at, default_pack()) if counts_from else []
    if not state.shredded_at:
        refused = [*refused, *rules.refusals(terms, holds, at)]
    return OrderRetention(
        key=key,
        stage=state.stage,
        counts_from=counts_from,
        head=state.head,
        persons=list(state.persons),
        terms=terms,
        holds=holds,
        shredded_at=state.shredded_at,
        cleaned_at=state.cleaned_at,
        refusals=refused,
    )


def _counts_from(state: State) -> tuple[datetime | None, list[Refusal]]:
    """The end of an order; the making of its key where only payment data came, and no order ever lived."""
    key = state.order
    if state.shredded_at:
        return state.ended_at, []
    made_at = own_data_keys().since(key)
    if made_at is None:
        return None, [rules.unknown(key)]
    if state.ended_at:
        return state.ended_at, []
    view = show_order(ShowRequest(key=key)).order
    if view is None:
        return made_at, []
    return None, [rules.in_clear(key) if view.stage.is_final else rules.not_ended(key)]


def _every_order(at: datetime) -> Iterator[State]:
    yield from store.every_order()
    for key in orders_before(rules.earliest_end(at, default_pack())):
        state = store.read(order_pk(key))
        if state == State(state.pk):
            yield state


def _cannot_hold(key: OrderKey, state: State) -> Refusal | None:
    if state.shredded_at:
        return rules.is_shredded(key, state.shredded_at)
    return None if own_data_keys().since(key) else rules.unknown(key)


def _destroyed(state: State, request: ShredRequest) -> bool:
    details = {"head": state.head} if state.head else {}
    if request.history:
        details[_HISTORY] = request.history
    entry = _entry(state, request, Deed.SHREDDED, details)
    extra = [destruction(request.key, request.at), *map(store.nobody_holds, state.persons)]
    return store.change(state, ", shredded_at = :at", {":at": {"S": request.at.isoformat()}}, entry, extra)


def _clear(state: State, request: ShredRequest) -> None:
    """What the key does not cover: masked values in texts, the way from persons to the order, sealed data to keep."""
    if state.cleaned_at:
        return
    forget_payment_data(ForgetPaymentData(key=request.key))
    forget_texts(ForgetTexts(key=request.key))
    store.forget_persons(state)
    entry = _entry(state, request, Deed.CLEANED)
    values = {":at": {"S": request.at.isoformat()}}
    store.change(state, ", cleaned_at = :at REMOVE persons", values, entry)  # False: somebody else was as far


def _destroyed_at(key: OrderKey) -> datetime | None:
    try:
        own_data_keys().since(key)
    except ShreddedError as error:
        return error.at
    return None


def _entry(
    state: State, request: HoldRequest | ShredRequest, what: Deed, details: dict[str, str] | None = None
) -> AuditEntry:
    entry = AuditEntry(
        number=state.deeds + 1,
        at=request.at,
        what=what,
        who=request.who,
        why=request.why,
        matter=request.matter if isinstance(request, HoldRequest) else "",
        details=details or {},
        previous=state.last,
        hash="",
    )
    return rules.sealed(entry)


def _pk(request: HoldRequest) -> str:
    return order_pk(request.key) if request.key else person_pk(request.person or "")
