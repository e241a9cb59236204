"""The whole template on the emulator: HTTP API, queue and activities call functions that are processes of their own."""

import asyncio
import time
from collections.abc import Iterator
from http import HTTPStatus

import httpx
import pytest

from functions.settings import Settings
from infra.aws import StackClients
from infra.demo.demo import run_demo
from infra.generate.orders import generate
from infra.generate.scenarios import Scenario
from infra.stack.lambdas import CAPABILITIES
from infra.stack.servers import EMULATOR_WITH_SAM
from infra.stack.stack import Stack
from tests.e2e.places import found_in, in_lambda_logs, in_logs, personal_of

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(
        not EMULATOR_WITH_SAM.exists(), reason="needs the emulator with SAM's translator: make emulator"
    ),
]

_PATIENCE_SECONDS = 30
ORDERS = list(generate(2, seed=3, scenarios=(Scenario.RELEASE, Scenario.DUPLICATES)))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose functions are Lambdas."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        environment.setenv("SANDAN_LOG_LEVEL", "DEBUG")
        with Stack("lambdas", lambdas=True) as stack:
            yield stack


def test_orders_end_as_their_scenarios_say(stack: Stack) -> None:
    report = asyncio.run(run_demo(stack.state, ORDERS, 3, lambda *_: None))
    assert [(order.orderNo, order.finalStage, order.error) for order in report.wrong] == []
    assert len(report.orders) == 2
    assert report.dead_letters == 0
    assert report.books.differences == []


def test_no_process_of_our_own_does_what_lambdas_do(stack: Stack) -> None:
    assert set(stack.state.pids) == {"temporal", "emulator", "sandbox", "codec", "worker"}
    names = {
        one["FunctionName"] for one in StackClients(stack.state.aws_endpoint).functions.list_functions()["Functions"]
    }
    assert names == {f"sandan-{name.replace('_', '-')}" for name in (*CAPABILITIES, "gateway", "dispatch")}


def test_a_stranger_is_refused_at_the_door(stack: Stack) -> None:
    answer = httpx.post(f"{stack.state.gateway_url}/v1/events", content=b"{}", timeout=30)
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_nobody_can_process_is_put_aside_with_its_reason(stack: Stack) -> None:
    """A broken message costs the other messages of its batch nothing, and ends in the dead letters."""
    clients = StackClients(stack.state.aws_endpoint)
    queue = clients.sqs.get_queue_url(QueueName=Settings().documents_queue)["QueueUrl"]
    letters = clients.sqs.get_queue_url(QueueName=Settings().documents_dead_letters)["QueueUrl"]
    clients.sqs.send_message(QueueUrl=queue, MessageBody="no document")
    found = clients.sqs.receive_message(QueueUrl=letters, WaitTimeSeconds=20)["Messages"]
    assert [message["Body"] for message in found] == ["no document"]


def test_what_lambdas_log_names_nobody(stack: Stack) -> None:
    """Given the orders before, and a message with people in it that nobody can process, which a Lambda tells of."""
    people = {value for order in ORDERS for value in personal_of(order)}
    clients = StackClients(stack.state.aws_endpoint)
    queue = clients.sqs.get_queue_url(QueueName=Settings().documents_queue)["QueueUrl"]
    sent = clients.sqs.send_message(QueueUrl=queue, MessageBody=f"no document of {', '.join(people)}")["MessageId"]
    deadline = time.monotonic() + _PATIENCE_SECONDS
    logs = in_lambda_logs(stack.state)
    while sent.encode() not in b"".join(logs.values()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        logs = in_lambda_logs(stack.state)
    assert b"put aside" in b"".join(logs.values())
    assert found_in(logs | in_logs(stack.state), people) == {}
