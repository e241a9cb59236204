"""When the key of an order may be destroyed, and what its record is worth. Pure."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from events.values import CHINA, OrderKey, Text
from functions.policy.pack import Pack
from functions.retention.models import AuditEntry, Reason, Refusal, Term

GENESIS = "0" * 64
CLASSES = ("retention.evidence_years", "retention.payment_data_years", "retention.history_years")


class BrokenRecordError(ValueError):
    """A record of deeds is not what it was when it was written."""


def terms(counts_from: datetime, at: datetime, pack: Pack) -> list[Term]:
    """The terms of everything that an order's key seals.

    A class has had one row when the order ended and may have another one now: the later end of the two counts, so
    that neither a longer term comes too late nor a shorter one too early.
    """
    first, now = counts_from.astimezone(CHINA).date(), at.astimezone(CHINA).date()
    return [
        max((_term(topic, first, day, pack) for day in (first, max(first, now))), key=lambda term: term.free_from)
        for topic in CLASSES
    ]


def _term(topic: str, counts_from: date, on: date, pack: Pack) -> Term:
    row = pack.at(on).row(topic)
    years = row.whole()
    free_from = first_day_after(counts_from, years)
    return Term(topic=topic, row=row.id, basis=row.basis, years=years, free_from=free_from)


def first_day_after(day: date, years: int) -> date:
    """The day after the last one of so many years that begin after `day`; 29 February ends with 28 February or March 1.

    The later of the two is taken: nothing is destroyed a day too early.
    """
    try:
        last = day.replace(year=day.year + years)
    except ValueError:
        last = date(day.year + years, 3, 1)
    return last + timedelta(days=1)


def earliest_end(at: datetime, pack: Pack) -> datetime:
    """What began after this can have no term that has ended by `at`."""
    years = min(pack.at(at.astimezone(CHINA).date()).row(topic).whole() for topic in CLASSES)
    return at - timedelta(days=365 * years)


def refusals(found: Sequence[Term], holds: Iterable[str], at: datetime) -> list[Refusal]:
    """Why a key must not be destroyed at that moment; empty when it may."""
    today = at.astimezone(CHINA).date()
    waiting = [_in_term(term) for term in found if today < term.free_from]
    return [*waiting, *map(_held, holds)]


def _in_term(term: Term) -> Refusal:
    name, day = term.topic.removeprefix("retention."), term.free_from
    text = Text(
        zh=f"{name}: 按规则{term.row}({term.basis})须保存{term.years}年, {day}前不得销毁",
        en=f"{name}: row {term.row} ({term.basis}) keeps it for {term.years} years: not before {day}",
    )
    return Refusal(reason=Reason.TERM, text=text, topic=term.topic, row=term.row, free_from=day)


def _held(matter: str) -> Refusal:
    text = Text(
        zh=f"因事项[{matter}]依法留存: 事项结束后先解除 (sandan retention release)",
        en=f"a legal hold is on it for {matter}: sandan retention release it when the matter is over",
    )
    return Refusal(reason=Reason.HOLD, text=text)


def unknown(key: OrderKey) -> Refusal:
    """No key of the order is known."""
    text = Text(
        zh=f"订单{key}没有数据密钥: 未收到其数据, 或在有密钥之前已结束",
        en=f"order {key} has no data key: nothing of it ever came here, or it ended before orders had keys",
    )
    return Refusal(reason=Reason.UNKNOWN, text=text)


def not_ended(key: OrderKey) -> Refusal:
    """The order lives."""
    text = Text(zh=f"订单{key}尚未结束, 保存期未开始", en=f"order {key} has not ended: its retention has not begun")
    return Refusal(reason=Reason.NOT_ENDED, text=text)


def in_clear(key: OrderKey) -> Refusal:
    """The order is from a time when orders had no keys."""
    text = Text(
        zh=f"订单{key}在有数据密钥之前已结束: 其档案未加密, 须另行删除",
        en=f"order {key} ended before orders had keys: its dossier lies in clear, delete it in the archive",
    )
    return Refusal(reason=Reason.UNKNOWN, text=text)


def not_held(matter: str, holds: Sequence[str]) -> Refusal:
    """No hold of that matter was ever set: its name may be mistyped, and the right one goes on holding."""
    held_zh = f"现有保留事由: {', '.join(holds)}" if holds else "现无任何保留"
    held_en = f"held for {', '.join(holds)}" if holds else "nothing holds it"
    text = Text(
        zh=f"事由“{matter}”从未设置保留, 无可解除; {held_zh}",
        en=f"there never was a hold for the matter {matter!r}, so none is released: {held_en}",
    )
    return Refusal(reason=Reason.UNKNOWN, text=text)


def is_shredded(key: OrderKey, at: datetime) -> Refusal:
    """Nothing can be held that is gone."""
    day = at.astimezone(CHINA).date()
    text = Text(zh=f"订单{key}的数据已于{day}销毁", en=f"the data of order {key} were shredded on {day}")
    return Refusal(reason=Reason.SHREDDED, text=text)


def sealed(entry: AuditEntry) -> AuditEntry:
    """The entry with its hash."""
    return entry.model_copy(update={"hash": _hash(entry)})


def verify(record: Sequence[AuditEntry], last: str) -> None:
    """Raises BrokenRecordError naming the first entry that does not follow from the one before."""
    previous = GENESIS
    for number, entry in enumerate(record, 1):
        if entry.number != number or entry.previous != previous or entry.hash != _hash(entry):
            raise BrokenRecordError(f"entry {number} of the record was changed")
        previous = entry.hash
    if previous != last:
        raise BrokenRecordError("the last entry of the record is not the one that is noted: some were lost or added")


def _hash(entry: AuditEntry) -> str:
    content = json.dumps(entry.model_dump(mode="json", exclude={"hash"}), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
