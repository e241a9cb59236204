"""The functions as Lambdas on the emulator: their packages, and the whole template with what it wants to know."""

import io
import shutil
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from functions.settings import Settings, settings
from infra.aws import StackClients
from infra.package.build import Packages
from infra.stack.errors import StackError
from infra.stack.state import StackState
from infra.stack.template import TEMPLATE, whole

CAPABILITIES = (
    "declaration",
    "dossier",
    "intake",
    "ledger",
    "matching",
    "orders",
    "payment_data",
    "policy",
    "refund",
    "returns",
    "tax",
    "tax_payment",
)

BUCKET = "sandan-packages"
_GATEWAYS = 4
AT_ONCE = 2
"""Calls of a function: each is a process, which takes a second or two to unpack and load its package."""


@dataclass(frozen=True)
class Lambdas:
    """What is deployed: the functions, the worker or both, as the stack has them; and what they are told of it."""

    packages: Packages
    stack: StackState

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters."""
        stack = self.stack
        return self.packages.parameters(BUCKET) | {
            "Functions": _words(yes=stack.lambdas),
            "ServerlessWorker": _words(yes=stack.serverless),
            "WorkerBuildId": settings().worker_build_id,
            "Size": "small",
            "TemporalAddress": stack.temporal_address,
            "TemporalNamespace": stack.temporal_namespace,
            "CustomsUrl": f"{stack.sandbox_url}/customs/messages",
            "PaymentFirmUrl": f"{stack.sandbox_url}/payments/refunds",
            "BankUrl": f"{stack.sandbox_url}/bank/payments",
            "PaymentDataUrl": f"{stack.sandbox_url}/customs/realTimeDataUpload",
        }

    def upload(self, clients: StackClients) -> str:
        """Put the packages and the template where CloudFormation fetches them; the address of the template."""
        try:
            clients.s3.create_bucket(Bucket=BUCKET)
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
                raise
        packages = self.packages
        for code in packages.code:
            clients.s3.upload_file(str(code), BUCKET, code.name)
        for layer in packages.layers:
            clients.s3.put_object(
                Bucket=BUCKET, Key=layer.name, Body=_pointer(unpacked(layer), packages.target.runtime)
            )
        clients.s3.put_object(Bucket=BUCKET, Key=TEMPLATE.name, Body=whole().encode())
        return f"{clients.s3.meta.endpoint_url}/{BUCKET}/{TEMPLATE.name}"


def _words(*, yes: bool) -> str:
    return "yes" if yes else "no"


def unpacked(layer: Path) -> Path:
    """The folder with a layer's content, beside it; unpacked once."""
    folder = layer.with_suffix("")
    if not folder.is_dir():
        draft = Path(tempfile.mkdtemp(dir=layer.parent))
        with zipfile.ZipFile(layer) as packed:
            packed.extractall(draft)
        try:
            draft.replace(folder)
        except OSError:  # another stack was quicker
            shutil.rmtree(draft)
            if not folder.is_dir():
                raise
    return folder


def _pointer(folder: Path, runtime: str) -> bytes:
    """A layer that leads to the libraries in a folder.

    AWS mounts a layer once for all copies of a function. The emulator unpacks it for each, which takes seconds for
    thousands of files; so there it gets one file that puts the folder on Python's path.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as layer:
        line = f"import sys; sys.path.insert(0, {str(folder / 'python')!r})\n"
        layer.writestr(f"python/lib/{runtime}/site-packages/sandan.pth", line)
    return packed.getvalue()


def warm_up(clients: StackClients) -> None:
    """Start a process of each capability's function, so that no order waits for it. StackError when one fails.

    The gateway gets four processes at the most: who is sent away by 429 comes again, as it would on AWS.
    """
    gateway = f"{Settings().function_prefix}-gateway"
    clients.functions.put_function_concurrency(FunctionName=gateway, ReservedConcurrentExecutions=_GATEWAYS)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for fault in threads.map(partial(_try, clients), CAPABILITIES):
            if fault:
                raise StackError(fault)


def _try(clients: StackClients, function: str) -> str | None:
    name = f"{Settings().function_prefix}-{function.replace('_', '-')}"
    try:
        answer = clients.functions.invoke(FunctionName=name, Payload=b"{}")
    except (BotoCoreError, ClientError) as error:
        return f"the Lambda {name} does not start: {error}"
    payload = answer["Payload"].read().decode()
    return f"the Lambda {name} does not start: {payload}" if "FunctionError" in answer else None
