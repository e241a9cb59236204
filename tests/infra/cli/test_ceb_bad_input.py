"""Bad input by name (issue 3): every kind gets an error with path, line and what to do, at once."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from events.ceb import build
from tests import builders
from tests.events.ceb.good_messages import good
from tests.infra.cli.ceb_command import put, run, signed

ORDER = signed(builders.message(builders.order())).replace(b"><ceb:", b">\n<ceb:")
TWO = signed(builders.message(builders.order(), builders.order())).replace(b"><ceb:", b">\n<ceb:")
HEAD = "/CEB311Message/Order[1]/OrderHead"
LINE = "/CEB311Message/Order[1]/OrderList[1]"
NAME = builders.BUYER_NAME.encode()
BOMB = b'<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (name, b"&%c;" % within * 10) for within, name in zip(b"abcdefgh", b"bcdefghi", strict=True)
)
RETURNS = build(good("CEB412", times={"PaymentReturn": 100})).replace(b"><ceb:", b">\n<ceb:")
RETURN = RETURNS[RETURNS.index(b"<ceb:PaymentReturn>") : RETURNS.index(b"</ceb:PaymentReturn>") + 20] + b"\n"


def replaced(old: bytes, new: bytes, within: bytes = ORDER) -> bytes:
    assert old in within
    return within.replace(old, new, 1)


def line_of(element: bytes, place: int = 1, within: bytes = ORDER) -> int:
    """The line on which the `place`th element of a name begins."""
    start = -1
    for _ in range(place):
        start = within.index(b"<ceb:" + element + b">", start + 1)
    return within.count(b"\n", 0, start) + 1


@dataclass(frozen=True)
class Bad:
    """An input; the exit code that it gets, and the problem: which layer, where, by which rule, what to do."""

    data: bytes
    code: int
    path: str
    line: int | None
    rule: str
    do: str
    layer: str = "schema"


QTY = line_of(b"qty")
BAD = {
    "truncated XML": Bad(ORDER[:600], 2, "/", ORDER[:600].count(b"\n") + 1, "xml", "send it whole"),
    "nothing": Bad(b"", 2, "/", 1, "xml", "give a customs message"),
    "no XML": Bad(b'{"Order": []}', 2, "/", 1, "xml", "give a customs message"),
    "wrong root": Bad(b"\n<order/>", 1, "/order", 2, "root", "give one of these"),
    "a part for a root": Bad(
        b'<OrderHead xmlns="http://www.chinaport.gov.cn/ceb"/>', 1, "/OrderHead", 1, "root", "put it into one"
    ),
    "wrong namespace": Bad(replaced(b"gov.cn/ceb", b"gov.cn/x"), 1, "/CEB311Message", 1, "root", "declare it with"),
    "unknown message": Bad(ORDER.replace(b"CEB311M", b"CEB999M"), 1, "/CEB999Message", 1, "root", "known are CEB213"),
    "root without Message": Bad(ORDER.replace(b"CEB311Message", b"CEB311"), 1, "/CEB311", 1, "root", "write CEB311Mes"),
    "entity bomb": Bad(b"\n<!DOCTYPE a [" + BOMB + b"]>" + replaced(NAME, b"&i;"), 2, "/", 2, "doctype", "remove it"),
    "external entity": Bad(
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + replaced(NAME, b"&e;"),
        *(2, "/", 1, "doctype", "remove it"),
    ),
    "external document type": Bad(
        b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">' + ORDER,
        *(2, "/", 3, "doctype", "remove it"),
    ),
    "document type in UTF-16": Bad(f"<!DOCTYPE a>{ORDER.decode()}".encode("utf-16"), 2, "/", 1, "doctype", "remove it"),
    "a 50 MB text": Bad(replaced(NAME, b"x" * 50_000_000), 2, "/", None, "size", "split the message"),
    "a 9 MB text": Bad(
        replaced(NAME, b"x" * 9_000_000), 1, f"{HEAD}/buyerName", line_of(b"buyerName"), "max_length", "to 60"
    ),
    "wrong charset": Bad(
        ORDER.decode().encode("gb18030"), 2, "/", line_of(b"ebpName"), "xml", "declare the encoding that it has"
    ),
    "charset not as declared": Bad(
        b'<?xml version="1.0" encoding="GBK"?>\n' + replaced(NAME, b"\xff\xff"),
        *(2, "/", line_of(b"buyerName") + 1, "xml", "declare the encoding that it has"),
    ),
    "unknown charset": Bad(b'<?xml version="1.0" encoding="X-Y"?>\n' + ORDER, 2, "/", 1, "xml", "save it as UTF-8"),
    **{
        number: Bad(
            replaced(b"<ceb:qty>2<", f"<ceb:qty>{number}<".encode()), 1, f"{LINE}/qty", QTY, "value", "such as 561.89"
        )
        for number in ("1e5", "NaN", "INF", "１２", "1,5", "0x1", "--1")
    },
    "a fraction of a line": Bad(
        replaced(b"<ceb:gnum>1<", b"<ceb:gnum>1.5<"), 1, f"{LINE}/gnum", line_of(b"gnum"), "value", "ASCII digits"
    ),
    "negative quantity": Bad(
        replaced(b"<ceb:qty>2<", b"<ceb:qty>-2<"), 3, f"{LINE}/qty", QTY, "N-POSITIVE", "must be above 0", "business"
    ),
    "101 elements": Bad(
        RETURNS.replace(RETURN[:-1], RETURN + RETURN[:-1], 1),
        *(1, "/CEB412Message/PaymentReturn"),
        line_of(b"PaymentReturn", 101, RETURNS.replace(RETURN[:-1], RETURN + RETURN[:-1], 1)),
        *("max_items", "at most 100 allowed, split the message"),
    ),
    "a document twice": Bad(
        TWO,
        *(3, "/CEB311Message/Order[2]/OrderHead/orderNo", line_of(b"orderNo", 2, TWO)),
        *("U-KEY", "must be unique", "business"),
    ),
    "a line number twice": Bad(
        replaced(b"<ceb:gnum>2<", b"<ceb:gnum>1<"),
        *(3, "/CEB311Message/Order[1]/OrderList[2]/gnum", line_of(b"gnum", 2), "N-GNUM", "once", "business"),
    ),
    "an element twice": Bad(
        replaced(b"<ceb:ebpCode>", b"<ceb:ebpCode>X</ceb:ebpCode>\n<ceb:ebpCode>"),
        *(1, f"{HEAD}/ebpCode", line_of(b"ebpCode") + 1, "repeated", "keep one"),
    ),
    "an attribute twice": Bad(replaced(b"guid=", b'guid="1" guid='), 2, "/", 1, "xml", "mend it there"),
    "a control character": Bad(replaced(NAME, b"a\x01b"), 2, "/", line_of(b"buyerName"), "xml", "mend it there"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_bad_input_is_told_with_path_line_and_what_to_do(tmp_path: Path, bad: Bad) -> None:
    path = put(tmp_path, "bad.xml", bad.data)
    started = time.perf_counter()
    result = run("validate", path, "--json")
    assert time.perf_counter() - started < 5
    assert (result.exit_code, result.stderr) == (bad.code, "")
    [found] = json.loads(result.stdout)
    problem = next(problem for problem in found[bad.layer] if problem["rule"] == bad.rule)
    assert (problem["path"], problem["line"]) == (bad.path, bad.line)
    assert bad.do in (problem["message"] if bad.layer == "schema" else problem["message"]["en"])
    shown = run("validate", path)
    assert shown.exit_code == bad.code
    assert (f"line {bad.line}, {bad.path}" if bad.line else f" {bad.path} ") in shown.stdout
    assert bad.do in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) < 1000


@pytest.mark.parametrize("command", ["roundtrip", "unwrap", "wrap", "verify"])
def test_what_cannot_be_read_is_told_by_every_command(tmp_path: Path, command: str) -> None:
    for name, bad in BAD.items():
        if bad.code == 2:
            result = run(command, put(tmp_path, "bad.xml", bad.data))
            assert result.exit_code == 2, name
            assert bad.do in result.output, name
            assert bad.line is None or f"line {bad.line}" in result.output, name


def test_a_signature_over_another_document_is_told_with_what_to_do(tmp_path: Path) -> None:
    other = signed(builders.message(builders.order(order_no="OTHER")))
    signature = ORDER[ORDER.index(b"<ds:Signature") : ORDER.index(b"</ceb:CEB311Message>")]
    swapped = other[: other.index(b"<ds:Signature")] + signature + b"</ceb:CEB311Message>"
    path = put(tmp_path, "311.xml", swapped)
    result = run("verify", path, "--json")
    assert result.exit_code == 1
    [found] = json.loads(result.stdout)
    assert (found["signature"], found["reason"], found["digest_ok"]) == ("invalid", "digest", False)
    assert "belongs to another document" in found["text"]
    assert "sign it as it is sent" in run("verify", path).stdout


def test_json_with_a_key_twice_or_a_control_character_is_refused(tmp_path: Path) -> None:
    twice = run("new", "CEB311", "--from", put(tmp_path, "a.json", b'{"OrderHead": {"orderNo": "1", "orderNo": "2"}}'))
    assert twice.exit_code == 2
    assert "orderNo stands twice in one object" in twice.stderr
    control = run("new", "CEB311", "--from", put(tmp_path, "b.json", b'{"OrderHead": {"buyerName": "a\\u0001b"}}'))
    assert control.exit_code == 2
    assert "/OrderHead/buyerName holds a character that no customs message can carry" in control.stderr
    assert "a\\\\x01b" in control.stderr
