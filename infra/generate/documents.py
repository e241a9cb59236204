"""The documents of one made-up order, every one of them from the same facts, so that they agree."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from events.ceb.declaration_list import Cancellation, DeclarationList, ListHead
from events.ceb.order import Order, OrderHead
from events.ceb.payment import Payment, PaymentHead
from events.ceb.waybill import Waybill, WaybillHead
from events.declaration_request import DeclarationRequest
from events.values import Value, to_second
from functions.tax.handler import assess
from functions.tax.models import AssessListRequest
from infra.generate.basket import CNY, Line, gross_weight, net_weight, value_of
from infra.generate.parties import CARRIER, DECLARANT, PAYMENT_FIRM, Party, Seller
from infra.generate.people import Person
from infra.generate.scenarios import Mode

CUSTOMS_CODE = "2301"
NEW, CHANGED = "1", "2"
_DECLARED = "2"
_IDENTITY_CARD = "1"
_LAND, _SEA = "4", "2"
_PACKED_IN = "2"
_NO_SUBDIVISION = "98"
PAID_AFTER = timedelta(seconds=40)
_PAYMENT_SENT_AFTER = timedelta(minutes=2)
_WAYBILL_AFTER = timedelta(hours=3)
_LIST_AFTER = timedelta(hours=5)
_CORRECTED_AFTER = timedelta(hours=2)


class Facts(Value):
    """What happened, before anybody wrote it down. Amounts are in CNY; `index` numbers everything that is unique."""

    order_no: str
    index: int
    mode: Mode
    platform: Party
    guarantor: str
    seller: Seller
    buyer: Person
    consignee: Person
    address: str
    lines: tuple[Line, ...]
    freight: Decimal
    discount: Decimal
    placed: datetime

    @property
    def goods_value(self) -> Decimal:
        """What the goods cost before any discount."""
        return value_of(self.lines)

    @cached_property
    def tax(self) -> Decimal:
        """Import tax on goods and freight, as it will be assessed."""
        listed = declaration_list(self)
        return assess(AssessListRequest(on=self.placed.date(), declaration_list=listed)).total

    @property
    def paid(self) -> Decimal:
        """What the buyer paid (acturalPaid)."""
        return self.goods_value + self.freight + self.tax - self.discount

    @property
    def transaction(self) -> str:
        """The payment firm's number."""
        return f"PAY-{self.order_no}"

    @property
    def logistics_no(self) -> str:
        """The carrier's number."""
        return f"SD-{self.order_no}"

    @property
    def cop_no(self) -> str:
        """The declarant's own number of the list, at most 20 characters."""
        return f"L{uuid5(NAMESPACE_URL, self.order_no).hex[:19].upper()}"

    @property
    def at_platform(self) -> dict[str, str]:
        """The platform, as most documents name it."""
        return {"ebp_code": self.platform.code, "ebp_name": self.platform.name}

    @property
    def from_seller(self) -> dict[str, str]:
        """The e-commerce enterprise."""
        return {"ebc_code": self.seller.code, "ebc_name": self.seller.name}

    @property
    def by_buyer(self) -> dict[str, str]:
        """The buyer, as order and list name him."""
        return {
            "buyer_id_type": _IDENTITY_CARD,
            "buyer_id_number": self.buyer.id_number,
            "buyer_name": self.buyer.name,
            "buyer_telephone": self.buyer.telephone,
        }

    def sent(self, stem: str, after: timedelta, app_type: str = NEW) -> dict[str, str]:
        """Serial number and time of one sending."""
        return {
            "guid": serial(self.order_no, stem),
            "app_type": app_type,
            "app_time": to_second(self.placed + after),
            "app_status": _DECLARED,
        }


def serial(order_no: str, what: str) -> str:
    """A guid that is the same whenever the same thing is made again."""
    return str(uuid5(NAMESPACE_URL, f"{order_no}/{what}")).upper()


def _by_carrier(facts: Facts) -> dict[str, str]:
    return {
        "logistics_code": CARRIER.code,
        "logistics_name": CARRIER.name,
        "logistics_no": facts.logistics_no,
    }


def _by_declarant() -> dict[str, str]:
    return {"agent_code": DECLARANT.code, "agent_name": DECLARANT.name}


def order(facts: Facts) -> Order:
    """CEB311, from the platform."""
    head = OrderHead(
        **facts.sent("311", timedelta(minutes=1)),
        order_type="I",
        order_no=facts.order_no,
        **facts.at_platform,
        **facts.from_seller,
        goods_value=facts.goods_value,
        freight=facts.freight,
        discount=facts.discount,
        tax_total=facts.tax,
        actual_paid=facts.paid,
        currency=CNY,
        buyer_reg_no=facts.buyer.account,
        **facts.by_buyer,
        pay_code=PAYMENT_FIRM.code,
        pay_name=PAYMENT_FIRM.name,
        pay_transaction_id=facts.transaction,
        consignee=facts.consignee.name,
        consignee_telephone=facts.consignee.telephone,
        consignee_address=facts.address,
    )
    return Order(head=head, items=[line.order_item() for line in facts.lines])


def payment(facts: Facts, error: Decimal = Decimal(0)) -> Payment:
    """CEB411, from the payment firm, which books `error` CNY less than was paid."""
    head = PaymentHead(
        **facts.sent("411", _PAYMENT_SENT_AFTER),
        pay_code=PAYMENT_FIRM.code,
        pay_name=PAYMENT_FIRM.name,
        pay_transaction_id=facts.transaction,
        order_no=facts.order_no,
        **facts.at_platform,
        payer_id_type=_IDENTITY_CARD,
        payer_id_number=facts.buyer.id_number,
        payer_name=facts.buyer.name,
        telephone=facts.buyer.telephone,
        amount_paid=facts.paid - error,
        currency=CNY,
        pay_time=to_second(facts.placed + PAID_AFTER),
    )
    return Payment(head=head)


def corrected_payment(facts: Facts) -> Payment:
    """The payment sent again as a change, now with what was paid."""
    again = facts.sent("411-corrected", _PAYMENT_SENT_AFTER + _CORRECTED_AFTER, CHANGED)
    return Payment(head=payment(facts).head.model_copy(update=again))


def waybill(facts: Facts) -> Waybill:
    """CEB511, from the carrier."""
    head = WaybillHead(
        **facts.sent("511", _WAYBILL_AFTER),
        **_by_carrier(facts),
        bill_no=_bill_no(facts) if facts.mode is Mode.DIRECT else None,
        order_no=facts.order_no,
        freight=facts.freight,
        insured_fee=Decimal(0),
        currency=CNY,
        weight=gross_weight(facts.lines),
        pack_no=1,
        goods_info=";".join(line.good.name for line in facts.lines),
        consignee=facts.consignee.name,
        consignee_address=facts.address,
        consignee_telephone=facts.consignee.telephone,
    )
    return Waybill(head=head)


def declaration_list(facts: Facts) -> DeclarationList:
    """CEB621, from the declarant."""
    head = ListHead(
        **facts.sent("621", _LIST_AFTER),
        order_no=facts.order_no,
        **facts.at_platform,
        **facts.from_seller,
        **_by_carrier(facts),
        cop_no=facts.cop_no,
        ie_flag="I",
        decl_time=_day(facts.placed + _LIST_AFTER),
        **facts.by_buyer,
        consignee_address=facts.address,
        freight=facts.freight,
        insured_fee=Decimal(0),
        currency=CNY,
        wrap_type=_PACKED_IN,
        pack_no=1,
        **_declared(facts),
    )
    return DeclarationList(head=head, items=[line.list_item(facts.mode is Mode.BONDED) for line in facts.lines])


def faulty_list(facts: Facts) -> DeclarationList:
    """The list with digits after the tariff line that stand for nothing, which only customs can know."""
    right = declaration_list(facts)
    first = right.items[0]
    wrong = first.model_copy(update={"gcode": first.gcode[:8] + _NO_SUBDIVISION})
    return DeclarationList(head=right.head, items=[wrong, *right.items[1:]])


def corrected_list(facts: Facts) -> DeclarationList:
    """The list declared again as a change, with the right tariff code."""
    again = facts.sent("621-corrected", _LIST_AFTER + _CORRECTED_AFTER, CHANGED)
    right = declaration_list(facts)
    return DeclarationList(head=right.head.model_copy(update=again), items=right.items)


def list_request(facts: Facts) -> DeclarationRequest:
    """The platform's request that the list be built from the three documents."""
    moment = facts.sent("list-request", _LIST_AFTER)
    return DeclarationRequest(
        guid=moment["guid"],
        app_time=moment["app_time"],
        order_no=facts.order_no,
        ebp_code=facts.platform.code,
        **_declared(facts),
        goods=[line.declaration(facts.mode is Mode.BONDED) for line in facts.lines],
    )


def cancellation(head: ListHead, invt_no: str, pre_no: str) -> Cancellation:
    """CEB623, from the declarant, against the list that customs knows under these two numbers."""
    shared = set(Cancellation.model_fields) & set(ListHead.model_fields)
    again = {
        "guid": serial(head.order_no, "623"),
        "app_type": NEW,
        "invt_no": invt_no,
        "pre_no": pre_no,
        "reason": "消费者取消订单",
    }
    return Cancellation.model_validate(head.model_dump(by_alias=False, include=shared) | again)


def _declared(facts: Facts) -> dict[str, Any]:
    """What the declarant adds to the three documents, whoever writes the list."""
    return {
        **_by_declarant(),
        "assure_code": facts.guarantor,
        "customs_code": CUSTOMS_CODE,
        "port_code": CUSTOMS_CODE,
        "ie_date": _day(facts.placed + _LIST_AFTER),
        "trade_mode": facts.mode.value,
        **_journey(facts),
        "gross_weight": gross_weight(facts.lines),
        "net_weight": net_weight(facts.lines),
    }


def _journey(facts: Facts) -> dict[str, str]:
    """9610 names the ship that brought the parcel; 1210 the account book and the bonded zone that it left."""
    if facts.mode is Mode.DIRECT:
        return {
            "country": facts.lines[0].good.origin,
            "traf_mode": _SEA,
            "traf_no": "TEST VESSEL",
            "voyage_no": f"TV{_day(facts.placed)}",
            "bill_no": _bill_no(facts),
        }
    return {
        "country": CNY,
        "traf_mode": _LAND,
        "ems_no": "T2301W000001",
        "area_code": "3207SDZB01",
        "area_name": "测试综合保税区",
    }


def _bill_no(facts: Facts) -> str:
    return f"TB{_day(facts.placed)}{facts.index:06d}"


def _day(moment: datetime) -> str:
    return to_second(moment)[:8]
