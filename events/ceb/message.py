"""The messages: root elements, what stands inside them, and the catalogue by name."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated

from lxml import etree
from pydantic import Field

from events.ceb.base import CebModel
from events.ceb.codec import read, refuse_root, write
from events.ceb.declaration_list import Cancellation, CancellationReturn, DeclarationList, DeclarationReturn
from events.ceb.format_error import FormatError
from events.ceb.frame import MESSAGE_LIMIT, BaseSubscribe, BaseTransfer, CebMessage, ExtendMessage, UploadMessage, many
from events.ceb.order import Order, OrderReturn
from events.ceb.payment import Payment, PaymentReturn
from events.ceb.plan import Kind, plan_of
from events.ceb.quick import quick_message
from events.ceb.refund import Refund, RefundReturn
from events.ceb.tax_bill import TaxBill, TaxBillStatus
from events.ceb.warehouse_entry import EntryReturn, WarehouseEntry
from events.ceb.waybill import Waybill, WaybillReturn, WaybillStatus, WaybillStatusReturn
from events.ceb.xml import DEFAULT_SIZE_LIMIT, local_name, namespace, parse_xml

__all__ = [
    "MESSAGES",
    "MESSAGE_LIMIT",
    "BaseSubscribe",
    "BaseTransfer",
    "CebMessage",
    "ExtendMessage",
    "FormatError",
    "UploadMessage",
    "build",
    "model_of",
    "parse",
]


_SHOWN = 3


class CEB311Message(UploadMessage):
    """Import orders."""

    root = "CEB311Message"
    first_element = "orders"
    orders: Annotated[list[Order], many("Order")]


class CEB411Message(UploadMessage):
    """Import payments."""

    root = "CEB411Message"
    first_element = "payments"
    payments: Annotated[list[Payment], many("Payment")]


class CEB511Message(UploadMessage):
    """Import waybills."""

    root = "CEB511Message"
    first_element = "waybills"
    waybills: Annotated[list[Waybill], many("Logistics")]


class CEB513Message(UploadMessage):
    """Import waybill statuses."""

    root = "CEB513Message"
    first_element = "waybill_statuses"
    waybill_statuses: Annotated[list[WaybillStatus], many("LogisticsStatus")]


class CEB621Message(UploadMessage):
    """Import declaration lists."""

    root = "CEB621Message"
    must_be_signed = True
    first_element = "declaration_lists"
    declaration_lists: Annotated[list[DeclarationList], many("Inventory")]


class CEB623Message(UploadMessage):
    """Cancellations of import lists."""

    root = "CEB623Message"
    must_be_signed = True
    first_element = "cancellations"
    cancellations: Annotated[list[Cancellation], many("InvtCancel")]


class CEB625Message(UploadMessage):
    """Returns of imported goods."""

    root = "CEB625Message"
    must_be_signed = True
    first_element = "refunds"
    refunds: Annotated[list[Refund], many("InvtRefund")]


class CEB711Message(UploadMessage):
    """A warehouse entry of direct purchase."""

    root = "CEB711Message"
    must_be_signed = True
    first_element = "warehouse_entry"
    warehouse_entry: Annotated[WarehouseEntry, Field(alias="Delivery")]


class CEB312Message(CebMessage):
    """Receipts of orders."""

    root = "CEB312Message"
    first_element = "returns"
    returns: Annotated[list[OrderReturn], many("OrderReturn")]


class CEB412Message(CebMessage):
    """Receipts of payments."""

    root = "CEB412Message"
    first_element = "returns"
    returns: Annotated[list[PaymentReturn], many("PaymentReturn")]


class CEB512Message(CebMessage):
    """Receipts of waybills."""

    root = "CEB512Message"
    first_element = "returns"
    returns: Annotated[list[WaybillReturn], many("LogisticsReturn")]


class CEB514Message(CebMessage):
    """Receipts of waybill statuses."""

    root = "CEB514Message"
    first_element = "returns"
    returns: Annotated[list[WaybillStatusReturn], many("LogisticsStatusReturn")]


class CEB622Message(CebMessage):
    """Receipts of import lists."""

    root = "CEB622Message"
    first_element = "returns"
    returns: Annotated[list[DeclarationReturn], many("InventoryReturn")]


class CEB624Message(CebMessage):
    """Receipts of cancellations."""

    root = "CEB624Message"
    first_element = "returns"
    returns: Annotated[list[CancellationReturn], many("InvtCancelReturn")]


class CEB626Message(CebMessage):
    """Receipts of returns."""

    root = "CEB626Message"
    first_element = "returns"
    returns: Annotated[list[RefundReturn], many("InvtRefundReturn")]


class CEB712Message(CebMessage):
    """Receipts of warehouse entries."""

    root = "CEB712Message"
    first_element = "returns"
    returns: Annotated[list[EntryReturn], many("DeliveryReturn")]


class CEB816Message(CebMessage):
    """Electronic tax bills."""

    root = "CEB816Message"
    first_element = "tax_bills"
    tax_bills: Annotated[list[TaxBill], Field(alias="Tax", min_length=1)]


class CEB818Message(CebMessage):
    """New statuses of tax bills."""

    root = "CEB818Message"
    first_element = "tax_bill_statuses"
    tax_bill_statuses: Annotated[list[TaxBillStatus], Field(alias="Tax", min_length=1)]


class CEB900Message(CebMessage):
    """The receipt of a message that could not be read."""

    root = "CEB900Message"
    first_element = "error"
    error: Annotated[FormatError, Field(alias="MessageReturn")]


IMPORT_MESSAGES: tuple[type[CebMessage], ...] = (
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
    CEB625Message,
    CEB626Message,
    CEB711Message,
    CEB712Message,
    CEB816Message,
    CEB818Message,
    CEB900Message,
)
_IMPORTS: dict[str, type[CebMessage]] = {message.root: message for message in IMPORT_MESSAGES}


class _Messages(Mapping[str, type[CebMessage]]):
    """Every message by its root; those of exports are loaded when a root is none of imports, or all are asked for."""

    def __getitem__(self, root: str) -> type[CebMessage]:
        return _IMPORTS.get(root) or _all_messages()[root]

    def __iter__(self) -> Iterator[str]:
        return iter(_all_messages())

    def __len__(self) -> int:
        return len(_all_messages())


@cache
def _all_messages() -> dict[str, type[CebMessage]]:
    from events.ceb.export.message import EXPORT_MESSAGES  # noqa: PLC0415 - see above

    return _IMPORTS | {message.root: message for message in EXPORT_MESSAGES}


MESSAGES: Mapping[str, type[CebMessage]] = _Messages()


def parse(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> CebMessage:
    """A customs message from its XML, of whichever type its root names.

    Raises InvalidInputError with the path, the line and the value of every mistake: all that breaks the schema, but
    for an absent Signature, and for a value that the schema fixes, such as the currency, which gets its own answer.
    """
    if len(data) <= size_limit and (message := quick_message(data, MESSAGES)):
        return message
    root = parse_xml(data, size_limit)
    return read(root, model_of(root))


def model_of(root: etree._Element) -> type[CebMessage]:
    """The message that a root element names. Raises InvalidInputError when it is none."""
    name, space = local_name(root), CebModel.xml_namespace
    model = MESSAGES.get(name)
    if model is not None and namespace(root) == space:
        return model
    if model is not None:
        found = f"the namespace {namespace(root)}" if namespace(root) else "no namespace"
        raise refuse_root(root, f'is in {found}: a customs message is in {space}, declare it with xmlns="{space}"')
    known = {message.lower(): message for message in MESSAGES}
    right = known.get(name.lower()) or known.get(f"{name}Message".lower())
    hint = f"write {right}" if right else _part_of(name) or f"known are {', '.join(sorted(MESSAGES))}"
    raise refuse_root(root, f"is not a customs message: {hint}")


def _part_of(name: str) -> str | None:
    """What to say of a root that is a part of messages: the schema declares some of them by themselves."""
    within = [root for root, model in MESSAGES.items() if name in _part_names(model)]
    return f"it is a part of {', '.join(within[:_SHOWN])}, put it into one" if within else None


def _part_names(model: type[CebModel]) -> Iterator[str]:
    for slot in plan_of(model).elements:
        if slot.kind is not Kind.TEXT:
            yield slot.alias
        if slot.model is not None:
            yield from _part_names(slot.model)


def build(message: CebMessage) -> bytes:
    """The XML of a message, in canonical form and ready to be signed.

    Raises InvalidInputError for a text that no XML can hold, and for a part kept as XML that is not safe XML.
    """
    return write(message, message.root, CebModel.xml_prefix)
