"""Day, month, feed, availability and quote agree, and each start that they show can be booked.

For guests and staff, with caps, holds, blocks and a party that stays too long, on every store.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from fourtop import (
    GUEST,
    BookingRequest,
    Code,
    CountedIds,
    Day,
    Desk,
    Engine,
    Feed,
    FeedTerms,
    FourtopError,
    ManualClock,
    MemoryStore,
    Quote,
    Refusal,
    Refused,
    Window,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, NOW, STAFF, at
from tests.property.test_engine_shown import CHANNELS, MUSTS, OCCASIONS, SIZES, a_house, fill

EVENINGS: Final = 3
EVENINGS_OF_A_DATABASE: Final = 1
DAYS: Final = 2
LENGTHS: Final = ((), (60, 120))


def occupy(desk: Desk, draw: random.Random) -> None:
    """Besides the bookings of the evening make holds, a block and bookings without tables."""
    for _ in range(3):
        start = at("17:00") + timedelta(minutes=30 * draw.randint(0, 9))
        request = BookingRequest(draw.choice(SIZES), start)
        for make in (desk.hold, lambda each: desk.book(each, tables="later")):
            try:
                make(request)
            except Refused:
                continue
    table = draw.choice(desk.house().floor.tables)
    try:
        desk.block(Window(at("18:00"), at("19:00")), tables=(table.id,), reason="paint")
    except FourtopError:
        return


def terms_of(draw: random.Random) -> dict[str, Any]:
    return {
        "occasion": draw.choice(OCCASIONS),
        "channel": draw.choice(CHANNELS),
        "must": draw.choice(MUSTS),
    }


def compare(desk: Desk, draw: random.Random, compared: dict[bool, int]) -> int:
    """Compare all reads with each other; return how many starts were booked for a try."""
    terms, lengths = terms_of(draw), draw.choice(LENGTHS)
    feed = desk.feed(FeedTerms(FRIDAY, DAYS, SIZES, minutes=lengths, **terms))
    assert feed.versions == desk.versions()
    for minutes in lengths or (None,):
        compare_with_availability(desk, feed, minutes, terms)
    size, minutes = draw.choice(SIZES), draw.choice(lengths or (None,))
    compare_months(desk, size, {**terms, "minutes": minutes})
    compare_day(desk, desk.day(FRIDAY), draw, compared)
    bookable = [cell for cell in feed if cell.is_bookable]
    tried = (*draw.sample(feed.cells, 2), *draw.sample(bookable, min(2, len(bookable))))
    return sum(book_and_release(desk, cell, terms, is_asked=bool(lengths)) for cell in tried)


def compare_with_availability(
    desk: Desk, feed: Feed, minutes: int | None, terms: dict[str, Any]
) -> None:
    days = [FRIDAY + timedelta(days=each) for each in range(DAYS)]
    slots = [
        slot
        for day in days
        for slot in desk.availability(day, SIZES, minutes=minutes, **terms).slots
    ]
    cells = [cell for cell in feed if minutes in (None, cell.minutes)]
    assert [(each.start, each.party_size, each.spots_open) for each in cells] == [
        (each.start, each.party_size, each.spots) for each in slots
    ]
    assert [each.is_bookable for each in cells] == [each.is_bookable for each in slots]
    assert all(each.spots_open <= each.spots_total for each in cells)


def compare_months(desk: Desk, size: int, terms: dict[str, Any]) -> None:
    month = desk.month(2026, 5, size, **terms)
    assert month.versions == desk.versions()
    for day in month.days[:DAYS]:
        found = desk.availability(day.on, size, **terms)
        assert day.starts == tuple(slot.start for slot in found.bookable())
        assert day.offered == len(found.slots)
    first = next((day for day in month if day.is_bookable), None)
    request = BookingRequest(size, at("19:00"), **terms)
    assert desk.first_free_day(request, days=31) == first


def compare_day(desk: Desk, day: Day, draw: random.Random, compared: dict[bool, int]) -> None:
    """A table has an entry in a stay exactly if a quote of that table finds it taken."""
    for table in desk.house().floor.tables:
        start = at("18:00") + timedelta(minutes=30 * draw.randint(0, 6))
        request = BookingRequest(table.largest_party, start, tables=[table.id])
        answer, window = desk.quote(request), stay_of(desk, request)
        if window is None:
            continue
        shown = day.find_table(table.number)
        assert shown is not None
        is_taken = any(each.start < window[1] and window[0] < each.end for each in shown.entries)
        codes = {each.code for each in answer.reasons} if isinstance(answer, Refusal) else set()
        # A refusal by another rule does not look at the table.
        if isinstance(answer, Quote) or Code.ALLOCATIONS_OVERLAP in codes:
            assert bool(codes) is is_taken, (table.number, window, shown.entries)
            compared[is_taken] += 1


def stay_of(desk: Desk, request: BookingRequest) -> tuple[datetime, datetime] | None:
    """The time for which a request would take its table, by the empty evening of a week later."""
    later = desk.quote(request.replaced(start=request.start + timedelta(days=7)))
    if not isinstance(later, Quote):
        return None
    taken = later.stay.occupied
    return taken.start - timedelta(days=7), taken.end - timedelta(days=7)


def book_and_release(desk: Desk, cell: Any, terms: dict[str, Any], *, is_asked: bool) -> int:
    """A cell with an open spot can be held, and any other cannot."""
    minutes = cell.minutes if is_asked else None
    request = BookingRequest(cell.party_size, cell.start, minutes=minutes, **terms)
    if not cell.is_bookable:
        with pytest.raises(Refused):
            desk.hold(request)
        return 0
    desk.release_hold(desk.hold(request).id)
    return 1


@pytest.mark.slow
def test_day_month_feed_availability_and_quote_agree(store: Store, clock: ManualClock) -> None:
    evenings = EVENINGS if isinstance(store, MemoryStore) else EVENINGS_OF_A_DATABASE
    booked, compared = 0, {True: 0, False: 0}
    for seed in range(evenings):
        clock.move_to(NOW)
        draw = random.Random(seed)
        engine = Engine(store, ids=CountedIds(f"n{seed}-"))
        staff = engine.add_restaurant(a_house(draw, seed), actor=STAFF)
        fill(staff, draw)
        occupy(staff, draw)
        guest = Engine(store, ids=CountedIds(f"g{seed}-")).desk(f"h{seed}", actor=GUEST)
        booked += sum(compare(desk, draw, compared) for desk in (staff, guest))
        seat_the_first(staff, clock)
        booked += sum(compare(desk, draw, compared) for desk in (staff, guest))
    assert booked >= evenings
    assert sum(compared.values()) > 0
    if isinstance(store, MemoryStore):
        assert min(compared.values()) > 0


def seat_the_first(desk: Desk, clock: ManualClock) -> None:
    """Let the first party sit down, and stay beyond its time."""
    first = next((each for each in desk.list_bookings() if each.tables), None)
    if first is None:
        return
    clock.move_to(first.start)
    desk.seat(first.id)
    clock.move_to(first.stay.occupied.end + timedelta(minutes=5))
