"""Call functions in this process on a running stack: for commands, and for what the stack needs when it starts."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from infra.aws import stack_environment
from infra.stack.state import StackState


@contextmanager
def functions_on(state: StackState | None) -> Iterator[None]:
    """Within it the functions find the resources of the stack; without one those that the environment names."""
    if state is None:
        yield
        return
    before, of_the_stack = dict(os.environ), stack_environment(state)
    os.environ.clear()
    os.environ.update(of_the_stack)
    _forget()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        _forget()


def _forget() -> None:
    from functions import aws  # noqa: PLC0415 - loads boto3, which not every command needs
    from functions.data_keys.keys import own_data_keys  # noqa: PLC0415 - the same
    from functions.intake.recent import recent  # noqa: PLC0415 - the same
    from functions.ledger import buyers  # noqa: PLC0415 - the same
    from functions.ledger.written import written  # noqa: PLC0415 - the same
    from functions.orders.opened import own_opened  # noqa: PLC0415 - the same
    from functions.payloads.keys import own_keys  # noqa: PLC0415 - the same
    from functions.settings import settings  # noqa: PLC0415 - the same

    for cached in (
        aws.dynamodb,
        aws.eventbridge,
        aws.queue_url,
        aws.s3,
        aws.secretsmanager,
        aws.sqs,
        buyers.secret_key,
        own_data_keys,
        own_keys,
        own_opened,
        recent,
        settings,
        written,
    ):
        cached.cache_clear()
