"""The state of one import order: everything its workflow knows, in one value that a new run can carry on."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from events.ceb.declaration_list import CancellationReturn, DeclarationList, DeclarationReturn
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.tax_bill import TaxBill, TaxBillStatus
from events.ceb.waybill import Waybill, WaybillStatus
from events.declaration_request import DeclarationRequest
from events.documents import DocumentKind, InboundDocument
from events.findings import Finding
from events.life import ImportOrderStart, OrderSnapshot, Stage, StageChange
from events.return_life import ExchangeNote, ReturnLine
from events.values import OrderKey, Text, from_second
from functions.dossier.models import DossierEntry
from functions.intake.models import FrozenDocument
from functions.ledger.models import Bill, Standing
from functions.orders.masking import personal_values
from functions.tax.models import Assessment
from workflows import texts
from workflows.cases import CancellationCase, ReturnCase
from workflows.customs_status import ListVersion, version_of
from workflows.tax_bills import current_bill

COMPARED = (DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL)
CHANGEABLE = (*COMPARED, DocumentKind.DECLARATION_LIST, DocumentKind.DECLARATION_REQUEST)
AT_CUSTOMS = frozenset({Stage.DECLARED, Stage.REVIEWING, Stage.INSPECTING, Stage.DETAINED})
BEFORE_CUSTOMS = frozenset(
    {Stage.COLLECTING, Stage.MISMATCHED, Stage.MATCHED, Stage.AWAITING_GUARANTEE, Stage.REJECTED}
)


class OrderState(BaseModel):
    """One order. Documents are kept under their kind, the latest accepted content of each."""

    key: OrderKey
    stage: Stage = Stage.COLLECTING
    changes: list[StageChange] = Field(default_factory=list)
    told: int = 0
    documents: dict[DocumentKind, InboundDocument] = Field(default_factory=dict)
    entries: list[DossierEntry] = Field(default_factory=list)
    findings: list[Finding] = Field(default_factory=list)
    declaration_list: DeclarationList | None = None
    versions: list[ListVersion] = Field(default_factory=list)
    frozen: list[FrozenDocument] = Field(default_factory=list)
    ahead: dict[DocumentKind, InboundDocument] = Field(default_factory=dict)
    sent: dict[DocumentKind, str] = Field(default_factory=dict)
    to_match: bool = False
    cancellation: CancellationCase | None = None
    cancellation_receipts: list[CancellationReturn] = Field(default_factory=list)
    needs_human: str | None = None
    deadline: AwareDatetime | None = None
    delivered_at: AwareDatetime | None = None
    window_days: int = 0
    window_ends: AwareDatetime | None = None
    released_at: AwareDatetime | None = None
    assessment: Assessment | None = None
    standing: Standing | None = None
    charged_version: int = 0
    tax_bills: list[TaxBill] = Field(default_factory=list)
    bill_statuses: list[TaxBillStatus] = Field(default_factory=list)
    recorded_bill: Bill | None = None
    returns: list[ReturnCase] = Field(default_factory=list)
    exchanges: list[ExchangeNote] = Field(default_factory=list)
    cancellations: int = 0
    undecided: bool = False

    def parsed(self, kind: DocumentKind) -> Any:
        """The document of a kind as its model, or None."""
        document = self.documents.get(kind)
        return document.parsed() if document else None

    @property
    def order(self) -> Order | None:
        """The order."""
        found = self.parsed(DocumentKind.ORDER)
        return found if isinstance(found, Order) else None

    @property
    def payment(self) -> Payment | None:
        """The payment."""
        found = self.parsed(DocumentKind.PAYMENT)
        return found if isinstance(found, Payment) else None

    @property
    def waybill(self) -> Waybill | None:
        """The waybill."""
        found = self.parsed(DocumentKind.WAYBILL)
        return found if isinstance(found, Waybill) else None

    @property
    def declared_by_agent(self) -> DeclarationList | None:
        """The list that the declarant sent."""
        found = self.parsed(DocumentKind.DECLARATION_LIST)
        return found if isinstance(found, DeclarationList) else None

    @property
    def request(self) -> DeclarationRequest | None:
        """The platform's request that we build the list."""
        found = self.parsed(DocumentKind.DECLARATION_REQUEST)
        return found if isinstance(found, DeclarationRequest) else None

    @property
    def missing(self) -> list[str]:
        """The documents without which nothing can be matched."""
        absent = [kind.value for kind in COMPARED if kind not in self.documents]
        if not {DocumentKind.DECLARATION_LIST, DocumentKind.DECLARATION_REQUEST} & self.documents.keys():
            absent.append(DocumentKind.DECLARATION_LIST.value)
        return absent

    @property
    def version(self) -> ListVersion | None:
        """The list version that is at customs, or was last."""
        return self.versions[-1] if self.versions else None

    @property
    def bill(self) -> Bill | None:
        """The tax bill that counts, with its furthest status."""
        return current_bill(self.tax_bills, self.bill_statuses)

    @property
    def mode(self) -> str | None:
        """9610 or 1210, once a list or a request for one tells."""
        if self.declared_by_agent:
            return self.declared_by_agent.head.trade_mode
        return self.request.trade_mode if self.request else None

    @property
    def open_return(self) -> ReturnCase | None:
        """The return that has not ended."""
        return next((case for case in self.returns if case.result is None), None)

    @property
    def returned(self) -> list[ReturnLine]:
        """Everything that came back for good."""
        return [line for case in self.returns if case.result for line in case.result.lines]

    @property
    def returnable(self) -> dict[int, Decimal]:
        """How much of each line of the list has not come back."""
        left = {item.gnum: item.qty for item in self.declaration_list.items} if self.declaration_list else {}
        for line in self.returned:
            left[line.gnum] -= line.qty
        return left

    @property
    def is_all_back(self) -> bool:
        """Whether the buyer has nothing left of the order."""
        return bool(self.returns) and not any(self.returnable.values())

    @property
    def keeps_tax(self) -> bool:
        """Whether goods came back whose tax stays: it was being paid, or was paid, by then."""
        return any(case.result.lines and not case.result.restored for case in self.returns if case.result)

    @property
    def owes_tax(self) -> bool:
        """Whether a tax bill is to be paid before the order can close."""
        return self.assessment is not None and self.assessment.total > 0

    @property
    def waits_for(self) -> str:
        """What the deadline ends, in words for an operator."""
        if self.stage in AT_CUSTOMS:
            return "answer of customs"
        if self.stage in {Stage.RELEASED, Stage.DELIVERED}:
            return "return window"
        if self.stage is Stage.AWAITING_GUARANTEE:
            return "guarantee"
        return "missing documents" if self.missing else "correction"

    @property
    def personal(self) -> list[str]:
        """Every value that names a person or a way to reach one, in all documents that ever came.

        Those that were corrected since count too: the history may quote them.
        """
        return sorted({value for entry in self.entries for value in personal_values(entry.content)})

    def open(self, start: ImportOrderStart) -> None:
        """Begin where the door has put the order on record: the world knows the first change already."""
        self.deadline = start.opened + start.limits.documents
        self.changes, self.told = [start.opening], 1
        self.note(start.opened, "decision", start.opening.model_dump(mode="json", exclude={"at"}))

    def enter(self, stage: Stage, reason: Text, at: datetime) -> None:
        """Enter a stage, or note something about the one that it is in."""
        status = self.version.status.code if self.version and self.version.status else None
        change = StageChange(number=len(self.changes) + 1, stage=stage, at=at, reason=reason, customs_status=status)
        if stage is not self.stage:
            self.undecided = False
        self.stage = stage
        if stage.is_final:
            self.deadline, self.needs_human = None, None
        self.changes.append(change)
        self.note(at, "decision", change.model_dump(mode="json", exclude={"at"}))

    def note(self, at: datetime, kind: str, content: dict[str, Any]) -> None:
        """Put an entry into the dossier."""
        self.entries.append(DossierEntry(at=at, kind=kind, content=content))

    def replaces(self, exchange: ExchangeNote, at: datetime) -> None:
        """This order replaces goods that come back; told twice it is noted once, and an ended life is over."""
        if exchange in self.exchanges or self.stage.is_final:
            return
        self.exchanges.append(exchange)
        self.note(at, "exchange", exchange.model_dump(mode="json"))
        self.enter(self.stage, texts.exchange_of(exchange.order_no, exchange.return_no), at)

    def absorb(self, document: InboundDocument, at: datetime) -> bool:
        """Take a document in; False when it is one that is here already, or an older content of it.

        Which documents have come, not when, decides what an order becomes: repeats change nothing, and of two
        contents of one document the one that the door accepted later counts.
        """
        if document.kind in CHANGEABLE:
            return self._absorb_changeable(document, at)
        if not self._is_news(document):
            return False
        self.note(at, document.kind.value, document.content)
        return True

    def _is_news(self, document: InboundDocument) -> bool:
        content = document.parsed()
        if isinstance(content, DeclarationReturn):
            version = version_of(content, self.versions)
            return version is None or version.add(content)
        if isinstance(content, WaybillStatus):
            if self.delivered_at:
                return False
            self.delivered_at = from_second(content.logistics_time)
            return True
        kept = self._kept_apart(document.kind)
        if kept is None:
            return all(entry.content != document.content for entry in self.entries)
        if content in kept:
            return False
        kept.append(content)
        return True

    def _kept_apart(self, kind: DocumentKind) -> list[Any] | None:
        """Where documents of a kind are kept that count each by itself."""
        kept: dict[DocumentKind, list[Any]] = {
            DocumentKind.CANCELLATION_RECEIPT: self.cancellation_receipts,
            DocumentKind.TAX_BILL: self.tax_bills,
            DocumentKind.TAX_BILL_STATUS: self.bill_statuses,
        }
        return kept.get(kind)

    def _absorb_changeable(self, document: InboundDocument, at: datetime) -> bool:
        current = self.ahead.get(document.kind) or self.documents.get(document.kind)
        if current and _age(current) >= _age(document):
            return False
        self.note(at, document.kind.value, document.content)
        if self.stage in BEFORE_CUSTOMS:
            self.documents[document.kind] = document
            self.to_match = True
        elif self.stage in AT_CUSTOMS:
            self.ahead[document.kind] = document
        return True

    def catch_up(self) -> None:
        """The list may be corrected again: take the documents that came while it was at customs.

        The door lets none through before the order has untied its documents. But the worker that untied them may have
        died before Temporal knew; then a correction comes together with the rejection that it answers.
        """
        self.documents |= self.ahead
        self.to_match = self.to_match or bool(self.ahead)
        self.ahead = {}

    def snapshot(self) -> OrderSnapshot:
        """Where the order stands, without its documents."""
        return OrderSnapshot(
            key=self.key,
            stage=self.stage,
            mode=self.mode,
            history=self.changes,
            findings=self.findings,
            documents={kind.value: document.content_hash for kind, document in self.documents.items()},
            versions=len(self.versions),
            customs_status=self.version.status.code if self.version and self.version.status else None,
            pre_no=self.version.pre_no if self.version else None,
            invt_no=self.version.invt_no if self.version else None,
            needs_human=self.needs_human,
            due_by=self.deadline,
        )


def _age(document: InboundDocument) -> tuple[datetime, str]:
    return document.received_at, document.content_hash
