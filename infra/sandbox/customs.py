"""Customs: takes documents, lists and cancellations, compares, and answers when it pleases."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from random import Random

from events.ceb.declaration_list import Cancellation, DeclarationList, DeclarationReturn
from events.ceb.frame import CebMessage
from events.ceb.messages.declaration_list import CEB621Message, CEB623Message
from events.ceb.messages.order import CEB311Message
from events.ceb.messages.payment import CEB411Message
from events.ceb.messages.refund import CEB625Message
from events.ceb.messages.waybill import CEB511Message
from events.ceb.refund import Refund
from events.values import OrderKey, from_millisecond
from infra.generate.scenarios import Scenario
from infra.sandbox.carrier import Carrier
from infra.sandbox.cases import Books, Case, CaseReport, Received, SentReceipt, Standing, Submission, Version, key_of
from infra.sandbox.checks import rejection
from infra.sandbox.config import SandboxConfig
from infra.sandbox.outbox import Outbox
from infra.sandbox.questions import Questions, registered
from infra.sandbox.receipts import (
    CANCELLED_INFO,
    Numbers,
    cancellation_message,
    cancellation_receipt,
    list_message,
    list_receipt,
)
from infra.sandbox.refusals import Refusal, cancellation_refusal, list_refusal
from infra.sandbox.returns import ReturnDesk
from infra.sandbox.stories import REJECTED, WHAT_HAPPENED, Messages, story_of
from infra.sandbox.tax_office import TaxOffice
from infra.sandbox.warehouse import Warehouse

POSTS_WHILE_DOWN = 3
_MEANS = {
    "100": Standing.REJECTED,
    "120": Standing.ACCEPTED,
    "500": Standing.INSPECTING,
    "501": Standing.DETAINED,
    "700": Standing.SHIPPED_BACK,
    "800": Standing.RELEASED,
}


@dataclass(frozen=True)
class Delivery:
    """A message as it came: the envelope's number, whom to answer, what is inside, whether its signature holds."""

    cop_msg_id: str
    reply_to: str
    message: CebMessage
    signed: bool


class Customs:
    """One customs district in memory."""

    def __init__(self, config: SandboxConfig, outbox: Outbox, carrier: Carrier) -> None:
        self._partner = config.customs_partner()
        self._config = config
        self._outbox = outbox
        self._carrier = carrier
        self._numbers = Numbers()
        self._books = Books()
        self.questions = Questions(config, outbox, self._books, registered(config.certificates))
        self.office = TaxOffice(config, outbox)
        self._returns = ReturnDesk(config, outbox, self._numbers, self.office, Warehouse(config, outbox))
        self._cases: dict[OrderKey, Case] = {}
        self._waiting: dict[OrderKey, Case] = {}
        self._seen: dict[str, tuple[CebMessage, Received]] = {}
        self._posts: Counter[str] = Counter()

    def is_down(self, order_no: str, scenario: Scenario | None) -> bool:
        """Whether this POST of the order meets a closed door: the first three do, in that scenario."""
        self._posts[order_no] += 1
        return scenario is Scenario.CUSTOMS_DOWN and self._posts[order_no] <= POSTS_WHILE_DOWN

    def report(self) -> list[CaseReport]:
        """Every order of which a list or a cancellation came."""
        return [case.report() for case in self._cases.values()]

    def messages(self) -> list[Received]:
        """Every message that came."""
        return [received for _, received in self._seen.values()]

    def take(self, delivery: Delivery) -> None:
        """Process a message; one that came before under the same CopMsgId is not processed again."""
        again = self._note(delivery)
        match delivery.message:
            case CEB621Message(declaration_lists=declared):
                for one in declared:
                    self._list_again(one, delivery) if again else self._list(one, delivery)
            case CEB623Message(cancellations=cancellations):
                for asked in cancellations:
                    self._cancellation_again(asked, delivery) if again else self._cancellation(asked, delivery)
            case CEB625Message(refunds=refunds):
                for refund in refunds:
                    self._return_again(refund, delivery) if again else self._return(refund, delivery)
            case document if not again:
                self._document(document)

    def _note(self, delivery: Delivery) -> bool:
        """Whether the message came before."""
        said = delivery.message.model_copy(update={"signature": None})
        before = self._seen.get(delivery.cop_msg_id)
        if before is None:
            self._seen[delivery.cop_msg_id] = said, Received(cop_msg_id=delivery.cop_msg_id, root=said.root)
            return False
        first, received = before
        received.received += 1
        received.changed += said != first
        return True

    def _document(self, message: CebMessage) -> None:
        match message:
            case CEB311Message(orders=orders):
                for order in orders:
                    self._books.orders[OrderKey(ebp_code=order.head.ebp_code, order_no=order.head.order_no)] = order
            case CEB411Message(payments=payments):
                for paid in payments:
                    self._books.payments[OrderKey(ebp_code=paid.head.ebp_code, order_no=paid.head.order_no)] = paid
            case CEB511Message(waybills=waybills):
                for waybill in waybills:
                    self._books.waybills[waybill.head.logistics_code, waybill.head.logistics_no] = waybill
        for case in list(self._waiting.values()):
            self._examine(case)

    def _list(self, declared: DeclarationList, delivery: Delivery) -> None:
        case = self._case(key_of(declared))
        submission = Submission(cop_msg_id=delivery.cop_msg_id, guid=declared.head.guid)
        version = Version(declared, delivery.reply_to, submission)
        refusal = list_refusal(case, declared, delivery.signed)
        case.versions[delivery.cop_msg_id] = version
        if refusal:
            self._outbox.start(self._answer(case, version, refusal.code, refusal.text))
        elif case.scenario is Scenario.SILENCE and len(case.versions) == 1:
            version.swallowed = True
        else:
            self._begin(case, version)

    def _list_again(self, declared: DeclarationList, delivery: Delivery) -> None:
        case = self._case(key_of(declared))
        version = case.versions.get(delivery.cop_msg_id)
        if version is None:
            return  # the number of another message: acknowledged like any repetition
        version.submission.received += 1
        if version.swallowed:
            version.swallowed = False
            self._begin(case, version)

    def _begin(self, case: Case, version: Version) -> None:
        if case.standing is Standing.CANCELLED:
            case.pre_no, case.invt_no = self._numbers.pre_no(), None
        case.current, case.standing = version, Standing.WAITING
        version.submission.taken += 1
        missing = self._books.missing(version.declared)
        if missing:
            self._waiting[case.key] = case
            self._outbox.start(self._answer(case, version, "2", missing))
        else:
            self._examine(case)

    def _examine(self, case: Case) -> None:
        """Begin the comparison, unless a document is still missing."""
        version = case.current
        assert version
        if self._books.missing(version.declared) is None:
            self._waiting.pop(case.key, None)
            case.standing = Standing.DECLARED
            self._outbox.start(self._compare(case, version))

    async def _answer(self, case: Case, version: Version, status: str, info: str) -> None:
        await self._pause(case)
        await self._say(case, version, [self._receipt(case, version, status, info)])

    async def _compare(self, case: Case, version: Version) -> None:
        key = case.key
        fault = rejection(self._books.orders[key], self._books.payments[key], version.declared)
        if fault:
            await self._pause(case)
            receipts = [self._receipt(case, version, status) for status in REJECTED[:-1]]
            receipts.append(self._receipt(case, version, REJECTED[-1], fault.info))
            await self._say(case, version, receipts)
            return
        await self._tell(case, version, story_of(case.scenario))

    async def _tell(self, case: Case, version: Version, messages: Messages) -> None:
        made: dict[str, DeclarationReturn] = {}
        for statuses in messages:
            await self._pause(case)
            if case.standing is Standing.CANCELLED or case.current is not version:
                return
            if case.scenario is Scenario.RECEIPTS_DISORDER and not made:
                made = {status: self._receipt(case, version, status) for status in WHAT_HAPPENED}
            made |= {status: self._receipt(case, version, status) for status in statuses if status not in made}
            if case.scenario is Scenario.RECEIPTS_DISORDER:
                await self.office.issue(case)
            said = self._say(case, version, [made[status] for status in statuses])
            if case.standing is Standing.RELEASED:
                await asyncio.gather(said, self.office.issue(case))  # two messages of the same moment
            else:
                await said
        if case.standing is Standing.RELEASED:
            self._outbox.start(self._carrier.bring(version.declared.head, case.random))
            self.questions.sample(case.key)

    def _receipt(self, case: Case, version: Version, status: str, info: str | None = None) -> DeclarationReturn:
        if status == "120" and case.invt_no is None:
            case.invt_no = self._numbers.invt_no(version.declared.head.customs_code)
        case.standing = _MEANS.get(status, case.standing)
        moment = case.clock.next()
        if case.standing is Standing.RELEASED and case.released_at is None:
            case.released_at = from_millisecond(moment)
        return list_receipt(version.declared, status, moment, pre_no=case.pre_no, invt_no=case.invt_no, info=info)

    async def _say(self, case: Case, version: Version, receipts: list[DeclarationReturn]) -> None:
        taken = await self._outbox.deliver(self._partner, list_message(receipts, version.reply_to))
        case.receipts.extend(SentReceipt.of("CEB622Message", receipt, taken) for receipt in receipts)

    def _cancellation(self, asked: Cancellation, delivery: Delivery) -> None:
        case = self._case(OrderKey(ebp_code=asked.ebp_code, order_no=asked.order_no))
        submission = Submission(cop_msg_id=delivery.cop_msg_id, guid=asked.guid)
        case.cancellations[delivery.cop_msg_id] = submission
        refusal = cancellation_refusal(case, asked, delivery.signed)
        if refusal is None:
            case.standing = Standing.CANCELLED
            submission.taken = 1
        self._outbox.start(self._answer_cancellation(case, asked, refusal, delivery.reply_to))

    def _cancellation_again(self, asked: Cancellation, delivery: Delivery) -> None:
        case = self._case(OrderKey(ebp_code=asked.ebp_code, order_no=asked.order_no))
        if submission := case.cancellations.get(delivery.cop_msg_id):
            submission.received += 1

    async def _answer_cancellation(
        self, case: Case, asked: Cancellation, refusal: Refusal | None, reply_to: str
    ) -> None:
        await self._pause(case)
        status, info = (refusal.code, refusal.text) if refusal else ("399", CANCELLED_INFO)
        receipt = cancellation_receipt(asked, status, case.clock.next(), asked.pre_no or case.pre_no, info)
        taken = await self._outbox.deliver(self._partner, cancellation_message(receipt, reply_to))
        case.receipts.append(SentReceipt.of("CEB624Message", receipt, taken))

    def _return(self, asked: Refund, delivery: Delivery) -> None:
        case = self._case(_key_of_return(asked))
        self._returns.take(case, asked, delivery.cop_msg_id, delivery.reply_to, delivery.signed)

    def _return_again(self, asked: Refund, delivery: Delivery) -> None:
        self._returns.again(self._case(_key_of_return(asked)), delivery.cop_msg_id)

    def _case(self, key: OrderKey) -> Case:
        if key not in self._cases:
            random = Random(f"{self._config.seed}/{key}")  # noqa: S311 -- repeatable on purpose
            self._cases[key] = Case(key, random, self._numbers.pre_no())
        return self._cases[key]

    async def _pause(self, case: Case) -> None:
        await asyncio.sleep(case.random.uniform(*self._config.delay))


def _key_of_return(asked: Refund) -> OrderKey:
    return OrderKey(ebp_code=asked.head.ebp_code, order_no=asked.head.order_no)
