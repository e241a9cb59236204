"""The documents that tests/builders.py does not have: status, cancellation, receipts, requests for a list."""

from events.ceb.declaration_list import Cancellation, DeclarationReturn
from events.ceb.frame import CebMessage
from events.ceb.messages.declaration_list import CEB621Message, CEB623Message
from events.ceb.signature import SoftwareSigner, sign
from events.ceb.waybill import WaybillStatus
from events.ceb.writing import build
from events.declaration_request import DeclarationRequest, GoodsDeclaration
from tests import builders

SIGNER = SoftwareSigner.throwaway("test")
LIST_NO = "23012026I000000001"


def as_sent(message: CebMessage) -> bytes:
    """A message as its sender sends it: lists and cancellations are signed."""
    xml = build(message)
    return sign(xml, SIGNER) if isinstance(message, CEB621Message | CEB623Message) else xml


def waybill_status() -> WaybillStatus:
    """The parcel was signed for."""
    return WaybillStatus.model_validate(
        {
            "guid": builders.GUID.format(513),
            **builders.SENT,
            **builders.CARRIER,
            "logistics_no": builders.LOGISTICS_NO,
            "logistics_status": "S",
            "logistics_time": "20260110090000",
        }
    )


def cancellation() -> Cancellation:
    """The declared list is to be cancelled."""
    head = builders.declaration_list().head.model_dump(by_alias=False)
    fields = {name: value for name, value in head.items() if name in Cancellation.model_fields and value is not None}
    return Cancellation.model_validate(
        fields | {"guid": builders.GUID.format(623), "invt_no": LIST_NO, "reason": "不要了"}
    )


def list_request() -> DeclarationRequest:
    """The platform asks for its list to be built."""
    declared = builders.declaration_list()
    head = declared.head.model_dump(by_alias=False)
    fields = {name: value for name, value in head.items() if name in DeclarationRequest.model_fields}
    goods = [
        {
            name: value
            for name, value in item.model_dump(by_alias=False).items()
            if name in GoodsDeclaration.model_fields
        }
        for item in declared.items
    ]
    return DeclarationRequest.model_validate(fields | {"goods": goods})


def list_receipt(status: str = "800") -> DeclarationReturn:
    """What customs says of the list."""
    return DeclarationReturn.model_validate(
        {
            "guid": builders.GUID.format(622),
            "customs_code": "2301",
            "agent_code": builders.AGENT["agent_code"],
            "cop_no": "COP20260105000001",
            "pre_no": "B20260105000000001",
            "invt_no": LIST_NO,
            "return_status": status,
            "return_time": "20260106120000000",
            "return_info": "[Code:2600;Desc:放行]",
        }
    )
