"""What a deployment to AWS does, as commands of the AWS CLI; pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from events.problems import Problem
from infra.package.build import ROOT, Packages
from infra.package.remarks import remarks
from infra.package.rules import broken
from infra.stack.template import parse, whole

_OURS = {"Prefix", "Stage", "Functions", "Size"}
_WORLD = {
    "TemporalAddress": "temporal.internal:7233",
    "CustomsUrl": "https://customs.example/messages",
    "PaymentDataUrl": "https://customs.example/realTimeDataUpload",
    "PaymentFirmUrl": "https://payments.example/refunds",
    "BankUrl": "https://bank.example/payments",
}
"""Examples of what has to be given: the defaults are the local stack's, which nothing on AWS reaches."""
_NOT_THE_WORKERS = {
    *("AlarmTopic", "LogDays", "OperatorRole"),
    *("ApiRequestsPerSecond", "ApiBurst", "DispatchConcurrency"),
    *("ServerlessWorker", "TemporalPrincipals", "TemporalExternalId"),
}
_ROLE = {
    "TemporalPrincipals": "the ARNs of what the Temporal server runs as, for nobody else can assume the role",
    "TemporalExternalId": "a word of your choice that the server has to name, since no role is made without it",
}
_BUILD_DIGITS = 16


@dataclass(frozen=True)
class Deployment:
    """A stage and its packages; `given` are further parameters of the template.

    It can be looked at whatever is missing or wrong; it is to be run only without `missing` and `problems`. What is
    missing stands in angle brackets, and so do the hashes of packages that are only planned.
    """

    stage: str
    bucket: str | None
    packages: Packages
    given: Mapping[str, str]

    @property
    def missing(self) -> list[Problem]:
        """All that the user has to give yet, as options, with what it is and an example."""
        bucket = "an S3 bucket of yours in the region of the deployment, where packages and template go"
        wanted = [] if self.bucket else [_missing("--bucket NAME", bucket, "--bucket my-packages")]
        described = parse(whole())["Parameters"]
        return wanted + [
            _missing(f"--set {name}=VALUE", described[name]["Description"], f"--set {name}={example}")
            for name, example in _WORLD.items()
            if not self.given.get(name)
        ]

    @property
    def problems(self) -> list[Problem]:
        """What is given and cannot be: by the rules of the template, and where one is of no use without another."""
        declared = parse(whole())["Parameters"]
        known = sorted(declared.keys() - _OURS - self.packages.parameters("").keys())
        message = f"is not a parameter to be given: those are {', '.join(known)}"
        found = broken(declared["Stage"], self.stage, "--stage")
        for name, value in self.given.items():
            if name in known:
                found += broken(declared[name], value, f"--set {name}")
            else:
                found.append(Problem(path=f"--set {name}", rule="unknown", message=message))
        return found + self._of_the_role

    @property
    def _of_the_role(self) -> list[Problem]:
        """The role that Temporal assumes takes three parameters together: without one of them nobody can use it."""
        given = [name for name in _ROLE if self.given.get(name)]
        wanted = {name: what for name, what in _ROLE.items() if name not in given}
        if given and self.given.get("ServerlessWorker") != "yes":
            wanted["ServerlessWorker=yes"] = "which deploys the worker that the role is for"
        return [
            Problem(path=f"--set {name}", rule="alone", message=f"is of no use without --set {other}, {what}")
            for name in given
            for other, what in wanted.items()
        ]

    @property
    def prefix(self) -> str:
        """Begins the name of every resource."""
        return f"sandan-{self.stage}"

    @property
    def parameters(self) -> dict[str, str]:
        """Everything that the template is told."""
        ours = {"Prefix": self.prefix, "Stage": self.stage, "Functions": "yes"}
        packages = self.packages.parameters(self._bucket) | {"WorkerBuildId": self.worker_build_id}
        missing = {name: f"<{name}>" for name in _WORLD if not self.given.get(name)}
        return ours | packages | dict(self.given) | missing

    @property
    def worker_build_id(self) -> str:
        """Of the worker's code, its libraries and what it is told: a version of a Lambda keeps all of them."""
        if self.packages.planned:
            return "<hash>"
        told = {name: value for name, value in self.given.items() if name not in _NOT_THE_WORKERS}
        packages = [self.packages.worker, *self.packages.layers]
        content = json.dumps([[file.name for file in packages], sorted(told.items())])
        return hashlib.sha256(content.encode()).hexdigest()[:_BUILD_DIGITS]

    @property
    def commands(self) -> list[list[str]]:
        """In their order; each may be run again."""
        uploads = [["aws", "s3", "cp", str(file), f"s3://{self._bucket}/{file.name}"] for file in self.packages.files]
        deploy = ["aws", "cloudformation", "deploy", "--stack-name", self.prefix]
        deploy += ["--template-file", str(ROOT / "template.yaml"), "--s3-bucket", self._bucket]
        deploy += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--no-fail-on-empty-changeset"]
        deploy += ["--tags", f"stage={self.stage}"]
        deploy += ["--parameter-overrides", *(f"{name}={value}" for name, value in self.parameters.items())]
        outputs = ["aws", "cloudformation", "describe-stacks", "--stack-name", self.prefix]
        outputs += ["--query", "Stacks[0].Outputs", "--output", "table"]
        return [*uploads, deploy, outputs]

    @property
    def _bucket(self) -> str:
        return self.bucket or "<bucket>"

    @property
    def remarks(self) -> list[str]:
        """What is left to a person, in its order."""
        return remarks(self.prefix, self.given, self.worker_build_id)


def _missing(option: str, what: str, example: str) -> Problem:
    message = f"is missing: {what[0].lower()}{what[1:].rstrip('.')}; example: {example}"
    return Problem(path=option, rule="required", message=message)
