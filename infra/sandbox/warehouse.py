"""The warehouse at the supervision site: takes returned goods in and reports them (`cn.sandan.goods.returned.v1`)."""

import json
from datetime import timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from events.catalogue import BY_KIND
from events.documents import DocumentKind
from events.returns import Condition, GoodsReturned, Inspection, ReturnedGoods, ReturnSite
from events.values import from_second, utc_now
from infra.generate.scenarios import Scenario
from infra.sandbox.cases import Case, ReturnCase
from infra.sandbox.config import WAREHOUSE_ROLE, SandboxConfig
from infra.sandbox.outbox import EVENT, LOG, Outbox

_TOO_LATE = timedelta(days=46)  # after the release; 公告2020-45 allows 45
_OTHER_CUSTOMS = "9999"
_PIECE = Decimal(1)


class Warehouse:
    """The partner in the role of a warehouse; without one no goods come back."""

    def __init__(self, config: SandboxConfig, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox
        self._partner = config.partner_in(WAREHOUSE_ROLE)

    def report_of(self, case: Case, one: ReturnCase) -> GoodsReturned | None:
        """What is there of a return that customs has accepted, by its story; None when nothing ever comes."""
        if self._partner is None:
            LOG.warning("no partner is a warehouse: the goods of return %s never come back", one.return_no)
            return None
        if case.scenario is Scenario.RETURN_NEVER:
            return None
        assert case.current
        assert case.released_at
        site = ReturnSite.of(case.current.declared.head)
        if case.scenario is Scenario.RETURN_WRONG_SITE:
            site = site.model_copy(update={"customs_code": _OTHER_CUSTOMS})
        received_at = max(utc_now(), from_second(one.refund.head.app_time))  # the applicant's clock may run ahead
        damaged = case.scenario is Scenario.RETURN_DAMAGED
        return GoodsReturned(
            guid=str(uuid5(NAMESPACE_URL, f"{case.key}/{one.return_no}")).upper(),
            ebp_code=case.key.ebp_code,
            order_no=case.key.order_no,
            return_no=one.return_no,
            operator_code=min(self._config.partners[self._partner].codes),
            site=site,
            received_at=case.released_at + _TOO_LATE if case.scenario is Scenario.RETURN_LATE else received_at,
            lines=_lines(case.scenario, one),
            inspection=Inspection.UNQUALIFIED if damaged else Inspection.QUALIFIED,
        )

    async def send(self, report: GoodsReturned) -> None:
        """Report to the gateway."""
        assert self._partner
        event = {
            "specversion": "1.0",
            "id": report.guid,
            "source": f"/warehouses/{report.operator_code}",
            "type": BY_KIND[DocumentKind.GOODS_RETURNED].name,
            "subject": f"{report.ebp_code}/{report.order_no}",
            "time": utc_now().isoformat(),
            "datacontenttype": "application/json",
            "data": report.model_dump(mode="json", exclude_none=True),
        }
        await self._outbox.deliver(self._partner, json.dumps(event, ensure_ascii=False).encode(), EVENT)


def _lines(scenario: Scenario | None, one: ReturnCase) -> list[ReturnedGoods]:
    asked = [(item.gnum, item.qty) for item in one.refund.items]
    (gnum, qty), others = asked[0], asked[1:]
    match scenario:
        case Scenario.RETURN_QUANTITY:
            first = [(gnum, qty - _PIECE if qty > _PIECE else qty + _PIECE, Condition.INTACT)]
        case Scenario.RETURN_DAMAGED:
            broken = min(qty, _PIECE)
            first = [(gnum, qty - broken, Condition.INTACT), (gnum, broken, Condition.DAMAGED)]
        case _:
            first = [(gnum, qty, Condition.INTACT)]
    there = [*first, *((number, amount, Condition.INTACT) for number, amount in others)]
    return [ReturnedGoods(gnum=number, qty=amount, condition=state) for number, amount, state in there if amount > 0]
