"""Partners, and what each may send and read; pure."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Base64Bytes, Field, StringConstraints

from events.ceb.signature import Reason, Verification
from events.documents import DocumentKind
from events.problems import Problem
from events.values import Value
from functions.gateway.reading import Incoming
from functions.intake.models import SignatureState
from functions.settings import MOST_PER_SECOND

_SHORTEST_KEY = 16
_ALWAYS_SIGNED = {DocumentKind.DECLARATION_LIST, DocumentKind.CANCELLATION}


class Role(StrEnum):
    """What a partner is in the trade; customs may send receipts, a warehouse reports; an operator reads every order."""

    PLATFORM = "platform"
    PAYMENT = "payment"
    LOGISTICS = "logistics"
    DECLARANT = "declarant"
    CUSTOMS = "customs"
    WAREHOUSE = "warehouse"
    OPERATOR = "operator"


def _long_enough(key: bytes) -> bytes:
    if len(key) < _SHORTEST_KEY:
        raise ValueError(f"a partner's key has at least {_SHORTEST_KEY} bytes")
    return key


class Partner(Value):
    """Who may send, as the secrets store has it in JSON (beside the id, which is in the secret's name).

    `key` (Base64) signs its requests, `codes` are the enterprise codes that it may speak for. Its lists and
    cancellations carry an XML signature in any case, all its documents with `signs_everything`; `certificates`
    are the SHA-256 of those (DER, hex) that it signs with, none meaning any. `requests_per_second` is its share of the
    door, where it is not the usual one.
    """

    id: str
    name: str
    key: Annotated[Base64Bytes, AfterValidator(_long_enough), Field(repr=False)]
    roles: frozenset[Role]
    codes: frozenset[str]
    signs_everything: bool = False
    certificates: frozenset[Annotated[str, StringConstraints(to_lower=True)]] = frozenset()
    requests_per_second: Annotated[int, Field(ge=1, le=MOST_PER_SECOND)] | None = None

    def may_read(self, ebp_code: str) -> bool:
        """Whether the orders of that platform are its own, or it is an operator."""
        return ebp_code in self.codes or Role.OPERATOR in self.roles

    def signature_of(self, document: Incoming) -> SignatureState:
        """What the signature of its document is worth, where one is asked for."""
        found = self._judged(document)
        if found is None:
            return SignatureState.NOT_ASKED
        if found.status == "absent":
            asked = self.signs_everything or document.kind in _ALWAYS_SIGNED
            return SignatureState.ABSENT if asked else SignatureState.NOT_ASKED
        if found.status == "invalid":
            return SignatureState.DIFFERS if found.reason is Reason.DIGEST else SignatureState.INVALID
        return SignatureState.VALID

    def fault_of(self, document: Incoming) -> str:
        """In words, why the signature of its document is not valid; "" where nothing is wrong with it."""
        found = self._judged(document)
        return found.text if found is not None and found.status == "invalid" else ""

    def _judged(self, document: Incoming) -> Verification | None:
        return None if document.signature is None else document.signature.by(self.certificates)


_ROLES = {DocumentKind.GOODS_RETURNED: Role.WAREHOUSE}
_SENDERS = {Role.CUSTOMS: "customs", Role.WAREHOUSE: "the operator of a supervision site"}
_OWNERS: dict[DocumentKind, tuple[tuple[str, ...], ...]] = {
    DocumentKind.ORDER: (("OrderHead", "ebpCode"), ("OrderHead", "ebcCode")),
    DocumentKind.PAYMENT: (("PaymentHead", "payCode"),),
    DocumentKind.WAYBILL: (("LogisticsHead", "logisticsCode"),),
    DocumentKind.WAYBILL_STATUS: (("logisticsCode",),),
    DocumentKind.DECLARATION_LIST: (("InventoryHead", "agentCode"),),
    DocumentKind.CANCELLATION: (("agentCode",),),
    DocumentKind.DECLARATION_REQUEST: (("ebpCode",),),
    DocumentKind.ORIGINAL_PAYMENT: (("ebpCode",), ("payCode",)),
    DocumentKind.GOODS_RETURNED: (("operatorCode",),),
}


def foreign(partner: Partner, documents: Iterable[Incoming]) -> list[Problem]:
    """The fields by which documents belong to somebody else; empty when the partner may send all of them.

    An order is its platform's or its seller's, raw payment data are its platform's or its payment firm's; what customs
    says is sent by customs only, reports of returned goods, upon which money goes back, by a warehouse only.
    """
    return [problem for document in documents for problem in _foreign(partner, document)]


def _foreign(partner: Partner, document: Incoming) -> list[Problem]:
    role = Role.CUSTOMS if document.kind.is_from_customs else _ROLES.get(document.kind)
    if role is not None and role not in partner.roles:
        message = f"comes from {_SENDERS[role]}: the partner {partner.id} has not the role {role.value}"
        return [Problem(path=document.path, rule="role", value=document.kind.value, message=message)]
    if document.kind.is_from_customs:
        return []
    codes = {field: _value(document.content, field) for field in _OWNERS[document.kind]}
    if partner.codes.intersection(codes.values()):
        return []
    own = ", ".join(sorted(partner.codes)) or "none"
    message = f"is not a code of the partner {partner.id} (its codes: {own}): send only documents of your own"
    return [
        Problem(path="/".join((document.path, *field)), rule="foreign_code", value=code, message=message)
        for field, code in codes.items()
    ]


def _value(content: dict[str, Any], field: tuple[str, ...]) -> str:
    found: Any = content
    for name in field:
        found = found[name]
    return str(found)
