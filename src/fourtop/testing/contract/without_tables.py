"""Checks that the promised and the waiting parties share: a view shows both in the same way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import attrs

from fourtop.model.booking import Booking
from fourtop.model.window import Window
from fourtop.ports import View
from fourtop.testing.contract.harness import Trial, raised_by
from fourtop.testing.contract.samples import HERE, THERE, span

_AROUND: Final = span(300, 600)

# A span in minutes after noon, and the ids of the parties that a view shows in it.
Seen = tuple[float, float, list[str]]


@attrs.frozen
class PartiesWithoutTables:
    """The parties without tables of one kind.

    Args:
        make: Return a party of two hours by its id, and its start in minutes after noon.
        find: Return the parties that a view shows in a window.
        has_any: Tell whether a view shows any.
    """

    make: Callable[..., Booking]
    find: Callable[[View, Window], tuple[Booking, ...]]
    has_any: Callable[[View], bool]

    def ids_of(self, window: Window, view: View) -> list[str]:
        """Return the ids of the parties that a view shows in a window, in its order."""
        return [booking.id for booking in self.find(view, window)]

    def ids(self, trial: Trial, window: Window) -> list[str]:
        """Ask a view of just that window for the ids."""
        found: list[str] = trial.ask(partial(self.ids_of, window), windows=(window,))
        return found

    def all_and_any(
        self, trial: Trial, restaurant_id: str = HERE
    ) -> tuple[tuple[Booking, ...], bool]:
        """Return the parties around the evening, and whether there are any."""
        found: tuple[tuple[Booking, ...], bool] = trial.ask(
            lambda view: (self.find(view, _AROUND), self.has_any(view)),
            restaurant_id,
            windows=(_AROUND,),
        )
        return found

    def check_seen(self, trial: Trial, expected: Sequence[Seen]) -> None:
        """Assert which parties each window shows."""
        for start, end, ids in expected:
            assert self.ids(trial, span(start, end)) == ids, f"minutes {start} to {end}"

    def check_windows(self, trial: Trial) -> None:
        """Assert that a party is seen in the windows that it overlaps with its buffers."""
        booking = self.make()
        trial.write(bookings=(booking,))
        self.check_seen(
            trial,
            (
                (300, 355, []),
                (300, 356, ["b1"]),
                (400, 401, ["b1"]),
                (489, 600, ["b1"]),
                (490, 600, []),
            ),
        )
        assert self.all_and_any(trial) == ((booking,), True)

    def check_order(self, trial: Trial) -> None:
        """Assert that the party that was made first comes first, then by id."""
        first = self.make("b1", 400).created_us
        made = (
            self.make("b3", 360, created_us=first + 1),
            self.make("b2", 380, created_us=first + 1),
            self.make("b4", 400, created_us=first),
        )
        for booking in made:
            trial.write(bookings=(booking,))
        assert self.ids(trial, _AROUND) == ["b4", "b2", "b3"]

    def check_restaurants(self, trial: Trial) -> None:
        """Assert that a party is seen in its own restaurant only."""
        booking = attrs.evolve(self.make(), restaurant_id=THERE)
        trial.write(THERE, bookings=(booking,))
        assert self.all_and_any(trial) == ((), False)
        assert self.all_and_any(trial, THERE) == ((booking,), True)


def check_scope(trial: Trial, question: Callable[[View, Window], object]) -> None:
    """Assert that a view refuses a question about a window outside the scope."""

    def is_refused(view: View) -> bool:
        return isinstance(raised_by(lambda: question(view, _AROUND)), AssertionError)

    assert trial.ask(is_refused)
    assert trial.ask(is_refused, windows=(span(300, 599),))
    assert not trial.ask(is_refused, windows=(_AROUND,))
