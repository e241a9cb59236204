"""`sandan bench ceb`: customs messages against what the libraries beneath take for the same."""

from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from lxml import etree
from tongsuopy.crypto import hashes
from tongsuopy.crypto.asymciphers import ec

from events.ceb import build, parse
from events.ceb.business import business_problems
from events.ceb.schema import schema_problems
from events.ceb.signature import SoftwareSigner, sign, verify
from events.values import Value
from infra.bench.measure import LEAST_SECONDS, REPEATS, Ratio, Spread, Target, ratio, timed
from infra.bench.memory import Memory, memory_of
from infra.bench.messages import big_message, many_lines, one_list
from infra.bench.work import through

VALIDATION_LIMIT, SIGNATURE_LIMIT, MEMORY_LIMIT = 3.0, 1.5, 12.0
BIG = 10 * 1000 * 1000
_STRANGERS = 300  # more than are remembered
_SCHEMA = "import_business_node.xsd"
_VALIDATION = "parse, both layers and build / lxml and XSD"
_SIGNATURE, _STRANGE_SIGNATURE = "sign and verify / bare SM2", "the same, every message of another signer"
_MEMORY, _MEMORY_OF_LINES = "memory of a 10 MB message / its size", "the same, of the shortest lines"
_SIGNED_INFO = b"<ds:SignedInfo", b"</ds:SignedInfo>"


class MemoryUse(Value):
    """Bytes of a message, and of the process that handled it; `ratio` is what the message took over its size."""

    message: int
    process: Memory
    ratio: float
    whole_process_ratio: float


class CebBench(Value):
    """One run. Times are microseconds of processor time; `validation` is there where the official schema was given.

    `validation`: parse, both layers and build against lxml's parse and the XSD. `signature`: sign and verify the
    message against one bare SM2 signature and its check, of as many bytes as are signed; `signature_of_strangers`:
    the same with so many signers that the certificate of none is remembered. `memory` is that of long lines,
    `memory_of_short_lines` that of a message which holds the most parts for its size; both lack a Signature.
    """

    message_bytes: int
    repeats: int = REPEATS
    steps: dict[str, Spread]
    validation: Ratio | None
    signature: Ratio
    signature_of_strangers: Ratio
    memory: MemoryUse
    memory_of_short_lines: MemoryUse
    targets: tuple[Target, ...]


def run(xsd: Path | None, big: int = BIG, least_seconds: float = LEAST_SECONDS) -> CebBench:
    """Measure, each function for at least `least_seconds` a repeat, memory with a message of `big` bytes.

    `xsd` is the folder of the official schemas. Raises OSError or lxml.etree.LxmlError when they cannot be read.
    """
    signer = SoftwareSigner.throwaway("BENCH")
    message = sign(build(one_list()), signer)
    steps = _steps(message, signer)
    others = {"raw": _raw_sm2(message), "strangers": _strangers()}
    official = _official(xsd, message) if xsd else None
    found = timed({**steps, **others, **({"official": official} if official else {})}, least_seconds)
    validation = ratio(found["whole"], found["official"]) if official else None
    signature, of_strangers = ratio(found["sign_and_verify"], found["raw"]), ratio(found["strangers"], found["raw"])
    memory, of_short_lines = _memory(big_message(big)), _memory(many_lines(big))
    return CebBench(
        message_bytes=len(message),
        steps={name: Spread.of(found[name], 1) for name in steps},
        validation=validation,
        signature=signature,
        signature_of_strangers=of_strangers,
        memory=memory,
        memory_of_short_lines=of_short_lines,
        targets=(
            *([_at_most("ceb-validation", _VALIDATION, validation.ratio, VALIDATION_LIMIT)] if validation else []),
            _at_most("ceb-signature", _SIGNATURE, signature.ratio, SIGNATURE_LIMIT),
            _at_most("ceb-signature-of-strangers", _STRANGE_SIGNATURE, of_strangers.ratio, SIGNATURE_LIMIT),
            _at_most("ceb-memory", _MEMORY, Spread.of([memory.ratio]), MEMORY_LIMIT),
            _at_most("ceb-memory-of-short-lines", _MEMORY_OF_LINES, Spread.of([of_short_lines.ratio]), MEMORY_LIMIT),
        ),
    )


def _at_most(name: str, reading: str, value: Spread, limit: float) -> Target:
    return Target(name=name, reading=reading, value=value, unit="ratio", sense="at most", limit=limit)


def _steps(message: bytes, signer: SoftwareSigner) -> dict[str, Callable[[], object]]:
    unsigned, model = build(one_list()), parse(message)
    return {
        "whole": lambda: through(message),
        "parse": lambda: parse(message),
        "schema_layer": lambda: schema_problems(message),
        "business_layer": lambda: business_problems(model),
        "build": lambda: build(model),
        "sign_and_verify": lambda: verify(sign(unsigned, signer)),
    }


def _strangers() -> Callable[[], object]:
    """Sign and verify by so many signers in turn that the certificate of none is remembered."""
    unsigned, signers = build(one_list()), cycle([SoftwareSigner.throwaway(f"BENCH{n}") for n in range(_STRANGERS)])

    def sign_and_verify() -> object:
        return verify(sign(unsigned, next(signers)))

    return sign_and_verify


def _official(folder: Path, message: bytes) -> Callable[[], object]:
    schema = etree.XMLSchema(etree.parse(str(folder / _SCHEMA)))

    def check() -> None:
        assert schema.validate(etree.fromstring(message)), schema.error_log

    return check


def _raw_sm2(message: bytes) -> Callable[[], object]:
    start, end = (message.index(mark) for mark in _SIGNED_INFO)
    data = message[start:end]
    key: Any = ec.generate_private_key(ec.SM2())
    public: Any = key.public_key()
    algorithm = ec.ECDSA(hashes.SM3())
    return lambda: public.verify(key.sign(data, algorithm), data, algorithm)


def _memory(message: bytes) -> MemoryUse:
    process = memory_of(message)
    size = len(message)
    return MemoryUse(
        message=size,
        process=process,
        ratio=round(process.growth / size, 2),
        whole_process_ratio=round(process.peak / size, 2),
    )
