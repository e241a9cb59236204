"""Rule M11: a declared list holds its documents, all or none, until it is rejected or cancelled."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from events.ceb.base import CebModel
from events.documents import DocumentKind
from events.values import OrderKey
from functions.aws import dynamodb
from functions.intake import store
from functions.intake.handler import freeze, thaw
from functions.intake.models import FreezeRequest, Frozen, ThawRequest
from functions.intake.rules import business_key
from tests.builders import order, payment, waybill
from tests.functions.intake.samples import COP_NO, KEY, OTHER_KEY, kind_of, send, to_freeze

pytestmark = pytest.mark.usefixtures("aws")

DOCUMENTS = (order(), payment(), waybill())
CHANGED = payment(amount_paid="1", app_type="2", app_time="20260105110000")


def to_declare(*models: CebModel, key: OrderKey = KEY, version: int = 1, cop_no: str = COP_NO) -> FreezeRequest:
    return FreezeRequest(
        key=key, list_version=version, cop_no=cop_no, agent_code="3207DECL01", documents=to_freeze(*models)
    )


def owners() -> list[str | None]:
    records = [store.read(kind_of(model), business_key(kind_of(model), model)) for model in DOCUMENTS]
    return [record.frozen for record in records if record]


@pytest.fixture(autouse=True)
def _accepted(aws: None) -> None:
    for model in DOCUMENTS:
        send(model)


def test_all_documents_are_tied_and_the_cop_no_with_them_however_often_it_is_asked() -> None:
    for _ in range(2):
        assert freeze(to_declare(*DOCUMENTS)) == Frozen(frozen=True, newer=[])
    assert owners() == [KEY.workflow_id] * 3
    assert store.orders_of_cop_no(COP_NO) == {KEY: "3207DECL01"}


def test_nothing_is_tied_when_the_door_has_taken_another_content_meanwhile() -> None:
    send(CHANGED)
    assert freeze(to_declare(*DOCUMENTS)) == Frozen(frozen=False, newer=[DocumentKind.PAYMENT])
    assert owners() == [None] * 3
    assert store.orders_of_cop_no(COP_NO) == {}


def test_nothing_is_tied_when_the_list_of_another_order_has_a_document() -> None:
    freeze(to_declare(payment(), key=OTHER_KEY, cop_no="other"))
    assert freeze(to_declare(*DOCUMENTS)) == Frozen(frozen=False, newer=[], taken=[DocumentKind.PAYMENT])
    assert owners() == [None, OTHER_KEY.workflow_id, None]


def test_a_later_version_of_the_same_order_takes_the_documents_over() -> None:
    freeze(to_declare(*DOCUMENTS))
    assert freeze(to_declare(*DOCUMENTS, version=2)).frozen


def test_the_same_document_may_be_named_twice() -> None:
    assert freeze(to_declare(order(), order())).frozen


def test_a_document_that_never_came_through_the_door_is_a_fault() -> None:
    with pytest.raises(store.NotOnRecordError, match="order 3207PLAT01/never"):
        freeze(to_declare(order(order_no="never")))


def test_one_cop_no_may_serve_two_orders() -> None:
    freeze(to_declare(order()))
    freeze(to_declare(payment(), key=OTHER_KEY))
    assert store.orders_of_cop_no(COP_NO) == {KEY: "3207DECL01", OTHER_KEY: "3207DECL01"}


def test_thawing_gives_free_what_is_tied_and_tells_how_many() -> None:
    freeze(to_declare(order(), payment()))
    request = ThawRequest(key=KEY, documents=to_freeze(*DOCUMENTS))
    assert [thaw(request).thawed, thaw(request).thawed] == [2, 0]
    assert owners() == [None] * 3


def test_thawing_leaves_the_documents_of_another_order_alone() -> None:
    freeze(to_declare(payment(), key=OTHER_KEY))
    assert thaw(ThawRequest(key=KEY, documents=to_freeze(payment()))).thawed == 0
    assert owners()[1] == OTHER_KEY.workflow_id


def test_a_thawed_document_can_change_and_be_tied_again() -> None:
    freeze(to_declare(*DOCUMENTS))
    thaw(ThawRequest(key=KEY, documents=to_freeze(*DOCUMENTS)))
    assert send(CHANGED).answer.accepted
    assert freeze(to_declare(order(), CHANGED, waybill(), version=2)).frozen


def test_a_fault_of_the_table_is_not_taken_for_newer_content(monkeypatch: pytest.MonkeyPatch) -> None:
    def conflict(**_: Any) -> None:
        response: Any = {
            "Error": {"Code": "TransactionCanceledException", "Message": "conflict"},
            "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
        }
        raise dynamodb().exceptions.TransactionCanceledException(response, "TransactWriteItems")

    monkeypatch.setattr(dynamodb(), "transact_write_items", conflict)
    with pytest.raises(ClientError, match="conflict"):
        freeze(to_declare(*DOCUMENTS))
