"""The payment firm's refunds: money back out of payments, once for every return."""

from dataclasses import dataclass, field
from decimal import Decimal

from events.money import RefundDone, RefundOrder
from events.values import utc_now
from infra.generate.scenarios import Scenario, scenario_of
from infra.sandbox.config import SandboxConfig
from infra.sandbox.money import Died, Journal, Refused, number_of


@dataclass
class _Account:
    paid: Decimal
    left: Decimal


@dataclass
class RefundDesk:
    """Refunds of every payment enterprise among the partners. The first refund of a payment tells what was paid."""

    config: SandboxConfig
    journal: Journal[RefundOrder, RefundDone]
    _accounts: dict[tuple[str, str], _Account] = field(default_factory=dict)

    def pay(self, key: str, order: RefundOrder) -> RefundDone | Refused | Died:
        """Give money back, or answer as it was answered before.

        By the story of the order: REFUND_REFUSED finds the account closed, REFUND_DIES pays and dies before it has
        answered.
        """
        known = self.journal.known(key, order.return_no, order)
        if known:
            return known
        story = scenario_of(order.order_no)
        refused = self._refusal(order, story)
        if refused:
            return self.journal.enter(order.return_no, order, refused)
        self._account(order).left -= order.amount
        done = RefundDone(refund_no=number_of("RF", order.return_no), refunded_at=utc_now())
        answer = self.journal.enter(order.return_no, order, done)
        return Died() if story is Scenario.REFUND_DIES else answer

    def _refusal(self, order: RefundOrder, story: Scenario | None) -> Refused | None:
        if self.config.partner_of(order.pay_code) is None:
            return Refused("UNKNOWN_FIRM", f"{order.pay_code}不是本支付企业")
        if story is Scenario.REFUND_REFUSED:
            return Refused("ACCOUNT_CLOSED", "买家账户已注销，无法原路退回")
        account = self._account(order)
        if account.paid != order.amount_paid:
            return Refused("OTHER_AMOUNT", f"原支付金额为{account.paid}，不是{order.amount_paid}")
        if account.left < order.amount:
            return Refused("TOO_MUCH", f"原支付{order.pay_transaction_id}可退余额为{account.left}")
        return None

    def _account(self, order: RefundOrder) -> _Account:
        fresh = _Account(paid=order.amount_paid, left=order.amount_paid)
        return self._accounts.setdefault((order.pay_code, order.pay_transaction_id), fresh)
