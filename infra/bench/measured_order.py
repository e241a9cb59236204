"""The counts that `sandan bench cost` reckons with, and where each comes from."""

from infra.bench.counts import OrderCounts

MEASURED = OrderCounts(
    # sandan demo --orders 60 --seed 7 --scenario release on 2026-11-27, two cores with other work, local stack with a
    # worker process: every call of AWS counted where botocore makes it, sizes of items by DynamoDB's rules.
    actions=12.88,  # from the histories, 10 to 15: the fewer, the more documents come together
    http_requests=10,
    bus_events=19.5,
    queued=12.1,
    queue_batches=1.63,
    write_units=76.8,
    read_units=17.0,
    objects_put=1,
    gateway_aws_calls=26.3,
    dispatcher_aws_calls=23.8,
    worker_aws_calls=18.5,
    # The same with 60 orders less the same with 10, so that starting does not count.
    gateway_cpu_seconds=0.024,
    dispatcher_cpu_seconds=0.062,
    worker_cpu_seconds=0.120,
    # sandan bench actions --orders 3 on 2026-11-27: the mean of three orders of 12, 12 and 14 Actions, the protocol
    # buffers of their events with the payloads as Temporal stores them, compressed and encrypted.
    history_bytes=17_737,
    resting_bytes=0,
    open_hours=32 * 24,  # until the tax bill is paid, after the 30 days for returns
    delivery_hours=3 * 24,  # assumed: the sandbox delivers at once, and no source was found
    local_calls=11,
    local_tasks=3,
    remote_calls=1,
)
