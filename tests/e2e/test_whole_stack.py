"""The real local stack end to end, with services killed in the middle: nothing is lost, nothing is declared twice."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from events.life import OrderView, Stage
from functions.dossier.handler import opened
from functions.dossier.rules import verify
from functions.dossier.store import get_dossier
from infra.cli.main import application
from infra.demo.demo import run_demo
from infra.demo.player import Played
from infra.demo.report import DemoReport
from infra.demo.subscriber import Subscriber
from infra.direct_calls import functions_on
from infra.gateway_client import GatewayClient
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.parties import OPERATOR_PARTNER
from infra.generate.scenarios import LIVES, Scenario
from infra.stack.stack import Stack

pytestmark = pytest.mark.stack
ORDERS = len(LIVES) + 3
KILLED = ("worker", "dispatcher", "gateway")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole stack of this test's own."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        with Stack("e2e") as stack:
            yield stack


@pytest.fixture(scope="module")
def orders() -> Sequence[GeneratedOrder]:
    """One order of each scenario, and three more."""
    return list(generate(ORDERS, seed=3))


@pytest.fixture(scope="module")
def report(stack: Stack, orders: Sequence[GeneratedOrder]) -> DemoReport:
    """The lives of the orders, while the worker, the dispatcher and the door are killed (kill -9) one by one."""
    killed: list[str] = []

    def kill_in_the_middle(subscriber: Subscriber, played: Sequence[Played]) -> None:
        heard = sum(1 for order in orders if subscriber.stage(order.key.order_no))
        if len(killed) < len(KILLED) and heard > (len(killed) + 1) * 6 and len(played) < ORDERS:
            name = KILLED[len(killed)]
            killed.append(name)
            stack.kill(name)
            stack.start(name)

    result = asyncio.run(run_demo(stack.state, orders, 3, kill_in_the_middle))
    assert killed == list(KILLED)
    return result


def test_every_order_ends_as_its_scenario_says(report: DemoReport) -> None:
    assert [(order.orderNo, order.finalStage, order.error) for order in report.wrong] == []
    assert len(report.orders) == ORDERS
    assert report.dead_letters == 0


def test_no_list_version_is_declared_twice(stack: Stack, report: DemoReport, orders: Sequence[GeneratedOrder]) -> None:
    declared: list[dict[str, Any]] = httpx.get(f"{stack.state.sandbox_url}/customs/declarations").json()
    taken = Counter[str]()
    for seen in declared:
        for one in seen["lists"]:
            assert one["taken"] <= 1, one
            taken[seen["orderNo"]] += one["taken"]
    never = {Scenario.PAYMENT_MISMATCH, Scenario.PAYMENT_MISSING, Scenario.ANNUAL_LIMIT}
    twice = {Scenario.CUSTOMS_REJECTION}
    for order in orders:
        expected = 0 if order.scenario in never else 2 if order.scenario in twice else 1
        assert taken[order.key.order_no] == expected, order.key.order_no
    assert report.wrong == []


def test_every_ended_order_has_a_whole_dossier(
    stack: Stack, report: DemoReport, orders: Sequence[GeneratedOrder]
) -> None:
    ended = {order.orderNo for order in report.orders if order.finalStage and order.finalStage.is_final}
    with functions_on(stack.state):
        for order in orders:
            if order.key.order_no not in ended:
                continue
            dossier = get_dossier(order.key)
            verify(dossier)
            assert [entry.kind for entry in opened(dossier)] == [entry.kind for entry in dossier.entries]
            assert dossier.stage == order.scenario.expected


def test_every_order_is_listed_once(stack: Stack, report: DemoReport, orders: Sequence[GeneratedOrder]) -> None:
    """Also one that was delivered, and went on in a second run."""
    listed = CliRunner().invoke(application("order"), ["order", "list", "--json", "--limit", "999", "--name", "e2e"])
    rows = json.loads(listed.stdout)
    found = {f"{row['ebpCode']}/{row['orderNo']}": row["stage"] for row in rows}
    assert len(rows) == len(found)
    assert {str(order.key) for order in orders} <= found.keys()
    ended = {order.orderNo: order.finalStage for order in report.orders if order.finalStage is Stage.CLOSED}
    assert {found[str(order.key)] for order in orders if order.key.order_no in ended} == {"closed"}


async def test_the_view_of_an_order_names_nobody(
    stack: Stack, report: DemoReport, orders: Sequence[GeneratedOrder]
) -> None:
    order = next(order for order in orders if order.scenario is Scenario.PAYMENT_MISMATCH)
    async with GatewayClient(stack.state.gateway_url, stack.state.partner_keys) as gateway:
        answer = await gateway.get(OPERATOR_PARTNER, f"/v1/orders/{order.key.ebp_code}/{order.key.order_no}")
    assert answer.status_code == HTTPStatus.OK
    view = OrderView.model_validate_json(answer.content)
    assert view.stage is Stage.EXPIRED
    assert [finding.rule for finding in view.findings] == ["M2"]
    buyer = order.facts.buyer
    for personal in (buyer.name, buyer.id_number, buyer.telephone, order.facts.address):
        assert personal not in answer.text
    assert report.orders


def test_services_log_no_personal_data(stack: Stack, report: DemoReport, orders: Sequence[GeneratedOrder]) -> None:
    logs = "".join(path.read_text(errors="replace") for path in Path(stack.state.folder, "logs").glob("*.log"))
    for order in orders:
        buyer = order.facts.buyer
        for personal in (buyer.name, buyer.id_number, buyer.telephone, order.facts.address):
            assert personal not in logs, order.key.order_no
    assert report.orders
