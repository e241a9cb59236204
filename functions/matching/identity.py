"""Who the buyer is: the person named in a document (rules M4 and M9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import starmap

from events.ceb.declaration_list import DeclarationList
from events.ceb.fields import Field, Rule, same
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.documents import DocumentKind
from events.findings import Finding
from events.identity import IDENTITY_CARD, is_identity_number
from events.values import Text
from functions.matching.case import Case

_ORDER, _LIST = DocumentKind.ORDER, DocumentKind.DECLARATION_LIST
_IMPOSSIBLE = Rule(
    "M9",
    Text(
        zh="不是有效的身份证号码（17 位数字加校验码，含真实的出生日期），海关会以“订购人姓名和身份证不匹配”退单",
        en="no identity number looks so (17 digits with a real date of birth, and the check digit that follows from "
        "them); customs would answer 订购人姓名和身份证不匹配, name and number do not belong together",
    ),
    "GB 11643",
)


@dataclass(frozen=True)
class Person:
    """A person as one document names them."""

    name: Field
    number: Field
    id_type: str

    @property
    def is_impossible(self) -> bool:
        """Whether the number claims to be that of an identity card and cannot be one."""
        return _is_impossible(self.id_type, str(self.number.value))


def _is_impossible(id_type: str, number: str) -> bool:
    return id_type == IDENTITY_CARD and not is_identity_number(number)


def buyer_of(kind: DocumentKind, document: Order | DeclarationList) -> Person:
    """The buyer in an order or a list."""
    head = document.head
    return Person(Field(kind, head, "buyer_name"), Field(kind, head, "buyer_id_number"), head.buyer_id_type)


def payer_of(payment: Payment) -> Person:
    """The payer in a payment."""
    kind, head = DocumentKind.PAYMENT, payment.head
    return Person(Field(kind, head, "payer_name"), Field(kind, head, "payer_id_number"), head.payer_id_type)


def more_likely_wrong(left: Person, right: Person, witness: Person | None) -> Person:
    """Of two documents that name different persons: the impossible one, or the one that a third contradicts."""
    if left.is_impossible != right.is_impossible:
        return left if left.is_impossible else right
    sides_with_right = witness is not None and same(witness.name, right.name) and same(witness.number, right.number)
    return left if sides_with_right else right


def buyer_is_possible(case: Case) -> bool:
    """The quick look of M9: one identity card, and a possible one."""
    head, listed = case.order.head, case.listed.head
    return (
        head.buyer_id_type == IDENTITY_CARD == listed.buyer_id_type
        and head.buyer_id_number == listed.buyer_id_number
        and is_identity_number(head.buyer_id_number)
    )


def impossible_numbers(
    order: Order | None, declaration_list: DeclarationList | None, payment: Payment | None
) -> Iterator[Finding]:
    """M9: the buyer's number must be possible. Proposes the number under which another document knows the same name."""
    heads = [document.head for document in (order, declaration_list) if document]
    if not any(starmap(_is_impossible, {(head.buyer_id_type, head.buyer_id_number) for head in heads})):
        return
    buyers = [buyer_of(_ORDER, order)] if order else []
    buyers += [buyer_of(_LIST, declaration_list)] if declaration_list else []
    known = [*buyers, *([payer_of(payment)] if payment else [])]
    for buyer in buyers:
        if buyer.is_impossible:
            yield _IMPOSSIBLE.broken_at(buyer.number, buyer.number.fix(_known_number(buyer, known)))


def _known_number(person: Person, known: list[Person]) -> str | None:
    tidied = str(person.number.value).strip().upper()
    if is_identity_number(tidied):
        return tidied
    possible = {str(other.number.value) for other in known if same(other.name, person.name) and not other.is_impossible}
    return possible.pop() if len(possible) == 1 else None
