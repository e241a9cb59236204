"""The messages that are measured: one list, as many as fit into ten megabytes, and a message of the shortest lines."""

from events.ceb import build
from events.ceb.declaration_list import DeclarationList, ListItem
from events.ceb.frame import MESSAGE_LIMIT
from events.ceb.messages.declaration_list import CEB621Message
from events.ceb.messages.warehouse_entry import CEB711Message
from events.ceb.warehouse_entry import EntryHead, EntryItem, WarehouseEntry
from infra.generate.orders import generate
from infra.generate.scenarios import Mode, Scenario

_SEED = 7
_LINES = 99
_NOTE = 1000
_LIST = "621"


def one_list() -> CEB621Message:
    """A CEB621 with one made-up list of direct purchase; always the same one, without a signature."""
    (order,) = generate(1, _SEED, (Mode.DIRECT,), (Scenario.RELEASE,))
    message = order.documents[_LIST]
    assert isinstance(message, CEB621Message)
    return message.model_copy(update={"signature": None})


def big_message(size: int) -> bytes:
    """A CEB621 of at most `size` bytes and hardly less: 100 lists of 99 lines, with notes that fill them up."""
    message = one_list()
    (declared,) = message.declaration_lists
    bare = len(build(_filled(message, declared, 0)))
    each = max(0, (size - bare) // (MESSAGE_LIMIT * _LINES))
    return build(_filled(message, declared, min(each, _NOTE)))


def many_lines(size: int) -> bytes:
    """A CEB711 of at most `size` bytes and hardly less, of lines as short as they may be: for its size, most parts."""
    bare = len(build(_entry(0)))
    each = len(build(_entry(1))) - bare
    count = max(1, (size - bare) // (each + len(str(size // each)) - 1))
    return build(_entry(count))


def _entry(count: int) -> CEB711Message:
    """A warehouse entry of `count` parcels; that of none is for measuring alone."""
    message = one_list()
    listed = message.declaration_lists[0].head
    head = EntryHead(
        guid=listed.guid,
        app_type="1",
        app_time=listed.app_time,
        app_status="2",
        customs_code=listed.customs_code,
        cop_no=listed.cop_no,
        operator_code=listed.logistics_code,
        operator_name=listed.logistics_name,
        ie_flag="I",
        traf_mode=listed.traf_mode,
        traf_no="BENCH",
        voyage_no="BENCH",
        bill_no="BENCH",
        logistics_code=listed.logistics_code,
        logistics_name=listed.logistics_name,
    )
    lines = [EntryItem(gnum=number, logistics_no="1") for number in range(1, count + 1)]
    entry = WarehouseEntry.model_construct(head=head, items=lines)
    return CEB711Message(guid=message.guid, base_transfer=message.base_transfer, warehouse_entry=entry)


def _filled(message: CEB621Message, declared: DeclarationList, note: int) -> CEB621Message:
    """The notes are in Latin letters, one byte each; an empty one has its tags."""
    first = declared.items[0].model_copy(update={"note": "n" * note})
    lines = [first.model_copy(update={"gnum": gnum}) for gnum in range(1, _LINES + 1)]
    lists = [_numbered(declared, lines, number) for number in range(MESSAGE_LIMIT)]
    return message.model_copy(update={"declaration_lists": lists})


def _numbered(declared: DeclarationList, lines: list[ListItem], number: int) -> DeclarationList:
    keys = {"order_no": f"BENCH-{number:03d}", "logistics_no": f"BENCH-{number:03d}"}
    return declared.model_copy(update={"head": declared.head.model_copy(update=keys), "items": lines})
