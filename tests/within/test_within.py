"""Commands inside of the host's transaction: they share its fate, with each kind of connection."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest

from fourtop import (
    AlreadyExists,
    BookingStatus,
    CapacityRule,
    Desk,
    EventType,
    KeyReused,
    Move,
    NotFound,
    Refused,
    StaleVersion,
)
from tests.evening import MONTH, a_house, booked, held, one_table, party_size, snapshot
from tests.within.host import Host, Service, add_order

INSERT = "INSERT INTO orders (id) VALUES ('{}')"


@pytest.fixture
def host(service: Service) -> Iterator[Host]:
    service.engine.add_restaurant(a_house())
    with service.host() as made:
        yield made


def test_a_commit_keeps_the_row_and_the_booking(service: Service, host: Host) -> None:
    host.execute(INSERT.format("o1"))
    booking = booked(service.inside(host), 4, key="k1")
    host.execute(INSERT.format("o2"))
    assert service.orders() == []
    with pytest.raises(NotFound):
        service.desk().get_booking(booking.id)
    host.commit()
    assert service.orders() == [("o1",), ("o2",)]
    assert service.desk().get_booking(booking.id) == booking
    assert service.desk().audit().is_clean


def test_a_command_may_come_first_in_the_transaction(service: Service, host: Host) -> None:
    booking = booked(service.inside(host), 4)
    add_order(host, booking)
    host.commit()
    assert service.orders() == [("o1",)]
    assert service.desk().get_booking(booking.id) == booking


def test_a_rollback_loses_the_row_and_the_booking(service: Service, host: Host) -> None:
    before = snapshot(service.store, service.desk())
    host.execute(INSERT.format("o1"))
    desk = service.inside(host)
    booking = booked(desk, 4, key="k1")
    assert desk.get_booking(booking.id) == booking
    assert service.store.events("house") == ()
    # A store of its own ends its transaction with the last statement of such reads.
    assert len(host.within().events("house")) > 0
    assert host.within().restaurant_ids() == ("house",)
    host.rollback()
    assert service.orders() == []
    assert snapshot(service.store, service.desk()) == before


def test_a_key_is_free_again_after_a_rollback(service: Service, host: Host) -> None:
    booked(service.inside(host), 4, key="k1")
    host.rollback()
    # Another request: the key would be refused if anything remembered it.
    again = booked(service.inside(host), 2, key="k1")
    host.commit()
    assert not again.replayed
    assert booked(service.desk(), 2, key="k1").replayed
    with pytest.raises(KeyReused):
        booked(service.desk(), 4, key="k1")


def test_a_key_replays_inside_and_outside(service: Service, host: Host) -> None:
    desk = service.inside(host)
    first = booked(desk, 4, key="k1")
    again = booked(desk, 4, key="k1")
    assert again.replayed
    assert again == first
    host.commit()
    after = booked(service.desk(), 4, key="k1")
    assert after.replayed
    assert after.id == first.id
    assert booked(service.inside(host), 4, key="k1").replayed


def test_a_savepoint_of_the_host_takes_a_command_back(service: Service, host: Host) -> None:
    desk = service.inside(host)
    kept = booked(desk, 2)
    host.execute("SAVEPOINT mine")
    lost = booked(desk, 4)
    host.execute("ROLLBACK TO SAVEPOINT mine")
    host.execute(INSERT.format("o1"))
    with pytest.raises(NotFound):
        desk.get_booking(lost.id)
    # The tables of the lost booking are free again, and the new one gets them.
    assert booked(desk, 4).tables == lost.tables
    host.commit()
    assert {each.id for each in service.desk().bookings(MONTH)} >= {kept.id}
    with pytest.raises(NotFound):
        service.desk().get_booking(lost.id)
    assert service.orders() == [("o1",)]


def test_a_refused_command_leaves_the_transaction_usable(service: Service, host: Host) -> None:
    host.execute(INSERT.format("o1"))
    desk = service.inside(host)
    kept = booked(desk, 4)
    for size, tables in ((40, ()), (2, kept.tables)):
        with pytest.raises(Refused):
            booked(desk, size, tables=tables)
    with pytest.raises(NotFound):
        desk.cancel("unknown")
    host.execute(INSERT.format("o2"))
    host.commit()
    assert service.orders() == [("o1",), ("o2",)]
    assert [each.id for each in service.desk().bookings(MONTH)] == [kept.id]


def test_an_error_of_the_host_loses_the_booking(service: Service, host: Host) -> None:
    before = snapshot(service.store, service.desk())
    host.execute(INSERT.format("o1"))
    booked(service.inside(host), 4)
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        host.execute(INSERT.format("o1"))
    host.rollback()
    assert snapshot(service.store, service.desk()) == before


def test_the_events_go_out_with_the_commit(service: Service, host: Host) -> None:
    desk = service.inside(host)
    booking = booked(desk, 4)
    desk.cancel(booking.id)
    # On SQLite the claim of the relay would wait for the host.
    assert service.place.is_sqlite or service.sql_store.claim(10, 1_000) == ()
    assert service.store.events("house") == ()
    host.commit()
    claimed = [each.event for each in service.sql_store.claim(10, 1_000)]
    written = service.store.events("house")
    assert written[0] in claimed
    assert {each.type for each in written} >= {EventType.BOOKING_CREATED, EventType.BOOKING_STATUS}


def test_commands_of_one_transaction_see_each_other(service: Service, host: Host) -> None:
    desk = service.inside(host)
    hold = held(desk, 4, key="k1")
    booking = desk.confirm(hold.id, key="k2")
    (moved,) = desk.move([Move(booking.id, ["5"])])
    assert moved.tables == ("5",)
    assert [each.id for each in desk.bookings(MONTH)] == [booking.id]
    assert desk.quote(party_size(6)) != service.desk().quote(party_size(6))
    desk.cancel(booking.id)
    host.commit()
    assert service.desk().get_booking(booking.id).status is BookingStatus.CANCELLED
    assert service.desk().audit().is_clean


def test_two_restaurants_share_a_transaction(service: Service, host: Host) -> None:
    service.engine.add_restaurant(a_house(name="Other"))
    first = booked(service.inside(host, "house"), 4)
    other = booked(service.inside(host, "other"), 4)
    host.rollback()
    for name, lost in (("house", first), ("other", other)):
        with pytest.raises(NotFound):
            service.desk(name).get_booking(lost.id)
    first = booked(service.inside(host, "house"), 4)
    other = booked(service.inside(host, "other"), 4)
    host.commit()
    assert service.desk("house").get_booking(first.id) == first
    assert service.desk("other").get_booking(other.id) == other


def test_a_failed_confirmation_keeps_its_evidence_with_the_commit(
    service: Service, host: Host
) -> None:
    outside = service.desk()
    hold = held(outside, 4)
    rules = [CapacityRule(max_covers=1)]
    outside.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=rules))
    for kept in (0, 1):
        with pytest.raises(Refused):
            service.inside(host).confirm(hold.id, key="k1")
        if kept:
            host.commit()
        else:
            host.rollback()
        assert len(outside.confirmations(hold.id)) == kept


# ---- nothing is remembered that a rollback would make untrue -------------------------------------


def close_tables(desk: Desk, *numbers: str) -> None:
    desk.edit_floor(
        lambda floor: attrs.evolve(
            floor,
            tables=[
                attrs.evolve(each, out_of_service=each.number in numbers) for each in floor.tables
            ],
        )
    )


def open_tables(desk: Desk) -> list[str]:
    return [each.number for each in desk.house().floor.tables if not each.out_of_service]


def test_an_edit_that_was_rolled_back_is_forgotten(service: Service, host: Host) -> None:
    outside = service.desk()
    inside = service.inside(host)
    close_tables(inside, "1", "2", "3")
    assert open_tables(inside) == ["4", "5"]
    assert open_tables(outside) == ["1", "2", "3", "4", "5"]
    booked(inside, 4)
    host.rollback()
    assert open_tables(service.inside(host)) == ["1", "2", "3", "4", "5"]
    host.rollback()
    # Another edit gets the version that the lost one had.
    close_tables(outside, "4", "5")
    assert outside.versions().floor == 2
    for desk in (outside, service.inside(host)):
        assert open_tables(desk) == ["1", "2", "3"]
        assert desk.availability(party_size(2).start.date(), [6]).slots[0].refusal is not None


def test_an_edit_that_a_savepoint_took_back_is_forgotten(service: Service, host: Host) -> None:
    inside = service.inside(host)
    host.execute(INSERT.format("o1"))
    host.execute("SAVEPOINT mine")
    close_tables(inside, "1")
    assert open_tables(inside) == ["2", "3", "4", "5"]
    host.execute("ROLLBACK TO SAVEPOINT mine")
    close_tables(inside, "2")
    assert open_tables(inside) == ["1", "3", "4", "5"]
    assert open_tables(service.inside(host)) == ["1", "3", "4", "5"]
    host.commit()
    assert open_tables(service.desk()) == ["1", "3", "4", "5"]


def test_a_restaurant_that_was_rolled_back_is_forgotten(service: Service, host: Host) -> None:
    inside = service.engine.on_store(host.within())
    first = inside.add_restaurant(a_house(one_table(2), name="New"))
    assert service.engine.restaurant_ids() == ("house",)
    assert inside.restaurant_ids() == ("house", "new")
    assert booked(first, 2).tables == ("1",)
    host.rollback()
    service.engine.add_restaurant(a_house(one_table(8), name="New"))
    assert booked(service.inside(host, "new"), 8).tables == ("1",)
    host.commit()
    assert service.desk("new").house().floor.tables[0].capacity == 8


def test_a_restaurant_that_comes_back_in_the_same_transaction_is_another_one(
    service: Service, host: Host
) -> None:
    assert len(service.desk().house().floor.tables) == 5
    inside = service.engine.on_store(host.within())
    inside.remove_restaurant("house")
    assert inside.restaurant_ids() == ()
    # Another call puts the old house into the caches meanwhile.
    assert len(service.desk().house().floor.tables) == 5
    inside.add_restaurant(a_house(one_table(8)))
    assert len(inside.desk("house").house().floor.tables) == 1
    host.commit()
    assert len(service.desk().house().floor.tables) == 1
    assert len(service.inside(host).house().floor.tables) == 1


def test_a_taken_id_and_a_taken_slug_are_told_apart(service: Service, host: Host) -> None:
    inside = service.engine.on_store(host.within())
    host.execute(INSERT.format("o1"))
    with pytest.raises(AlreadyExists) as taken:
        inside.add_restaurant(a_house())
    assert taken.value.kind == "restaurant"
    house = a_house(name="Other")
    house = attrs.evolve(house, restaurant=attrs.evolve(house.restaurant, slug="house"))
    with pytest.raises(AlreadyExists) as taken:
        inside.add_restaurant(house)
    assert taken.value.kind == "slug"
    host.commit()
    assert service.orders() == [("o1",)]


def test_a_stale_version_is_refused(service: Service, host: Host) -> None:
    inside = service.inside(host)
    booking = booked(inside, 4)
    with pytest.raises(StaleVersion):
        inside.cancel(booking.id, expected=booking.version + 1)
    assert inside.get_booking(booking.id) == booking
