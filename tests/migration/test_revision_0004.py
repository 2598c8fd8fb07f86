"""Rows of every kind go from revision 0003 to 0004 and back without a loss."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    AllocationsOverlap,
    AlreadyExists,
    BookingStatus,
    Engine,
    HoldState,
    ManualClock,
    ResourceType,
    SqlStore,
    Table,
)
from fourtop.model.allocation import OwnerKind
from fourtop.ports import Changes, Decision, Scope, View
from fourtop.storage.sql import current, downgrade, history, migrate
from tests.database.session import cluster, fresh_database
from tests.evening import MONTH, NOW, at, booked, window
from tests.isolation.ward import OURS, THEIRS
from tests.migration.place import Place
from tests.migration.rules import without_evening, without_rules
from tests.unit.document_case import FULL

# Written by the code of revision 0003: three houses, bookings of every status, holds of every
# state, a block, an archived row, evidence of successes and failures, stored results of every
# command, events that wait, are leased, delivered and dead.
ROWS: Final = Path(__file__).with_name("revision_0003.sql").read_text("utf-8")
STATEMENTS: Final = [each for each in ROWS.split("\n\n") if each.startswith("INSERT")]
COLUMNS: Final = {
    found[1]: found[2].split(", ")
    for each in STATEMENTS
    if (found := re.match(r"INSERT INTO \{schema\}(\w+) \((.*?)\) VALUES", each))
}
# The revisions after that of the rows.
SINCE: Final = tuple(each.id for each in history() if each.id > "0003")
# The order of their rows follows from what they say.
UNORDERED: Final = {"zones", "table_inventory", "table_adjacencies"}


def fill(place: Place) -> None:
    """Make a database of revision 0003 with the rows."""
    migrate(place.url, revision="0003")
    for statement in STATEMENTS:
        place.execute(statement)


def documents(place: Place, table: str) -> list[Any]:
    """Read the rows of a table of revision 0003, with JSON as plain data, in a fixed order."""
    names = ", ".join(f'"{name}"' for name in COLUMNS[table])
    rows = [
        dict(zip(COLUMNS[table], map(plain, row), strict=True))
        for row in place.execute(f"SELECT {names} FROM {{schema}}{table}")  # noqa: S608  # Our own names.
    ]
    for row in rows:
        if table in UNORDERED:
            del row["position"]
        if table == "table_adjacencies":
            pair = row["document"]
            row["document"] = sorted(pair) if isinstance(pair, list) else sorted(pair["tables"])
        if table == "restaurant_policies":
            for each in row["floor"].get("set_capacities", ()):
                each["tables"].sort()
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def plain(value: Any) -> Any:
    """Return a value as both databases give it: JSON as data, flags as numbers."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.loads(value)
    return int(value) if isinstance(value, bool) else value


@pytest.fixture
def old(place: Place) -> Place:
    """Each of the two databases, at revision 0003 and with rows of every kind."""
    fill(place)
    return place


def store(place: Place) -> SqlStore:
    return place.store(clock=ManualClock(at("19:40")))


@contextmanager
def seen(place: Place) -> Iterator[SqlStore]:
    found = store(place)
    try:
        yield found
    finally:
        found.close()


def test_the_rows_are_of_every_table_and_state() -> None:
    assert len(COLUMNS) == 17
    for state in HoldState:
        assert f"'{state.value}'" in ROWS or state is HoldState.EXPIRED
    unmade = {
        BookingStatus.PENDING,
        BookingStatus.PRIORITY_WAITLIST,
        BookingStatus.SHADOW,
        BookingStatus.WAITLISTED,
    }
    for status in {*BookingStatus} - unmade:
        assert f"'{status.value}'" in ROWS, status
    for kind in ("Held", "Confirmed", "Booked", "Changed", "Moved", "Blocked", "Imported"):
        assert f"'{kind}'" in ROWS


def test_revision_0004_goes_up_and_down_without_a_loss(old: Place) -> None:
    before = {table: documents(old, table) for table in COLUMNS}
    for _ in range(2):
        assert migrate(old.url) == SINCE
        assert downgrade(old.url, revision="0003") == SINCE[::-1]
        for table in COLUMNS:
            assert documents(old, table) == before[table], table


def test_finding_22_the_start_check_accepts_a_database_of_revision_0003(old: Place) -> None:
    migrate(old.url)
    with seen(old) as found:
        assert [str(each) for each in found.inspect() if each.severity == "refuse"] == []
        assert found.restaurant_ids() == (OURS, THEIRS, "r-1")


# What a later revision may do; each of them appends to the text that SQLite keeps of a table.
TRIAL: Final = (
    "ALTER TABLE {schema}bookings ADD COLUMN allergies TEXT",
    "ALTER TABLE {schema}allocations ADD COLUMN seated_us BIGINT",
    "ALTER TABLE {schema}table_inventory ADD COLUMN heated BOOLEAN DEFAULT false NOT NULL",
)


def test_finding_22_a_later_revision_may_add_columns(old: Place) -> None:
    migrate(old.url)
    for statement in TRIAL:
        old.execute(statement)
    with seen(old) as found:
        assert [str(each) for each in found.inspect() if each.severity == "refuse"] == []
        desk = Engine(found).desk(OURS)
        # Its tables are promised, and there are no others.
        desk.cancel("b-late")
        assert booked(desk, 2, "20:30").tables
        desk.edit_floor(lambda floor: floor.with_table(Table("t9", "9", 2, "terrace")))
        with pytest.raises(AllocationsOverlap):
            overlap(found)
    for statement in TRIAL:
        table, column = statement.split()[2], statement.split()[5]
        old.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    assert downgrade(old.url, revision="0003") == SINCE[::-1]


def overlap(found: SqlStore) -> None:
    """Write a row in the way of a stored one, as only a faulty decision would."""

    def decide(view: View) -> Decision[None]:
        (row, *_) = (
            each
            for each in view.allocations(window("19:00", "20:00"))
            if each.resource_type is ResourceType.TABLE and each.owner_kind is OwnerKind.BOOKING
        )
        return Decision(None, Changes(added=(attrs.evolve(row, id="late"),)))

    found.transact(Scope(OURS, windows=(window("19:00", "20:00"),)), decide)


def test_revision_0004_carries_every_house_over(old: Place) -> None:
    migrate(old.url)
    with seen(old) as found:
        assert Engine(found).desk("r-1").house() == without_evening(without_rules(FULL))
        floor = Engine(found).desk(OURS).house().floor
        assert floor == Engine(found).desk(THEIRS).house().floor
    assert [(each.id, each.number) for each in floor.tables] == [
        ("t1", "1"),
        ("t2", "2"),
        ("t3", "3"),
        ("t4", "T 4"),
    ]
    table = floor.get_table("t1")
    assert table.notes == "Wobbles; “fold a mat”."
    assert table.position is not None
    assert (table.position.x, table.position.y, table.position.rotation) == (1, 2.5, 45)
    assert [(each.name, each.area.value) for each in floor.zones] == [
        ("Main", "indoor"),
        ("Terrasse d’été", "outdoor"),
    ]
    assert [(each.tables, each.seat_loss) for each in floor.joins] == [
        (("t1", "t2"), 0),
        (("t2", "t3"), 1),
    ]


def test_revision_0004_carries_bookings_holds_and_evidence_over(old: Place) -> None:
    migrate(old.url)
    with seen(old) as found:
        desk = Engine(found).desk(OURS)
        assert desk.audit().is_clean
        bookings = {each.id: each for each in desk.bookings(MONTH)}
        assert len(bookings) == 9
        assert bookings["b-late"].tables == ()
        assert bookings["b-move"].party_size == 3
        assert bookings["b-seated"].status is BookingStatus.CHECKED_IN
        assert bookings["b-seated"].stay.occupied == window("19:30", "21:00")
        (hold_id,) = (row[0] for row in rows(old, "id", "table_holds", "state = 'replaced'"))
        hold = read_hold(found, hold_id)
        assert {each.value for each in hold.must.areas} == {"indoor"}
        assert (hold.party_size, hold.session) == (2, "s1")
        confirmed, drifted, refused = map(desk.confirmations, ("n6", "n8", "n13"))
    assert [(each.table_id, each.capacity) for each in confirmed[0].tables] == [("t1", 2)]
    assert confirmed[0].window == window("19:00", "20:30")
    assert [each.code for each in drifted] == ["POLICY_DRIFT", "PARTY_ABOVE_MAXIMUM"]
    assert refused[0].details["reasons"] == [
        {"code": "NO_TABLES_MATCH", "party_size": 5, "conditions": ["areas"]}
    ]


def rows(place: Place, columns: str, table: str, where: str) -> list[tuple[Any, ...]]:
    return place.execute(f"SELECT {columns} FROM {{schema}}{table} WHERE {where}")  # noqa: S608  # Our own words.


def read_hold(found: SqlStore, hold_id: str) -> Any:
    def question(view: View) -> Any:
        return view.find_hold(hold_id)

    return found.read(Scope(OURS, holds=frozenset({hold_id})), question)


def test_revision_0004_renames_the_words_of_events(old: Place) -> None:
    migrate(old.url)
    with seen(old) as found:
        events = found.events(OURS)
    assert len(events) == 41
    created = next(each for each in events if each.booking_id == "b-seated")
    assert created.data["party_size"] == 6
    rescheduled = next(each for each in events if "previous_party_size" in each.data)
    assert (rescheduled.data["previous_party_size"], rescheduled.data["party_size"]) == (2, 3)
    assert not any({"party", "previous_party"} & each.data.keys() for each in events)


LONG: Final = "-".join(["a"] * 32)
PAGE: Final = Path(__file__).parents[2] / "docs" / "operations" / "migrate-the-database.md"
# The rows of a house.
HOUSE: Final = [
    each
    for each in STATEMENTS
    if re.match(r"INSERT INTO \{schema\}(restaurant|zones|table_(inventory|adjacencies))", each)
]
SLUGS: Final = {
    "Z": ("pub", "pub"),
    "a": ("pub", "pub-4"),
    "b": ("pub-2", "pub-2"),
    "c": ("pub", "pub-5"),
    "d": ("pub-3", "pub-3"),
    "e": ("pub-3", "pub-3-2"),
    "long-1": (f"{LONG}b", f"{LONG}b"),
    "long-2": (f"{LONG}b", f"{LONG[:61]}-2"),
}


def test_finding_34_revision_0004_makes_slugs_unique(old: Place) -> None:
    for id_, (slug, _) in reversed(SLUGS.items()):
        for statement in HOUSE:
            old.execute(copied(statement, id_, slug))
    assert migrate(old.url) == SINCE
    migrated = dict(rows(old, "id, slug", "restaurants", "true"))
    given = {id_: slug for id_, (_, slug) in SLUGS.items()}
    assert migrated == {OURS: OURS, THEIRS: THEIRS, "r-1": "corner", **given}
    with seen(old) as found:
        assert [str(each) for each in found.inspect() if each.severity == "refuse"] == []
        engine = Engine(found)
        for id_, slug in migrated.items():
            desk = engine.desk(id_)
            assert desk.house().restaurant.slug == slug
        with pytest.raises(AlreadyExists):
            engine.desk("a").edit_restaurant(lambda each: attrs.evolve(each, slug="pub"))
    assert downgrade(old.url, revision="0003") == SINCE[::-1]
    assert dict(rows(old, "id, slug", "restaurants", "true")) == migrated
    old.execute("UPDATE {schema}restaurants SET slug = 'pub' WHERE id = 'a'")
    assert migrate(old.url) == SINCE
    assert dict(rows(old, "id, slug", "restaurants", "true")) == migrated


def test_the_query_of_the_page_finds_restaurants_that_share_a_slug(server: Place) -> None:
    fill(server)
    for statement in HOUSE:
        server.execute(copied(statement, "Z", OURS))
    text = PAGE.read_text("utf-8").split("## Restaurants that share a slug")[1]
    script = text.split("```sql\n")[1].split("```")[0]
    with closing(cluster().connect(server.name)) as connection:
        found = [connection.execute(each.encode()) for each in script.split(";")[:-1]]
        shared = [cursor.fetchall() for cursor in found if cursor.description is not None]
    assert shared == [[(OURS, ["Z", OURS])]]


def copied(statement: str, id_: str, slug: str) -> str:
    """Return an insertion of the rows of ``ann`` as rows of another restaurant."""
    head, values = statement.split(" VALUES")
    found = (line.strip().rstrip(",") for line in values.splitlines())
    mine = ", ".join(line for line in found if line.startswith("('ann'"))
    named = mine.replace("'ann', 'ann'", f"'{id_}', '{slug}'").replace("('ann'", f"('{id_}'")
    return f"{head} VALUES {named}"


def test_a_migrated_database_serves_and_edits(old: Place) -> None:
    migrate(old.url)
    with seen(old) as found:
        desk = Engine(found).desk(OURS)
        desk.edit_floor(lambda floor: floor.with_table(Table("t9", "9", 2, "terrace")))
    with seen(old) as found:
        assert Engine(found).desk(OURS).house().floor.get_table("t9").zone_id == "terrace"


def test_an_owner_whom_policies_bind_loses_no_row(server: Place) -> None:
    """The owner of the tables is no superuser, so that row level security hides rows from it."""
    cluster().execute("CREATE ROLE keeper LOGIN")
    try:
        with fresh_database() as name:
            cluster().execute(f"GRANT CREATE ON DATABASE {name} TO keeper")
            place = Place(server.database, cluster().url(name, user="keeper"), name)
            fill(place)
            before = {table: documents(place, table) for table in COLUMNS}
            assert migrate(place.url) == SINCE
            with seen(place) as found:
                assert len(Engine(found).desk(OURS).bookings(MONTH)) == 9
            assert downgrade(place.url, revision="0003") == SINCE[::-1]
            assert {table: documents(place, table) for table in COLUMNS} == before
            assert current(place.url) == "0003"
    finally:
        cluster().execute("DROP ROLE keeper")


def test_the_clock_of_the_rows_is_that_of_the_evening() -> None:
    assert str(int(NOW.timestamp() * 1_000_000)) in ROWS
