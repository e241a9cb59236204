"""Customs at the other end of a directory exchange."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from events.ceb.dxp import unwrap
from events.ceb.frame import CebMessage
from events.ceb.message import parse
from events.ceb.messages.declaration_list import CEB622Message
from events.ceb.messages.format_error import CEB900Message
from events.ceb.messages.tax_bill import CEB816Message
from events.ceb.node import wrap_terminal
from events.values import utc_now
from functions.settings import Settings
from functions.transport.directory import DirectoryTransport
from infra.generate.orders import message_xml
from infra.generate.scenarios import Scenario
from infra.sandbox.config import from_environment
from tests.infra.sandbox.world import CONFIG, World, an_order, open_world

STEMS = ("311", "411", "511", "621")


def envelope(message: bytes, cop_msg_id: str) -> bytes:
    return wrap_terminal(
        message,
        sender_id="DXPSANDAN0000001",
        receiver_ids=["DXPEDCCEB0000002"],
        cop_msg_id=cop_msg_id,
        created_at=utc_now(),
    )


async def until(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.01)


def open_exchange(folder: Path) -> DirectoryTransport:
    return DirectoryTransport(folder, settle_seconds=0)


def by_folders(folder: Path) -> AbstractAsyncContextManager[World]:
    return open_world(CONFIG.model_copy(update={"outbox": folder / "outbox", "inbox": folder / "inbox"}))


def send(way: DirectoryTransport, scenario: Scenario) -> None:
    order = an_order(scenario)
    for stem in STEMS:
        message = order.documents[stem]
        assert isinstance(message, CebMessage)
        way.send(envelope(message_xml(message), stem), stem)


async def test_a_list_goes_out_and_its_receipts_come_in_by_folders(tmp_path: Path) -> None:
    async with by_folders(tmp_path) as world:
        way = open_exchange(tmp_path)
        send(way, Scenario.RELEASE)
        statuses: list[str] = []

        def released() -> bool:
            for received in way.receive():
                message = parse(unwrap(received.content).content)
                assert isinstance(message, CEB622Message | CEB816Message)
                if isinstance(message, CEB622Message):
                    statuses.extend(receipt.return_status for receipt in message.returns)
                received.acknowledge()
            return "800" in statuses

        await until(released)
        assert list((tmp_path / "outbox").iterdir()) == []
        assert world.gateway.of("CEB622Message") == []


async def test_what_customs_cannot_read_comes_back_as_a_format_error(tmp_path: Path) -> None:
    async with by_folders(tmp_path):
        way = open_exchange(tmp_path)
        declared = an_order(Scenario.RELEASE).documents["621"]
        assert isinstance(declared, CebMessage)
        broken = message_xml(declared).replace(b"ceb:InventoryHead", b"ceb:Head")
        way.send(envelope(broken, "import/P/1#1#CEB621Message"), "C1")
        way.send(b"no envelope", "C2")
        await until(lambda: not any((tmp_path / "outbox").iterdir()))
        (received,) = way.receive()
        message = parse(received.content)
        assert isinstance(message, CEB900Message)
        assert message.error.original_cop_msg_id == "import/P/1#1#CEB621Message"


async def test_while_customs_is_closed_the_files_stay_and_are_taken_later(tmp_path: Path) -> None:
    async with by_folders(tmp_path) as world:
        send(open_exchange(tmp_path), Scenario.CUSTOMS_DOWN)
        await until(lambda: not any((tmp_path / "outbox").iterdir()))
        (seen,) = (await world.client.get("/customs/declarations")).json()
        assert [one["taken"] for one in seen["lists"]] == [1]


def test_the_folders_are_those_of_the_product(tmp_path: Path) -> None:
    given = {"customs_transport": "directory", "customs_directory": tmp_path, "customs_inbox": tmp_path / "In"}
    config = from_environment({}, lambda: Settings.model_validate(given))
    assert (config.outbox, config.inbox) == (tmp_path / "outbox", tmp_path / "In")
    by_http = from_environment({}, Settings)
    assert (by_http.outbox, by_http.inbox) == (None, None)
