"""What is left to a person after a deployment, since it is secret or lies elsewhere, in the order of doing it; pure."""

from collections.abc import Mapping

_PUT = "aws secretsmanager put-secret-value --secret-id"


def remarks(prefix: str, given: Mapping[str, str], build_id: str) -> list[str]:
    """Steps of some lines each: what it is and is for, then how. Partners come last: with them documents come in.

    `given` are the parameters of the deployment, `build_id` is that of its worker.
    """
    tls = given.get("TemporalTls") == "yes"
    steps = [
        "the payload keys, which encrypt what Temporal keeps: without them the dispatcher hands on no document\n"
        f"{_PUT} {prefix}/payload-keys --secret-string file://payload-keys.json\n"
        "the file: docs/privacy.md#the-keys; a new key: openssl rand -base64 32",
        "the signing key, which signs what goes to customs\n"
        f"{_PUT} {prefix}/signing --secret-string file://signing.json\n"
        "the file: docs/deployment.md#to-aws",
        *([_of_temporal(prefix)] if tls else []),
        _of_the_function(prefix, given, build_id)
        if given.get("ServerlessWorker") == "yes"
        else _of_the_process(prefix),
        "the users of the codec server, where people are to read payloads in the Temporal UI\n"
        f"{_PUT} {prefix}/codec-users --secret-string '{{}}'\n"
        f"SANDAN_CODEC_USERS_SECRET={prefix}/codec-users sandan codec-server add-user NAME --aws",
        "each partner, with the key that its requests are signed with: documents can come from then on\n"
        f"aws secretsmanager create-secret --name {prefix}/partners/ID --secret-string file://partner.json\n"
        "the file: docs/deployment.md#to-aws",
    ]
    return [f"{number}. {step}" for number, step in enumerate(steps, 1)]


def _of_temporal(prefix: str) -> str:
    return (
        "what the Temporal server knows us by, for dispatcher and worker\n"
        f"{_PUT} {prefix}/temporal --secret-string file://temporal.json\n"
        "the file: docs/deployment.md#temporal-over-tls; {} is TLS and nothing more"
    )


def _of_the_process(prefix: str) -> str:
    return (
        "the worker, which runs the orders: a process on a host of yours, with the policy WorkerPolicyArn (see the "
        "outputs)\n"
        "python -m infra.worker, told the names and addresses of this deployment: docs/settings.md\n"
        "it runs the functions itself (SANDAN_INVOKER=process, the default); it calls the Lambdas instead with\n"
        f"SANDAN_INVOKER=lambda SANDAN_FUNCTION_PREFIX={prefix} and the policy CallingWorkerPolicyArn"
    )


def _of_the_function(prefix: str, given: Mapping[str, str], build_id: str) -> str:
    environment = {
        "SANDAN_TEMPORAL_ADDRESS": given.get("TemporalAddress") or "<TemporalAddress>",
        "SANDAN_TEMPORAL_NAMESPACE": given.get("TemporalNamespace"),
        "SANDAN_PAYLOAD_KEYS_SECRET": f"{prefix}/payload-keys",
        "SANDAN_WORKER_DEPLOYMENT": prefix,
    }
    if given.get("TemporalTls") == "yes":
        environment |= {"SANDAN_TEMPORAL_TLS": "yes", "SANDAN_TEMPORAL_SECRET": f"{prefix}/temporal"}
    settings = " ".join(f"{name}={value}" for name, value in environment.items() if value)
    external_id = given.get("TemporalExternalId")
    role = f" --role TemporalRoleArn --external-id {external_id}" if external_id else ""
    return (
        "the worker, which runs the orders: tell Temporal of it, again after each deployment with another build\n"
        f"{settings} sandan worker-version add {build_id} --lambda WorkerVersionArn{role}\n"
        "the ARNs are among the outputs"
    )
