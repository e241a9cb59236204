"""The retention table: how its items are named. `store` says which there are."""

from typing import Any

from events.values import OrderKey

Item = dict[str, Any]
STATE, ORDER = "state", "order#"


def order_pk(order: OrderKey) -> str:
    """The partition of an order."""
    return f"{ORDER}{order.workflow_id}"


def person_pk(person: str) -> str:
    """The partition of a person, by the keyed hash."""
    return f"person#{person}"


def orders_pk(person: str) -> str:
    """A partition of its own: only in these a person of the retention may delete."""
    return f"orders-of#{person}"


def key(pk: str, sk: str) -> Item:
    """The key of an item."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}
