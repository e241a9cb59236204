"""Counterparties whose messages come late and twice, and who notice what comes to them twice."""

import httpx
import pytest

from infra.generate.scenarios import Scenario
from infra.sandbox.outbox import Outbox
from tests.infra.sandbox.world import CONFIG, World, an_order, elements, open_world

_LATE = (0.05, 0.06)


async def test_a_repeated_message_comes_again_later() -> None:
    """Given a sandbox that repeats everything, each receipt comes twice, and is counted."""
    config = CONFIG.model_copy(update={"repeated": 1.0, "late": _LATE})
    async with open_world(config) as world:
        await world.declare(an_order(Scenario.RELEASE))
        sent = [one.message.guid for one in world.gateway.received]
        report = (await world.client.get("/outbox")).json()
    assert len(sent) == 2 * len(set(sent))
    assert (report["repeated"], report["delivered"]) == (len(set(sent)), len(sent))
    assert (report["under_way"], report["refused"], report["overtaken"]) == (0, 0, 0)


@pytest.mark.parametrize(("answers", "refused"), [([202, 422], (0, 1)), ([422, 202], (1, 0))])
async def test_a_refused_repetition_is_counted_apart(answers: list[int], refused: tuple[int, int]) -> None:
    """A correction may have come in between; what is refused when it is first said is refused for good."""
    config = CONFIG.model_copy(update={"repeated": 1.0, "late": _LATE})
    coming = iter(answers)
    transport = httpx.MockTransport(lambda _: httpx.Response(next(coming)))
    async with Outbox(config, transport) as outbox:
        taken = await outbox.deliver(next(iter(config.partners)), b"<said/>")
        await outbox.idle()
        report = outbox.report()
    assert taken is (answers[0] == 202)
    assert (report["refused"], report["repetitions_refused"]) == refused
    assert (report["repeated"], report["delivered"]) == (1, 1)


async def test_a_message_that_is_late_is_overtaken_and_not_lost() -> None:
    """Given a sandbox of which half is late, all of it comes, in another order than it was said."""
    order = an_order(Scenario.RELEASE)
    orders = []
    for seed in range(6):
        config = CONFIG.model_copy(update={"overtaken": 0.5, "late": _LATE, "seed": seed})
        async with open_world(config) as world:
            await world.declare(order)
            orders.append(world.gateway.statuses())
    assert all(sorted(statuses) == [["2", "3", "120"], ["800"]] for statuses in orders)
    assert len({str(statuses) for statuses in orders}) == 2


@pytest.mark.parametrize(("quantity", "changed"), [(0, 0), (1, 1)])
async def test_a_repetition_that_says_something_else_is_noticed(world: World, quantity: int, changed: int) -> None:
    """Given the same CopMsgId again: under a new signature it is the same message, with another quantity it is not."""
    order = an_order(Scenario.RELEASE)
    await world.declare(order)
    (declared,) = elements(order, "621")
    items = [item.model_copy(update={"qty": item.qty + quantity}) for item in declared.items]
    message = order.documents["621"]
    again = message.model_copy(update={"declaration_lists": [declared.model_copy(update={"items": items})]})
    await world.send(again)
    await world.idle()
    received = {one["copMsgId"]: one for one in (await world.client.get("/customs/messages")).json()}
    assert received[message.guid] == {
        "copMsgId": message.guid,
        "root": "CEB621Message",
        "received": 2,
        "changed": changed,
    }
    assert {one["received"] for name, one in received.items() if name != message.guid} == {1}
