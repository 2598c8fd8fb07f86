"""The waitlist and the slots go from revision 0011 down to 0010 and up again."""

from __future__ import annotations

from fourtop import BookingStatus, Engine, ManualClock
from fourtop.storage.sql import downgrade, migrate
from tests.evening import FRIDAY, NOW, a_house, at, one_table, party_size
from tests.migration.place import Place


def test_revision_0011_puts_waiting_parties_on_the_priority_waitlist(place: Place) -> None:
    migrate(place.url)
    store = place.store(clock=ManualClock(NOW))
    desk = Engine(store).add_restaurant(a_house(one_table()))
    desk.join_waitlist(party_size(4), booking_id="w1", key="k1")
    desk.join_waitlist(party_size(4), booking_id="w2")
    desk.leave_waitlist("w2")
    desk.book(party_size(2, "21:00"), booking_id="b", key="k2")
    desk.open_slot(at("19:00"), 4)
    store.close()

    assert downgrade(place.url, revision="0010") == ("0015", "0014", "0013", "0012", "0011")
    bookings = "SELECT id, status, last_status FROM {schema}bookings ORDER BY id"
    assert list(place.execute(bookings)) == [
        ("b", "confirmed", None),
        ("w1", "priority_waitlist", None),
        ("w2", "cancelled", "priority_waitlist"),
    ]
    keys = "SELECT idempotency_key FROM {schema}command_results"
    assert list(place.execute(keys)) == [("k2",)]
    assert migrate(place.url)[0] == "0011"

    store = place.store(clock=ManualClock(NOW))
    desk = Engine(store).desk("house")
    booking = desk.get_booking("w1")
    assert (booking.status, booking.waiting) == (BookingStatus.PRIORITY_WAITLIST, None)
    assert desk.waitlist(FRIDAY).entries == ()
    store.close()
