"""The functions as Lambdas on the emulator: their packages, and the whole template with what it wants to know."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from infra.aws import StackClients
from infra.package.build import Packages

BUCKET = "sandan-packages"


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
        for file in self.packages.files:
            clients.s3.upload_file(str(file), BUCKET, file.name)
