"""What a Lambda handler is told about its own run when our local front or dispatcher calls it."""

import uuid

from aws_lambda_powertools.utilities.typing import LambdaContext

_MEMORY_MB = 512


class LocalContext(LambdaContext):
    """The context of one call of the function `name`; the request id is new unless given."""

    def __init__(self, name: str, request_id: str | None = None) -> None:
        self._function_name = name
        self._function_version = "$LATEST"
        self._invoked_function_arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
        self._memory_limit_in_mb = _MEMORY_MB
        self._aws_request_id = request_id or str(uuid.uuid4())
        self._log_group_name = f"/aws/lambda/{name}"
        self._log_stream_name = "local"
