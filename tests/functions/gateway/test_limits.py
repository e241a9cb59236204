"""How much one may send: counted for all copies of the door, after the signature, and without harm to others."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from events.ceb.writing import build
from events.values import utc_now
from functions import aws as clients
from functions.gateway import handler, limits, store
from functions.gateway.partners import Partner
from functions.gateway.signing import headers_for
from functions.settings import settings
from tests import builders
from tests.functions.gateway.conftest import KEYS, XML, Answered, Door, secret

PER_SECOND = 2
SHARE = PER_SECOND * limits.WINDOW_SECONDS
ORDER = build(builders.message(builders.order()))
PAYMENT = build(builders.message(builders.payment()))
MESSAGES = "/v1/messages"
PATH = "/v1/orders/3207PLAT01/1"


class Clock:
    """The door's clock, at the beginning of a window."""

    def __init__(self) -> None:
        second = int(utc_now().timestamp()) // limits.WINDOW_SECONDS * limits.WINDOW_SECONDS
        self.now = datetime.fromtimestamp(second, tz=utc_now().tzinfo)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        """Let time go by."""
        self.now += timedelta(**span)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Time stands still, so that no window ends by itself."""
    standing = Clock()
    monkeypatch.setattr(handler, "utc_now", standing)
    another_copy()
    yield standing
    another_copy()


@pytest.fixture
def small(door: Door, clock: Clock) -> Door:
    """A door where the platform may send two requests a second."""
    name = f"{settings().partner_secrets}platform"
    value = json.dumps(secret("platform") | {"requests_per_second": PER_SECOND})
    clients.secretsmanager().put_secret_value(SecretId=name, SecretString=value)
    return door


def another_copy() -> None:
    """What follows is taken by a copy of the door that has seen nothing yet."""
    limits._window = limits._Window()


def is_too_many(answered: Answered) -> bool:
    """A 429 problem that says who, by which rule, and when to come again."""
    problem: dict[str, Any] = answered.json
    assert problem["type"] == "/problems/too-many"
    assert problem["problems"][0]["rule"] == "rate"
    assert f"in {answered.headers['Retry-After']} seconds" in problem["detail"]
    return bool(answered.status == problem["status"] == 429)


class Sender:
    """Sends the same body again and again, each time signed anew."""

    def __init__(self, door: Door, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self._sent = 0

    def send(self, body: bytes = ORDER, sender: str = "platform") -> Answered:
        """One request."""
        self._sent += 1
        signed = self._clock.now + timedelta(microseconds=self._sent)
        return self._door.post(MESSAGES, body, XML, sender=sender, now=signed)


@pytest.fixture
def sender(small: Door, clock: Clock) -> Sender:
    """Who sends to the small door."""
    return Sender(small, clock)


def test_a_partner_gets_its_share_and_a_new_one_in_the_next_window(sender: Sender, clock: Clock) -> None:
    """Given a share of 20 requests in 10 seconds, when 25 are sent, then 20 are taken, and after the wait 20 more."""
    answers = [sender.send() for _ in range(SHARE + 5)]
    assert [answer.status for answer in answers[:SHARE]] == [202] * SHARE
    assert all(is_too_many(answer) for answer in answers[SHARE:])
    assert "platform has used up its 2 requests a second" in answers[-1].json["detail"]
    clock.forward(seconds=int(answers[-1].headers["Retry-After"]))
    assert sender.send().status == 202


def test_a_flood_of_one_partner_leaves_the_others_served(sender: Sender) -> None:
    """Given a flood, big, malformed and well-formed requests, when others send meanwhile, then all of theirs are taken.

    The copies of the door count together.
    """
    flood: Counter[int] = Counter()
    others: Counter[int] = Counter()
    big = b"<a>" + b"x" * (3 * limits.BYTES_PER_UNIT) + b"</a>"
    for _ in range(20):
        another_copy()
        for body in (ORDER, b"<not-xml", big):
            flood[sender.send(body).status] += 1
        others[sender.send(PAYMENT, "payment").status] += 1
    assert others == {202: 20}
    taken = sum(count for status, count in flood.items() if status != 429)
    assert 429 in flood
    assert taken <= SHARE
    assert flood[429] >= 60 - SHARE


def test_a_large_body_counts_more(sender: Sender) -> None:
    """Given bodies of four units and a bit, when they are sent, then a fifth of the share's number is taken."""
    big = b"<a>" + b"x" * (4 * limits.BYTES_PER_UNIT) + b"</a>"
    assert [sender.send(big).status for _ in range(6)] == [400, 400, 400, 400, 429, 429]


def test_the_largest_body_fits_into_the_smallest_share(sender: Sender) -> None:
    """Given a body that counts more than the whole share, when it comes first, then it is heard."""
    huge = b"<a>" + b"x" * (2 * SHARE * limits.BYTES_PER_UNIT) + b"</a>"
    assert [sender.send(huge).status for _ in range(2)] == [400, 429]


def test_a_copy_counts_in_lumps_and_alone_gives_the_share_exactly(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given lumps of a quarter of what is left, when 25 are sent, then 20 are taken, with fewer writes of the table."""
    monkeypatch.setattr(limits, "LUMPS", 4)
    written: list[int] = []
    real = store.count

    def listening(name: str, used: int, limit: int, until: int) -> int | None:
        written.append(used)
        return real(name, used, limit, until)

    monkeypatch.setattr(store, "count", listening)
    answers = [sender.send() for _ in range(SHARE + 5)]
    assert [answer.status for answer in answers] == [202] * SHARE + [429] * 5
    assert written == [1, 4, 3, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1]  # the last one is refused


def test_a_copy_that_falls_silent_leaves_no_more_than_its_lump_uncounted(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a copy that has taken three of a lump of four, when another gives away the share, then it is three more."""
    monkeypatch.setattr(limits, "LUMPS", 4)
    silent = [sender.send().status for _ in range(4)]
    another_copy()
    answers = Counter(sender.send().status for _ in range(SHARE + 5))
    assert silent == [202] * 4
    assert answers[202] == SHARE - 1  # the first of the silent copy was counted, three were not


def test_asking_has_a_share_of_its_own(small: Door, sender: Sender, clock: Clock) -> None:
    """Given a spent share of sending, when the partner asks for orders, then it is answered, up to that share."""
    assert [sender.send().status for _ in range(SHARE + 1)][-1] == 429
    headers = headers_for("platform", KEYS["platform"], f"GET {PATH}".encode(), clock.now)
    asked = [small.request("GET", PATH, headers=headers).status for _ in range(SHARE + 1)]
    assert asked == [404] * SHARE + [429]


def test_nobody_uses_up_the_share_of_another(small: Door, sender: Sender, clock: Clock) -> None:
    """Given wrong signatures in the partner's name and replays of its request, then its share is whole."""
    first = headers_for("platform", KEYS["platform"], ORDER, clock.now) | {"Content-Type": XML}
    assert small.request("POST", MESSAGES, ORDER, first).status == 202
    forged = headers_for("platform", KEYS["stranger"], ORDER, clock.now) | {"Content-Type": XML}
    tried = [small.request("POST", MESSAGES, ORDER, headers).status for headers in [first, forged] * 30]
    assert set(tried) == {401}
    assert [sender.send().status for _ in range(SHARE)] == [202] * (SHARE - 1) + [429]


def test_what_is_over_the_share_costs_no_table(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a share that this copy knows to be spent, when more comes, then no table is asked."""
    assert [sender.send().status for _ in range(SHARE + 1)][-1] == 429
    for name in ("remember", "count"):
        monkeypatch.setattr(store, name, None)
    assert is_too_many(sender.send())


def test_a_flood_of_unknown_partners_does_not_ask_the_secrets_for_ever(
    door: Door, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given an address that tries id after id, then it is sent away; partners seen there, other addresses are not."""
    asked: list[str] = []
    real = store.partner

    def listening(name: str) -> Partner | None:
        asked.append(name)
        return real(name)

    monkeypatch.setattr(store, "partner", listening)
    assert Sender(door, clock).send().status == 202
    answers = []
    for number in range(60):
        headers = headers_for(f"nobody-{number}", KEYS["stranger"], ORDER, clock.now)
        answers.append(door.request("POST", MESSAGES, ORDER, headers))
    heard = settings().strangers_per_second * limits.WINDOW_SECONDS
    assert Counter(answer.status for answer in answers) == {401: heard, 429: 60 - heard}
    assert is_too_many(answers[-1])
    assert len([name for name in asked if name.startswith("nobody")]) == heard
    assert Sender(door, clock).send(PAYMENT, "platform").status == 403  # known here, though the payment is not its own
    headers = headers_for("nobody", KEYS["stranger"], ORDER, clock.now)
    assert door.raw("POST", MESSAGES, "", headers, encoded=False, source="198.51.100.7").status == 401


def test_questions_of_customs_are_counted_by_address(door: Door, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given one address that asks without end, then its questions are refused, and those of another are taken."""
    monkeypatch.setenv("SANDAN_QUESTIONS_PER_SECOND", "1")
    settings.cache_clear()

    def ask(number: int, source: str) -> int:
        question = json.dumps({"orderNo": "1", "sessionID": f"s-{number}", "serviceTime": 1})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        path = "/v1/customs/platDataOpen"
        return door.raw("POST", path, f"openReq={question}", form, encoded=False, source=source).status

    assert Counter(ask(number, "192.0.2.1") for number in range(15)) == {200: 10, 429: 5}
    assert ask(15, "192.0.2.2") == 200


def test_what_was_counted_is_forgotten(sender: Sender, clock: Clock) -> None:
    """Given counted requests, then their item has the end of its window as its expiry."""
    sender.send()
    items = clients.dynamodb().scan(TableName=settings().replay_table)["Items"]
    (counted,) = [item for item in items if item["pk"]["S"].startswith("count#")]
    assert int(counted["expires_at"]["N"]) == clock.now.timestamp() + limits.WINDOW_SECONDS
    assert counted["used"]["N"] == "1"
