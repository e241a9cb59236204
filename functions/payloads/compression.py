"""What the payloads have in common, left out before they are sealed: deflate (RFC 1951) with a preset dictionary."""

import zlib
from functools import cache
from pathlib import Path

from functions.payloads.models import BrokenSealError

# A dictionary is never changed under its number: what was written with it could not be read any more. A new one gets
# the next number, and stands beside those before.
DICTIONARIES = {"1": "deflate-1", "2": "deflate-2"}
_WRITES = "2"
ZLIB = "zlib"  # without a dictionary: what lies in the archive, and payloads from before there was one
# Level 6 takes 2 µs more than level 1 and writes an eighth less. A window of 8 KB holds the dictionary's end, where
# short payloads have their words, and what is copied for each payload is small. What is longer gets the longest window:
# the state of an order that continues as new says the same things far apart, and becomes a third shorter by it.
_LEVEL, _MEMORY = 6, 7
_WINDOW, _ANY_WINDOW = -13, -zlib.MAX_WBITS
_LONG = 8 * 1024
MOST_BYTES = 64 * 1024 * 1024  # Temporal takes 2 MB, so this leaves all that was ever written


def compressed(data: bytes) -> tuple[bytes, str | None]:
    """The shorter form and its name, or the same bytes and None where nothing is won."""
    compressor = _primed(_WRITES, _WINDOW if len(data) <= _LONG else _ANY_WINDOW).copy()
    shorter = compressor.compress(data) + compressor.flush()
    return (shorter, _WRITES) if len(shorter) < len(data) <= MOST_BYTES else (data, None)


def decompressed(data: bytes, name: str) -> bytes:
    """What `compressed` was given. Raises BrokenSealError for an unknown name, broken data, and above MOST_BYTES."""
    if name == ZLIB:
        decompressor = zlib.decompressobj()
    elif name in DICTIONARIES:
        decompressor = zlib.decompressobj(_ANY_WINDOW, zdict=dictionary(name))
    else:
        raise BrokenSealError(f"compressed in a way that this version does not know: {name}")
    try:
        whole = decompressor.decompress(data, MOST_BYTES)
    except zlib.error:
        raise BrokenSealError("not compressed as its metadata say") from None
    if not decompressor.eof:
        raise BrokenSealError(f"compressed data that are cut off, or are longer than {MOST_BYTES} bytes")
    if decompressor.unused_data:
        raise BrokenSealError("something stands behind the compressed data")
    return whole


@cache
def dictionary(name: str) -> bytes:
    """A dictionary by its number: field names, punctuation and codes of payloads, made by `infra.replay.dictionary`."""
    return (Path(__file__).parent / "data" / DICTIONARIES[name]).read_bytes()


@cache
def _primed(name: str, window: int) -> "zlib._Compress":
    """To be copied: reading the dictionary anew takes longer."""
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, window, _MEMORY, zlib.Z_DEFAULT_STRATEGY, dictionary(name))
