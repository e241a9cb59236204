"""The counts that `sandan bench cost` reckons with, and where each comes from."""

from infra.bench.counts import OrderCounts

MEASURED = OrderCounts(
    # sandan bench actions on 2026-11-28, two cores with other work: each of sixty orders, six under way at a time, had
    # 10 Actions; with more other work 41 of them, and 16 had 11.
    # Request units as the emulator counts them, with those of the tax payments; bytes are medians of the protocol
    # buffers of the events, with the payloads as Temporal stores them, compressed and encrypted.
    actions=10.0,
    queue_batches=1.27,
    write_units=77.4,
    read_units=10.2,
    history_bytes=20_032,
    living_bytes=11_338,
    resting_bytes=3_353,
    # The same orders on the same day, after ten others: calls counted by process where botocore makes them, by a hook
    # (in sitecustomize) that is not part of the repository; of PutEvents its entries, twelve of them by the gateway,
    # which are those of the documents queue. Of the dispatcher without polls, which Lambda's event source does.
    http_requests=10,
    bus_events=18.0,
    queued=12.0,
    objects_put=1,
    gateway_aws_calls=26.5,
    dispatcher_aws_calls=19.1,
    worker_aws_calls=16.0,
    # sandan bench orders on 2026-11-28: processor time of one order, 32 under way at a time.
    gateway_cpu_seconds=0.041,
    dispatcher_cpu_seconds=0.022,
    worker_cpu_seconds=0.062,
    open_hours=32 * 24,  # until the tax bill is paid, after the 30 days for returns
    delivery_hours=3 * 24,  # assumed: the sandbox delivers at once, and no source was found
    local_calls=11,
    local_tasks=3,
    remote_calls=1,
)
