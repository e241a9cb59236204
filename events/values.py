"""Small values that several documents share."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from pydantic import BaseModel, ConfigDict

CHINA = timezone(timedelta(hours=8), "CST")  # China Standard Time: one zone, no daylight saving


class Value(BaseModel):
    """A value of our own (not of the customs standard): immutable, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:  # no model: modules have constants of it, and the first instance of a model has pydantic build itself
    """A text in the two languages of the product."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    zh: str
    en: str


_KEY_PART = re.compile(r"[^/\s]+")
_COP_MSG_ID = re.compile(r"(?P<workflow_id>.+)#\d+#\w+", re.ASCII)


class OrderKey(Value):
    """The business key of an order: unique per platform (规范 202205: orderNo is unique on its platform)."""

    ebp_code: str
    order_no: str

    @property
    def workflow_id(self) -> str:
        """The id of the order's workflow."""
        return f"import/{self.ebp_code}/{self.order_no}"

    @classmethod
    def from_workflow_id(cls, workflow_id: str) -> "OrderKey":
        """The key of an import order's workflow id. Raises ValueError for other ids."""
        kind, _, rest = workflow_id.partition("/")
        ebp_code, _, order_no = rest.partition("/")
        if kind != "import" or not _KEY_PART.fullmatch(ebp_code) or not order_no:
            raise ValueError(f"not the id of an import order: {workflow_id}")
        return cls(ebp_code=ebp_code, order_no=order_no)

    def __str__(self) -> str:
        return f"{self.ebp_code}/{self.order_no}"


def cop_msg_id(key: OrderKey, version: int, root: str) -> str:
    """The CopMsgId of a message of ours about one version of an order's list; a format error (CEB900) repeats it."""
    return f"{key.workflow_id}#{version}#{root}"


def key_of_cop_msg_id(message_id: str) -> OrderKey:
    """The order of a CopMsgId of ours. Raises ValueError for the ids of others."""
    if not (found := _COP_MSG_ID.fullmatch(message_id)):
        raise ValueError(f"not the CopMsgId of a message of ours: {message_id}")
    return OrderKey.from_workflow_id(found["workflow_id"])


def from_second(moment: str) -> datetime:
    """`YYYYMMDDhhmmss` of the standard (China Standard Time) as an aware time."""
    return datetime.strptime(moment, "%Y%m%d%H%M%S").replace(tzinfo=CHINA)


def to_second(moment: datetime) -> str:
    """An aware time as the standard's `YYYYMMDDhhmmss`."""
    return moment.astimezone(CHINA).strftime("%Y%m%d%H%M%S")


def from_millisecond(moment: str) -> datetime:
    """`YYYYMMDDhhmmssSSS` of the standard (China Standard Time) as an aware time."""
    return datetime.strptime(moment + "000", "%Y%m%d%H%M%S%f").replace(tzinfo=CHINA)


def to_millisecond(moment: datetime) -> str:
    """An aware time as the standard's `YYYYMMDDhhmmssSSS`."""
    return moment.astimezone(CHINA).strftime("%Y%m%d%H%M%S%f")[:17]


def utc_now() -> datetime:
    """The present moment, aware. Not for workflows, whose clock is the server's."""
    return datetime.now(UTC)
