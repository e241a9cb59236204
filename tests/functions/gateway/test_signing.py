"""Signatures are pure, and the same on both sides."""

from datetime import UTC, datetime

import pytest

from functions.gateway.signing import headers_for, request_line, sign

KEY = b"0123456789abcdef"


def test_a_signature_is_the_hmac_of_timestamp_point_body() -> None:
    """Given the example of the documentation, when it is signed, then the value is the one that openssl gives."""
    # printf '1767583800.5.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef
    expected = "v1=4b4f3d4585542f2b8de390cf5d3b52166b662cb596b707d1f0bf991bb8ea7161"
    assert sign(KEY, "1767583800.5", b'{"a":1}') == expected


@pytest.mark.parametrize(("key", "timestamp", "body"), [(b"x", "1", b"b"), (KEY, "2", b"b"), (KEY, "1", b"c")])
def test_every_part_counts(key: bytes, timestamp: str, body: bytes) -> None:
    """Given a signature, when the key, the time or the body is another, then it is another."""
    assert sign(key, timestamp, body) != sign(KEY, "1", b"b")


def test_headers_carry_who_when_and_the_signature() -> None:
    """Given a body, when its headers are made, then the timestamp that is signed is the one that is sent."""
    headers = headers_for("p1", KEY, b"body", datetime(2026, 1, 5, 3, 30, tzinfo=UTC))
    assert headers == {
        "Sandan-Partner": "p1",
        "Sandan-Timestamp": "1767583800.000000",
        "Sandan-Signature": sign(KEY, "1767583800.000000", b"body"),
    }


def test_a_get_is_signed_over_its_decoded_path() -> None:
    """Given a path with escapes, when its line is made, then it is what API Gateway shows the function."""
    assert request_line("GET", "/v1/orders/P1/%E6%B5%8B?a=%20") == "GET /v1/orders/P1/测?a=%20".encode()
