"""What the Temporal client and worker of this process measure, for Prometheus."""

import re

from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from functions.settings import settings

_ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[0-9.]+):\d{1,5}", re.ASCII)


class MetricsAddressError(Exception):
    """`SANDAN_METRICS_ADDRESS` is no address, or it is taken."""


def serve_metrics() -> None:
    """Answer `GET /metrics` at `SANDAN_METRICS_ADDRESS`, if it is set; to be called before the first client is made.

    Raises MetricsAddressError.
    """
    address = settings().metrics_address
    if address is None:
        return
    if not _ADDRESS.fullmatch(address):
        raise MetricsAddressError(f"SANDAN_METRICS_ADDRESS={address} is not IP:port: give for example 127.0.0.1:9464")
    prometheus = PrometheusConfig(bind_address=address, durations_as_seconds=True, unit_suffix=True)
    try:
        Runtime.set_default(Runtime(telemetry=TelemetryConfig(metrics=prometheus)))
    except (RuntimeError, ValueError) as error:
        raise MetricsAddressError(f"SANDAN_METRICS_ADDRESS={address} cannot be listened on: {error}") from None
