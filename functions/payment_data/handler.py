"""Keep raw payment data, gather those of a question, sign and upload them, and tell how it stands."""

import base64

from events.outbound import PAYMENT_DATA_CHANGED, PAYMENT_DATA_WANTED
from events.payment_data import OriginalPayment
from events.payment_data_life import PaymentDataChanged, PaymentDataWanted, SessionKey
from events.values import OrderKey, utc_now
from functions.bus import OWN_SOURCE, OutboundEvent, put_events
from functions.declaration.signing import platform_signer
from functions.function import function
from functions.payment_data import customs, rules, store
from functions.payment_data.models import (
    ForgetRequest,
    Forgotten,
    Gathered,
    GatherRequest,
    KeepRequest,
    Kept,
    Obstacle,
    TellRequest,
    Told,
    Uploaded,
    UploadRequest,
)

_LONGEST_MESSAGE = 200


class IncompleteDataError(RuntimeError):
    """Data that were complete a moment ago are not any more: gathered again, they tell what is missing."""


@function("payment-data.keep")
def keep(request: KeepRequest) -> Kept:
    """Keep the raw data of an order, sealed with its key; repeatable. Raises ShreddedError."""
    payment = request.document.parsed()
    assert isinstance(payment, OriginalPayment)
    order = OrderKey(ebp_code=payment.ebp_code, order_no=payment.order_no)
    return Kept(waiting=store.keep(order, request.document))


@function("payment-data.forget")
def forget(request: ForgetRequest) -> Forgotten:
    """Clear away the data of an order that was shredded, which nobody can read any more; repeatable."""
    return Forgotten(forgotten=store.forget(request.key))


@function("payment-data.gather")
def gather(request: GatherRequest) -> Gathered:
    """Look whether the data of every order of the payment are here, and wait for those that are not; repeatable.

    An order number belongs to a platform: where customs' address named none and several have the number, a person
    has to say which.
    """
    key = request.key
    platforms = store.wait(key.order_no, key.workflow_id)
    if request.ebp_code is None and len(platforms) > 1:
        return Gathered(orders=[key.order_no], obstacle=Obstacle.AMBIGUOUS)
    ebp_code = request.ebp_code or next(iter(platforms), None)
    if ebp_code is None:
        return rules.gathered(key.order_no, {})
    known = _known(key, ebp_code, waiting=True)
    return rules.gathered(key.order_no, known).model_copy(update={"ebp_code": ebp_code})


@function("payment-data.upload")
def upload(request: UploadRequest) -> Uploaded:
    """Sign the data of a question with the platform's key (SM2-SM3) and send them to customs.

    The raw data go from the table to customs and nowhere else. Raises PaymentDataUnavailableError,
    IncompleteDataError; a signing device that is busy or away raises as RemoteSigner.sign says.
    """
    key = request.key
    known = _known(key, request.ebp_code, waiting=False)
    complete = rules.gathered(key.order_no, known)
    if complete.obstacle:
        raise IncompleteDataError(f"{key}: {complete.obstacle}: {', '.join(complete.wanted)}")
    signer = platform_signer(request.ebp_code)
    texts = rules.upload_of(key, complete.orders, known)
    now = int(utc_now().timestamp() * 1000)
    signature = signer.sign(rules.pre_image(key.session_id, texts, now))
    sign_value = base64.b64encode(signature).decode()
    answer = customs.post(rules.pay_ex_info(key.session_id, texts, now, signer.key_name, sign_value))
    outcome = rules.outcome_of(answer.code, request.refusal_from)
    return Uploaded(outcome=outcome, code=answer.code, message=(answer.message or "")[:_LONGEST_MESSAGE])


@function("payment-data.tell")
def tell(request: TellRequest) -> Told:
    """Record first, publish then: a repeated call records nothing twice and publishes the same event ids again."""
    store.put_question(request)
    put_events(OWN_SOURCE, _events(request))
    if request.history[-1].stage.is_final:
        for order_no in request.orders:
            store.leave(order_no, request.key.workflow_id)
    return Told(last=request.history[-1].number)


def _known(key: SessionKey, ebp_code: str, *, waiting: bool) -> dict[str, OriginalPayment]:
    """The data of every order of the payment that are here; `waiting` notes the question at each order first."""
    known: dict[str, OriginalPayment] = {}
    seen = {key.order_no}
    todo = [key.order_no]
    for order_no in todo:  # grows while it is read
        if waiting:
            store.wait(order_no, key.workflow_id)
        payment = store.read(OrderKey(ebp_code=ebp_code, order_no=order_no))
        if payment is None:
            continue
        known[order_no] = payment
        if key.order_no in known:
            todo += [number for number in rules.orders_of(key.order_no, known) if number not in seen]
            seen.update(todo)
    return known


def _events(request: TellRequest) -> list[OutboundEvent]:
    """One event per change that nobody was told of, and the wish for data; ids are those of the change."""
    key, latest = request.key, request.history[-1]
    shared = {"session_id": key.session_id, "order_no": key.order_no, "ebp_code": request.ebp_code}
    events = [
        OutboundEvent(
            id=f"{key.workflow_id}#{change.number}-{change.stage}",
            type=PAYMENT_DATA_CHANGED.name,
            subject=key.workflow_id,
            time=change.at,
            data=PaymentDataChanged.model_validate(
                {**shared, "change": change, "needs_human": request.needs_human, "due_by": request.due_by}
            ),
        )
        for change in request.history[request.told :]
    ]
    if request.wanted:
        wanted = PaymentDataWanted.model_validate({**shared, "wanted": request.wanted, "due_by": request.due_by})
        wish = f"{key.workflow_id}#{latest.number}-wanted"
        events.append(OutboundEvent(wish, PAYMENT_DATA_WANTED.name, key.workflow_id, latest.at, wanted))
    return events
