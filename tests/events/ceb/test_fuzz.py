"""Anything at all may come: it is read or refused with its problems, in a moment, and never fails otherwise."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.ceb import MESSAGES, build, parse
from events.ceb.canonical import canonical
from events.ceb.schema import examine
from events.ceb.signature import SoftwareSigner, sign
from events.problems import InvalidInputError, Problem
from tests.events.ceb.good_messages import good

SIGNER = SoftwareSigner.throwaway("TEST")
WHOLE = [
    sign(build(good(root.removesuffix("Message"), Signature=None)), SIGNER)
    if "signature" in model.model_fields
    else build(good(root.removesuffix("Message")))
    for root, model in MESSAGES.items()
]
PIECES = [
    *(b"<!-- x -->", b"<![CDATA[", b"]]>", b"<?a b?>", b"&amp;", b"&#0;", b"&x;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>"),
    *(
        b'<?xml version="1.0" encoding="GBK"?>',
        b'<?xml version="1.0" encoding="UTF-16"?>',
        b"\xef\xbb\xbf",
        b"\xff\xfe",
    ),
    *(b' xmlns=""', b' xmlns:ds="x"', b' xmlns:a="b&amp;c"', b' xsi:type="ceb:x"', b" a='1'", b"</", b"/>", b">", b"<"),
    *(b"<ceb:note>", b"<ceb:own/>", b"\xe7\x94", b"\0", b"\r\n", b"+5", b"1e5", b"9" * 30, b" " * 50, b"\xef\xbf\xbf"),
]


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A message with pieces of it gone, doubled, moved or replaced, or as other bytes say it."""
    data = draw(st.sampled_from(WHOLE))
    for _ in range(draw(st.integers(1, 4))):
        start, length = draw(st.integers(0, len(data))), draw(st.integers(0, 60))
        gone = data[start : start + length]
        new = draw(st.sampled_from(PIECES) | st.binary(max_size=8) | st.just(gone * 2) | st.just(gone[::-1]))
        data = data[:start] + new + data[start + length :]
    encoding = draw(st.sampled_from(["utf-8"] * 6 + ["utf-16", "gb18030", "latin-1"]))
    return data if encoding == "utf-8" else data.decode("utf-8", "replace").encode(encoding, "replace")


@settings(max_examples=1000, deadline=None)
@given(data=spoiled())
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    found, problems = examine(data), problems_of(data)
    assert all(problem.path.startswith("/") and problem.message for problem in (*found.problems, *problems))
    assert (found.message is None) == bool(problems)
    if found.message is not None:
        built = build(parse(data))
        assert built == build(found.message) == canonical(data)
        assert parse(built) == found.message


def problems_of(data: bytes) -> tuple[Problem, ...]:
    """Why `parse` refuses something; nothing when it does not."""
    try:
        parse(data)
    except InvalidInputError as refused:
        return refused.problems
    return ()


HUGE = 9_000_000
LINE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{}</ds:Signature></ceb:CEB311Message>'
FLOODS = {
    "a 50 MB text": (b">X<", b">" + b"x" * 50_000_000 + b"<"),
    "a 9 MB number of blanks": (b">500.00<", b">" + b" " * HUGE + b"x<"),
    "a 9 MB number of zeros": (b">500.00<", b">" + b"0" * HUGE + b"x<"),
    "a million wrong elements": (b"<ceb:OrderHead>", b"<ceb:OrderHead>" + b"<ceb:a/>" * 1_000_000),
    "a hundred thousand attributes": (
        b' version="1.0"',
        b' version="1.0"' + b"".join(b' a%d="1"' % number for number in range(100_000)),
    ),
    "elements in elements": (b">X<", b">" + b"<a>" * 300_000 + b"<"),
    "a signature of many parts": (b"</ceb:CEB311Message>", LINE.format("<ds:KeyName/>" * 100_000).encode()),
    "a long name": (b"ebpCode", b"e" * 4_000_000),
}


@pytest.mark.parametrize(("old", "new"), FLOODS.values(), ids=FLOODS)
def test_a_flood_is_refused_in_a_moment(old: bytes, new: bytes) -> None:
    """In time of the processor: what else runs on the machine is none of its business."""
    data = build(good("CEB311", Signature=None)).replace(old, new, 1)
    started = time.process_time()
    with pytest.raises(InvalidInputError) as refused:
        parse(data)
    assert time.process_time() - started < 3
    assert len(refused.value.problems) <= 1001


def test_a_hundred_thousand_namespaces_that_nothing_is_in_are_read_in_a_moment() -> None:
    data = build(good("CEB311", Signature=None))
    many = b"".join(b' xmlns:a%d="u:%d"' % (number, number) for number in range(100_000))
    started = time.process_time()
    assert build(parse(data.replace(b' version="1.0"', many + b' version="1.0"'))) == data
    assert time.process_time() - started < 3
