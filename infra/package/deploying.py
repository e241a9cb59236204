"""What a deployment to AWS does, as commands of the AWS CLI; pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from infra.package.build import ROOT, Packages
from infra.stack.template import parse, whole

_OURS = {"Prefix", "Stage", "Functions", "Size"}
_WORLD = ("TemporalAddress", "CustomsUrl", "PaymentDataUrl", "PaymentFirmUrl", "BankUrl")
"""Their defaults are the local stack's, which nothing on AWS reaches."""
_NOT_THE_WORKERS = {"AlarmTopic", "LogDays", "ServerlessWorker", "TemporalPrincipals", "TemporalExternalId"}
_BUILD_DIGITS = 16


@dataclass(frozen=True)
class Deployment:
    """A stage and its packages; `given` are further parameters of the template.

    Raises ValueError for a parameter that the template does not have or that is not for the user to give, and where
    one is missing that says where the world is.
    """

    stage: str
    bucket: str
    packages: Packages
    given: Mapping[str, str]

    def __post_init__(self) -> None:
        settled = _OURS | self.packages.parameters(self.bucket).keys()
        known = sorted(parse(whole())["Parameters"].keys() - settled)
        for name in self.given:
            if name not in known:
                raise ValueError(f"{name} is not a parameter to be given: those are {', '.join(known)}")
        if missing := [name for name in _WORLD if name not in self.given]:
            raise ValueError(f"give {', '.join(missing)} as well: the defaults are addresses of the local stack")

    @property
    def prefix(self) -> str:
        """Begins the name of every resource."""
        return f"sandan-{self.stage}"

    @property
    def parameters(self) -> dict[str, str]:
        """Everything that the template is told."""
        ours = {"Prefix": self.prefix, "Stage": self.stage, "Functions": "yes"}
        return ours | self.packages.parameters(self.bucket) | {"WorkerBuildId": self.worker_build_id} | dict(self.given)

    @property
    def worker_build_id(self) -> str:
        """Of the worker's code, its libraries and what it is told: a version of a Lambda keeps all of them."""
        told = {name: value for name, value in self.given.items() if name not in _NOT_THE_WORKERS}
        packages = [self.packages.worker, *self.packages.layers]
        content = json.dumps([[file.name for file in packages], sorted(told.items())])
        return hashlib.sha256(content.encode()).hexdigest()[:_BUILD_DIGITS]

    @property
    def commands(self) -> list[list[str]]:
        """In their order; each may be run again."""
        uploads = [["aws", "s3", "cp", str(file), f"s3://{self.bucket}/{file.name}"] for file in self.packages.files]
        deploy = ["aws", "cloudformation", "deploy", "--stack-name", self.prefix]
        deploy += ["--template-file", str(ROOT / "template.yaml"), "--s3-bucket", self.bucket]
        deploy += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--no-fail-on-empty-changeset"]
        deploy += ["--tags", f"stage={self.stage}"]
        deploy += ["--parameter-overrides", *(f"{name}={value}" for name, value in self.parameters.items())]
        outputs = ["aws", "cloudformation", "describe-stacks", "--stack-name", self.prefix]
        outputs += ["--query", "Stacks[0].Outputs", "--output", "table"]
        return [*uploads, deploy, outputs]

    @property
    def remarks(self) -> list[str]:
        """What is left to a person, since it is secret."""
        return [
            "once, the signing key (docs/deployment.md): "
            f"aws secretsmanager put-secret-value --secret-id {self.prefix}/signing --secret-string file://signing.json",
            "once for each partner: "
            f"aws secretsmanager create-secret --name {self.prefix}/partners/ID --secret-string file://partner.json",
            self._of_the_worker,
        ]

    @property
    def _of_the_worker(self) -> str:
        if self.given.get("ServerlessWorker") == "yes":
            return (
                "after each deployment with another build: "
                f"SANDAN_WORKER_DEPLOYMENT={self.prefix} sandan worker-version add {self.worker_build_id} "
                "--lambda WorkerVersionArn --role TemporalRoleArn --external-id TemporalExternalId (see the outputs)"
            )
        return (
            "the worker runs where you like, with the same settings and SANDAN_INVOKER=lambda, "
            f"SANDAN_FUNCTION_PREFIX={self.prefix}"
        )
