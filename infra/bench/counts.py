"""What one import order without exceptions takes of each service, counted in real runs."""

from events.values import Value


class OrderCounts(Value):
    """Per order, from its first document to closed; bytes, seconds of processor time, hours.

    `actions` and the bytes are those of Temporal: `history_bytes` of all histories, of which `living_bytes` are
    open before the delivery and `resting_bytes` from then on. The order is open for `open_hours`, `delivery_hours`
    of them until it is delivered. `local_calls` are calls of functions within `local_tasks` workflow tasks,
    `remote_calls` activities of their own. `http_requests` are those at the gateway, receipts of customs included,
    `bus_events` what is put on the bus, `queued` what of it goes to the documents queue. Units of the tables are
    those that DynamoDB would count by the size of each item, transactions double. `…_aws_calls` are the calls that
    a gateway's request, or everything of an order in the worker, waits for.
    """

    actions: float
    history_bytes: float
    living_bytes: float
    resting_bytes: float
    open_hours: float
    delivery_hours: float
    local_calls: float
    local_tasks: float
    remote_calls: float
    http_requests: float
    bus_events: float
    queued: float
    queue_batches: float
    write_units: float
    read_units: float
    objects_put: float
    gateway_aws_calls: float
    dispatcher_aws_calls: float
    worker_aws_calls: float
    gateway_cpu_seconds: float
    dispatcher_cpu_seconds: float
    worker_cpu_seconds: float


def all_remote(counts: OrderCounts, frame_bytes: float = 275) -> OrderCounts:
    """The same order if every call of a function were an activity of its own that invokes a Lambda.

    An Action for each call instead of one for each task. The history grows by the frame of an activity's events for
    each call (`frame_bytes`: started and completed in the recorded history); what the calls are given comes on top and
    is left out, so this is the least that it can be.
    """
    return counts.model_copy(
        update={
            "actions": counts.actions - counts.local_tasks + counts.local_calls,
            "history_bytes": counts.history_bytes + counts.local_calls * frame_bytes,
            "living_bytes": counts.living_bytes + counts.local_calls * frame_bytes,
            "local_calls": 0.0,
            "local_tasks": 0.0,
            "remote_calls": counts.remote_calls + counts.local_calls,
        }
    )
