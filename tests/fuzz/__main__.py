"""`python -m tests.fuzz [--seconds N] [libFuzzer's own options]`: runs until the time is over or something is found.

What is found is written to .sandan/fuzz, and `python -m tests.fuzz FILE` runs it again. Exit code 0: nothing found.
"""

import random
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["events", "infra.ceb"]):
    from tests.fuzz.target import check

from lxml import etree

from tests.events.ceb.mutants import mutants
from tests.fuzz.seeds import dictionary, seeds

_FOLDER = Path(".sandan/fuzz")
_DEFAULT_SECONDS = 300
_LONGEST = 64 * 1024
_SLOWEST_SECONDS = 10  # no such input may take longer


def _bend(data: bytes, longest: int, seed: int) -> bytes:
    """As a stranger would break a document, or as libFuzzer breaks bytes."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        try:
            root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
            bent = next(mutants(root, 1, str(seed)), None)
        except (ValueError, LookupError, etree.LxmlError):
            bent = None
        if bent is not None and len(bent[1]) <= longest:
            return bent[1]
    return bytes(atheris.Mutate(data, longest))


def main(arguments: list[str]) -> None:
    """Write the seeds, start the fuzzer; it ends the process by itself."""
    seconds = _DEFAULT_SECONDS
    if arguments[:1] == ["--seconds"]:
        seconds, arguments = int(arguments[1]), arguments[2:]
    corpus, words = _FOLDER / "corpus", _FOLDER / "words.txt"
    corpus.mkdir(parents=True, exist_ok=True)
    words.write_text(dictionary(), encoding="utf-8")
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number:03d}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", f"-max_len={_LONGEST}", f"-timeout={_SLOWEST_SECONDS}", f"-dict={words}"]
    folders = [] if any(not argument.startswith("-") for argument in arguments) else [str(corpus)]
    atheris.Setup(
        [sys.argv[0], *options, f"-artifact_prefix={_FOLDER}/", *arguments, *folders], check, custom_mutator=_bend
    )
    atheris.Fuzz()


main(sys.argv[1:])
