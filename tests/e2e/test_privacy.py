"""Where personal data stand in clear: in the places that docs/privacy.md names, and nowhere else."""

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.history.v1 import HistoryEvent
from typer.testing import CliRunner

from functions.payloads.codec import is_encrypted, is_of_order_key, key_id_of
from functions.payloads.compression import DICTIONARIES, dictionary
from infra.aws import StackClients
from infra.cli.main import application
from infra.demo.demo import run_demo
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.scenarios import Scenario
from infra.stack.servers import EMULATOR, TEMPORAL
from infra.stack.services import SERVICES
from infra.stack.stack import Stack
from infra.stack.state import StackState
from infra.temporal import connect_to, life_of, payloads_in
from tests.e2e.left_behind import plant, strand, write_again
from tests.e2e.places import (
    NAMES,
    Bus,
    Places,
    found_in,
    histories,
    in_aws,
    in_logs,
    in_metrics,
    in_temporal,
    in_temporal_s_files,
    personal_of,
)
from tests.ports import free_ports

pytestmark = pytest.mark.stack
NAME, SEED = "privacy", 11
DOCUMENTED = Path(__file__).parents[2] / "docs/privacy.md"
SECTION = "Where personal data stand in clear"
MAY_BE_EMPTY = (f"queue {NAMES.documents_queue}",)
LETTERS = NAMES.documents_dead_letters
PLANTED = "13900009999"  # nobody's telephone number


@pytest.fixture(scope="module")
def metrics_ports() -> dict[str, int]:
    return dict(zip(("temporal", "worker"), free_ports(2), strict=True))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, metrics_ports: dict[str, int]) -> Iterator[Stack]:
    """A whole stack of this test's own that writes its database to the disk; its customs asks for every payment.

    Every process of it writes all that it can into its log.
    """
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        environment.setenv("SANDAN_SANDBOX_SAMPLE", "1")
        environment.setenv("SANDAN_LOG_LEVEL", "DEBUG")
        environment.setenv("SANDAN_PORT_TEMPORAL_METRICS", str(metrics_ports["temporal"]))
        environment.setenv("SANDAN_METRICS_ADDRESS", f"127.0.0.1:{metrics_ports['worker']}")
        with Stack(NAME, persist=True, environment={"SANDAN_PAYLOAD_KEYS_SECONDS": "1"}) as stack:
            yield stack


@pytest.fixture(scope="module")
def orders() -> Sequence[GeneratedOrder]:
    """An order of every scenario; then two whose documents stop on the way."""
    return list(generate(len(Scenario) + 2, SEED, scenarios=(*Scenario, Scenario.RELEASE, Scenario.RELEASE)))


@pytest.fixture(scope="module")
def personal(orders: Sequence[GeneratedOrder]) -> set[str]:
    """What names the people of the orders or is a way to reach them."""
    return {value for order in with_exchanged(orders) for value in personal_of(order)}


def with_exchanged(orders: Sequence[GeneratedOrder]) -> Sequence[GeneratedOrder]:
    return [*orders, *(order.exchanged_for for order in orders if order.exchanged_for)]


@pytest.fixture(scope="module")
def places(stack: Stack, orders: Sequence[GeneratedOrder], metrics_ports: dict[str, int]) -> Places:
    """Everything that is to be searched after all lives have been lived."""
    aws = StackClients(stack.state.aws_endpoint)
    bus = Bus(aws)
    lived = orders[: len(Scenario)]
    report = asyncio.run(run_demo(stack.state, lived, SEED, lambda _subscriber, _played: None))
    assert report.wrong == []
    asyncio.run(strand(stack.state, *orders[len(Scenario) :]))
    write_again(stack.state, lived[0])
    temporal = asyncio.run(read_temporal(stack.state))
    return (
        temporal
        | in_aws(aws)
        | bus.heard()
        | in_logs(stack.state)
        | in_metrics(metrics_ports)
        | in_temporal_s_files(stack.state)
    )


async def read_temporal(state: StackState) -> Places:
    return await in_temporal(await connect_to(state))


TOLD = {
    "log worker": b"DEBUG temporalio.activity Starting activity",
    "log dispatcher": b"INFO sandan.dispatcher batch: ",
    "log gateway": b"INFO sandan.front POST '/v1/messages': 202",
    "log sandbox": b"INFO sandan.sandbox the gateway answered 202",
}
"""Some of what is in a log that tells all."""


def documented() -> set[str]:
    """The places of the table in docs/privacy.md."""
    section = DOCUMENTED.read_text().partition(f"\n## {SECTION}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def test_personal_data_stand_in_clear_where_the_design_says_and_nowhere_else(
    places: Places, personal: set[str]
) -> None:
    assert len(places) > 25
    assert [name for name, content in places.items() if not content.strip() and not name.startswith(MAY_BE_EMPTY)] == []
    found = found_in(places, personal)
    assert {place: sorted(values)[:3] for place, values in found.items() if place not in documented()} == {}
    assert set(found) == documented()


def test_the_search_would_find_them(places: Places, personal: set[str], orders: Sequence[GeneratedOrder]) -> None:
    """Given a value written in each of the ways, then it is found; and everything that was lived is in the bus."""
    for value in personal:
        shown = (repr(value.encode()), str(Payload(data=value.encode())), quote(value), json.dumps(value), value)
        for written in (*(text.encode() for text in shown), value.encode("gb18030")):
            assert found_in({"log": b"a " + written + b" b"}, personal)["log"] >= {value}
    lived = {value for order in orders[: len(Scenario)] for value in personal_of(order) - {order.facts.buyer.account}}
    assert found_in(places, personal)["bus: documents"] >= lived


def test_what_payloads_are_compressed_against_names_nobody(personal: set[str]) -> None:
    dictionaries = {name: dictionary(name) for name in DICTIONARIES}
    assert dictionaries
    assert found_in(dictionaries, personal) == {}


def test_the_processes_wrote_their_logs_and_their_metrics_and_temporal_its_database(places: Places) -> None:
    logs = {name for name in places if name.startswith("log ")}
    assert logs == {f"log {name}" for name in (*(service.name for service in SERVICES), TEMPORAL, EMULATOR)}
    assert all(words in places[log] for log, words in TOLD.items())
    assert {"temporal: metrics", "worker: metrics", "archive: older versions"} <= set(places)
    assert len(places["temporal: database"]) > 1_000_000
    assert b"binary/encrypted" in places["temporal: database"]


async def test_every_payload_in_temporal_is_encrypted_but_its_own_bookkeeping(stack: Stack, places: Places) -> None:
    """Search attributes and what the SDK writes for itself (the type of a local activity) are in clear."""
    assert places
    client = await connect_to(stack.state)
    clear, encrypted = 0, 0
    async for page in histories(client):
        for event in page.history.events:
            bookkeeping = set()
            for details in event.marker_recorded_event_attributes.details.values():
                bookkeeping |= {one.data for one in details.payloads if not is_encrypted(one)}
            attributes = _search_attributes(event)
            for payload in payloads_in(event):
                if is_encrypted(payload):
                    encrypted += 1
                elif payload.data not in bookkeeping | attributes:
                    raise AssertionError(f"{event.event_id} {payload.metadata} is in clear")
                else:
                    clear += 1
    assert encrypted > 1_000
    assert clear


def _search_attributes(event: HistoryEvent) -> set[bytes]:
    holders: list[Any] = [event.workflow_execution_started_event_attributes]
    holders += [event.upsert_workflow_search_attributes_event_attributes]
    holders += [event.workflow_execution_continued_as_new_event_attributes]
    holders += [event.start_child_workflow_execution_initiated_event_attributes]
    return {one.data for holder in holders for one in holder.search_attributes.indexed_fields.values()}


async def test_what_is_not_sealed_with_an_order_s_key_names_nobody(
    stack: Stack, places: Places, personal: set[str]
) -> None:
    """Tax payments, questions for payment data: shredding an order could not reach them."""
    assert places
    client = await connect_to(stack.state)
    codec = client.data_converter.payload_codec
    assert codec
    of_orders, others = 0, []
    async for page in histories(client):
        for payload in filter(is_encrypted, payloads_in(page)):
            if is_of_order_key(payload):
                of_orders += 1
            else:
                others += await codec.decode([payload])
    assert of_orders > 500
    assert len(others) > 10
    text = b"\n".join(one.data for one in others)
    assert found_in({"others": text}, personal) == {}


async def test_an_operator_sees_nobody_and_an_auditor_everybody(
    stack: Stack, places: Places, personal: set[str]
) -> None:
    """Given all payloads of all lives, asked of the codec server as the Temporal UI does, then masked is masked."""
    assert places
    client = await connect_to(stack.state)
    asked: list[Payload] = []
    async for page in histories(client):
        asked += [payload for payload in payloads_in(page) if is_encrypted(payload)]
    shown = {user: await _decoded(stack.state, user, asked) for user in ("operator", "auditor")}
    assert found_in({"masked": shown["operator"]}, personal) == {}
    assert len(found_in({"whole": shown["auditor"]}, personal)["whole"]) > len(personal) // 2
    log = Path(stack.state.folder, "logs", "codec.log").read_text()
    assert '"who": "operator", "role": "masked"' in log
    assert found_in({"log": log.encode()}, personal) == {}


async def _decoded(state: StackState, user: str, payloads: Sequence[Payload]) -> bytes:
    headers = {"Authorization": f"Bearer {state.codec_tokens[user]}", "X-Namespace": state.temporal_namespace}
    body = json_format.MessageToJson(Payloads(payloads=payloads))
    async with httpx.AsyncClient(base_url=state.codec_url, trust_env=False, timeout=60) as codec:
        answer = await codec.post(
            "/codec/decode", content=body, headers={**headers, "Content-Type": "application/json"}
        )
    assert answer.status_code == 200, answer.text
    decoded = json_format.Parse(answer.content, Payloads()).payloads
    assert len(decoded) == len(payloads)
    assert not any(is_encrypted(one) for one in decoded)
    return b"\n".join(one.data for one in decoded)


def test_the_temporal_ui_knows_the_codec_server_and_strangers_get_nothing(stack: Stack) -> None:
    settings = httpx.get(f"{stack.state.temporal_ui_url}/api/v1/settings", trust_env=False).json()
    assert settings["Codec"]["Endpoint"] == f"{stack.state.codec_url}/codec"
    refused = httpx.post(f"{stack.state.codec_url}/codec/decode", content=b'{"payloads": []}', trust_env=False)
    assert refused.status_code == 401


async def test_keys_are_rotated_while_the_stack_runs(stack: Stack, places: Places) -> None:
    """Given a running stack, when a key of the other cipher is added and used, then orders live on, under both keys."""
    assert places
    (first,) = (await asyncio.to_thread(_keys, "list")).splitlines()
    added = (await asyncio.to_thread(_keys, "add", "--cipher", "SM4-GCM")).splitlines()[-1]
    assert added.endswith("  SM4-GCM  reads")
    new = added.split()[0]
    assert f"{new}  SM4-GCM  writes and reads" in await asyncio.to_thread(_keys, "use", new)
    later = list(generate(2, SEED + 1, scenarios=(Scenario.RELEASE,)))
    for order in later:  # the first one makes every process notice that its keys have grown old
        report = await run_demo(stack.state, [order], SEED, lambda _subscriber, _played: None)
        assert report.wrong == []
    client = await connect_to(stack.state)
    events = [event for run in await life_of(client, later[1].key.workflow_id) for event in run.events]
    assert {_key_of(payload) for event in events for payload in payloads_in(event)} == {new, None}
    assert {_key_of(payload) async for page in histories(client) for payload in payloads_in(page)} == {
        first.split()[0],
        new,
        None,
    }


def _key_of(payload: Payload) -> str | None:
    return key_id_of(payload) if is_encrypted(payload) else None


def _keys(*arguments: str) -> str:
    result = CliRunner().invoke(application("payload-keys"), ["payload-keys", *arguments, "--name", NAME])
    assert result.exit_code == 0, result.output
    return result.stdout


async def test_what_is_planted_on_the_stack_is_found(
    stack: Stack, places: Places, metrics_ports: dict[str, int]
) -> None:
    """Given a number in clear in every kind of place, when all is searched again, then it is found in each.

    The last test, since it spoils the stack: a workflow of an unknown kind, with a client that encrypts nothing.
    """
    assert found_in(places, {PLANTED}) == {}
    clear, handle = await plant(stack.state, PLANTED)
    async with asyncio.timeout(30):
        while PLANTED.encode() not in in_metrics(metrics_ports)["worker: metrics"]:
            await asyncio.sleep(0.2)
    await handle.terminate()
    searched = (
        await in_temporal(clear, asking=False)
        | await asyncio.to_thread(in_aws, StackClients(stack.state.aws_endpoint))
        | in_logs(stack.state)
        | in_metrics(metrics_ports)
        | in_temporal_s_files(stack.state)
    )
    assert set(found_in(searched, {PLANTED})) >= {
        "archive: older versions",
        f"queue {LETTERS}",
        f"table {NAMES.replay_table}",
        "log worker",
        "worker: metrics",
        "temporal: database",
        "temporal: descriptions",
        "temporal: histories",
        "temporal: list",
    }
