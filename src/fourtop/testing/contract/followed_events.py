"""Promises about the pages of events, for consumers that follow a restaurant without a lease."""

from __future__ import annotations

from functools import partial

import attrs

from fourtop.ports import EVENTS_KEPT_US
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.job import ALL, LEASE_US, JobTrial, about
from fourtop.testing.contract.samples import HERE, THERE

_SECOND_US = 1_000_000
_WRITERS = 3
_EVENTS_EACH = 5


def _followed(trial: Trial, sequence: int, limit: int = ALL) -> list[str]:
    """Return the keys of the page after a sequence."""
    found = trial.store.events_after(HERE, sequence, limit)
    return [each.event.dedupe_key for each in found.events]


def _newest(trial: Trial) -> int:
    return trial.store.events_after(HERE, None, ALL).position


class FollowedEventPromises:
    """What holds of pages of events."""

    def test_a_page_has_the_events_after_a_sequence(self, trial: Trial) -> None:
        """Events come unchanged, in the order of writing, with rising sequences."""
        start = _newest(trial)
        trial.write(events=(about("b"), about("a")))
        trial.write(events=(about("c"),))
        page = trial.store.events_after(HERE, start, ALL)
        assert tuple(each.event for each in page.events) == trial.store.events(HERE)
        sequences = [each.sequence for each in page.events]
        assert sequences == sorted({start, *sequences})[1:]
        assert page.position == sequences[-1]
        after = [_followed(trial, sequence) for sequence in sequences]
        assert after == [["a", "c"], ["c"], []]

    def test_a_page_ends_at_its_limit(self, trial: Trial) -> None:
        """A page has the first events up to its limit; its position leads to the next one."""
        position = _newest(trial)
        trial.write(events=tuple(about(key) for key in "12345"))
        pages = []
        for _ in range(4):
            page = trial.store.events_after(HERE, position, 2)
            position = page.position
            pages.append("".join(each.event.dedupe_key for each in page.events))
        assert pages == ["12", "34", "5", ""]
        assert position == _newest(trial)

    def test_the_newest_event_is_found(self, trial: Trial) -> None:
        """Without a sequence, a page is empty, has no gap, and tells the newest sequence."""
        trial.write(events=(about("1"), about("2")))
        page = trial.store.events_after(HERE, None, ALL)
        assert (page.events, page.has_gap) == ((), False)
        trial.write(events=(about("3"),))
        assert _followed(trial, page.position) == ["3"]

    def test_a_page_has_events_of_its_restaurant_only(self, trial: Trial) -> None:
        """The events and the newest sequence of other restaurants do not show."""
        trial.write(events=(about("1"),))
        start = _newest(trial)
        trial.write(THERE, events=(about("1", restaurant_id=THERE),))
        assert _newest(trial) == start
        assert _followed(trial, start) == []
        trial.write(events=(about("2"),))
        assert _followed(trial, start) == ["2"]

    def test_a_page_without_a_gap_follows_a_stored_event(self, trial: Trial) -> None:
        """A page after a stored event of the last day has no gap; any other may have one."""
        trial.write(events=(about("1"),))
        known = _newest(trial)
        assert not trial.store.events_after(HERE, known, ALL).has_gap
        for unknown in (0, known + 1, known + 10**6):
            assert trial.store.events_after(HERE, unknown, ALL).has_gap
        assert trial.store.events_after(HERE, known + 1, ALL).position == known + 1
        trial.clock.advance(seconds=EVENTS_KEPT_US / _SECOND_US - 0.000_001)
        trial.write(events=(about("2"),))
        assert not trial.store.events_after(HERE, known, 1).has_gap
        trial.clock.advance(seconds=0.000_001)
        page = trial.store.events_after(HERE, known, 1)
        assert page.has_gap
        assert [each.event.dedupe_key for each in page.events] == ["2"]

    def test_a_follower_misses_no_event_of_writers_at_once(self, trial: Trial) -> None:
        """While many write, a follower gets every event once, in the order of writing."""
        position = start = _newest(trial)

        def write(writer: int) -> None:
            for number in range(_EVENTS_EACH):
                trial.write(events=(about(f"{writer}-{number}"),))

        writers = [trial.beside(partial(write, each)) for each in range(_WRITERS)]
        found: list[str] = []
        is_over = False
        while not is_over:
            # The look comes after the writers have ended, or another one follows.
            is_over = all(each.is_over_within(0) for each in writers)
            page = trial.store.events_after(HERE, position, 2)
            is_over = is_over and not page.events
            found += [each.event.dedupe_key for each in page.events]
            position = page.position
        for each in writers:
            each.wait()
        assert len(found) == _WRITERS * _EVENTS_EACH
        assert found == _followed(trial, start)


class FollowedOutboxPromises:
    """What holds of pages of events beside relays and retention."""

    def test_a_page_needs_no_lease_and_takes_none(self, trial: JobTrial) -> None:
        """A page shows leased and delivered events, too, and leaves every event to the relays."""
        start = _newest(trial)
        trial.tell(about("1"), about("2", "b2"), about("3", "b3"))
        first, *_ = trial.claim(1)
        assert _followed(trial, start) == ["1", "2", "3"]
        assert trial.claimed() == ["2", "3"]
        trial.store.done([first])
        page = trial.store.events_after(HERE, start, ALL)
        assert [each.event.dedupe_key for each in page.events] == ["1", "2", "3"]
        assert page.events[0].sequence == first.sequence

    def test_a_page_tells_of_deleted_events(self, trial: JobTrial) -> None:
        """After a deletion, a page after a deleted event, or after one of that time, has a gap."""
        trial.tell(about("1"))
        deleted = _newest(trial)
        trial.tell(about("2", "b2"), about("3", "b3"))
        first, late, third = trial.claim()
        trial.store.done([first, third])
        trial.clock.advance(seconds=LEASE_US / _SECOND_US)
        trial.store.done([late])
        trial.clock.advance(seconds=EVENTS_KEPT_US / _SECOND_US)
        now_us = trial.store.now_us()
        assert trial.store.delete_events(now_us - EVENTS_KEPT_US - 1, ALL) == 2
        trial.tell(attrs.evolve(about("4", "b4"), at_us=now_us))
        for known in (deleted, late.sequence):
            assert trial.store.events_after(HERE, known, ALL).has_gap
        assert _followed(trial, deleted) == ["2", "4"]
        assert not trial.store.events_after(HERE, _newest(trial), ALL).has_gap
