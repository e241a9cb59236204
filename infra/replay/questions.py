"""Customs' questions for payment data: one of each kind."""

import asyncio
from pathlib import Path

from events.payment_data_life import (
    PaymentDataResolution,
    PaymentDataSnapshot,
    PaymentDataStage,
    ResolvePaymentData,
    SessionKey,
)
from events.values import utc_now
from functions.policy.rules import payment_data_limits
from infra.demo.questions import Questions, hand_in
from infra.demo.stage import on_stage
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.scenarios import Scenario
from infra.replay.files import save
from infra.sandbox.questions import Story
from infra.stack.stack import Stack
from infra.stack.state import StackState
from infra.temporal import decrypted_life
from workflows.payment_data import PaymentDataWorkflow
from workflows.payment_data_state import LATE, REFUSED

KINDS = ("accepted", "failing", "refused", "missing")
_SEED = 1
_UNDER_WAY_SECONDS = 0.5


async def record(state: StackState, order: GeneratedOrder, unknown: GeneratedOrder, folder: Path) -> None:
    """Live a question of each kind for a released order, and one for an order that nobody sent; keep the histories."""
    async with on_stage(state) as hands:
        await hand_in(hands.gateway, order)
        questions = Questions(hands)
        lived = {
            "accepted": await questions.asked(order.key),
            "failing": await _fail(questions, order),
            "refused": await _refuse(questions, order),
            "missing": await _miss(questions, unknown),
        }
        for kind, key in lived.items():
            await questions.result(key)
            save(await decrypted_life(hands.temporal, key.workflow_id), folder, kind)


async def _fail(questions: Questions, order: GeneratedOrder) -> SessionKey:
    """Customs fails twice and takes the third upload."""
    key = await questions.ask(order.key, Story.FAILING)
    await questions.until(key, lambda state: state.stage is PaymentDataStage.UPLOADING)
    for _ in range(2):
        await asyncio.sleep(_UNDER_WAY_SECONDS)
        await questions.forward(key, payment_data_limits(utc_now().date()).retry)
    return key


async def _refuse(questions: Questions, order: GeneratedOrder) -> SessionKey:
    """Customs refuses for good; a person has it sent again, in vain, and closes it."""
    key = await questions.ask(order.key, Story.REFUSED)
    await _resolve(questions, key, REFUSED, PaymentDataResolution.RETRY)
    await _resolve(questions, key, REFUSED, PaymentDataResolution.CLOSE)
    return key


async def _miss(questions: Questions, unknown: GeneratedOrder) -> SessionKey:
    """Nobody has the data: a person is told and looks, is told at the deadline again, and closes it."""
    limits = payment_data_limits(utc_now().date())
    key = await questions.ask(unknown.key)
    await questions.until(key, lambda state: state.stage is PaymentDataStage.WAITING)
    await questions.forward(key, limits.deadline - limits.alert)
    await _resolve(questions, key, LATE, PaymentDataResolution.RETRY)
    await questions.forward(key, limits.alert)
    await _resolve(questions, key, LATE, PaymentDataResolution.CLOSE)
    return key


async def _resolve(questions: Questions, key: SessionKey, case: str, resolution: PaymentDataResolution) -> None:
    def waits(state: PaymentDataSnapshot) -> bool:
        return state.needs_human == case

    await questions.until(key, waits)
    request = ResolvePaymentData(case=case, resolution=resolution, who="op-1", why="telephone")
    await questions.handle(key).execute_update(PaymentDataWorkflow.resolve, request)


def record_questions(folder: Path) -> None:
    """Record one question of each kind."""
    order, unknown = generate(2, _SEED, scenarios=(Scenario.RELEASE,))
    with Stack("record-questions", environment={"SANDAN_SANDBOX_SAMPLE": "1"}) as stack:
        asyncio.run(record(stack.state, order, unknown, folder))
