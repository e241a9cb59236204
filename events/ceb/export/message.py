"""The export messages; their Signature stands before ExtendMessage, in import it stands behind."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import text
from events.ceb.export.arrival import Arrival, ArrivalReturn
from events.ceb.export.cancellation import ExportCancellation, ExportCancellationReturn
from events.ceb.export.declaration_list import ExportList, ExportListReturn
from events.ceb.export.departure import Departure, DepartureReturn
from events.ceb.export.master_waybill import MasterWaybill, MasterWaybillReturn
from events.ceb.export.money_receipt import MoneyReceipt, MoneyReceiptReturn
from events.ceb.export.order import ExportOrder, ExportOrderReturn
from events.ceb.export.refund import ExportRefund, ExportRefundReturn
from events.ceb.export.refund_tally import RefundTally, RefundTallyReturn
from events.ceb.export.summary import SummaryApplication, SummaryResult, SummaryReturn
from events.ceb.export.waybill import ExportWaybill, ExportWaybillReturn
from events.ceb.frame import BaseTransfer, CebMessage, UploadMessage, many


class ExportTransfer(BaseTransfer):
    """Who hands the message over; in export its code may be empty by the schema."""

    cop_code: Annotated[str, text(0, 18)]


class ExportMessage(CebMessage):
    """What customs answers or sends."""

    exports = True


class ExportUploadMessage(UploadMessage):
    """What an enterprise sends."""

    exports = True
    last_element = "extend_message"
    base_transfer: Annotated[ExportTransfer, Field(alias="BaseTransfer")]


class CEB303Message(ExportUploadMessage):
    """Export orders."""

    root = "CEB303Message"
    first_element = "orders"
    orders: Annotated[list[ExportOrder], many("Order")]


class CEB304Message(ExportMessage):
    """Receipts of export orders."""

    root = "CEB304Message"
    first_element = "returns"
    returns: Annotated[list[ExportOrderReturn], many("OrderReturn")]


class CEB403Message(ExportUploadMessage):
    """Receipts of money."""

    root = "CEB403Message"
    first_element = "money_receipts"
    money_receipts: Annotated[list[MoneyReceipt], many("Receipts")]


class CEB404Message(ExportMessage):
    """Receipts of receipts of money."""

    root = "CEB404Message"
    first_element = "returns"
    returns: Annotated[list[MoneyReceiptReturn], many("ReceiptsReturn")]


class CEB505Message(ExportUploadMessage):
    """Export waybills."""

    root = "CEB505Message"
    first_element = "waybills"
    waybills: Annotated[list[ExportWaybill], many("Logistics")]


class CEB506Message(ExportMessage):
    """Receipts of export waybills."""

    root = "CEB506Message"
    first_element = "returns"
    returns: Annotated[list[ExportWaybillReturn], many("LogisticsReturn")]


class CEB507Message(ExportUploadMessage):
    """Arrivals at supervised sites."""

    root = "CEB507Message"
    first_element = "arrivals"
    arrivals: Annotated[list[Arrival], many("Arrival")]


class CEB508Message(ExportMessage):
    """Receipts of arrivals."""

    root = "CEB508Message"
    first_element = "returns"
    returns: Annotated[list[ArrivalReturn], many("ArrivalReturn")]


class CEB509Message(ExportUploadMessage):
    """Departures from the country."""

    root = "CEB509Message"
    first_element = "departures"
    departures: Annotated[list[Departure], many("Departure")]


class CEB510Message(ExportMessage):
    """Receipts of departures."""

    root = "CEB510Message"
    first_element = "returns"
    returns: Annotated[list[DepartureReturn], many("DepartureReturn")]


class CEB603Message(ExportUploadMessage):
    """Export declaration lists."""

    root = "CEB603Message"
    first_element = "declaration_lists"
    declaration_lists: Annotated[list[ExportList], many("Inventory")]


class CEB604Message(ExportMessage):
    """Receipts of export lists."""

    root = "CEB604Message"
    first_element = "returns"
    returns: Annotated[list[ExportListReturn], many("InventoryReturn")]


class CEB605Message(ExportUploadMessage):
    """Cancellations of export lists."""

    root = "CEB605Message"
    first_element = "cancellations"
    cancellations: Annotated[list[ExportCancellation], many("InvtCancel")]


class CEB606Message(ExportMessage):
    """Receipts of cancellations."""

    root = "CEB606Message"
    first_element = "returns"
    returns: Annotated[list[ExportCancellationReturn], many("InvtCancelReturn")]


class CEB607Message(ExportUploadMessage):
    """Lists under one bill of lading."""

    root = "CEB607Message"
    first_element = "master_waybills"
    master_waybills: Annotated[list[MasterWaybill], many("WayBill")]


class CEB608Message(ExportMessage):
    """Receipts of master waybills."""

    root = "CEB608Message"
    first_element = "returns"
    returns: Annotated[list[MasterWaybillReturn], many("WayBillReturn")]


class CEB213Message(ExportUploadMessage):
    """Returns of exported goods."""

    root = "CEB213Message"
    first_element = "refunds"
    refunds: Annotated[list[ExportRefund], many("InvtRefund")]


class CEB214Message(ExportMessage):
    """Receipts of export returns."""

    root = "CEB214Message"
    first_element = "returns"
    returns: Annotated[list[ExportRefundReturn], many("RefundReturn")]


class CEB215Message(ExportUploadMessage):
    """Tallies of returned goods."""

    root = "CEB215Message"
    first_element = "tallies"
    tallies: Annotated[list[RefundTally], many("InvtRefundDetail")]


class CEB216Message(ExportMessage):
    """Receipts of tallies."""

    root = "CEB216Message"
    first_element = "returns"
    returns: Annotated[list[RefundTallyReturn], many("InvtRefundDetailReturn")]


class CEB701Message(ExportUploadMessage):
    """Applications for summary declarations."""

    root = "CEB701Message"
    first_element = "applications"
    applications: Annotated[list[SummaryApplication], many("SummaryApply")]


class CEB702Message(ExportMessage):
    """Receipts of applications."""

    root = "CEB702Message"
    first_element = "returns"
    returns: Annotated[list[SummaryReturn], many("SummaryReturn")]


class CEB792Message(ExportMessage):
    """Results of summaries, from customs."""

    root = "CEB792Message"
    first_element = "results"
    results: Annotated[list[SummaryResult], many("SummaryResult")]
