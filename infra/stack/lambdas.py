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

from functions.settings import Settings
from infra.aws import StackClients
from infra.package.build import Packages
from infra.stack.errors import StackError

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
    """Which packages are deployed, and what the functions are told of the stack."""

    packages: Packages
    temporal_address: str
    temporal_namespace: str
    sandbox_url: str

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters."""
        return self.packages.parameters(BUCKET) | {
            "Functions": "yes",
            "Size": "small",
            "TemporalAddress": self.temporal_address,
            "TemporalNamespace": self.temporal_namespace,
            "CustomsUrl": f"{self.sandbox_url}/customs/messages",
            "PaymentFirmUrl": f"{self.sandbox_url}/payments/refunds",
            "BankUrl": f"{self.sandbox_url}/bank/payments",
            "PaymentDataUrl": f"{self.sandbox_url}/customs/realTimeDataUpload",
        }

    def upload(self, clients: StackClients) -> None:
        """Put the packages where CloudFormation fetches them."""
        try:
            clients.s3.create_bucket(Bucket=BUCKET)
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
                raise
        packages = self.packages
        clients.s3.upload_file(str(packages.functions), BUCKET, packages.functions.name)
        for layer in (packages.dependencies, packages.temporal):
            clients.s3.put_object(
                Bucket=BUCKET, Key=layer.name, Body=_pointer(unpacked(layer), packages.target.runtime)
            )


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
