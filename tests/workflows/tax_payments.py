"""Tax payments under test: orders with bills in the real ledger, a scripted bank, runs on the real server."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from pydantic import BaseModel
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from events.money import TaxPaymentDone, TaxPaymentFile
from events.tax_payment import (
    GuarantorTaxResult,
    PaymentOutcome,
    TaxPaymentRunResult,
    TaxPaymentRunStart,
)
from events.values import CHINA, OrderKey, Text
from functions.bus import OutboundEvent
from functions.dispatch import search_attributes
from functions.function import Function
from functions.ledger import handler as ledger
from functions.ledger.models import Bill, BillRequest, Standing
from functions.money.post import MoneyUnavailableError
from infra.activities import TAX_PAYMENT_FUNCTIONS, FunctionInvoker, InProcessInvoker, activities_of
from infra.worker import workflow_runner
from tests.functions.ledger.samples import bill_of, charge, commit, guarantee, open_guarantee, reserve, standing
from workflows.tax_payment import TaxPaymentRunWorkflow, TaxPaymentWorkflow

RELEASE = datetime(2026, 11, 23, 23, 30, tzinfo=CHINA)
GUARANTEE = Decimal(1_000_000)
NO_FUNDS = Text(zh="余额不足", en="no funds")
_PATIENCE_SECONDS = 20


def day(number: int) -> datetime:
    """Early on the n-th day after the release, in China."""
    return datetime(2026, 11, 23, 0, 5, tzinfo=CHINA) + timedelta(days=number)


class ScriptedBank:
    """Stands where files are posted to the bank; answers a number as it answered it first.

    `away`: so many requests find nobody. `dies`: so many files are booked, and nobody is told. `refusals`: what it
    says to new files, one by one. `open` cleared: requests wait at the door.
    """

    def __init__(self) -> None:
        self.files: dict[str, TaxPaymentFile] = {}
        self.booked: list[str] = []
        self.asked: list[str] = []
        self.away = self.dies = 0
        self.refusals: list[Text] = []
        self.open = threading.Event()
        self.open.set()
        self.paid_at = day(31)
        self._answers: dict[str, TaxPaymentDone | Text] = {}

    def post(self, _url: str, key: str, file: TaxPaymentFile, _done: type, _who: str) -> TaxPaymentDone | Text:
        """Like functions.money.post.post."""
        assert key == file.payment_no
        self.asked.append(key)
        self.open.wait(_PATIENCE_SECONDS)
        if self.away:
            self.away -= 1
            raise MoneyUnavailableError("bank: ConnectError")
        if key not in self._answers:
            self._enter(key, file)
        assert file == self.files[key], "another file under the same number"
        if self.dies:
            self.dies -= 1
            raise MoneyUnavailableError("bank answered 500")
        return self._answers[key]

    def _enter(self, key: str, file: TaxPaymentFile) -> None:
        self.files[key] = file
        if self.refusals:
            self._answers[key] = self.refusals.pop(0)
            return
        self.booked.append(key)
        self._answers[key] = TaxPaymentDone(bank_reference=f"BK-{key}", paid_at=self.paid_at)


class CrashError(RuntimeError):
    """The worker died."""


class DyingInvoker:
    """A worker that dies at one function, before or after the function has done its work, and does nothing then."""

    def __init__(self, at: str, *, after: bool) -> None:
        self._at = at
        self._after = after
        self.dead = threading.Event()

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """Every call, until the one at which it dies."""
        if function.name == self._at and self._after and not self.dead.is_set():
            InProcessInvoker().invoke(function, request)
        if function.name == self._at:
            self.dead.set()
        if self.dead.is_set():
            raise CrashError(self._at)
        return InProcessInvoker().invoke(function, request)


def tax_worker(client: Client, threads: ThreadPoolExecutor, task_queue: str, invoker: FunctionInvoker) -> Worker:
    """The product's worker of tax payments."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[TaxPaymentRunWorkflow, TaxPaymentWorkflow],
        activities=activities_of(TAX_PAYMENT_FUNCTIONS, invoker),
        activity_executor=threads,
        workflow_runner=workflow_runner(),
    )


class Payer:
    """One guarantor of its own, its orders and its runs."""

    def __init__(self, temporal: WorkflowEnvironment, bank: ScriptedBank, heard: list[OutboundEvent]) -> None:
        self.client = temporal.client
        self.task_queue = f"test-{uuid4()}"
        self.guarantor = f"G{uuid4().hex[:12]}"
        self.bank = bank
        self.heard = heard
        open_guarantee(str(GUARANTEE), self.guarantor)

    def order(self, number: int) -> OrderKey:
        """One of its orders."""
        return OrderKey(ebp_code=self.guarantor, order_no=f"LYG-{number:05}")

    def reserve(self, number: int, tax: str = "9.10") -> OrderKey:
        """An order on its way to customs."""
        key = self.order(number)
        reserve(key, charge("100", tax), buyer=f"buyer {number}", guarantor=self.guarantor)
        return key

    def release(self, number: int, tax: str = "9.10", *, day: int = 0, bill: bool = True) -> OrderKey:
        """A released order, `day` days after the first ones; with its bill."""
        key = self.reserve(number, tax)
        commit(key, self.bill(number, tax) if bill else None, RELEASE + timedelta(days=day))
        return key

    def bill(self, number: int, tax: str = "9.10", status: str = "1", **changes: Any) -> Bill:
        """The bill of an order."""
        return bill_of(self.order(number), tax, status).model_copy(update=changes)

    def customs_summarises(self, *numbers: int) -> None:
        """CEB818 comes to the orders, and they tell the ledger."""
        for number in numbers:
            bill = self.bill(number, status="2", ent_duty_no="JKS1")
            ledger.bill(BillRequest(key=self.order(number), bill=bill))

    def payment_no(self, number: int = 1, month: str = "202612") -> str:
        """The number of a payment."""
        return f"TP-{self.guarantor}-{month}-{number:02}"

    @property
    def standings(self) -> list[Standing]:
        """Where the charges of the first three orders stand."""
        return [standing(self.order(number)).standing for number in (1, 2, 3)]

    @property
    def held(self) -> Decimal:
        """How much of the guarantee is held."""
        return guarantee(self.guarantor).held

    @property
    def child(self) -> WorkflowHandle[TaxPaymentWorkflow, GuarantorTaxResult]:
        """The workflow of its payments."""
        return self.client.get_workflow_handle_for(TaxPaymentWorkflow.run, f"tax-payment/{self.guarantor}")

    async def start(
        self, as_of: datetime | None, **changes: Any
    ) -> WorkflowHandle[TaxPaymentRunWorkflow, TaxPaymentRunResult]:
        """Start a run for this guarantor."""
        content = {"as_of": as_of, "guarantor": self.guarantor} | changes
        return await self.client.start_workflow(
            TaxPaymentRunWorkflow.run,
            TaxPaymentRunStart(**content),
            id=f"run-{uuid4()}",
            task_queue=self.task_queue,
        )

    async def run(self, as_of: datetime | None = None, **changes: Any) -> TaxPaymentRunResult:
        """A run from its start to its end."""
        return await result_of(await self.start(as_of, **changes))

    async def paid(self, as_of: datetime, **changes: Any) -> list[tuple[str, PaymentOutcome | None, int]]:
        """A run; number, outcome and bills of each payment."""
        result = await self.run(as_of, **changes)
        return [
            (payment.payment_no, payment.outcome, payment.bills)
            for one in result.guarantors
            for payment in one.payments
        ]

    async def needs_human(self) -> bool | None:
        """What the search attribute of its payments says."""
        found = (await self.child.describe()).typed_search_attributes
        return found.get(search_attributes.NEEDS_HUMAN)

    def told(self, name: str) -> list[Any]:
        """The outbound events of a type: their data."""
        return [event.data for event in self.heard if event.type == f"cn.sandan.tax.{name}.v1"]


async def result_of(
    handle: WorkflowHandle[TaxPaymentRunWorkflow, TaxPaymentRunResult],
) -> TaxPaymentRunResult:
    """The end of a run, which must come soon."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        return await handle.result()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
