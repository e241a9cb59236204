"""A running stack's Temporal server: a client with the stack's payload keys, and histories decrypted with them."""

from collections.abc import AsyncIterator, Iterator

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import PayloadCodec
from temporalio.service import RPCError

from functions.data_keys.keys import DataKeys, data_keys_of
from functions.dispatch.connection import COMPRESSION, is_missing
from functions.payloads.converter import data_converter
from functions.payloads.keys import KeyRing, read_keys
from functions.payloads.models import PayloadKeys
from functions.settings import Settings
from infra.aws import StackClients
from infra.stack.errors import UnreachableError
from infra.stack.state import StackState

_FRESH_SECONDS = 60.0


async def connect_to(state: StackState) -> Client:
    """A client for a tool outside the stack. Raises UnreachableError when the server does not answer."""
    try:
        return await Client.connect(
            state.temporal_address,
            namespace=state.temporal_namespace,
            grpc_compression=COMPRESSION,
            data_converter=data_converter(stack_data_keys(state)),
        )
    except RuntimeError as error:
        raise UnreachableError(f"Temporal at {state.temporal_address} does not answer: {error}") from None


def stack_data_keys(state: StackState) -> DataKeys:
    """The keys of a stack's orders."""
    clients = StackClients(state.aws_endpoint)
    return data_keys_of(KeyRing(lambda: stack_keys(state), _FRESH_SECONDS), lambda: clients.dynamodb, Settings())


def stack_keys(state: StackState) -> PayloadKeys:
    """The payload keys of a stack."""
    store = StackClients(state.aws_endpoint).secretsmanager
    return read_keys(store.get_secret_value(SecretId=Settings().payload_keys_secret)["SecretString"])


async def runs_of(client: Client, workflow_id: str) -> AsyncIterator[WorkflowHistory]:
    """The history of every run of a workflow that Temporal still keeps, the latest first."""
    run_id: str | None = None
    while run_id != "":
        try:
            history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        except RPCError as error:
            if not is_missing(error):
                raise
            return
        yield history
        started = history.events[0].workflow_execution_started_event_attributes if history.events else None
        run_id = started.continued_execution_run_id if started else ""


async def life_of(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """The runs of a workflow, the first one first; none of one that never came to be."""
    return [run async for run in runs_of(client, workflow_id)][::-1]


async def decrypted_life(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """The runs of a workflow with every payload in clear, so that they can be read and replayed without a key."""
    runs = await life_of(client, workflow_id)
    codec = client.data_converter.payload_codec
    if codec:
        for event in (event for run in runs for event in run.events):
            await _decrypt(event, codec)
    return runs


async def _decrypt(message: Message, codec: PayloadCodec) -> None:
    for payload in payloads_in(message):
        (clear,) = await codec.decode([payload])
        payload.CopyFrom(clear)


def payloads_in(message: Message) -> Iterator[Payload]:
    """Every payload within a message of Temporal's API, however deep, to be read or changed."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if not isinstance(value, Message):
            values = value.values() if field.message_type.GetOptions().map_entry else value
        else:
            values = [value]
        for inner in values:
            if isinstance(inner, Message):
                yield from payloads_in(inner)
