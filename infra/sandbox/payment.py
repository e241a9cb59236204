"""The payment firm: transmits the payments that are in its books, and corrects what its books say otherwise."""

from datetime import timedelta
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from events.ceb.messages.payment import CEB411Message
from events.ceb.payment import Payment, PaymentHead
from events.ceb.writing import build
from events.problems import InvalidInputError, Problem, problems_of
from events.values import OrderKey, from_second, to_second, utc_now
from infra.generate.scenarios import Scenario, scenario_of
from infra.sandbox.config import SandboxConfig
from infra.sandbox.outbox import Outbox

_CHANGED = "2"
_CORRECTABLE = ("amountPaid", "currency", "payTransactionId", "payerIdNumber", "payerName", "payTime", "telephone")


class CorrectionRequest(BaseModel):
    """Please look up one field of a payment; `field` and `value` as the official name and text."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    ebp_code: str
    order_no: str
    field: str
    value: str


class UnknownPaymentError(LookupError):
    """There is no such payment in the books."""


class DisagreementError(ValueError):
    """The books say otherwise: the payment stays as it is."""


class PaymentFirm:
    """Every payment enterprise among the partners."""

    def __init__(self, config: SandboxConfig, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._books: dict[OrderKey, CEB411Message] = {}

    def take(self, message: CEB411Message) -> list[Problem]:
        """Enter payments into the books and transmit each to the gateway; with a problem none is.

        Raises DisagreementError for an order that was never paid.
        """
        problems = [problem for index in range(len(message.payments)) for problem in self._problems(message, index)]
        if problems:
            return problems
        unpaid = [paid.head.order_no for paid in message.payments if _story(paid) is Scenario.PAYMENT_MISSING]
        if unpaid:
            raise DisagreementError(f"our books hold no payment of the order {unpaid[0]}: it was never paid")
        for paid in message.payments:
            self._transmit(message.model_copy(update={"payments": [paid], "signature": None}))
        return []

    def correct(self, request: CorrectionRequest) -> None:
        """Look into the books and transmit the payment again as a change (appType 2).

        Raises UnknownPaymentError, DisagreementError, or InvalidInputError for a field or value that cannot be.
        """
        key = OrderKey(ebp_code=request.ebp_code, order_no=request.order_no)
        message = self._books.get(key)
        if message is None:
            raise UnknownPaymentError(f"our books hold no payment of the order {key}: hand it in first")
        (paid,) = message.payments
        if _story(paid) is Scenario.PAYMENT_MISMATCH:
            raise DisagreementError(f"our books say otherwise: {request.field} of the order {key} stays as it is")
        self._transmit(message.model_copy(update={"guid": _guid(), "payments": [_corrected(paid, request)]}))

    def _problems(self, message: CEB411Message, index: int) -> list[Problem]:
        code = message.payments[index].head.pay_code
        if self._config.partner_of(code):
            return []
        path = f"/CEB411Message/Payment[{index + 1}]/PaymentHead/payCode"
        foreign = "is no payment firm of this sandbox: send only its own payments"
        return [Problem(path=path, rule="foreign_code", value=code, message=foreign)]

    def _transmit(self, message: CEB411Message) -> None:
        (paid,) = message.payments
        partner = self._config.partner_of(paid.head.pay_code)
        assert partner
        self._books[OrderKey(ebp_code=paid.head.ebp_code, order_no=paid.head.order_no)] = message
        self._outbox.start(self._send(partner, message, times=2 if _story(paid) is Scenario.DUPLICATES else 1))

    async def _send(self, partner: str, message: CEB411Message, times: int) -> None:
        body = build(message)
        for _ in range(times):
            await self._outbox.deliver(partner, body)


def _story(paid: Payment) -> Scenario | None:
    return scenario_of(paid.head.order_no)


def _corrected(paid: Payment, request: CorrectionRequest) -> Payment:
    """The same payment with one field changed, later than the one before."""
    if request.field not in _CORRECTABLE:
        known = f"is not a field that the firm looks up; it looks up {', '.join(_CORRECTABLE)}"
        raise InvalidInputError([Problem(path="/field", rule="field", value=request.field, message=known)])
    later = max(utc_now(), from_second(paid.head.app_time) + timedelta(seconds=1))
    sending = {"guid": _guid(), "appType": _CHANGED, "appTime": to_second(later)}
    try:
        head = PaymentHead.model_validate(paid.head.model_dump() | {request.field: request.value} | sending)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error, "PaymentHead")) from None
    return Payment(head=head)


def _guid() -> str:
    return str(uuid4()).upper()
