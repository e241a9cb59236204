"""Documents from files to the gateway: who sends which, in what shape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from events.ceb.base import CebModel
from events.ceb.declaration_list import Cancellation, DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.waybill import Waybill, WaybillStatus
from events.cloudevents import BATCH, STRUCTURED, exact_json
from events.declaration_request import DeclarationRequest
from events.payment_data import OriginalPayment
from events.problems import InvalidInputError, Problem
from events.returns import GoodsReturned
from events.values import OrderKey
from infra.documents import read_documents
from infra.gateway_client import GatewayClient
from infra.generate.parties import CUSTOMS_PARTNER, demo_partners

_SUFFIXES = {".xml", ".json"}
_SENDERS: dict[type[CebModel], tuple[str, ...]] = {
    Order: ("ebp_code", "ebc_code"),
    Payment: ("pay_code",),
    Waybill: ("logistics_code",),
    WaybillStatus: ("logistics_code",),
    DeclarationList: ("agent_code",),
    Cancellation: ("agent_code",),
    DeclarationRequest: ("ebp_code",),
    GoodsReturned: ("operator_code",),
    OriginalPayment: ("ebp_code",),
}


@dataclass(frozen=True)
class Submission:
    """A file that is ready to be sent: by whom, where to, and which orders it speaks of."""

    path: Path
    partner: str
    endpoint: str
    content_type: str
    body: bytes
    keys: tuple[OrderKey, ...]


def files_of(paths: Sequence[Path]) -> Iterator[Path]:
    """The files, and those in the folders, in the order of their names. Raises InvalidInputError for absent ones."""
    for path in paths:
        if path.is_dir():
            found = (file for file in path.rglob("*") if file.suffix in _SUFFIXES)
            yield from sorted(found, key=lambda file: (file.parent, file.stem))
        elif path.is_file():
            yield path
        else:
            raise InvalidInputError([Problem(path=str(path), rule="file", message="does not exist: check the path")])


def prepare(path: Path, partner: str | None) -> Submission:
    """A file as a submission; without `partner` the demo partner whose enterprise code the document names.

    Raises InvalidInputError when the file cannot be read or no partner has the code.
    """
    documents = [model for _, model in read_documents(path)]
    body = path.read_bytes()
    endpoint, content_type = _way(path, body)
    sender = partner or _partner(path, documents[0])
    keys = dict.fromkeys(key for key in map(_key, documents) if key)
    return Submission(path, sender, endpoint, content_type, body, tuple(keys))


async def send(gateway: GatewayClient, submission: Submission) -> httpx.Response:
    """The gateway's answer."""
    return await gateway.post(submission.partner, submission.endpoint, submission.body, submission.content_type)


def is_taken(answer: httpx.Response) -> bool:
    """Whether the gateway took the file, or at least a part of it."""
    return answer.status_code == HTTPStatus.ACCEPTED


def _way(path: Path, body: bytes) -> tuple[str, str]:
    if path.suffix != ".json":
        return "/v1/messages", "application/xml"
    content = exact_json(body)
    if isinstance(content, list):
        return "/v1/events", BATCH
    return ("/v1/events", STRUCTURED) if "specversion" in content else ("/v1/messages", "application/json")


def _partner(path: Path, document: CebModel) -> str:
    codes = _sender_codes(document)
    if codes is None:
        return CUSTOMS_PARTNER
    found = next((partner.partner_id for partner in demo_partners() if set(partner.codes) & codes), None)
    if found is None:
        message = (
            f"no partner of this stack has the enterprise code {' or '.join(sorted(codes))}: name one with --partner"
        )
        raise InvalidInputError([Problem(path=str(path), rule="partner", message=message)])
    return found


def _sender_codes(document: CebModel) -> set[str] | None:
    """The enterprises that may send the document; None for what customs says."""
    names = _SENDERS.get(type(document))
    head = getattr(document, "head", document)
    return {getattr(head, name) for name in names} if names else None


def _key(document: CebModel) -> OrderKey | None:
    part = getattr(document, "head", document)
    ebp_code, order_no = getattr(part, "ebp_code", None), getattr(part, "order_no", None)
    return OrderKey(ebp_code=ebp_code, order_no=order_no) if ebp_code and order_no else None
