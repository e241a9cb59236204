"""Documents of one order in one batch go to it in one delivery, and share its fate."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.documents import InboundDocument
from events.values import OrderKey
from functions.dispatch.gathering import Gathering
from tests import builders
from tests.functions.intake import samples

Delivered = list[tuple[OrderKey, list[str]]]


class WrongError(Exception):
    """A delivery that failed."""


def key(number: int) -> OrderKey:
    """One of several orders."""
    return OrderKey(ebp_code="E", order_no=str(number))


def document(number: int) -> InboundDocument:
    """A document; a higher number was accepted earlier."""
    return samples.inbound(builders.order(), f"d-{number}", later=100 - number)


class Batch:
    """A batch whose deliveries are noted, and fail for some orders."""

    def __init__(self, records: int, failing: frozenset[OrderKey] = frozenset()) -> None:
        self.delivered: Delivered = []
        self.failing = failing
        self.gathering = Gathering(records, self._deliver)

    async def _deliver(self, order: OrderKey, documents: list[InboundDocument]) -> None:
        await asyncio.sleep(0)
        self.delivered.append((order, [found.document_id for found in documents]))
        if order in self.failing:
            raise WrongError(str(order))


async def test_one_delivery_per_order_with_its_documents_as_they_were_accepted() -> None:
    batch = Batch(4)
    joins = [(1, [1]), (2, [2]), (1, [3, 4]), (1, [1])]
    await asyncio.gather(
        *(batch.gathering.join(key(order), [document(n) for n in numbers]) for order, numbers in joins)
    )
    assert sorted(batch.delivered, key=str) == [(key(1), ["d-4", "d-3", "d-1"]), (key(2), ["d-2"])]


async def test_a_failure_fails_the_records_of_its_order_and_no_other() -> None:
    batch = Batch(3, frozenset({key(1)}))
    joins = [batch.gathering.join(key(order), [document(number)]) for number, order in enumerate((1, 2, 1))]
    results = await asyncio.gather(*joins, return_exceptions=True)
    assert [type(result) for result in results] == [WrongError, type(None), WrongError]
    assert len(batch.delivered) == 2


async def test_nothing_is_delivered_before_every_record_has_told_its_order() -> None:
    batch = Batch(3)
    first = asyncio.create_task(batch.gathering.join(key(1), [document(1)]))
    second = asyncio.create_task(batch.gathering.join(key(2), [document(2)]))
    await asyncio.sleep(0.01)
    assert batch.delivered == []
    batch.gathering.drop_out()
    await asyncio.gather(first, second)
    assert len(batch.delivered) == 2


async def test_a_record_that_is_given_up_does_not_take_the_others_along() -> None:
    """Given two records in one delivery, when one of them is cancelled meanwhile, then the delivery goes on."""
    batch = Batch(2)
    joins = [asyncio.create_task(batch.gathering.join(key(1), [document(number)])) for number in (1, 2)]
    await asyncio.sleep(0)
    joins[0].cancel()
    results = await asyncio.gather(*joins, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1] is None
    assert batch.delivered == [(key(1), ["d-2", "d-1"])]


@settings(max_examples=60, deadline=None)
@given(
    orders=st.lists(st.none() | st.integers(1, 3), min_size=1, max_size=12),
    failing=st.frozensets(st.integers(1, 3)),
)
def test_whatever_the_batch_every_record_ends_and_shares_the_fate_of_its_order(
    orders: list[int | None], failing: frozenset[int]
) -> None:
    """None is a record that drops out."""

    async def run() -> None:
        batch = Batch(len(orders), frozenset(map(key, failing)))

        async def one(number: int, order: int | None) -> None:
            if order is None:
                batch.gathering.drop_out()
            else:
                await batch.gathering.join(key(order), [document(number)])

        tasks = [one(number, order) for number, order in enumerate(orders)]
        results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        failed = [isinstance(result, WrongError) for result in results]
        assert failed == [order in failing for order in orders]
        assert {order for order, _ in batch.delivered} == {key(order) for order in orders if order is not None}
        assert len(batch.delivered) == len({order for order in orders if order is not None})

    asyncio.run(run())


async def test_a_batch_of_drop_outs_delivers_nothing() -> None:
    batch = Batch(2)
    batch.gathering.drop_out()
    batch.gathering.drop_out()
    assert batch.delivered == []
    with pytest.raises(WrongError):
        await Batch(1, frozenset({key(1)})).gathering.join(key(1), [document(1)])
