"""Documents from files: every format that a user may have, and what is said of a file that cannot be read."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from events.catalogue import BY_KIND
from events.ceb import build
from events.ceb.dxp import wrap
from events.documents import DocumentKind
from events.problems import InvalidInputError, Problem
from infra.documents import read_documents
from tests import builders

ORDER = builders.order()
KIND = DocumentKind.ORDER


def event(document: Any, kind: DocumentKind = KIND, **changes: Any) -> dict[str, Any]:
    data = document.model_dump(mode="json")
    return {"specversion": "1.0", "id": "1", "source": "/test", "type": BY_KIND[kind].name, "data": data} | changes


def put(folder: Path, content: bytes | dict[str, Any] | list[Any], name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    return path


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(InvalidInputError) as refused:
        read_documents(path)
    return refused.value.problems


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_same_order_in_every_format(tmp_path: Path, mark: bytes) -> None:
    message = builders.message(ORDER)
    envelope = wrap(
        build(message),
        msg_type="CEB311Message",
        sender_id="DXPTEST000000001",
        receiver_ids=["DXPEDCCEB0000002"],
        cop_msg_id="1",
        created_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    for content in (build(message), envelope, message.model_dump_json().encode(), json.dumps(event(ORDER)).encode()):
        assert read_documents(put(tmp_path, mark + content)) == [(KIND, ORDER)]


def test_a_json_message_may_hold_its_elements_only(tmp_path: Path) -> None:
    assert read_documents(put(tmp_path, {"Order": [ORDER.model_dump(mode="json")]})) == [(KIND, ORDER)]
    assert read_documents(put(tmp_path, {"Order": ORDER.model_dump(mode="json")})) == [(KIND, ORDER)]


def test_several_elements_and_events_keep_their_order(tmp_path: Path) -> None:
    other = builders.order(order_no="OTHER")
    assert read_documents(put(tmp_path, build(builders.message(ORDER, other)))) == [(KIND, ORDER), (KIND, other)]
    payment = builders.payment()
    batch = [event(payment, DocumentKind.PAYMENT), event(ORDER)]
    assert read_documents(put(tmp_path, batch)) == [(DocumentKind.PAYMENT, payment), (KIND, ORDER)]


def test_a_wrong_field_is_named_with_its_path_and_value(tmp_path: Path) -> None:
    content = ORDER.model_dump(mode="json")
    content["OrderHead"]["acturalPaid"] = "many"
    (problem,) = problems(put(tmp_path, {"Order": [content]}))
    assert (problem.path, problem.value) == ("/Order[1]/OrderHead/acturalPaid", "many")
    (problem,) = problems(put(tmp_path, [event(ORDER), event(ORDER) | {"data": content}]))
    assert (problem.path, problem.value) == ("/[2]/data/OrderHead/acturalPaid", "many")
    (problem,) = problems(put(tmp_path, event(ORDER) | {"data": content}))
    assert problem.path == "/data/OrderHead/acturalPaid"
    xml = build(builders.message(ORDER)).replace(b"561.89", b"many").replace(b"><", b">\n<")
    (problem,) = problems(put(tmp_path, xml))
    assert (problem.path, problem.value) == ("/CEB311Message/Order[1]/OrderHead/acturalPaid", "many")
    assert problem.line
    assert b"many" in xml.splitlines()[problem.line - 1]


def test_numbers_in_json_are_exact(tmp_path: Path) -> None:
    content = json.dumps({"Order": ORDER.model_dump(mode="json")}).replace('"561.89"', "561.89")
    assert read_documents(put(tmp_path, content.encode())) == [(KIND, ORDER)]


@pytest.mark.parametrize(
    ("content", "path", "rule"),
    [
        (b"", "/", "xml"),
        (b"hello", "/", "xml"),
        (b"<a/>", "/a", "root"),
        (b"{", "/", "json"),
        (b"{}", "/", "message"),
        (b'{"Order": [], "Payment": []}', "/", "message"),
        (b'{"Order": []}', "/Order", "min_items"),
        (b"[1]", "/[1]", "model_type"),
        (b'{"specversion": "1.0", "id": "1", "source": "s", "type": "x", "data": {}}', "/type", "type"),
        (b'{"specversion": "1.0", "id": "1", "source": "s"}', "/type", "required"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, content: bytes, path: str, rule: str) -> None:
    problem = problems(put(tmp_path, content))[0]
    assert (problem.path, problem.rule) == (path, rule)


def test_an_outbound_event_is_no_document(tmp_path: Path) -> None:
    (problem,) = problems(put(tmp_path, event(ORDER, type="cn.sandan.order.stage-changed.v1")))
    assert (problem.path, problem.rule, problem.value) == ("/type", "type", "cn.sandan.order.stage-changed.v1")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        (problem,) = problems(path)
        assert problem.rule == "file"


@pytest.mark.shared
def test_the_official_samples_are_read(shared_ceb: Path) -> None:
    sample = shared_ceb / "samples" / "import" / "CEB621Message.xml"
    assert {kind for kind, _ in read_documents(sample)} == {DocumentKind.DECLARATION_LIST}
