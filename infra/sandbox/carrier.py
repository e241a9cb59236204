"""The carrier: takes waybills that it is to transmit, and brings the parcels that customs releases."""

import asyncio
from random import Random
from uuid import uuid4

from events.ceb.declaration_list import ListHead
from events.ceb.frame import BaseTransfer
from events.ceb.messages.waybill import CEB511Message, CEB513Message
from events.ceb.waybill import WaybillStatus
from events.ceb.writing import build
from events.problems import Problem
from events.values import to_second, utc_now
from infra.generate.scenarios import Scenario, scenario_of
from infra.sandbox.config import SandboxConfig
from infra.sandbox.outbox import LOG, Outbox

_SIGNED_FOR = "S"
_NEW, _DECLARED = "1", "2"
_PIECES = 1


class Carrier:
    """Every logistics enterprise among the partners."""

    def __init__(self, config: SandboxConfig, outbox: Outbox) -> None:
        self._config = config
        self._outbox = outbox

    def take(self, message: CEB511Message) -> list[Problem]:
        """Transmit waybills to the gateway, each as its own carrier; with a problem none is."""
        problems = [problem for index in range(len(message.waybills)) for problem in self._problems(message, index)]
        if problems:
            return problems
        for waybill in message.waybills:
            partner = self._config.partner_of(waybill.head.logistics_code)
            assert partner
            one = message.model_copy(update={"waybills": [waybill], "signature": None})
            self._outbox.start(self._transmit(partner, build(one), waybill.head.order_no))
        return []

    async def bring(self, head: ListHead, random: Random) -> None:
        """Say that the parcel of a released list was signed for (CEB513, status S)."""
        partner = self._config.partner_of(head.logistics_code)
        if partner is None:
            LOG.warning("no partner is the carrier %s: nobody brings its parcel", head.logistics_code)
            return
        await asyncio.sleep(random.uniform(*self._config.delay))
        await self._transmit(partner, build(_signed_for(head)), head.order_no)

    def _problems(self, message: CEB511Message, index: int) -> list[Problem]:
        head, path = message.waybills[index].head, f"/CEB511Message/Logistics[{index + 1}]/LogisticsHead"
        problems = []
        if self._config.partner_of(head.logistics_code) is None:
            foreign = "is no carrier of this sandbox: send only its own waybills"
            problems.append(
                Problem(path=f"{path}/logisticsCode", rule="foreign_code", value=head.logistics_code, message=foreign)
            )
        if head.pack_no != _PIECES:
            pieces = "must be 1: one waybill is one parcel"
            problems.append(Problem(path=f"{path}/packNo", rule="pack_no", value=str(head.pack_no), message=pieces))
        return problems

    async def _transmit(self, partner: str, message: bytes, order_no: str) -> None:
        times = 2 if scenario_of(order_no) is Scenario.DUPLICATES else 1
        for _ in range(times):
            await self._outbox.deliver(partner, message)


def _signed_for(head: ListHead) -> CEB513Message:
    now = to_second(utc_now())
    status = WaybillStatus(
        guid=_guid(),
        app_type=_NEW,
        app_time=now,
        app_status=_DECLARED,
        logistics_code=head.logistics_code,
        logistics_name=head.logistics_name,
        logistics_no=head.logistics_no,
        logistics_status=_SIGNED_FOR,
        logistics_time=now,
    )
    sender = BaseTransfer(
        cop_code=head.logistics_code, cop_name=head.logistics_name, dxp_mode="DXP", dxp_id="DXPSDWL000000001"
    )
    return CEB513Message(guid=_guid(), base_transfer=sender, waybill_statuses=[status])


def _guid() -> str:
    return str(uuid4()).upper()
