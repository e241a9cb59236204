"""The messages: root elements, what stands inside them, and the catalogue by name."""

from typing import Annotated, ClassVar

from pydantic import Field

from events.ceb.base import CebModel, Code3, Enterprise, Guid, Millisecond, Note, ReturnStatus, text
from events.ceb.codec import read, refuse_root, write
from events.ceb.declaration_list import Cancellation, CancellationReturn, DeclarationList, DeclarationReturn
from events.ceb.order import Order, OrderReturn
from events.ceb.payment import Payment, PaymentReturn
from events.ceb.waybill import Waybill, WaybillReturn, WaybillStatus, WaybillStatusReturn
from events.ceb.xml import DEFAULT_SIZE_LIMIT, local_name, namespace, parse_xml

MESSAGE_LIMIT = 100


class BaseTransfer(CebModel):
    """Who hands the message over: the enterprise of the access client and its exchange-platform number."""

    cop_code: Enterprise
    cop_name: Annotated[str, text(0, 100)]
    dxp_mode: Code3
    dxp_id: Annotated[str, text(0, 30)]
    note: Note | None = None


class BaseSubscribe(CebModel):
    """Who else wants to hear of the message."""

    status: Annotated[str, text(0, 100)]
    dxp_mode: Code3
    dxp_address: Annotated[str, text(0, 100)]
    note: Note | None = None


class ExtendMessage(CebModel):
    """Data of the sender's own; `message` is kept as the XML text that it came as."""

    name: Annotated[str, text(0, 30)]
    version: Annotated[str, text(0, 30)]
    message: Annotated[str, Field(alias="Message", json_schema_extra={"xml": True})]


class CebMessage(CebModel):
    """A whole message. `root` is its element name, `first_element` the field that holds its business elements."""

    root: ClassVar[str]
    first_element: ClassVar[str]

    guid: Annotated[Guid, Field(json_schema_extra={"attribute": True})]
    version: Annotated[str, text(1, 10), Field(json_schema_extra={"attribute": True})] = "1.0"

    @property
    def elements(self) -> list[CebModel]:
        """The business elements, in the order in which they stand."""
        found = getattr(self, self.first_element)
        return found if isinstance(found, list) else [found]


class UploadMessage(CebMessage):
    """What an enterprise sends; the signature is kept as XML text, exactly as it came."""

    base_transfer: Annotated[BaseTransfer, Field(alias="BaseTransfer")]
    base_subscribe: Annotated[list[BaseSubscribe], Field(alias="BaseSubscribe", max_length=5)] = Field(
        default_factory=list
    )
    extend_message: Annotated[ExtendMessage | None, Field(alias="ExtendMessage")] = None
    signature: Annotated[str | None, Field(alias="Signature", json_schema_extra={"xml": True})] = None


def _many(alias: str) -> object:
    return Field(alias=alias, min_length=1, max_length=MESSAGE_LIMIT)


class CEB311Message(UploadMessage):
    """Import orders."""

    root = "CEB311Message"
    first_element = "orders"
    orders: Annotated[list[Order], _many("Order")]


class CEB411Message(UploadMessage):
    """Import payments."""

    root = "CEB411Message"
    first_element = "payments"
    payments: Annotated[list[Payment], _many("Payment")]


class CEB511Message(UploadMessage):
    """Import waybills."""

    root = "CEB511Message"
    first_element = "waybills"
    waybills: Annotated[list[Waybill], _many("Logistics")]


class CEB513Message(UploadMessage):
    """Import waybill statuses."""

    root = "CEB513Message"
    first_element = "waybill_statuses"
    waybill_statuses: Annotated[list[WaybillStatus], _many("LogisticsStatus")]


class CEB621Message(UploadMessage):
    """Import declaration lists."""

    root = "CEB621Message"
    first_element = "declaration_lists"
    declaration_lists: Annotated[list[DeclarationList], _many("Inventory")]


class CEB623Message(UploadMessage):
    """Cancellations of import lists."""

    root = "CEB623Message"
    first_element = "cancellations"
    cancellations: Annotated[list[Cancellation], _many("InvtCancel")]


class CEB312Message(CebMessage):
    """Receipts of orders."""

    root = "CEB312Message"
    first_element = "returns"
    returns: Annotated[list[OrderReturn], _many("OrderReturn")]


class CEB412Message(CebMessage):
    """Receipts of payments."""

    root = "CEB412Message"
    first_element = "returns"
    returns: Annotated[list[PaymentReturn], _many("PaymentReturn")]


class CEB512Message(CebMessage):
    """Receipts of waybills."""

    root = "CEB512Message"
    first_element = "returns"
    returns: Annotated[list[WaybillReturn], _many("LogisticsReturn")]


class CEB514Message(CebMessage):
    """Receipts of waybill statuses."""

    root = "CEB514Message"
    first_element = "returns"
    returns: Annotated[list[WaybillStatusReturn], _many("LogisticsStatusReturn")]


class CEB622Message(CebMessage):
    """Receipts of import lists."""

    root = "CEB622Message"
    first_element = "returns"
    returns: Annotated[list[DeclarationReturn], _many("InventoryReturn")]


class CEB624Message(CebMessage):
    """Receipts of cancellations."""

    root = "CEB624Message"
    first_element = "returns"
    returns: Annotated[list[CancellationReturn], _many("InvtCancelReturn")]


class FormatError(CebModel):
    """A message that could not be read (CEB900); `original_type` is "Unknown" when it was not recognisable."""

    guid: Guid
    return_status: ReturnStatus
    return_info: Annotated[str, text(0, 5000)]
    return_time: Millisecond
    original_cop_msg_id: Annotated[str, text(0, 255), Field(alias="oriCopMsgId")]
    original_message_type: Annotated[str, text(0, 15), Field(alias="oriMessageType")]
    original_message: Annotated[str, Field(alias="oriBizMessage")]


class CEB900Message(CebMessage):
    """The receipt of a message that could not be read."""

    root = "CEB900Message"
    first_element = "error"
    error: Annotated[FormatError, Field(alias="MessageReturn")]


MESSAGES: dict[str, type[CebMessage]] = {
    message.root: message
    for message in (
        CEB311Message,
        CEB312Message,
        CEB411Message,
        CEB412Message,
        CEB511Message,
        CEB512Message,
        CEB513Message,
        CEB514Message,
        CEB621Message,
        CEB622Message,
        CEB623Message,
        CEB624Message,
        CEB900Message,
    )
}


def parse(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> CebMessage:
    """A customs message from its XML, of whichever type its root names.

    Raises InvalidInputError with the path, the line and the value of every mistake.
    """
    root = parse_xml(data, size_limit)
    model = MESSAGES.get(local_name(root))
    if model is None or namespace(root) != CebModel.xml_namespace:
        known = f"is not a customs message in {CebModel.xml_namespace}; known are {', '.join(sorted(MESSAGES))}"
        raise refuse_root(root, known)
    return read(root, model)


def build(message: CebMessage) -> bytes:
    """The XML of a message, in canonical form and ready to be signed."""
    return write(message, message.root, "ceb")
