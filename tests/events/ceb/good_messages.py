"""One good message of each of the 42 types, to be bent by each test: what stands in a field depends on its name."""

from dataclasses import dataclass
from typing import Any

from events.ceb import MESSAGES, CebMessage
from events.ceb.base import CebModel
from events.ceb.business.scope import EXPORT, TALLY
from events.ceb.business.tree import Field, fields_of
from tests import builders

SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"></ds:Signature>'
IMPORT_LIST_NO, EXPORT_LIST_NO = "29242020I439440284", "29242020E439440284"

_ANYWHERE: dict[str, Any] = {
    "guid": builders.GUID.format(7),
    "version": "1.0",
    "appType": "1",
    "appTime": "20260105103000",
    "appStatus": "2",
    "returnStatus": "2",
    "returnTime": "20260105103000123",
    "opDate": "20260105103000123",
    "accountingDate": "20260105103000",
    "leaveTime": "20260105103000",
    "payTime": "20260105103000",
    "logisticsTime": "20260105103000",
    "declTime": "20260105",
    "ieDate": "20260105",
    "dxpMode": "DXP",
    "currency": "142",
    "fCurrency": "142",
    "iCurrency": "142",
    "country": "601",
    "unit": "007",
    "unit1": "035",
    "customsCode": "2301",
    "portCode": "2301",
    "gcode": "3304990099",
    "trafMode": "5",
    "wrapType": "2",
    "POD": "002",
    "ieFlag": "I",
    "buyerIdType": "1",
    "payerIdType": "1",
    "buyerIdNumber": builders.BUYER_ID,
    "payerIdNumber": builders.BUYER_ID,
    "logisticsStatus": "S",
    "statisticsFlag": "B",
    "fFlag": "3",
    "iFlag": "3",
    "summaryFlag": "1",
    "itemNameFlag": "1",
    "status": "1",
    "preNo": "B20260105000000001",
    "sumNo": "S20260105000000001",
    "invtNo": IMPORT_LIST_NO,
    "barCode": "无",
    "qty": "2",
    "price": "130.00",
    "totalPrice": "260.00",
    "goodsValue": "500.00",
    "freight": "15.02",
    "discount": "0",
    "taxTotal": "46.87",
    "acturalPaid": "561.89",
    "grossWeight": "2.4",
    "netWeight": "1.95",
    "declSeqNo": "000000000000000001",
    "oriMessageType": "CEB621Message",
    "trafNo": "TEST0001",
    "voyageNo": "TS20260105",
    "billNo": "00000000001",
    "payCode": "3207PAYM01",
    "ebcCode": "3207SHOP01",
    "assureCode": "3207SHOP01",
    "tradeMode": "9610",
    "orderType": "I",
}
_EXPORT = {
    "ieFlag": "E",
    "invtNo": EXPORT_LIST_NO,
    "trafName": "TEST",
    **dict.fromkeys(("agentCode", "ebcCode", "logisticsCode", "ownerCode", "declAgentCode"), "3207SHOP01"),
}
_IN_MESSAGE: dict[str, dict[str, Any]] = {
    "CEB213": {"ieFlag": "I"},
    "CEB215": {"ieFlag": "I"},
    "CEB303": {"orderType": "E"},
    "CEB900": {"returnStatus": "-1"},
}
_USUAL = frozenset(
    {
        "barCode",
        "trafNo",
        "trafName",
        "voyageNo",
        "billNo",
        "payCode",
        "preNo",
        "invtNo",
        "sumNo",
        "version",
        "SummaryApplyList",
    }
)


@dataclass(frozen=True)
class _Recipe:
    """What stands where: values by field, which optional fields there are, how often each part stands."""

    values: dict[str, Any]
    given: frozenset[str]
    times: dict[str, int]

    def content(self, model: type[CebModel], place: int = 0) -> dict[str, Any]:
        """The JSON of a model; `place` is its own among its like, from 0."""
        said = {field.official: self._value(field, place) for field in fields_of(model) if self._stands(field)}
        return {name: value for name, value in said.items() if value is not None}

    def _stands(self, field: Field) -> bool:
        return field.required or field.official in self.given

    def _value(self, field: Field, place: int) -> Any:
        if issubclass(field.base, CebModel):
            parts = [self.content(field.base, number) for number in range(self.times.get(field.official, 1))]
            return parts if field.repeated else parts[0]
        if field.official in {"gnum", "gseqno"} and field.official not in self.values:
            return place + 1
        value = self.values.get(field.official, "X" if field.base is str else "1")
        return value[place] if isinstance(value, list) else value


def good(name: str, *, times: dict[str, int] | None = None, **changes: Any) -> CebMessage:
    """A good message `name` (CEB621), with one of each part unless `times` says how often by its official name.

    `changes` replace fields by their official names wherever they stand: None leaves one out, a list has one value
    for each of the parts that repeat.
    """
    model = MESSAGES[f"{name}Message"]
    values = _ANYWHERE | (_EXPORT if name in EXPORT else {})
    values |= {"preNo": "O20260105000000001"} if name in TALLY else {}
    values |= _IN_MESSAGE.get(name, {}) | changes
    content = _Recipe(values, _USUAL | changes.keys() | set(times or {}), times or {}).content(model)
    if "signature" in model.model_fields:
        content["Signature"] = changes.get("Signature", SIGNATURE)
    return model.model_validate(content, by_alias=True, by_name=False)
