"""The messages that are measured: one list, and as many as fit into ten megabytes."""

from events.ceb import build
from events.ceb.declaration_list import DeclarationList, ListItem
from events.ceb.message import MESSAGE_LIMIT, CEB621Message
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


def _filled(message: CEB621Message, declared: DeclarationList, note: int) -> CEB621Message:
    """The notes are in Latin letters, one byte each; an empty one has its tags."""
    first = declared.items[0].model_copy(update={"note": "n" * note})
    lines = [first.model_copy(update={"gnum": gnum}) for gnum in range(1, _LINES + 1)]
    lists = [_numbered(declared, lines, number) for number in range(MESSAGE_LIMIT)]
    return message.model_copy(update={"declaration_lists": lists})


def _numbered(declared: DeclarationList, lines: list[ListItem], number: int) -> DeclarationList:
    keys = {"order_no": f"BENCH-{number:03d}", "logistics_no": f"BENCH-{number:03d}"}
    return declared.model_copy(update={"head": declared.head.model_copy(update=keys), "items": lines})
