"""A worker version that Temporal starts itself: it calls a Lambda when work waits and nobody polls for it."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.compute.v1 import (
    ComputeConfig,
    ComputeConfigScalingGroup,
    ComputeConfigScalingGroupUpdate,
    ComputeProvider,
    ComputeScaler,
)
from temporalio.api.deployment.v1 import WorkerDeploymentVersion as VersionMessage
from temporalio.api.workflowservice.v1 import (
    CreateWorkerDeploymentRequest,
    CreateWorkerDeploymentVersionRequest,
    UpdateWorkerDeploymentVersionComputeConfigRequest,
)
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode

from infra.schedules import keep_schedules
from infra.stack.errors import StackError
from infra.stack.state import StackState
from infra.temporal import connect_to
from infra.worker_versions import become_current_if_first, own_version

_GROUP = "all"
_LOCAL_PAUSE = timedelta(seconds=10)  # each call is a process that takes seconds to start, and nothing bounds them
_LOOK = timedelta(seconds=10)  # the least that the server takes, and no shorter than a pause


@dataclass(frozen=True)
class WorkerLambda:
    """Where a build of the worker is: the ARN of a version of the function, and what the server assumes to call it.

    A server that may call the function as it is needs neither role nor external id. `pause` is the least time between
    two calls.
    """

    arn: str
    role: str | None = None
    role_external_id: str | None = None
    pause: timedelta = timedelta(seconds=2)

    @property
    def scaling_group(self) -> ComputeConfigScalingGroup:
        """All kinds of work, by calls of the function.

        Every ten seconds the server looks at what waits, so that a call that came to nothing costs no more than that.
        """
        where = {"arn": self.arn, "role": self.role, "role_external_id": self.role_external_id}
        when = {"scale_up_cooloff_ms": _milliseconds(self.pause), "metrics_poll_interval_ms": _milliseconds(_LOOK)}
        return ComputeConfigScalingGroup(
            provider=ComputeProvider(
                type="aws-lambda", details=_plain({name: value for name, value in where.items() if value})
            ),
            scaler=ComputeScaler(type="no-sync", details=_plain(when)),
        )


async def offer(client: Client, version: WorkerDeploymentVersion, worker: WorkerLambda) -> None:
    """Tell the server of a version and its Lambda, or where the Lambda of a known version is now. Repeatable.

    The server tries to reach the Lambda, and calls it once. The first version becomes the current one. Raises RPCError
    when the server may not or cannot call the function, or does not know serverless workers.
    """
    namespace, identity = client.namespace, client.identity
    named = VersionMessage(deployment_name=version.deployment_name, build_id=version.build_id)
    service = client.workflow_service
    with_name = CreateWorkerDeploymentRequest(
        namespace=namespace, deployment_name=version.deployment_name, identity=identity, request_id=str(uuid4())
    )
    await _unless_there(service.create_worker_deployment(with_name))
    group = worker.scaling_group
    new = CreateWorkerDeploymentVersionRequest(
        namespace=namespace,
        deployment_version=named,
        compute_config=ComputeConfig(scaling_groups={_GROUP: group}),
        identity=identity,
        request_id=str(uuid4()),
    )
    if not await _unless_there(service.create_worker_deployment_version(new)):
        change = ComputeConfigScalingGroupUpdate(
            scaling_group=group, update_mask=FieldMask(paths=["provider", "scaler"])
        )
        await service.update_worker_deployment_version_compute_config(
            UpdateWorkerDeploymentVersionComputeConfigRequest(
                namespace=namespace,
                deployment_version=named,
                compute_config_scaling_groups={_GROUP: change},
                identity=identity,
                request_id=str(uuid4()),
            )
        )
    await become_current_if_first(client, version)


async def serve(client: Client, version: WorkerDeploymentVersion, worker: WorkerLambda) -> None:
    """Offer a worker and keep the schedules, as a worker that is a process does at its start.

    Raises StackError when the server does not take it.
    """
    try:
        await offer(client, version, worker)
        await keep_schedules(client)
    except RPCError as error:
        raise StackError(f"Temporal does not take the worker {worker.arn}: {error}") from None


async def serve_stack(state: StackState, arn: str) -> None:
    """The same for the worker of a local stack, under the build id of the settings."""
    await serve(await connect_to(state), own_version(), WorkerLambda(arn, pause=_LOCAL_PAUSE))


async def _unless_there(creating: Any) -> bool:
    """Whether it was created; not so when it was there already."""
    try:
        created: Message = await creating
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
        return False
    return created is not None


def _milliseconds(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)


def _plain(content: dict[str, Any]) -> Payload:
    """JSON that the server itself reads, so it is not encrypted; it holds names and numbers alone."""
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(content).encode())
