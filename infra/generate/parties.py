"""The made-up enterprises of the demonstration and their access as partners of the gateway."""

from events.ceb.frame import BaseTransfer
from events.values import Value


class Party(Value):
    """An enterprise that exists nowhere: its code holds letters where a registration has digits."""

    partner_id: str
    code: str
    name: str
    dxp_id: str

    @property
    def transfer(self) -> BaseTransfer:
        """The enterprise as the one that hands a message over."""
        return BaseTransfer(cop_code=self.code, cop_name=self.name, dxp_mode="DXP", dxp_id=self.dxp_id)


class Partner(Value):
    """Who may knock at the gateway, in which roles, and for which enterprise codes."""

    partner_id: str
    name: str
    roles: tuple[str, ...]
    codes: tuple[str, ...]


class Seller(Value):
    """An e-commerce enterprise abroad; it sends nothing itself, its domestic agent declares for it."""

    code: str
    name: str


PLATFORMS = (
    Party(partner_id="platform-1", code="3207SDPT01", name="测试云台跨境商城", dxp_id="DXPSDPT000000001"),
    Party(partner_id="platform-2", code="3207SDPT02", name="测试花果海淘平台", dxp_id="DXPSDPT000000002"),
)
GUARANTORS = tuple(party.code for party in PLATFORMS)
"""Who stands for the tax of the lists (assureCode)."""
SELLERS = (
    Seller(code="3207SDDS01", name="测试东方海外商贸有限公司"),
    Seller(code="3207SDDS02", name="测试南风海外商贸有限公司"),
)
PAYMENT_FIRM = Party(partner_id="payment-1", code="3207SDZF01", name="测试通付支付有限公司", dxp_id="DXPSDZF000000001")
CARRIER = Party(partner_id="carrier-1", code="3207SDWL01", name="测试速达物流有限公司", dxp_id="DXPSDWL000000001")
DECLARANT = Party(partner_id="declarant-1", code="3207SDBG01", name="测试港城报关有限公司", dxp_id="DXPSDBG000000001")
WAREHOUSE = Party(
    partner_id="warehouse-1", code="3207SDCK01", name="测试港城退货仓储有限公司", dxp_id="DXPSDCK000000001"
)
CUSTOMS_PARTNER = "customs"
OPERATOR_PARTNER = "operator"


def demo_partners() -> tuple[Partner, ...]:
    """Every partner of the local stack; the keys are made when it starts."""
    return (
        *(_partner(party, "platform") for party in PLATFORMS),
        _partner(PAYMENT_FIRM, "payment"),
        _partner(CARRIER, "logistics"),
        _partner(DECLARANT, "declarant"),
        _partner(WAREHOUSE, "warehouse"),
        Partner(partner_id=CUSTOMS_PARTNER, name="海关（沙箱）", roles=("customs",), codes=()),
        Partner(partner_id=OPERATOR_PARTNER, name="点点通运营", roles=("operator",), codes=()),
    )


def _partner(party: Party, role: str) -> Partner:
    return Partner(partner_id=party.partner_id, name=party.name, roles=(role,), codes=(party.code,))
