"""CEB511 to CEB514: import waybills, their statuses, and the receipts of both."""

from typing import Annotated

from events.ceb.frame import CebMessage, UploadMessage, many
from events.ceb.waybill import Waybill, WaybillReturn, WaybillStatus, WaybillStatusReturn


class CEB511Message(UploadMessage):
    """Import waybills."""

    root = "CEB511Message"
    first_element = "waybills"
    waybills: Annotated[list[Waybill], many("Logistics")]


class CEB512Message(CebMessage):
    """Receipts of waybills."""

    root = "CEB512Message"
    first_element = "returns"
    returns: Annotated[list[WaybillReturn], many("LogisticsReturn")]


class CEB513Message(UploadMessage):
    """Import waybill statuses."""

    root = "CEB513Message"
    first_element = "waybill_statuses"
    waybill_statuses: Annotated[list[WaybillStatus], many("LogisticsStatus")]


class CEB514Message(CebMessage):
    """Receipts of waybill statuses."""

    root = "CEB514Message"
    first_element = "returns"
    returns: Annotated[list[WaybillStatusReturn], many("LogisticsStatusReturn")]
