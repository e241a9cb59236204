"""Worker deployment versions: which version of the code an order lives with."""

import asyncio
import time

from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentResponse,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

from functions.settings import settings

_KNOWN_WITHIN_SECONDS = 30.0
_LOOK_SECONDS = 0.05


def own_version() -> WorkerDeploymentVersion:
    """The deployment and the build id that the settings give this process."""
    return WorkerDeploymentVersion(settings().worker_deployment, settings().worker_build_id)


def pinned(version: WorkerDeploymentVersion) -> WorkerDeploymentConfig:
    """A worker of that version, whose workflows stay with the version that they began on.

    The types themselves declare nothing: all behave alike, and a server refuses a behaviour from a worker without a
    version, as those of many tests are.
    """
    return WorkerDeploymentConfig(
        version=version, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.PINNED
    )


async def become_current_if_first(client: Client, version: WorkerDeploymentVersion) -> None:
    """Make a version the current one of a deployment that has none.

    Where there is one, new orders stay with it until an operator says otherwise. Raises TimeoutError when the server
    does not come to know the version, which is offered to it or polls already.
    """
    known = await _known(client, version)
    if known.worker_deployment_info.routing_config.HasField("current_deployment_version"):
        return
    try:
        await client.workflow_service.set_worker_deployment_current_version(
            SetWorkerDeploymentCurrentVersionRequest(
                namespace=client.namespace,
                deployment_name=version.deployment_name,
                build_id=version.build_id,
                conflict_token=known.conflict_token,
                allow_no_pollers=True,  # one that is offered polls when there is work
                identity=client.identity,
            )
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.FAILED_PRECONDITION:  # another worker was the first
            raise


async def _known(client: Client, version: WorkerDeploymentVersion) -> DescribeWorkerDeploymentResponse:
    """The deployment once the server knows the version, which it does soon after the first poll."""
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=version.deployment_name)
    until = time.monotonic() + _KNOWN_WITHIN_SECONDS
    while True:
        try:
            found = await client.workflow_service.describe_worker_deployment(request)
            versions = found.worker_deployment_info.version_summaries
            if any(one.deployment_version.build_id == version.build_id for one in versions):
                return found
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        if time.monotonic() > until:
            raise TimeoutError(f"Temporal does not know worker version {version.to_canonical_string()}")
        await asyncio.sleep(_LOOK_SECONDS)
