"""An order lives, its terms end, its key is destroyed: nobody reads its people any more, and everything verifies."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from http import HTTPStatus

import httpx
import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError
from typer.testing import CliRunner, Result

from events.ceb.messages.payment import CEB411Message
from events.life import OrderView
from events.values import utc_now
from functions.data_keys.models import ShreddedError
from functions.payloads.codec import is_encrypted
from infra.aws import StackClients
from infra.cli import retention_orders
from infra.cli.main import application
from infra.dead_letters import DeadLetters
from infra.demo.demo import run_demo
from infra.gateway_client import GatewayClient
from infra.generate.orders import GeneratedOrder, generate, message_xml
from infra.generate.parties import OPERATOR_PARTNER
from infra.generate.scenarios import Scenario
from infra.stack.stack import Stack
from infra.temporal import connect_to, life_of, payloads_in, stack_data_keys
from tests.e2e.places import NAMES, Places, found_in, in_aws, in_logs, in_temporal, in_temporal_s_files, personal_of
from workflows.import_order import ImportOrderWorkflow

pytestmark = pytest.mark.stack
NAME, SEED = "e2e-shredding", 30
WHY = ("--who", "op-1", "--why", "its time is over")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of this test's own that writes Temporal's database to the disk and soon forgets keys."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        environment.setenv("SANDAN_SANDBOX_SAMPLE", "1")
        with Stack(NAME, persist=True, environment={"SANDAN_DATA_KEYS_SECONDS": "1"}) as stack:
            yield stack


@pytest.fixture(scope="module")
def orders(stack: Stack) -> Sequence[GeneratedOrder]:
    """A released order, one that came back in part, one whose payer was wrong; and one of somebody else: all ended."""
    scenarios = (Scenario.RELEASE, Scenario.RETURN_PART, Scenario.PAYMENT_MISMATCH, Scenario.RELEASE)
    made = list(generate(len(scenarios), SEED, scenarios=scenarios))
    assert len({order.facts.buyer.id_number for order in made}) == len(made)
    report = asyncio.run(run_demo(stack.state, made, SEED, lambda _subscriber, _played: None))
    assert report.wrong == []
    return made


@pytest.fixture(scope="module")
def lost(orders: Sequence[GeneratedOrder]) -> Sequence[GeneratedOrder]:
    return orders[:-1]


def retention(*arguments: str) -> Result:
    return CliRunner().invoke(application("retention"), ["retention", *arguments, "--name", NAME])


async def payloads_of(client: Client, order: GeneratedOrder) -> list[Payload]:
    runs = await life_of(client, order.key.workflow_id)
    found = [payload for run in runs for event in run.events for payload in payloads_in(event)]
    return [payload for payload in found if is_encrypted(payload)]


async def readable(stack: Stack, payloads: Sequence[Payload]) -> tuple[bytes, int]:
    """What somebody reads of payloads who has the secret and the table of keys, and how many nobody can read."""
    codec = (await connect_to(stack.state)).data_converter.payload_codec
    assert codec
    clear, shredded = b"", 0
    for payload in payloads:
        try:
            (read,) = await codec.decode([payload])
            clear += read.SerializeToString()
        except ShreddedError:
            shredded += 1
    return clear, shredded


async def everywhere(stack: Stack) -> Places:
    """Every place of the stack; payloads in Temporal also as far as all keys of the stack can read them."""
    client = await connect_to(stack.state)
    places = (
        await in_temporal(client, asking=False) | in_aws(StackClients(stack.state.aws_endpoint)) | in_logs(stack.state)
    )
    payloads: list[Payload] = []
    async for execution in client.list_workflows():
        history = await client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()
        payloads += [one for event in history.events for one in payloads_in(event) if is_encrypted(one)]
    read, _ = await readable(stack, payloads)
    return places | in_temporal_s_files(stack.state) | {"temporal: with every key": read}


def after_the_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the commands stands after the longest term."""
    later = utc_now() + timedelta(days=5 * 366)
    monkeypatch.setattr(retention_orders, "utc_now", lambda: later)


def test_before_its_time_it_is_refused_with_class_rule_and_date(stack: Stack, lost: Sequence[GeneratedOrder]) -> None:
    for order in lost:
        answer = retention("shred", str(order.key), *WHY)
        assert answer.exit_code == 1, answer.output
        assert "row retention.evidence_years-2014" in answer.output
        assert "0 orders shredded, 1 refused" in answer.output
        verified = retention("verify", str(order.key))
        assert verified.exit_code == 0, verified.output
        assert "contents read and right" in verified.output


async def test_the_people_are_readable_with_the_keys_before(stack: Stack, orders: Sequence[GeneratedOrder]) -> None:
    """So that finding nobody afterwards means something."""
    client = await connect_to(stack.state)
    for order in orders:
        read, shredded = await readable(stack, await payloads_of(client, order))
        assert shredded == 0
        assert len(found_in({"": read}, personal_of(order))[""]) > 4
    places = await everywhere(stack)
    assert set(found_in(places, set().union(*map(personal_of, orders)))) == {"temporal: with every key"}


def test_a_hold_keeps_an_order_beyond_its_term(
    stack: Stack, lost: Sequence[GeneratedOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = str(lost[0].key)
    matter = ("--matter", "case 7", "--who", "counsel", "--why", "a claim")
    assert retention("hold", order, *matter).output.strip() == f"{order}  held for case 7"
    after_the_terms(monkeypatch)
    answer = retention("shred", order, *WHY)
    assert (answer.exit_code, "a legal hold is on it for case 7" in answer.output) == (1, True)
    assert retention("release", order, *matter).output.strip() == f"{order}  not held"
    dry = retention("shred", order, *WHY, "--dry-run")
    assert (dry.exit_code, "would be shredded" in dry.output) == (0, True)


async def test_shredded_they_are_read_nowhere_and_the_other_order_is(
    stack: Stack, orders: Sequence[GeneratedOrder], lost: Sequence[GeneratedOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = orders[-1]
    with monkeypatch.context() as later:
        after_the_terms(later)
        answer = await asyncio.to_thread(retention, "shred", *(str(order.key) for order in lost), *WHY)
        assert answer.exit_code == 0, answer.output
        again = await asyncio.to_thread(retention, "shred", str(lost[0].key), *WHY)
        assert (again.exit_code, "was shredded before" in again.output) == (0, True)
    client = await connect_to(stack.state)
    for order in lost:
        payloads = await payloads_of(client, order)
        read, shredded = await readable(stack, payloads)
        assert shredded == len(payloads) > 10
        assert found_in({"": read}, personal_of(order)) == {}
    places = await everywhere(stack)
    assert found_in(places, set().union(*map(personal_of, lost))) == {}
    read, shredded = await readable(stack, await payloads_of(client, kept))
    assert shredded == 0
    assert len(found_in({"": read}, personal_of(kept))[""]) > 4


def test_the_history_still_verifies(stack: Stack, orders: Sequence[GeneratedOrder]) -> None:
    for order in orders:
        verified = retention("verify", str(order.key))
        assert verified.exit_code == 0, verified.output
        is_lost = order is not orders[-1]
        assert ("whole, contents unreadable" in verified.output) == is_lost
        assert ("whole, as it was when the key was destroyed" in verified.output) == is_lost
    ledger = CliRunner().invoke(application("ledger"), ["ledger", "verify", "--name", NAME])
    assert ledger.exit_code == 0, ledger.output
    shown = json.loads(retention("show", str(orders[0].key), "--json").output)
    assert [deed["what"] for deed in shown["record"]] == ["held", "released", "shredded", "cleaned"]


def test_a_changed_dossier_is_found_out_without_the_key(stack: Stack, lost: Sequence[GeneratedOrder]) -> None:
    archive = StackClients(stack.state.aws_endpoint).s3
    name = f"orders/{lost[0].key}/dossier.json"
    whole = archive.get_object(Bucket=NAMES.archive_bucket, Key=name)["Body"].read()
    forged = json.loads(whole)
    forged["entries"][1]["kind"] = "operator"
    archive.put_object(Bucket=NAMES.archive_bucket, Key=name, Body=json.dumps(forged).encode())
    try:
        verified = retention("verify", str(lost[0].key))
        assert verified.exit_code == 1
        assert "entry 2 was changed" in verified.output
    finally:
        archive.put_object(Bucket=NAMES.archive_bucket, Key=name, Body=whole)


async def test_the_view_names_nobody_not_even_masked(stack: Stack, lost: Sequence[GeneratedOrder]) -> None:
    async with GatewayClient(stack.state.gateway_url, stack.state.partner_keys) as gateway:
        for order in lost:
            answer = await gateway.get(OPERATOR_PARTNER, f"/v1/orders/{order.key.ebp_code}/{order.key.order_no}")
            assert answer.status_code == HTTPStatus.OK
            view = OrderView.model_validate_json(answer.content)
            assert view.stage is order.scenario.expected
            assert "***" not in answer.text
            assert not view.findings


async def test_the_codec_server_says_that_it_is_shredded(stack: Stack, lost: Sequence[GeneratedOrder]) -> None:
    payloads = await payloads_of(await connect_to(stack.state), lost[0])
    headers = {"Authorization": f"Bearer {stack.state.codec_tokens['auditor']}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=stack.state.codec_url, trust_env=False, timeout=60) as codec:
        body = json_format.MessageToJson(Payloads(payloads=payloads))
        answer = await codec.post("/codec/decode", content=body, headers=headers)
    shown = json_format.Parse(answer.content, Payloads()).payloads
    notes = [one for one in shown if b'"shredded"' in one.data]
    assert len(shown) == len(payloads)
    assert len(notes) > 10
    assert all(json.loads(one.data)["order"] == str(lost[0].key) for one in notes)


async def test_a_question_to_its_workflow_fails_at_once(stack: Stack, lost: Sequence[GeneratedOrder]) -> None:
    """The worker cannot replay it, and says so instead of trying for ever."""
    client = await connect_to(stack.state)
    async with asyncio.timeout(30):
        with pytest.raises((WorkflowQueryFailedError, RPCError)):
            await client.get_workflow_handle(lost[0].key.workflow_id).query(ImportOrderWorkflow.state)


async def test_a_late_document_goes_aside_with_the_reason_and_makes_no_key(
    stack: Stack, lost: Sequence[GeneratedOrder]
) -> None:
    order = lost[0]
    payment = order.documents["411"]
    assert isinstance(payment, CEB411Message)
    head = payment.payments[0].head.model_copy(
        update={"pay_transaction_id": "LATE0001", "guid": "0B7C1A52-6D0E-4F37-9F0A-179201801201"}
    )
    late = payment.model_copy(update={"payments": [payment.payments[0].model_copy(update={"head": head})]})
    aws = StackClients(stack.state.aws_endpoint)
    async with httpx.AsyncClient(base_url=stack.state.sandbox_url, timeout=30, trust_env=False) as sandbox:
        headers = {"Content-Type": "application/xml"}
        answer = await sandbox.post("/payment/messages", content=message_xml(late), headers=headers)
    assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
    letters = DeadLetters(aws.sqs)
    async with asyncio.timeout(60):
        while not (found := await asyncio.to_thread(letters.entries, 10)):
            await asyncio.sleep(0.2)
    assert f"the data of order {order.key} were shredded on " in found[0].reason
    with pytest.raises(ShreddedError):
        await asyncio.to_thread(stack_data_keys(stack.state).since, order.key)
    item = aws.dynamodb.get_item(TableName=NAMES.data_keys_table, Key={"pk": {"S": order.key.workflow_id}})["Item"]
    assert "seed" not in item


def test_the_list_shows_what_was_shredded_and_what_is_left(stack: Stack, orders: Sequence[GeneratedOrder]) -> None:
    listed = retention("list")
    assert listed.exit_code == 0
    lines = {line.split()[0]: line for line in listed.output.splitlines() if "/" in line}
    assert {str(order.key) for order in orders} <= set(lines)
    assert [("shredded" in lines[str(order.key)]) for order in orders] == [True, True, True, False]
