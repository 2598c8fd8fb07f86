"""Day problem: the parties of a day, the tables that each may have, and all that limits them."""

from __future__ import annotations

from collections.abc import Sequence

import attrs


@attrs.frozen
class Option:
    """Tables that a party may have, and the time for which it would take them.

    Args:
        resources: A mask. Each table is a bit. Further bits stand for two tables that are kept
            apart, or for an aisle: at most one party has a bit at any time.
        start_us: When it takes them, in microseconds.
        end_us: When it leaves them; the time is ``[start_us, end_us)``.
        uses: The places of the limits that it counts towards, each with an amount.
    """

    resources: int
    start_us: int
    end_us: int
    uses: tuple[tuple[int, int], ...] = ()

    def conflicts(self, other: Option) -> bool:
        """Tell whether two parties cannot have these options together."""
        return bool(
            self.resources & other.resources
            and self.start_us < other.end_us
            and other.start_us < self.end_us
        )


@attrs.frozen
class DayParty:
    """A party of the day.

    Args:
        value: The gain of the day if it gets tables: a whole number of 0 or more.
        options: The tables that it may have, the best first.
        present: The place of the option that it has now; ``None``: it has no tables. A party that
            has tables always gets some.
    """

    value: int
    options: tuple[Option, ...]
    present: int | None = None


@attrs.frozen
class DayProblem:
    """The parties of a day that may get tables, and the parties and blocks that stay.

    The present options of the parties fit together and beside the options that are taken.

    Args:
        parties: The parties.
        taken: The tables of those that stay.
        limits: The most that the options of all parties may use, in all.
    """

    parties: tuple[DayParty, ...]
    taken: tuple[Option, ...] = ()
    limits: tuple[int, ...] = ()

    @property
    def reachable(self) -> int:
        """The value of all parties that have an option: no assignment is worth more."""
        return sum(party.value for party in self.parties if party.options)

    def value(self, chosen: Sequence[int | None]) -> int:
        """Return the value of an assignment: for each party the place of its option."""
        pairs = zip(self.parties, chosen, strict=True)
        return sum(party.value for party, place in pairs if place is not None)

    def moves(self, chosen: Sequence[int | None]) -> int:
        """Return how many parties leave the tables that they have."""
        pairs = zip(self.parties, chosen, strict=True)
        return sum(party.present is not None and place != party.present for party, place in pairs)

    def reduced(self) -> DayProblem:
        """Return the problem without the options that no assignment needs.

        An option goes if it conflicts with one that is taken, or if another option of the party has
        fewer resources in no more time and uses the same limits. The present option stays.
        O(n · m) for the n options of a party of which m are left.
        """
        made: dict[DayParty, DayParty] = {}
        for party in self.parties:
            if party not in made:
                made[party] = _reduced(party, self.taken)
        parties = tuple(made[party] for party in self.parties)
        return attrs.evolve(self, parties=parties, taken=())


@attrs.frozen
class DayAssignment:
    """An assignment of the parties of a day.

    Args:
        chosen: For each party the place of its option; ``None``: no tables.
        nodes: How many times the search looked for tables of a party.
    """

    chosen: tuple[int | None, ...]
    nodes: int = 0


def _reduced(party: DayParty, taken: tuple[Option, ...]) -> DayParty:
    places = kept_places(party, taken)
    options = tuple(party.options[place] for place in places)
    present = None if party.present is None else places.index(party.present)
    return DayParty(party.value, options, present)


def kept_places(party: DayParty, taken: tuple[Option, ...]) -> tuple[int, ...]:
    """Return the places of the options of a party that ``DayProblem.reduced`` keeps, in order."""
    kept: list[int] = []
    for place in sorted(range(len(party.options)), key=lambda each: _size(party.options[each])):
        option = party.options[place]
        is_needless = any(option.conflicts(row) for row in taken) or any(
            _replaces(party.options[other], option) for other in kept
        )
        if place == party.present or not is_needless:
            kept.append(place)
    return tuple(sorted(kept))


def _size(option: Option) -> tuple[int, int]:
    # An option that replaces another is not larger. Of equal ones, the first stays.
    return option.resources.bit_count(), option.end_us - option.start_us


def _replaces(option: Option, other: Option) -> bool:
    """Tell whether one option of a party serves wherever another one does."""
    return (
        not option.resources & ~other.resources
        and other.start_us <= option.start_us
        and option.end_us <= other.end_us
        and option.uses == other.uses
    )
