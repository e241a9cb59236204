"""The plain course of a life, for tests that are about something else."""

from events.life import Stage
from tests.workflows.life import WINDOW, Life


async def from_release_to_payment(life: Life) -> None:
    """The declared list is released, the parcel delivered, the tax paid after the return window."""
    await life.customs_says("2", "3", "120", "800")
    await life.until(Stage.RELEASED)
    await life.deliver()
    await life.until(Stage.DELIVERED)
    await life.tax_bill()
    await life.forward(WINDOW)
    await life.tax_paid()
