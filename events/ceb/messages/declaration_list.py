"""CEB621 to CEB624: import declaration lists, their cancellations, and the receipts of both."""

from typing import Annotated

from events.ceb.declaration_list import Cancellation, CancellationReturn, DeclarationList, DeclarationReturn
from events.ceb.frame import CebMessage, UploadMessage, many


class CEB621Message(UploadMessage):
    """Import declaration lists."""

    root = "CEB621Message"
    must_be_signed = True
    first_element = "declaration_lists"
    declaration_lists: Annotated[list[DeclarationList], many("Inventory")]


class CEB622Message(CebMessage):
    """Receipts of import lists."""

    root = "CEB622Message"
    first_element = "returns"
    returns: Annotated[list[DeclarationReturn], many("InventoryReturn")]


class CEB623Message(UploadMessage):
    """Cancellations of import lists."""

    root = "CEB623Message"
    must_be_signed = True
    first_element = "cancellations"
    cancellations: Annotated[list[Cancellation], many("InvtCancel")]


class CEB624Message(CebMessage):
    """Receipts of cancellations."""

    root = "CEB624Message"
    first_element = "returns"
    returns: Annotated[list[CancellationReturn], many("InvtCancelReturn")]
