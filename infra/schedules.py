"""What runs by the clock: the daily payment of tax, as a Temporal Schedule under one fixed id."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from events.life import TASK_QUEUE
from events.tax_payment import TAX_PAYMENT_RUN_WORKFLOW, TAX_PAYMENT_SCHEDULE, TaxPaymentRunStart
from functions.settings import settings

_ZONE = "Asia/Shanghai"
_CATCH_UP = timedelta(days=1)  # one missed run is enough: it takes everything that is due


async def keep_schedules(client: Client, task_queue: str = TASK_QUEUE, schedule_id: str = TAX_PAYMENT_SCHEDULE) -> None:
    """Create the schedules, or bring those that are there to what the settings say; one that is paused stays so."""
    wanted = _tax_payment(task_queue)
    try:
        await client.create_schedule(schedule_id, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(schedule_id).update(lambda found: _updated(found, wanted))


def _tax_payment(task_queue: str) -> Schedule:
    """Every day at the hour of the setting, in China; skipped while the run before it still waits."""
    start = ScheduleActionStartWorkflow(
        TAX_PAYMENT_RUN_WORKFLOW,
        TaxPaymentRunStart(),
        id="tax-payment-run",
        task_queue=task_queue,
        static_summary="daily payment of import tax",
    )
    daily = ScheduleCalendarSpec(hour=[ScheduleRange(settings().tax_payment_hour)], comment="bills from day 31 on")
    return Schedule(
        action=start,
        spec=ScheduleSpec(calendars=[daily], time_zone_name=_ZONE),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_CATCH_UP),
    )


def _updated(found: ScheduleUpdateInput, wanted: Schedule) -> ScheduleUpdate:
    wanted.state = found.description.schedule.state
    return ScheduleUpdate(schedule=wanted)
