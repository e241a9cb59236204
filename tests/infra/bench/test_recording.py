"""The recorder hands on what passes and keeps it; the floor repeats it on tables and a bus of its own."""

import json

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from infra.bench.floor import _shares, own_parameters
from infra.bench.listening import Listening, sink
from infra.bench.record_orders import Recording
from infra.bench.recording import Call, Recorder, parameters

SIGNED = "AWS4-HMAC-SHA256 Credential=test/20261127/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"


def call(operation: str, asked: object, answer: object = None, status: int = 200, service: str = "dynamodb") -> Call:
    return Call(service, operation, "/", {}, json.dumps(asked).encode(), status, json.dumps(answer or {}).encode())


def test_a_call_of_a_table_passes_and_says_what_it_consumed() -> None:
    async def table(request: Request) -> JSONResponse:
        asked = await request.json()
        units = 2.5 if asked["ReturnConsumedCapacity"] == "TOTAL" else 0
        return JSONResponse({"ConsumedCapacity": {"CapacityUnits": units}, "echo": request.url.path})

    upstream = Starlette(routes=[Route("/{path:path}", table, methods=["POST"])])
    with Listening(upstream) as there:
        recorder = Recorder(lambda: there.url)
        with Listening(recorder.app) as here:
            headers = {"Authorization": SIGNED, "X-Amz-Target": "DynamoDB_20120810.PutItem"}
            answer = httpx.post(f"{here.url}/", content=b'{"TableName": "t"}', headers=headers, trust_env=False)
    (kept,) = recorder.calls
    assert answer.json()["echo"] == "/"
    assert (kept.service, kept.operation, kept.succeeded, kept.units) == ("dynamodb", "PutItem", True, 2.5)
    assert parameters(kept)["TableName"] == "t"


def test_what_is_no_call_of_aws_is_kept_as_it_is() -> None:
    with Listening(sink()) as there:
        recorder = Recorder(lambda: there.url)
        with Listening(recorder.app) as here:
            assert httpx.post(f"{here.url}/customs/messages", content=b"<x/>", trust_env=False).status_code == 202
    (kept,) = recorder.calls
    assert (kept.service, kept.operation, kept.path, kept.sent, kept.units) == (
        "",
        "POST",
        "/customs/messages",
        b"<x/>",
        0,
    )


def test_units_of_a_transaction_are_those_of_all_its_tables() -> None:
    answer = {"ConsumedCapacity": [{"CapacityUnits": 4.0}, {"CapacityUnits": 2.0}]}
    assert call("TransactWriteItems", {}, answer).units == 6
    assert call("PutItem", {}).units == 0


def test_reads_and_writes_of_one_order_are_told_apart() -> None:
    answer = {"ConsumedCapacity": {"CapacityUnits": 3.0}}
    calls = [
        call("GetItem", {}, answer),
        call("PutItem", {}, answer),
        call("PutItem", {}, answer),
        call("PutItem", {}, {"__type": "ConditionalCheckFailedException"}, 400),
        call("ReceiveMessage", {}, {}, service="sqs"),
        call("ReceiveMessage", {}, {"Messages": [{}]}, service="sqs"),
    ]
    recording = Recording(calls, [], [None, None])  # type: ignore[list-item]
    assert recording.units() == (1.5, 3.0)
    assert recording.per_order() == {
        "counterparties post": 0.0,
        "dynamodb GetItem": 0.5,
        "dynamodb PutItem": 1.5,
        "sqs ReceiveMessage": 0.5,
        "sqs ReceiveMessage, empty": 0.5,
    }


def test_the_floor_has_tables_and_a_bus_of_its_own() -> None:
    put = {"TableName": "a", "Item": {"pk": {"S": "1"}}, "ReturnConsumedCapacity": "TOTAL"}
    assert own_parameters(call("PutItem", put)) == {"TableName": "floor-a", "Item": {"pk": {"S": "1"}}}
    entries = {"Entries": [{"EventBusName": "bus", "Detail": "{}"}]}
    assert own_parameters(call("PutEvents", entries)) == {"Entries": [{"EventBusName": "floor-bus", "Detail": "{}"}]}
    items = {"TransactItems": [{"Put": {"TableName": "a"}}, {"Update": {"TableName": "b"}}]}
    assert own_parameters(call("TransactWriteItems", items)) == {
        "TransactItems": [{"Put": {"TableName": "floor-a"}}, {"Update": {"TableName": "floor-b"}}]
    }
    keys: dict[str, object] = {"RequestItems": {"a": {"Keys": []}}}
    assert own_parameters(call("BatchGetItem", keys)) == {"RequestItems": {"floor-a": {"Keys": []}}}


@pytest.mark.parametrize(("calls", "shares"), [(10, 3), (2, 5), (0, 4), (7, 7)])
def test_the_shares_are_all_calls_in_their_order_each_once(calls: int, shares: int) -> None:
    made = [call("PutItem", number) for number in range(calls)]
    shared = list(_shares(made, shares))
    assert len(shared) == shares
    assert [one for share in shared for one in share] == made
    assert max(map(len, shared)) - min(map(len, shared)) <= 1
