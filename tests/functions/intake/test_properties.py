"""What holds whatever the sequence: the door's memory (M11) and that every document reaches its order."""

from collections import defaultdict
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from events.documents import DocumentKind, InboundDocument, content_hash
from events.values import OrderKey
from functions.intake import store
from functions.intake.handler import freeze, route, settle, thaw
from functions.intake.models import FreezeRequest, FrozenDocument, RouteRequest, SettleRequest, ThawRequest
from tests.builders import PLATFORM, declaration_list, order, payment, waybill
from tests.functions.intake.samples import inbound, send, waybill_status

pytestmark = pytest.mark.usefixtures("aws")

in_one_table = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
_numbers = count(1)
_sends = st.tuples(st.just("send"), st.sampled_from(["15.02", "20.00"]), st.sampled_from("12"), st.integers(0, 3))
_ties = st.tuples(st.sampled_from(["freeze", "thaw"]), st.sampled_from(["15.02", "20.00"]), st.just(""), st.just(0))


@in_one_table
@given(st.lists(st.one_of(_sends, _sends, _ties), min_size=2, max_size=12))
@example([("send", "15.02", "1", 0), ("freeze", "15.02", "", 0), ("send", "20.00", "2", 1), ("thaw", "15.02", "", 0)])
def test_m11_what_was_accepted_last_is_on_record_and_nothing_changes_while_frozen(
    steps: list[tuple[str, str, str, int]],
) -> None:
    key = OrderKey(ebp_code=PLATFORM["ebp_code"], order_no=f"P{next(_numbers)}")
    held: str | None = None
    frozen = False
    for action, freight, app_type, second in steps:
        model = order(
            order_no=key.order_no, freight=freight, app_type=app_type or "1", app_time=f"2026010510300{second}"
        )
        wanted = content_hash(model)
        documents = [FrozenDocument(kind=DocumentKind.ORDER, business_key=str(key), content_hash=wanted)]
        if action == "send":
            result = send(model)
            assert (result.document is not None) == result.answer.accepted
            if result.answer.accepted:
                assert wanted == held or not frozen
                assert result.document is not None
                assert result.document.content_hash == wanted
                held = wanted
            else:
                assert wanted != held
                assert result.answer.status in {"-301009", "-301010", "-301011", "-301014"}
                assert (result.answer.status == "-301011") == frozen
        elif held is not None and action == "freeze":
            request = FreezeRequest(key=key, list_version=1, cop_no="C", agent_code="A", documents=documents)
            frozen = freeze(request).frozen or frozen
            assert frozen or wanted != held
        elif action == "thaw":
            assert thaw(ThawRequest(key=key, documents=documents)).thawed == int(frozen)
            frozen = False
        record = store.read(DocumentKind.ORDER, str(key))
        assert (record.content_hash if record else None) == held
        assert (record is not None and record.frozen is not None) == frozen


def _life(ebp_code: str, order_no: str, logistics_no: str) -> dict[str, InboundDocument]:
    names = {"order_no": order_no, "ebp_code": ebp_code}
    prefix = f"{ebp_code}/{order_no}"
    return {
        f"{prefix}/order": inbound(order(**names), f"{prefix}/order"),
        f"{prefix}/payment": inbound(payment(**names, pay_transaction_id=logistics_no), f"{prefix}/payment"),
        f"{prefix}/waybill": inbound(waybill(order_no=order_no, logistics_no=logistics_no), f"{prefix}/waybill"),
        f"{prefix}/list": inbound(declaration_list(**names, logistics_no=logistics_no), f"{prefix}/list"),
        f"{prefix}/status": inbound(waybill_status(logistics_no=logistics_no), f"{prefix}/status"),
    }


@in_one_table
@given(st.data())
def test_every_document_reaches_its_order_in_any_sequence_with_crashes_and_repeats(data: st.DataObject) -> None:
    """Two platforms use the same order number; a bearer may crash after routing, and then comes again."""
    order_no = f"R{next(_numbers)}"
    documents = _life("PLATFORM1", order_no, f"{order_no}-1") | _life("PLATFORM2", order_no, f"{order_no}-2")
    received: dict[str, set[str]] = defaultdict(set)
    coming = data.draw(st.permutations(sorted(documents)))
    while coming:
        name, *coming = coming
        routed = route(RouteRequest(document=documents[name]))
        if data.draw(st.integers(0, 3)) == 0:
            coming.insert(data.draw(st.integers(0, len(coming))), name)
            continue
        if routed.key is None:
            continue
        received[routed.key.ebp_code] |= {document.document_id for document in routed.documents}
        if routed.parked and data.draw(st.booleans()):
            ids = [document.document_id for document in routed.documents]
            settle(SettleRequest(documents=ids, parked=routed.parked))
    for name in documents:
        # A status may have followed its waybill to the wrong platform before the list spoke: that alone is given up.
        platform = name.split("/")[0]
        assert name in received[platform] or (
            name.endswith("/status") and any(name in ids for ids in received.values())
        )
