"""The queue before the connections: first come, first served, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from fourtop.errors import StoreUnavailable
from fourtop.storage.sql.connection import write_queue
from fourtop.storage.sql.connection.write_queue import ThreadSignal, WriteQueues, whole_seconds


@attrs.define(eq=False)
class Scripted:
    """A signal whose caller does something while it waits."""

    while_waiting: Callable[[], object]
    is_gone: bool = False
    is_set: bool = False

    def wait(self, seconds: float) -> bool:
        assert seconds == 9
        self.while_waiting()
        return self.is_set

    def set(self) -> bool:
        self.is_set = not self.is_gone
        return self.is_set


def queues(most_inside: int = 1) -> WriteQueues:
    return WriteQueues(most_inside=most_inside, patience_seconds=9, retry_after_seconds=5)


def test_commands_of_other_restaurants_do_not_wait() -> None:
    made = queues()
    with made.place("a"), made.place("b"):
        assert set(made._lines) == {"a", "b"}
    assert made._lines == {}


def test_who_leaves_gives_the_place_to_the_first_who_waits() -> None:
    made = queues(most_inside=2)
    first, second, third = (made.place("a") for _ in range(3))
    first.__enter__()
    second.__enter__()
    made.make_signal = lambda: Scripted(lambda: made.leave(first))
    third.__enter__()
    assert made._lines["a"].inside == {second, third}
    made.leave(second)
    made.leave(third)
    made.leave(third)
    assert made._lines == {}


def test_who_waits_in_vain_is_told_when_to_come_back() -> None:
    made = queues()
    made.make_signal = lambda: Scripted(lambda: None)
    with made.place("a"), pytest.raises(StoreUnavailable) as caught, made.place("a"):
        raise AssertionError
    assert caught.value.retry_after_seconds == 5
    assert made._lines == {}


def test_a_place_that_comes_with_the_end_of_the_patience_is_taken() -> None:
    made = queues()
    first, second = made.place("a"), made.place("a")
    first.__enter__()

    class Late(Scripted):
        def wait(self, seconds: float) -> bool:
            super().wait(seconds)
            return False

    made.make_signal = lambda: Late(lambda: made.leave(first))
    with second:
        assert made._lines["a"].inside == {second}


def test_who_is_interrupted_in_the_line_leaves_it() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    made = queues()
    made.make_signal = lambda: Scripted(interrupt)
    with made.place("a"):
        with pytest.raises(KeyboardInterrupt), made.place("a"):
            raise AssertionError
        assert not made._lines["a"].waiting
    assert made._lines == {}


def test_who_is_gone_gets_no_place() -> None:
    made = queues()
    first, gone, third = (made.place("a") for _ in range(3))
    first.__enter__()
    lost, alive = Scripted(lambda: None, is_gone=True), Scripted(lambda: None)
    made._lines["a"].waiting.extend([(gone, lost), (third, alive)])
    made.leave(first)
    assert made._lines["a"].inside == {third}
    made.leave(third)
    assert made._lines == {}


def test_a_line_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_queue, "MOST_WAITING", 0)
    made = queues()
    with made.place("a"), pytest.raises(StoreUnavailable, match="wait"), made.place("a"):
        raise AssertionError
    assert made._lines == {}


def test_a_thread_is_woken() -> None:
    signal = ThreadSignal()
    assert not signal.wait(0)
    assert signal.set()
    assert signal.wait(0)


def test_a_wait_is_told_in_whole_seconds() -> None:
    assert [whole_seconds(each) for each in (0.001, 1, 1.2, 5)] == [1, 1, 2, 5]
