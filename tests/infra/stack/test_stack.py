"""The stack on this machine: real servers, everything on the loopback address, nothing left behind."""

import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from events.ceb.signature import SignatureProfile, SoftwareSigner
from functions.gateway.partners import Partner
from functions.settings import Settings
from infra.aws import StackClients
from infra.stack.errors import StackError
from infra.stack.ports import LOOPBACK, Ports, is_listening, reserved_ports
from infra.stack.services import SERVICES, Service
from infra.stack.stack import Stack
from infra.stack.state import running_stack
from infra.stack.watchdog import started_at
from tests.ports import free_ports

pytestmark = pytest.mark.stack

NAMES = Settings()
WORKER = Service("worker", "tests.infra.stack.fake_worker")
_QUICK_SECONDS = 15


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the stacks of these tests live."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "SANDAN_"))]:
            patch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        patch.setenv("SANDAN_HOME", str(home))
        patch.setenv("AWS_PROFILE", "somebody-elses-account")
        patch.setenv("SANDAN_BUS", "another-bus")
        yield home


@pytest.fixture(scope="module")
def stack(home: Path) -> Iterator[Stack]:
    """A stack with one service, that stands for all."""
    with Stack("shared", services=[WORKER], environment={"EXTRA": "given"}) as running:
        yield running


@pytest.fixture(scope="module")
def clients(stack: Stack) -> StackClients:
    """AWS, as the stack has it."""
    return StackClients(stack.state.aws_endpoint)


def _put(clients: StackClients, source: str, event_type: str) -> str:
    entry = {"EventBusName": NAMES.bus, "Source": source, "DetailType": event_type, "Detail": '{"n": 1}'}
    (answer,) = clients.events.put_events(Entries=[entry])["Entries"]  # type: ignore[list-item]
    return answer["EventId"]


def _received(clients: StackClients) -> list[str]:
    url = clients.sqs.get_queue_url(QueueName=NAMES.documents_queue)["QueueUrl"]
    answer = clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
    for message in answer.get("Messages", []):
        clients.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"])["id"] for message in answer.get("Messages", [])]


def test_a_document_on_the_bus_reaches_the_queue(clients: StackClients) -> None:
    """Events of the documents do, whoever sends them; our own announcements and foreign types do not."""
    _put(clients, "sandan.orders", "cn.sandan.order.stage-changed.v1")
    _put(clients, "platform-1", "somebody.elses.event")
    own = _put(clients, "sandan.gateway", "cn.sandan.order.placed.v1")
    platforms = _put(clients, "platform-1", "cn.sandan.payment.made.v1")

    assert sorted(_received(clients)) == sorted([own, platforms])


def test_the_resources_have_the_names_that_the_functions_expect(clients: StackClients) -> None:
    """The template's default prefix and the settings' defaults agree."""
    tables = clients.dynamodb.list_tables()["TableNames"]

    assert {NAMES.intake_table, NAMES.orders_table, NAMES.replay_table} <= set(tables)
    assert NAMES.archive_bucket in {bucket["Name"] for bucket in clients.s3.list_buckets()["Buckets"]}
    queue = clients.sqs.get_queue_url(QueueName=NAMES.documents_queue)["QueueUrl"]
    attributes = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "30"
    redrive = json.loads(attributes["RedrivePolicy"])
    assert redrive["maxReceiveCount"] == 1000
    assert redrive["deadLetterTargetArn"].endswith(f":{NAMES.documents_dead_letters}")


def test_every_partner_has_a_key_that_the_gateway_reads(stack: Stack, clients: StackClients) -> None:
    """A key of its own, of 32 bytes; the same one is in the stack's state for the partner's side."""
    partners = {}
    for partner_id in stack.state.partner_keys:
        name = f"{NAMES.partner_secrets}{partner_id}"
        secret = clients.secretsmanager.get_secret_value(SecretId=name)["SecretString"]
        assert base64.b64decode(json.loads(secret)["key"]) == stack.state.partner_keys[partner_id]
        partners[partner_id] = Partner.model_validate({**json.loads(secret), "id": partner_id})

    assert {role.value for partner in partners.values() for role in partner.roles} >= {
        "platform",
        "customs",
        "operator",
    }
    assert {len(partner.key) for partner in partners.values()} == {32}
    assert len({partner.key for partner in partners.values()}) == len(partners)


def test_our_signing_key_signs(clients: StackClients) -> None:
    """The secret is a key and the certificate that belongs to it."""
    text = clients.secretsmanager.get_secret_value(SecretId=NAMES.signing_secret)["SecretString"]
    secret = json.loads(text)

    signer = SoftwareSigner.from_pem(
        secret["key_pem"].encode(), secret["certificate_pem"].encode(), SignatureProfile(secret["profile"])
    )

    assert len(signer.sign(b"signed")) == 64


def test_temporal_is_at_work_with_its_ui_and_our_search_attributes(stack: Stack) -> None:
    """Operators find orders by them in the UI."""
    ui = stack.state.temporal_ui_url
    assert "<html" in httpx.get(ui, trust_env=False, follow_redirects=True).text

    asked = f"{ui}/api/v1/namespaces/default/search-attributes"
    deadline = time.monotonic() + _QUICK_SECONDS
    while (answer := httpx.get(asked, trust_env=False)).is_error:  # the UI may have begun before its server
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)

    ours = {"Mode", "Stage", "CustomsStatus", "Ebp", "Ebc", "Park", "RiskLevel", "NeedsHuman", "DueBy"}
    assert ours <= set(answer.json()["customAttributes"])


def test_nothing_listens_beyond_this_machine(stack: Stack) -> None:
    """Every socket of the stack's processes is bound to the loopback address."""
    bound = [address for pid in stack.state.pids.values() for address in _listening(pid)]

    assert len(bound) >= 4
    assert set(bound) == {"127.0.0.1"}


def test_services_are_told_where_everything_is_and_nothing_else(stack: Stack) -> None:
    """Addresses of the stack, names of the template, no account and no proxy of the user."""
    told = json.loads((stack.state.folder / "logs" / "worker.log").read_text().splitlines()[0])
    settings = Settings.model_validate(told["settings"])
    environment = told["environment"]

    assert settings.temporal_address == stack.state.temporal_address
    assert settings.customs_url == f"{stack.state.sandbox_url}/customs/messages"
    assert settings.payment_firm_url == f"{stack.state.sandbox_url}/payments/refunds"
    assert settings.bank_url == f"{stack.state.sandbox_url}/bank/payments"
    assert settings.bus == NAMES.bus
    assert environment["AWS_ENDPOINT_URL"] == stack.state.aws_endpoint
    assert "AWS_PROFILE" not in environment
    assert "127.0.0.1" in environment["NO_PROXY"]
    assert environment["EXTRA"] == "given"


def test_a_service_is_killed_and_started_again(stack: Stack) -> None:
    """For the tests that kill the worker in the middle of its work; others then find its new number."""
    first = stack.state.pids["worker"]

    stack.kill("worker")
    assert started_at(first) is None
    assert stack.crashed() == {}
    stack.start("worker")

    assert running_stack("shared").pids["worker"] == stack.state.pids["worker"] != first


def test_the_same_stack_does_not_run_twice(stack: Stack) -> None:
    """The second start says so and leaves the first alone."""
    with pytest.raises(StackError, match="a stack named shared is running already"), Stack("shared", services=[]):
        pass

    assert running_stack("shared") == stack.state


def test_it_starts_twice_in_a_row_and_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time on the same ports, quickly, and with new data; beside a stack that runs."""
    _fix_ports(monkeypatch)
    began = time.monotonic()
    for _ in range(2):
        with Stack("again", services=[]) as stack:
            clients, pids = StackClients(stack.state.aws_endpoint), stack.state.pids.values()
            assert clients.dynamodb.scan(TableName=NAMES.orders_table)["Items"] == []
            clients.dynamodb.put_item(TableName=NAMES.orders_table, Item={"pk": {"S": "order"}})
        assert not any(started_at(pid) for pid in pids)

    assert time.monotonic() - began < _QUICK_SECONDS
    assert sorted(path.name for path in (home / "again").iterdir()) == ["lock", "logs"]


def test_a_stack_that_persists_keeps_orders_documents_and_keys(home: Path) -> None:
    """What was there at an orderly stop is there at the next start."""
    with Stack("kept", services=[], persist=True) as stack:
        clients, keys = StackClients(stack.state.aws_endpoint), stack.state.partner_keys
        clients.dynamodb.put_item(TableName=NAMES.orders_table, Item={"pk": {"S": "order"}})
        clients.s3.put_object(Bucket=NAMES.archive_bucket, Key="dossier.json", Body=b"{}")

    with Stack("kept", services=[], persist=True) as stack:
        clients = StackClients(stack.state.aws_endpoint)
        assert clients.dynamodb.get_item(TableName=NAMES.orders_table, Key={"pk": {"S": "order"}})["Item"]
        assert clients.s3.get_object(Bucket=NAMES.archive_bucket, Key="dossier.json")["Body"].read() == b"{}"
        assert stack.state.partner_keys == keys


def test_what_does_not_start_is_told_and_the_rest_is_ended(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service with a mistake: its log is in the error, no process stays."""
    ports = _fix_ports(monkeypatch)
    broken = Service("worker", "tests.infra.stack.no_such_module")

    with (
        pytest.raises(StackError, match=r"(?s)worker ended with exit code 1 .*No module named"),
        Stack("broken", services=[broken]),
    ):
        pass

    with pytest.raises(StackError, match="no stack is running"):
        running_stack("broken")
    assert not any(is_listening(port) for port in ports.values())


@pytest.mark.parametrize("name", ["temporal", "temporal_ui", "emulator", "gateway"])
def test_a_port_that_is_taken_at_the_last_moment_is_given_up(
    name: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that reserves nothing listens there before the stack's server does: all starts on other ports."""
    strangers: list[socket.socket] = []

    @contextmanager
    def too_late() -> Iterator[Ports]:
        with reserved_ports() as ports:
            if not strangers:
                strangers.append(socket.create_server((LOOPBACK, getattr(ports, name))))
            yield ports

    monkeypatch.setattr("infra.stack.stack.reserved_ports", too_late)
    services = [service for service in SERVICES if service.name == name]

    with Stack("late", services=services) as stack, strangers[0]:
        assert {"temporal", "emulator", *(service.name for service in services)} == set(stack.state.pids)
        assert stack.crashed() == {}
        assert not {str(strangers[0].getsockname()[1])} & set(re.findall(r"\d{4,5}", stack.state.model_dump_json()))


def test_a_fixed_port_that_is_taken_at_the_last_moment_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user asked for this very port: the stack does not start on another one."""
    ports = _fix_ports(monkeypatch)

    @contextmanager
    def too_late() -> Iterator[Ports]:
        with reserved_ports() as reserved:
            strangers.enter_context(socket.create_server((LOOPBACK, ports["emulator"])))
            yield reserved

    monkeypatch.setattr("infra.stack.stack.reserved_ports", too_late)
    with (
        ExitStack() as strangers,
        pytest.raises(StackError, match=rf"port {ports['emulator']} \(SANDAN_PORT_EMULATOR\) is taken"),
        Stack("late", services=[]),
    ):
        pass


def test_a_folder_that_cannot_be_written_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variable that names another one."""
    (home / "file").touch()
    monkeypatch.setenv("SANDAN_HOME", str(home / "file"))

    with pytest.raises(StackError, match=r"cannot write to .*file/local .*: set SANDAN_HOME"), Stack(services=[]):
        pass


def test_another_aws_takes_the_place_of_the_emulator(home: Path, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_ENDPOINT_URL names it; the stack brings the template there and starts no emulator."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.state.aws_endpoint)

    with Stack("elsewhere", services=[]) as other:
        assert "emulator" not in other.state.pids
        assert other.state.aws_endpoint == stack.state.aws_endpoint
        assert other.state.partner_keys == stack.state.partner_keys


def test_an_aws_that_does_not_answer_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert not is_listening(9)

    with (
        pytest.raises(StackError, match=r"nothing answers at AWS_ENDPOINT_URL=http://127\.0\.0\.1:9: "),
        Stack("nowhere", services=[]),
    ):
        pass


def _fix_ports(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Ports that are free now, as the user's wish."""
    ports = dict(zip(Ports.model_fields, free_ports(len(Ports.model_fields)), strict=True))
    for name, port in ports.items():
        monkeypatch.setenv(f"SANDAN_PORT_{name.upper()}", str(port))
    return ports


def _listening(pid: int) -> list[str]:
    """The addresses on which a process listens."""
    if sys.platform != "linux":
        command = ["lsof", "-nP", "-a", "-p", str(pid), "-iTCP", "-sTCP:LISTEN", "-Fn"]
        shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return [line[1:].rpartition(":")[0] for line in shown.splitlines() if line.startswith("n")]
    inodes = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(handle)
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                found.append(_address(fields[1].partition(":")[0], family))
    return found


def _address(word: str, family: socket.AddressFamily) -> str:
    packed = b"".join(bytes.fromhex(word[start : start + 8])[::-1] for start in range(0, len(word), 8))
    return socket.inet_ntop(family, packed)
