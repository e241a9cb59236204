"""Compression before the seal: what comes back, what is refused, and a dictionary that nobody changes."""

import hashlib
import random
import re
import zlib
from pathlib import Path

import pytest

from functions.payloads import compression
from functions.payloads.compression import DICTIONARIES, compressed, decompressed, dictionary
from functions.payloads.models import BrokenSealError
from infra.generate.orders import generate
from infra.generate.scenarios import LIVES
from infra.replay.dictionary import dictionary as made
from infra.replay.files import load, recorded
from infra.temporal import payloads_in

HISTORIES = Path(__file__).parents[2] / "replay/histories"
SHA_256 = {
    "1": "73d239632daa1890483a8c8f69c994ecc4746dbbc048fece0c22672e1497ae13",
    "2": "f2502eec67c90639e42d276dabfe43181407c8f0c412d6d5897a68a5dc4e0847",
}
RELEASE, RESTING = (HISTORIES / f"orders/9610-release{run}.json.gz" for run in ("", ".2"))


def payloads(path: Path = RELEASE) -> list[bytes]:
    return [one.SerializeToString() for event in load(path).events for one in payloads_in(event)]


def test_no_dictionary_was_changed() -> None:
    """Payloads that are stored are read with these very bytes. A change is a new dictionary with the next number."""
    assert {name: hashlib.sha256(dictionary(name)).hexdigest() for name in DICTIONARIES} == SHA_256
    assert {path.name for path in Path(compression.__file__).with_name("data").iterdir()} == {*DICTIONARIES.values()}


def test_the_same_histories_make_the_same_dictionary() -> None:
    first = made(HISTORIES)
    assert first == made(HISTORIES)
    assert 6_000 < len(first) <= 9 * 1024


def test_the_dictionary_names_nobody() -> None:
    """No value of made-up or recorded orders, no number longer than an id of a tariff or a rule."""
    personal = set()
    for order in generate(len(LIVES) * 3, 11, scenarios=tuple(LIVES)):
        facts = order.facts
        for person in (facts.buyer, facts.consignee):
            personal |= {person.name, person.telephone}
        personal |= {facts.buyer.id_number, facts.buyer.account, facts.address, order.key.order_no, order.key.ebp_code}
    for name in DICTIONARIES:
        text = dictionary(name).decode(errors="replace")
        assert {value for value in personal if value in text} == set()
        assert re.findall(r"\d{9,}|测试|虚构|3207SD", text) == []


def test_every_recorded_payload_comes_back_and_gets_no_longer() -> None:
    before = after = 0
    for path in (path for folder in HISTORIES.iterdir() for path in recorded(folder)):
        for data in payloads(path):
            shorter, name = compressed(data)
            assert (decompressed(shorter, name) if name else shorter) == data
            before, after = before + len(data), after + len(shorter)
    assert after < before / 2.5


def test_what_does_not_get_shorter_stays() -> None:
    noise = random.Random(1).randbytes(500)
    assert compressed(noise) == (noise, None)
    assert compressed(b"") == (b"", None)


def test_broken_data_end_in_a_clear_error() -> None:
    """Given compressed payloads bent in many ways, then each is refused or gives some bytes, no other error."""
    dice = random.Random(7)
    refused = 0
    for data in payloads():
        shorter, name = compressed(data)
        if not name:
            continue
        for _ in range(30):
            bent = bytearray(shorter)
            bent[dice.randrange(len(bent))] ^= 1 << dice.randrange(8)
            if dice.random() < 0.3:
                del bent[dice.randrange(len(bent)) :]
            try:
                decompressed(bytes(bent), name)
            except BrokenSealError:
                refused += 1
        for cut in (shorter[:-1], shorter + b"x"):
            with pytest.raises(BrokenSealError):
                decompressed(cut, name)
    assert refused > 100


def test_an_unknown_dictionary_is_told_by_its_name() -> None:
    with pytest.raises(BrokenSealError, match="does not know: 77"):
        decompressed(b"", "77")


@pytest.mark.parametrize("name", [*DICTIONARIES])
def test_what_was_written_with_any_dictionary_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "_WRITES", name)
    for data in payloads():
        shorter, written = compressed(data)
        assert written in {name, None}
        assert (decompressed(shorter, name) if written else shorter) == data


def test_the_next_dictionary_is_better_than_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what is handed to a new run, which lies open for a month: a fifth; and not at the cost of the first run."""
    first, (handed, *_) = payloads(RELEASE), payloads(RESTING)

    def written(name: str) -> tuple[int, int]:
        monkeypatch.setattr(compression, "_WRITES", name)
        return sum(len(compressed(data)[0]) for data in first), len(compressed(handed)[0])

    (before, handed_before), (now, handed_now) = written("1"), written("2")
    assert now < before
    assert handed_now < handed_before * 0.85


@pytest.mark.parametrize("name", ["1", "2", "zlib"])
def test_what_grows_beyond_measure_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb of a thousandth of the bytes; just as many as are allowed are read."""
    monkeypatch.setattr(compression, "MOST_BYTES", 100_000)
    for length, fits in ((100_000, True), (100_001, False), (50_000_000, False)):
        bomb = zlib.compressobj(9, zlib.DEFLATED, 15 if name == "zlib" else -15)
        data = bomb.compress(bytes(length)) + bomb.flush()
        if fits:
            assert decompressed(data, name) == bytes(length)
        else:
            with pytest.raises(BrokenSealError, match="longer than 100000 bytes"):
                decompressed(data, name)


def test_what_could_not_be_read_back_is_not_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "MOST_BYTES", 1_000)
    assert compressed(bytes(1_000))[1] == "2"
    assert compressed(bytes(1_001)) == (bytes(1_001), None)
