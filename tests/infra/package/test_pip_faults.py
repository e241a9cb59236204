"""What is said when pip has not fetched the libraries: the cause first, then how to go on."""

import pytest

from infra.package.pip_faults import told

RETRYING = (
    "WARNING: Retrying (Retry(total={left}, connect=None)) after connection broken by "
    "'NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused')': /simple/boto3/"
)
NO_WHEEL = "ERROR: No matching distribution found for boto3==1.0"
ELSEWHERE = "WARNING: Location 'file:///wheels/' is ignored: it is neither a file nor a directory."


def test_without_a_network_that_is_said_and_not_that_a_library_does_not_exist() -> None:
    output = "\n".join([ELSEWHERE, *(RETRYING.format(left=left) for left in (1, 0)), NO_WHEEL])
    cause, *lines = told(output, "linux-x86_64-3.11").splitlines()
    assert cause.startswith("no package index can be reached from here, and the libraries of linux-x86_64-3.11")
    assert "Run this again with a network, once; or name an index" in cause
    assert lines == [f"pip: {RETRYING.format(left=0)}"]


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        (f"{ELSEWHERE}\n{NO_WHEEL}", "the index has no wheel of boto3==1.0 for lambda-arm64-3.11. Build for another"),
        (
            f"{RETRYING}\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "a library of lambda-arm64-3.11 is not the file that requirements.lock pins",
        ),
        ("ERROR: [Errno 28] No space left on device", "the libraries of lambda-arm64-3.11 could not be fetched by pip"),
    ],
)
def test_another_cause_is_said_as_what_it_is(output: str, cause: str) -> None:
    first, *lines = told(output, "lambda-arm64-3.11").splitlines()
    assert first.startswith(cause)
    assert lines == [f"pip: {output.splitlines()[-1]}"]
