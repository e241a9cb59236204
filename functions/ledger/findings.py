"""What the ledger finds, in words: what was asked, what is there, and what to do."""

from decimal import Decimal

from events.ceb.base import plain
from events.documents import DocumentKind
from events.findings import Finding, Place
from events.values import Text
from functions.ledger.models import Bill, Standing

GUARANTEE, BILL, CHARGE, PAYMENT = "GUARANTEE", "TAX-BILL", "CHARGE", "TAX-PAYMENT"
_LEDGER = "ledger"
_TAX_BILL = "tax-bill"


def guarantee_short(guarantor: str, asked: Decimal, available: Decimal | None, ceiling: Decimal) -> Finding:
    """The tax is more than what is left of the guarantee; `available` None: the guarantor has given none."""
    left = plain(max(available or Decimal(), Decimal()))
    if available is None:
        zh, en = f"{guarantor} 没有税款担保。", f"{guarantor} has given no guarantee."
    else:
        zh = f"{guarantor} 的担保额度 {plain(ceiling)} 元，尚余 {left} 元。"
        en = f"Of the guarantee of {guarantor} of {plain(ceiling)} CNY {left} CNY are left."
    return Finding(
        rule=GUARANTEE,
        left=Place(document=DocumentKind.DECLARATION_LIST, field="assureCode", value=plain(asked)),
        right=Place(document=_LEDGER, field="guarantee.available", value=left),
        message=Text(
            zh=f"本单税款 {plain(asked)} 元须有担保。{zh}请缴纳已汇总税款或提高担保额度，订单随后自动继续。",
            en=f"The tax of {plain(asked)} CNY needs a guarantee. {en} Pay the tax that is due, or raise it; "
            "the order then goes on by itself.",
        ),
    )


def below_use(guarantor: str, asked: Decimal, in_use: Decimal) -> Finding:
    """A guarantee cannot be set below what it covers already."""
    return Finding(
        rule=GUARANTEE,
        left=Place(document=_LEDGER, field="guarantee.amount", value=plain(asked)),
        right=Place(document=_LEDGER, field="guarantee.inUse", value=plain(in_use)),
        message=Text(
            zh=f"{guarantor} 的担保额度不能降至 {plain(asked)} 元：已占用 {plain(in_use)} 元。请先缴纳税款。",
            en=f"The guarantee of {guarantor} cannot be {plain(asked)} CNY: {plain(in_use)} CNY are in use. "
            "Pay the tax first.",
        ),
    )


def not_changeable(standing: Standing, payment_no: str | None) -> Finding:
    """A payment has claimed or paid the tax: nobody but a person may decide what follows."""
    zh = {Standing.CLAIMED: "已列入缴款", Standing.PAID: "已缴纳"}.get(standing, "不在担保中")
    return _charge(
        standing,
        Text(
            zh=f"税款{zh}（缴款编号 {payment_no or '无'}），额度和担保未作变更。请人工处理。",
            en=f"The tax is {standing} (payment {payment_no or 'none'}); nothing was changed. A person must decide.",
        ),
    )


def superseded(given: int, latest: int) -> Finding:
    """A call for a list version that a later one has replaced."""
    return Finding(
        rule=CHARGE,
        left=Place(document=DocumentKind.DECLARATION_LIST, field="version", value=str(given)),
        right=Place(document=_LEDGER, field="version", value=str(latest)),
        message=Text(
            zh=f"清单第 {given} 版已被取代或撤回（账上为第 {latest} 版），未作变更。",
            en=f"Version {given} of the list is replaced or withdrawn (on record: {latest}); nothing was changed.",
        ),
    )


def nothing_reserved(standing: Standing) -> Finding:
    """A release of goods for which nothing is reserved."""
    return _charge(
        standing,
        Text(
            zh="清单已放行，但未预占额度和担保。请人工核查。",
            en="The list was released, but nothing is reserved for it. A person must look.",
        ),
    )


def nothing_held(standing: Standing) -> Finding:
    """A person decides about the tax of an order that holds none."""
    return _charge(
        standing,
        Text(
            zh="订单未放行或已全部退还，没有在担保的税款。请核对订单号。",
            en="The order is not released, or all of it was given back: no tax is held. Check the order's number.",
        ),
    )


def no_bill_to_accept(bill: Bill | None) -> Finding:
    """There is no valid bill of customs that the tax could follow."""
    if bill is None:
        zh, en = "尚未收到税单。", "no tax bill has come."
    elif bill.status == "1":
        zh, en = f"税单 {bill.tax_no} 是退货之前的税单。", f"tax bill {bill.tax_no} is that of before a return."
    else:
        zh, en = f"税单 {bill.tax_no} 状态为 {bill.status}。", f"tax bill {bill.tax_no} has status {bill.status}."
    return Finding(
        rule=BILL,
        left=Place(document=_TAX_BILL, field="taxNo", value=bill.tax_no if bill else None),
        message=Text(zh=f"没有可以采用的税单：{zh}请向海关查询。", en=f"No bill can be accepted: {en} Ask customs."),
    )


def not_held(standing: Standing) -> Finding:
    """Goods are said to be back of an order that is not released."""
    return _charge(
        standing,
        Text(
            zh="订单未放行或已全部退还，无法再退还额度。请核对退货。",
            en="The order is not released, or all of it was given back. Check the return.",
        ),
    )


def more_than_left(field: str, asked: Decimal, there: Decimal) -> Finding:
    """What is to be left after a return is more than what there was."""
    return Finding(
        rule=CHARGE,
        left=Place(document=_LEDGER, field=f"target.{field}", value=plain(asked)),
        right=Place(document=_LEDGER, field=field, value=plain(there)),
        message=Text(
            zh=f"退货后剩余（{field} {plain(asked)}）大于现有（{plain(there)}），未作变更。请核对退货数量。",
            en=f"After the return {field} would be {plain(asked)}, more than the {plain(there)} there are; nothing was "
            "changed. Check the quantities of the return.",
        ),
    )


def bill_differs(bill: Bill, held: Decimal) -> Finding:
    """The bill is of another sum than the tax that is held: it is not paid until a person has decided."""
    return Finding(
        rule=BILL,
        left=Place(document=_TAX_BILL, field="total", value=plain(bill.total)),
        right=Place(document=_LEDGER, field="tax", value=plain(held)),
        message=Text(
            zh=f"税单 {bill.tax_no} 税额 {plain(bill.total)} 元，与担保税款 {plain(held)} 元不符，暂不缴纳。"
            "请与海关核对。",
            en=f"Tax bill {bill.tax_no} says {plain(bill.total)} CNY, the tax held is {plain(held)} CNY; it is "
            "not paid meanwhile. Compare with customs.",
        ),
    )


def other_bill(known: Bill, given: Bill) -> Finding:
    """A second bill while the first one is valid: only one of them can be right."""
    return Finding(
        rule=BILL,
        left=Place(document=_TAX_BILL, field="taxNo", value=given.tax_no),
        right=Place(document=_LEDGER, field="taxNo", value=known.tax_no),
        message=Text(
            zh=f"税单 {given.tax_no} 未采用：同一清单的税单 {known.tax_no} 仍有效（状态 {known.status}）。"
            "请与海关核对。",
            en=f"Tax bill {given.tax_no} is not taken: bill {known.tax_no} of the same list is valid (status "
            f"{known.status}). Ask customs which one holds.",
        ),
    )


def unknown_status(bill: Bill) -> Finding:
    """A status that the standard does not list."""
    return Finding(
        rule=BILL,
        left=Place(document=_TAX_BILL, field="status", value=bill.status),
        message=Text(
            zh=f"税单 {bill.tax_no} 状态 {bill.status} 未知（应为 1 已生成、2 已汇总、3 作废），未采用。请与海关核对。",
            en=f"Status {bill.status} of tax bill {bill.tax_no} is unknown (1 generated, 2 summarised, 3 void); it is "
            "not taken. Ask customs.",
        ),
    )


def void_after_claim(bill: Bill, payment_no: str | None) -> Finding:
    """Customs has voided a bill that a payment has claimed."""
    return Finding(
        rule=BILL,
        left=Place(document=_TAX_BILL, field="status", value=bill.status),
        right=Place(document=_LEDGER, field="paymentNo", value=payment_no),
        message=Text(
            zh=f"税单 {bill.tax_no} 已作废，但已列入缴款 {payment_no}。请人工处理退税。",
            en=f"Tax bill {bill.tax_no} is void, but payment {payment_no} includes it. A person must see to it.",
        ),
    )


def no_such_payment(payment_no: str, state: str) -> Finding:
    """A payment that is not in the state that this needs."""
    return Finding(
        rule=PAYMENT,
        left=Place(document=_LEDGER, field="paymentNo", value=payment_no),
        right=Place(document=_LEDGER, field="state", value=state),
        message=Text(
            zh=f"缴款 {payment_no} 状态为 {state}，未作变更。请核对缴款编号。",
            en=f"Payment {payment_no} is {state}; nothing was changed. Check its number.",
        ),
    )


def _charge(standing: Standing, message: Text) -> Finding:
    return Finding(rule=CHARGE, left=Place(document=_LEDGER, field="standing", value=standing), message=message)
