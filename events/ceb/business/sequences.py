"""What is counted: lines of goods (gnum), parts of a split message, and spans of time."""

from collections.abc import Iterator

from events.ceb.business.forms import is_second
from events.ceb.business.problem import BusinessProblem, BusinessRule
from events.ceb.business.tree import Part
from events.values import Text

# Which lines count from 1 and rise, and which of them leave no gap; lines of returns repeat the numbers of the list.
RISING = frozenset({"CEB303", "CEB311", "CEB507", "CEB711"})
WITHOUT_GAPS = frozenset({"CEB603", "CEB607", "CEB621", "CEB816"})
_TWICE = {"CEB311": "-301002", "CEB621": "-621027"}
_BASIS = "规范 202205 gnum"
_FIRST = BusinessRule("N-GNUM", Text(zh="序号从 1 开始", en="numbers begin with 1"), _BASIS)
_RISES = BusinessRule("N-GNUM", Text(zh="序号应递增", en="numbers must rise from line to line"), _BASIS)
_GAP = BusinessRule(
    "N-GNUM", Text(zh="序号应连续，不得跳号", en="numbers must follow each other without a gap"), _BASIS
)
_PART_OF = BusinessRule(
    "N-SPLIT",
    Text(zh="报文序号不能大于报文总数 msgCount", en="the number of a part must not exceed msgCount"),
    "规范 202205 msgSeqNo",
)
_PAIR = BusinessRule(
    "T-SPAN", Text(zh="开始与结束时间须成对填写", en="start and end are given as a pair"), "规范 202205 CEB701"
)
_ENDS = BusinessRule(
    "T-SPAN", Text(zh="结束时间须大于等于开始时间", en="the end must not be before the start"), "规范 202205 CEB701"
)


def line_numbers(part: Part) -> Iterator[BusinessProblem]:
    """N-GNUM over the lines of an element; of a later part of a split message only the order is known."""
    lines = [child for child in part.children if child.value("gnum") is not None]
    previous, seen = 0, set[int]()
    first_part = all(child.value("msgSeqNo") in {None, 1} for child in part.children[:1])
    for line in lines:
        gnum = line.value("gnum")
        if not isinstance(gnum, int):
            return
        rule = _broken(part.message, gnum, previous, seen, first_part=first_part)
        if rule:
            yield rule.broken(line.at("gnum"), gnum)
        seen.add(gnum)
        previous = gnum


def _broken(message: str, gnum: int, previous: int, seen: set[int], *, first_part: bool) -> BusinessRule | None:
    if gnum in seen:
        return _unique(message)
    if message not in RISING | WITHOUT_GAPS or gnum < 1:
        return None
    if not previous:
        return _FIRST if first_part and gnum != 1 else None
    if gnum < previous:
        return _RISES
    return _GAP if message in WITHOUT_GAPS and gnum != previous + 1 else None


def _unique(message: str) -> BusinessRule:
    must = Text(zh="同一单证内序号不得重复", en="a line's number must stand once in a document")
    return BusinessRule("N-GNUM", must, _BASIS, code=_TWICE.get(message))


def split(part: Part) -> Iterator[BusinessProblem]:
    """Parts of a split message are numbered from 1 to msgCount; an unsplit one is part 1 of 1."""
    count, number = part.value("msgCount"), part.value("msgSeqNo")
    if isinstance(count, int) and isinstance(number, int) and number > max(count, 1):
        yield _PART_OF.broken(part.at("msgSeqNo"), number)


def span(part: Part) -> Iterator[BusinessProblem]:
    """startTime and endTime of a summary application."""
    start, end = part.said("startTime"), part.said("endTime")
    if bool(start) != bool(end):
        yield _PAIR.broken(part.at("endTime" if start else "startTime"))
    elif is_second(start) and is_second(end) and end < start:
        yield _ENDS.broken(part.at("endTime"), end)
