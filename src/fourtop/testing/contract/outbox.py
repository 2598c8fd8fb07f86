"""Promises about the outbox: nothing is lost, nothing overtakes, and two never have the same."""

from __future__ import annotations

import time
from threading import Lock

import attrs

from fourtop.errors import AlreadyExists
from fourtop.jobs.relay import RelayOptions, relay_outbox
from fourtop.model.event import Event
from fourtop.ports import Backlog, Delivery
from fourtop.testing.contract.job import FEW, LEASE_US, JobTrial, about, keys_of
from fourtop.testing.contract.samples import HERE, NOON_US, THERE, an_event

_SECOND_US = 1_000_000


class _Killed(BaseException):
    """What ends a program in the middle."""


class ClaimingPromises:
    """What holds of events that are claimed."""

    def test_events_are_claimed_as_they_were_written(self, trial: JobTrial) -> None:
        """A claim returns unchanged events in the order of writing, with no attempt counted."""
        trial.tell(an_event("z"), an_event("a"))
        trial.tell(attrs.evolve(an_event("m"), at_us=NOON_US - 9))
        deliveries = trial.claim()
        assert [delivery.event for delivery in deliveries] == list(trial.store.events(HERE))
        assert keys_of(deliveries) == ["z", "a", "m"]
        assert [delivery.attempts for delivery in deliveries] == [0, 0, 0]
        assert len({delivery.lease for delivery in deliveries}) == 1

    def test_sequences_rise_in_a_restaurant(self, trial: JobTrial) -> None:
        """The sequence of an event rises in the order of writing, and stays with the event."""
        for key in "dbca":
            trial.tell(about(key))
        numbers = {delivery.event.dedupe_key: delivery.sequence for delivery in trial.claim()}
        assert sorted(numbers, key=numbers.__getitem__) == list("dbca")
        trial.clock.advance(seconds=LEASE_US / _SECOND_US)
        assert {
            delivery.event.dedupe_key: delivery.sequence for delivery in trial.claim()
        } == numbers

    def test_a_claim_takes_the_first_ones_up_to_its_limit(self, trial: JobTrial) -> None:
        """A claim returns the oldest events up to its limit and leaves the rest."""
        trial.tell(*(about(str(number), f"b{number}") for number in range(5)))
        assert [trial.claimed(2), trial.claimed(2), trial.claimed(2), trial.claimed(2)] == [
            ["0", "1"],
            ["2", "3"],
            ["4"],
            [],
        ]

    def test_events_of_all_restaurants_are_claimed(self, trial: JobTrial) -> None:
        """One claim returns events of all restaurants; equal keys and ids of two stay apart."""
        trial.tell(about("e", "b1"))
        trial.tell(about("e", "b1", restaurant_id=THERE), restaurant_id=THERE)
        assert sorted(delivery.event.restaurant_id for delivery in trial.claim()) == [HERE, THERE]

    def test_what_was_refused_is_not_told(self, trial: JobTrial) -> None:
        """An event of a transaction that changed nothing is never claimed."""
        trial.tell(about("e", "b1"))
        trial.refuse(AlreadyExists, events=(about("f", "b2"), about("e", "b1")))
        assert trial.claimed() == ["e"]

    def test_a_leased_event_is_claimed_by_nobody_else(self, trial: JobTrial) -> None:
        """A leased event is claimed again from the end of its lease on, and not before."""
        trial.tell(about("e", "b1"))
        first = trial.claim()
        trial.clock.advance(seconds=LEASE_US / _SECOND_US - 0.000_001)
        assert trial.claimed() == []
        trial.clock.advance(seconds=0.000_001)
        again = trial.claim()
        assert [(each.event, each.sequence, each.attempts) for each in again] == [
            (each.event, each.sequence, each.attempts) for each in first
        ]
        assert again[0].lease != first[0].lease

    def test_later_events_wait_for_a_leased_one(self, trial: JobTrial) -> None:
        """While an event is leased no later one of its booking is claimed; those of others are."""
        trial.tell(about("1", "b1"), about("2", "b1"), about("3", "b2"), about("4", "b1"))
        trial.tell(about("5", "b1", restaurant_id=THERE), restaurant_id=THERE)
        assert trial.claimed(1) == ["1"]
        assert sorted(trial.claimed()) == ["3", "5"]
        assert trial.claimed() == []

    def test_events_of_a_booking_wait_for_each_other_whatever_they_are_of(
        self, trial: JobTrial
    ) -> None:
        """The subject is the booking if the event names one; else the hold; else the restaurant."""
        trial.tell(about("1", "b1", "h1"), about("2", None, "h1"), about("3"), about("4", "b1"))
        trial.tell(
            about("5", "b1", "h2"), about("6", None, "h1"), about("7"), about("8", None, "h2")
        )
        assert trial.claimed(3) == ["1", "2", "3"]
        assert trial.claimed() == ["8"]
        trial.clock.advance(seconds=LEASE_US / _SECOND_US)
        assert trial.claimed() == list("12345678")

    def test_a_subject_is_claimed_from_its_beginning(self, trial: JobTrial) -> None:
        """While the first event of a subject cannot be claimed, no later one of it is claimed."""
        trial.tell(about("1", "b1"), about("2", "b1"), about("3", "b1"))
        both = trial.claim(2)
        trial.store.release(both[1:])
        assert trial.claimed() == []
        trial.store.done(both[:1])
        assert trial.claimed() == ["2", "3"]

    def test_claims_at_once_never_give_the_same(self, trial: JobTrial) -> None:
        """Many who claim at the same time get each event once together."""
        keys = [f"{number:02}" for number in range(40)]
        trial.tell(*(about(key, f"b{key}") for key in keys))
        claimed: list[str] = []

        def claim_all() -> None:
            while deliveries := trial.claim(FEW):
                claimed.extend(keys_of(deliveries))

        trial.at_once(claim_all)
        # A relay that found all leased may have stopped before a release: the rest is
        # free.
        claim_all()
        assert sorted(claimed) == keys


class SettlingPromises:
    """What holds of events that were published, or were not."""

    def test_a_delivered_event_is_over(self, trial: JobTrial) -> None:
        """A delivered event is never claimed again, even after its lease, and is still listed."""
        trial.tell(about("1", "b1"), about("2", "b1"))
        deliveries = trial.claim()
        assert trial.store.done(deliveries[:1]) == 1
        trial.clock.advance(seconds=LEASE_US / _SECOND_US)
        assert trial.claimed() == ["2"]
        assert trial.told() == ["1", "2"]

    def test_what_is_done_counts_once(self, trial: JobTrial) -> None:
        """To settle a delivery again counts nothing and changes nothing."""
        trial.tell(about("1", "b1"))
        deliveries = trial.claim()
        assert [
            trial.store.done(deliveries),
            trial.store.done(deliveries),
            trial.store.done(()),
        ] == [1, 0, 0]
        assert [trial.store.release(deliveries), trial.store.fail(deliveries[0], None)] == [
            0,
            False,
        ]
        trial.clock.advance(seconds=LEASE_US / _SECOND_US)
        assert (trial.claimed(), trial.store.dead_letters(9)) == ([], ())

    def test_a_lease_that_was_taken_over_counts_no_more(self, trial: JobTrial) -> None:
        """A relay that lost its lease cannot settle the event as done, failed or released."""
        trial.tell(about("1", "b1"))
        late = trial.claim()
        trial.clock.advance(seconds=LEASE_US / _SECOND_US)
        now = trial.claim()
        settled = [trial.store.done(late), trial.store.release(late), trial.store.fail(late[0], 0)]
        assert [*settled, trial.store.fail(late[0], None)] == [0, 0, False, False]
        assert (trial.claimed(), trial.store.dead_letters(9)) == ([], ())
        assert trial.store.done(now) == 1

    def test_a_lease_that_nobody_took_over_still_counts(self, trial: JobTrial) -> None:
        """A slow relay without a rival can still settle: done, failed and released count."""
        trial.tell(about("1", "b1"), about("2", "b2"), about("3", "b3"))
        one, two, three = trial.claim()
        trial.clock.advance(seconds=LEASE_US / _SECOND_US + 9)
        assert [
            trial.store.done([one]),
            trial.store.fail(two, _SECOND_US),
            trial.store.release([three]),
        ] == [
            1,
            True,
            1,
        ]
        assert trial.claimed() == ["3"]

    def test_what_is_given_back_is_free_at_once(self, trial: JobTrial) -> None:
        """A released event is claimed again without waiting, with no attempt counted."""
        trial.tell(about("1", "b1"), about("2", "b1"))
        assert trial.store.release(trial.claim()) == 2
        again = trial.claim()
        assert keys_of(again) == ["1", "2"]
        assert [each.attempts for each in again] == [0, 0]

    def test_a_failed_event_rests(self, trial: JobTrial) -> None:
        """A failed event rests, counts its attempts, and keeps its subject waiting."""
        trial.tell(about("1", "b1"), about("2", "b1"), about("3", "b2"))
        first, *others = trial.claim()
        assert trial.store.fail(first, 7 * _SECOND_US)
        trial.store.release(others)
        assert trial.claimed() == ["3"]
        trial.clock.advance(seconds=7 - 0.000_001)
        assert trial.claimed() == []
        trial.clock.advance(seconds=0.000_001)
        again = trial.claim()
        assert [(each.event.dedupe_key, each.attempts) for each in again] == [("1", 1), ("2", 0)]
        assert trial.store.fail(again[0], 0)
        trial.store.release(again[1:])
        assert [each.attempts for each in trial.claim()] == [2, 0]

    def test_a_dead_event_keeps_nobody_waiting(self, trial: JobTrial) -> None:
        """A dead letter is not claimed again, and later events of its subject go on."""
        trial.tell(about("1", "b1"), about("2", "b1"))
        first, second = trial.claim()
        assert trial.store.fail(first, None)
        trial.store.release([second])
        assert trial.claimed() == ["2"]
        trial.clock.advance(seconds=LEASE_US / _SECOND_US)
        assert trial.claimed() == ["2"]
        assert trial.told() == ["1", "2"]

    def test_dead_letters_are_listed(self, trial: JobTrial) -> None:
        """Dead letters are listed by time of death, with that time and their attempts."""
        trial.tell(about("1", "b1"), about("2", "b2"), about("3", "b3"), about("4", "b4"))
        deliveries = trial.claim()
        trial.store.fail(deliveries[2], None)
        trial.clock.advance(seconds=1)
        trial.store.fail(deliveries[1], None)
        trial.store.fail(deliveries[0], None)
        letters = trial.store.dead_letters(9)
        assert [(each.event, each.sequence, each.attempts, each.dead_us) for each in letters] == [
            (deliveries[place].event, deliveries[place].sequence, 1, NOON_US + late_us)
            for place, late_us in ((2, 0), (0, _SECOND_US), (1, _SECOND_US))
        ]
        assert trial.store.dead_letters(1) == letters[:1]

    def test_the_backlog_is_counted(self, trial: JobTrial) -> None:
        """The backlog has waiting events of all restaurants, the oldest first, and the dead."""
        assert trial.store.backlog() == Backlog(0, None, 0)
        trial.tell(about("1", "b1"), attrs.evolve(about("2", "b2"), at_us=NOON_US - 7))
        trial.tell(about("3", "b1", restaurant_id=THERE), restaurant_id=THERE)
        assert trial.store.backlog() == Backlog(3, NOON_US - 7, 0)
        first, second, _ = trial.claim()
        trial.store.fail(first, LEASE_US)
        assert trial.store.backlog() == Backlog(3, NOON_US - 7, 0)
        trial.store.fail(second, None)
        assert trial.store.backlog() == Backlog(2, NOON_US, 1)
        trial.clock.advance(seconds=LEASE_US / _SECOND_US)
        trial.store.done(trial.claim())
        assert trial.store.backlog() == Backlog(0, None, 1)

    def test_a_dead_event_comes_back_to_its_place(self, trial: JobTrial) -> None:
        """A revived event waits again, first of its subject, with no attempts, and only once."""
        trial.tell(about("1", "b1"), about("2", "b1"))
        first, second = trial.claim()
        trial.store.fail(first, None)
        trial.store.release([second])
        letters = trial.store.dead_letters(9)
        assert [trial.store.revive(letters), trial.store.revive(letters)] == [1, 0]
        assert trial.store.dead_letters(9) == ()
        again = (*trial.claim(1), *trial.claim())
        assert [(each.event.dedupe_key, each.attempts, each.sequence) for each in again] == [
            ("1", 0, first.sequence)
        ]
        trial.store.done(again)
        assert trial.claimed() == ["2"]

    # ---- with a relay

    def test_a_relay_killed_in_mid_batch_loses_and_reorders_nothing(self, trial: JobTrial) -> None:
        """After a relay is killed anywhere, the next one publishes the rest, still in order."""
        log: list[str] = []
        number = 0
        for kill_at in range(9):
            keys = [f"{number + place:03}" for place in range(9)]
            number += len(keys)
            trial.tell(*(about(key, f"b{int(key) % 2}") for key in keys))

            def publish(event: Event, until: int = len(log) + kill_at) -> None:
                log.append(event.dedupe_key)
                if len(log) > until:
                    raise _Killed

            try:
                relay_outbox(trial.store, publish)
            except _Killed:
                trial.clock.advance(seconds=LEASE_US / _SECOND_US)
            relay_outbox(trial.store, lambda event: log.append(event.dedupe_key))
        assert sorted(set(log)) == [f"{each:03}" for each in range(number)], "an event was lost"
        for subject in (0, 1):
            went = [key for key in log if int(key) % 2 == subject]
            assert went == sorted(went), "an event was published after a later one of its booking"

    def test_relays_at_once_publish_each_event_once_and_in_order(self, trial: JobTrial) -> None:
        """Relays at the same time publish every event once, in order per booking."""
        keys = [f"{number:03}" for number in range(60)]
        trial.tell(*(about(key, f"b{int(key) % 7}") for key in keys))
        log: list[str] = []
        lock = Lock()

        def publish(event: Event) -> None:
            with lock:
                log.append(event.dedupe_key)
            # Hands the processor to another thread, before this is written down as done.
            time.sleep(0)

        trial.at_once(lambda: relay_outbox(trial.store, publish, RelayOptions(batch=FEW)))
        relay_outbox(trial.store, publish)
        assert sorted(log) == keys
        for subject in range(7):
            went = [key for key in log if int(key) % 7 == subject]
            assert went == sorted(went), "an event has overtaken another of its booking"

    def test_two_settle_a_delivery_once(self, trial: JobTrial) -> None:
        """Many who settle the same deliveries at the same time count each once together."""
        trial.tell(*(about(str(number), f"b{number}") for number in range(20)))
        deliveries = trial.claim()
        counted: list[int] = []

        def settle(each: Delivery) -> int:
            return trial.store.done([each])

        trial.at_once(lambda: counted.append(sum(settle(each) for each in deliveries)))
        assert sum(counted) == 20
