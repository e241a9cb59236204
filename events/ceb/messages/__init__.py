"""The messages of the standard by their roots. Each is loaded when it is asked for: a call meets one or two of them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from events.place import ModelPlace

if TYPE_CHECKING:
    from events.ceb.frame import CebMessage

_NUMBERS = {
    "messages.order": (311, 312),
    "messages.payment": (411, 412),
    "messages.waybill": (511, 512, 513, 514),
    "messages.declaration_list": (621, 622, 623, 624),
    "messages.refund": (625, 626),
    "messages.warehouse_entry": (711, 712),
    "messages.tax_bill": (816, 818),
    "messages.format_error": (900,),
    "export.message": (
        *(303, 304, 403, 404, 505, 506, 507, 508, 509, 510),
        *(603, 604, 605, 606, 607, 608, 213, 214, 215, 216, 701, 702, 792),
    ),
}
_PLACES = {
    f"CEB{number}Message": ModelPlace(f"events.ceb.{module}", f"CEB{number}Message")
    for module, numbers in _NUMBERS.items()
    for number in numbers
}


class _Messages(Mapping[str, "type[CebMessage]"]):
    """Every message by its root; whoever asks for the roots alone loads none."""

    def __getitem__(self, root: str) -> "type[CebMessage]":
        return _PLACES[root].load()

    def __contains__(self, root: object) -> bool:
        return root in _PLACES

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


MESSAGES: Mapping[str, "type[CebMessage]"] = _Messages()
