"""CEB711 and CEB712: warehouse entries of direct purchase and their receipts."""

from typing import Annotated

from pydantic import Field

from events.ceb.frame import CebMessage, UploadMessage, many
from events.ceb.warehouse_entry import EntryReturn, WarehouseEntry


class CEB711Message(UploadMessage):
    """A warehouse entry of direct purchase."""

    root = "CEB711Message"
    must_be_signed = True
    first_element = "warehouse_entry"
    warehouse_entry: Annotated[WarehouseEntry, Field(alias="Delivery")]


class CEB712Message(CebMessage):
    """Receipts of warehouse entries."""

    root = "CEB712Message"
    first_element = "returns"
    returns: Annotated[list[EntryReturn], many("DeliveryReturn")]
