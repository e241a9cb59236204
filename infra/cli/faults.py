"""What a command ended with, in words: who was asked for what, what came back, what to do; and its exit code.

Errors of libraries are known by name: only who raised them has them loaded.
"""

import errno
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from infra.stack.errors import SettingError, StackError, UnreachableError

if TYPE_CHECKING:
    from types import FrameType

    from pydantic import ValidationError

FAILED, BAD_INPUT = 1, 2
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def told(error: Exception) -> tuple[str, int] | None:
    """Words and exit code; None for a mistake of ours, which keeps its traceback.

    1: the answer is no, or was refused. 2: there is no answer, because of the input, a setting, or a service that does
    not answer as it should.
    """
    if isinstance(error, UnreachableError | SettingError):
        return str(error), BAD_INPUT
    if isinstance(error, StackError):
        return str(error), FAILED
    names = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    if "functions.data_keys.models.ShreddedError" in names:
        return str(error), FAILED
    words = _words(error, names)
    return None if words is None else (words, BAD_INPUT)


def _words(error: Any, names: set[str]) -> str | None:
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return f"{error.filename or 'the output'} cannot be written: {error.strerror}"
    if "events.problems.InvalidInputError" in names:
        return "\n".join(f"{each.path}: {each.message}{_given(each.value)}" for each in error.problems)
    if "pydantic_core._pydantic_core.ValidationError" in names and error.title == "Settings":
        return wrong_settings(error)
    if names & {"botocore.exceptions.BotoCoreError", "botocore.exceptions.ClientError"}:
        return _of_aws(error)
    if "temporalio.service.RPCError" in names:
        return _of_temporal(error)
    if "functions.payloads.keys.PayloadKeyError" in names:
        return f"{error} (the secret {_setting_of('payload_keys_secret')})"
    return None


def _given(value: str | None) -> str:
    return "" if value is None else f" (given: {value})"


def wrong_settings(error: "ValidationError") -> str:
    """Each variable with its value, the rule, and what is allowed."""
    from functions.settings import Settings  # noqa: PLC0415 - not every command needs it

    known = Settings.model_json_schema()["properties"]
    lines = []
    for one in error.errors(include_url=False):
        name = str(one["loc"][0])
        shown = f"={one['input']}" if Settings.model_fields[name].repr else ""
        allowed = "".join(f"; {each}" for each in _allowed(known[name]))
        lines.append(f"SANDAN_{name.upper()}{shown}: {one['msg'][0].lower()}{one['msg'][1:]}{allowed}")
    return "\n".join([*lines, "set it right or unset it (docs/settings.md)"])


def _allowed(schema: dict[str, Any]) -> Iterator[str]:
    one_of = schema.get("enum") or schema.get("items", {}).get("enum")
    if one_of:
        yield f"allowed: {', '.join(map(str, one_of))}"
    bounds = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most", "pattern": "of the form"}
    limits = [
        f"{words} {schema[key]:{'g' if key != 'pattern' else ''}}" for key, words in bounds.items() if key in schema
    ]
    if limits:
        yield f"allowed: {', '.join(limits)}"
    if schema.get("default") is not None:
        default = schema["default"]
        yield f"by default {', '.join(sorted(default)) if isinstance(default, list) else default}"


_NAMES = ("TableName", "QueueName", "QueueUrl", "SecretId", "Bucket", "Name", "EventBusName", "FunctionName")
_NO_SUCH = ("NotFound", "NonExistent", "NoSuch", "DoesNotExist")
_NO_RIGHT = ("AccessDenied", "Unauthorized", "UnrecognizedClient", "InvalidClientTokenId", "SignatureDoesNotMatch")
_NO_WAY = ("Connection", "Timeout", "SSL", "Proxy")
_NO_ACCOUNT = ("Credential", "Token", "SSO", "Profile", "Login", "ConfigNotFound")


def _of_aws(error: Any) -> str:
    asked, names = _asked_of_aws(error)
    answer = getattr(error, "response", {}).get("Error", {})
    kind = str(answer.get("Code") or type(error).__name__)
    text = str(answer.get("Message") or error).strip().rstrip(".")
    return f"{asked}: {kind}: {text}\n{_advice(kind, names)}"


def _asked_of_aws(error: Exception) -> tuple[str, list[str]]:
    """Service, operation and region, as the call had them, and what it named: the error itself has none of them."""
    frame = _frame(error, "botocore.client", "_make_api_call")
    if frame is None:
        return "AWS", []
    client, operation, given = (frame.f_locals[name] for name in ("self", "operation_name", "api_params"))
    names = sorted({str(each) for each in _named(given)})
    of = f" of {', '.join(names)}" if names else ""
    return f"{client.meta.service_model.service_id} {operation}{of} at {client.meta.endpoint_url}", names


def _named(given: Any) -> Iterator[str]:
    """Tables, queues and the like in the parameters of a call, those of a transaction too; no contents."""
    if isinstance(given, dict):
        yield from (given[name] for name in _NAMES if isinstance(given.get(name), str))
        yield from given.get("RequestItems", {})
        for item in given.get("TransactItems", ()):
            for part in item.values():
                yield from _named(part)


def _advice(kind: str, names: list[str]) -> str:
    if kind == "NoRegionError":
        return "say where: set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile with a region"
    if any(word in kind for word in _NO_SUCH) and kind != "ConfigNotFound":
        said = [f"{variable} says {name}" for name in names for variable in _variables_of(name)]
        return f"check the name ({', '.join(said) or 'docs/settings.md'}), the region and the account"
    if any(word in kind for word in (*_NO_RIGHT, *_NO_ACCOUNT)):
        return (
            "check who you are with `aws sts get-caller-identity` (AWS_PROFILE, AWS_ACCESS_KEY_ID) and what that may do"
        )
    if any(word in kind for word in _NO_WAY):
        return "check the network, the region, and AWS_ENDPOINT_URL if it is set; then repeat it"
    return "mend that and repeat it"


def _variables_of(name: str) -> list[str]:
    from functions.settings import settings  # noqa: PLC0415 - not every command needs it

    return [f"SANDAN_{field.upper()}" for field, value in settings() if value == name]


def _of_temporal(error: Any) -> str:
    frame = _frame(error, "temporalio.service", "_rpc_call")
    asked = "Temporal"
    if frame is not None:
        service, rpc, request = (frame.f_locals[name] for name in ("self", "rpc", "req"))
        namespace = getattr(request, "namespace", "")
        of = f" in namespace {namespace}" if namespace else ""
        asked = f"Temporal at {service.config.target_host}, {rpc}{of}"
    status = error.status.name
    advice = "check SANDAN_TEMPORAL_ADDRESS and SANDAN_TEMPORAL_NAMESPACE"
    if status in {"PERMISSION_DENIED", "UNAUTHENTICATED"}:
        advice += ", and the certificate or API key: what may they do there"
    return f"{asked}: {status}: {error.message.rstrip('.')}\n{advice}; then repeat it"


def _setting_of(field: str) -> str:
    from functions.settings import settings  # noqa: PLC0415 - not every command needs it

    return f"{getattr(settings(), field)}, SANDAN_{field.upper()}"


def _frame(error: BaseException, module: str, function: str) -> "FrameType | None":
    """The innermost frame of that function on the way that the error came."""
    found, trace = None, error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_globals.get("__name__") == module and frame.f_code.co_name == function:
            found = frame
        trace = trace.tb_next
    return found
