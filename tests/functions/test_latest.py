"""What a process remembers stays within its bound, and the latest of it stays."""

from concurrent.futures import ThreadPoolExecutor

from functions.latest import Latest


def test_the_first_goes_when_there_are_too_many() -> None:
    latest: Latest[str, int] = Latest(2)
    for number, key in enumerate("abc"):
        latest.put(key, number)
    assert [latest.get(key) for key in "abc"] == [None, 1, 2]


def test_what_is_put_again_is_the_latest_and_has_the_new_value() -> None:
    latest: Latest[str, int] = Latest(2)
    for number, key in enumerate("abac"):
        latest.put(key, number)
    assert [latest.get(key) for key in "abc"] == [2, None, 3]


def test_what_is_forgotten_is_gone_and_may_be_forgotten_again() -> None:
    latest: Latest[str, int] = Latest(2)
    latest.put("a", 1)
    latest.forget("a")
    latest.forget("a")
    assert latest.get("a") is None


def test_many_threads_keep_the_bound() -> None:
    latest: Latest[int, int] = Latest(10)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: latest.put(number % 100, number), range(20_000)))
    assert sum(latest.get(key) is not None for key in range(100)) == 10
