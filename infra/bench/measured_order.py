"""The counts that `sandan bench cost` reckons with, and where each comes from."""

from infra.bench.counts import OrderCounts

MEASURED = OrderCounts(
    # sandan bench actions on 2026-11-28, two idle cores: each of sixty orders had 11 Actions, six under way at a time.
    # Request units as the emulator counts them, with those of the tax payments; bytes are medians of the protocol
    # buffers of the events, with the payloads as Temporal stores them, compressed and encrypted.
    actions=11.0,
    queue_batches=1.28,
    write_units=77.5,
    read_units=9.95,
    history_bytes=24_049,
    living_bytes=12_847,
    resting_bytes=4_296,
    # sandan demo --orders 60 --seed 7 --scenario release on 2026-11-27: entries and calls counted where botocore makes
    # them. Since then dispatcher and worker make fewer calls.
    http_requests=10,
    bus_events=19.5,
    queued=12.1,
    objects_put=1,
    gateway_aws_calls=26.3,
    dispatcher_aws_calls=23.8,
    worker_aws_calls=18.5,
    # sandan bench orders on 2026-11-28: processor time of one order, 32 under way at a time.
    gateway_cpu_seconds=0.054,
    dispatcher_cpu_seconds=0.026,
    worker_cpu_seconds=0.082,
    open_hours=32 * 24,  # until the tax bill is paid, after the 30 days for returns
    delivery_hours=3 * 24,  # assumed: the sandbox delivers at once, and no source was found
    local_calls=11,
    local_tasks=3,
    remote_calls=1,
)
