"""The tables of the SQL stores, for each of the two databases.

The migrations are what makes a schema; this is what the statements are written with, and what a
test compares the migrated schema to. Every key begins with the tenant. Instants are whole
microseconds since 1970 (UTC) in columns that end in ``_us``; PostgreSQL keeps beside them,
generated from them, the types that operators like to query.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import attrs
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    column,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint
from sqlalchemy.dialects.postgresql.base import PGDialect

Database = Literal["postgresql", "sqlite"]

DEFAULT_SCHEMA: Final = "fourtop"
NO_OVERLAP: Final = "allocations_no_overlap"
# Says which revision the tables are at. It stands among them, and has no row of any restaurant.
VERSION_TABLE: Final = "fourtop_version"
# The last of the migrations: what the statements of this package are written for.
REVISION: Final = "0003"
# Longer rows (blocks, whole days) have an index of their own, so that looking for what overlaps a
# window need not begin a month before it. Nearly every stay is shorter.
SHORT_US: Final = 6 * 60 * 60 * 1_000_000

_POSTGRESQL: Any = PGDialect
_PREPARER: Final[Any] = _POSTGRESQL().identifier_preparer
_EPOCH: Final = "(TIMESTAMP '1970-01-01 00:00:00'"
_MOMENT: Final = _EPOCH + " + {} * INTERVAL '1 microsecond') AT TIME ZONE 'UTC'"


def quoted(name: str) -> str:
    """Return a name as PostgreSQL's SQL writes it, in quotation marks if it needs them."""
    name_in_sql: str = _PREPARER.quote(name)
    return name_in_sql


@attrs.frozen
class Catalog:
    """The tables of one database, by name.

    Args:
        database: Which of the two it is.
        metadata: All of them.
    """

    database: Database
    metadata: MetaData

    def __getitem__(self, name: str) -> Table:
        """Return the table of that name."""
        schema = self.metadata.schema
        return self.metadata.tables[f"{schema}.{name}" if schema else name]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tables, in an order in which each comes after those that it refers to."""
        return tuple(table.name for table in self.metadata.sorted_tables)


def catalog(database: Database, schema: str | None = DEFAULT_SCHEMA) -> Catalog:
    """Describe the tables of a database.

    Args:
        database: ``"postgresql"`` or ``"sqlite"``.
        schema: The schema that they live in on PostgreSQL; SQLite has none.
    """
    maker = _Maker(database, MetaData(schema=schema if database == "postgresql" else None))
    for make in (_house_tables, _booking_tables, _hold_tables, _allocation_tables, _record_tables):
        make(maker)
    return Catalog(database, maker.metadata)


@attrs.frozen
class _Maker:
    """Makes tables and columns as a database wants them."""

    database: Database
    metadata: MetaData

    @property
    def is_postgresql(self) -> bool:
        return self.database == "postgresql"

    def table(self, name: str, *items: Any, **options: Any) -> Table:
        return Table(name, self.metadata, *items, **options)

    def key(self, name: str, *, null: bool = False) -> Column[str]:
        """An id: compared bytewise on both databases."""
        return Column(name, Text(collation="C") if self.is_postgresql else Text(), nullable=null)

    @staticmethod
    def words(name: str, *, null: bool = False) -> Column[str]:
        return Column(name, Text(), nullable=null)

    @staticmethod
    def whole(name: str, *, null: bool = False) -> Column[int]:
        return Column(name, BigInteger(), nullable=null)

    @staticmethod
    def flag(name: str) -> Column[bool]:
        return Column(name, Boolean(create_constraint=False), nullable=False)

    @staticmethod
    def document(name: str, *, null: bool = False) -> Column[Any]:
        """Plain data as JSON: the text is kept as it was written, so that no number changes its type."""
        return Column(name, JSON(), nullable=null)

    def moment(self, name: str, source: str, *, null: bool = False) -> tuple[Column[Any], ...]:
        """An instant for operators, generated from its microseconds; on PostgreSQL only."""
        if not self.is_postgresql:
            return ()
        return (
            Column(
                name,
                DateTime(timezone=True),
                Computed(_MOMENT.format(source), persisted=True),
                nullable=null,
            ),
        )

    def counted(self, table: str, name: str) -> tuple[Any, ...]:
        """A number that counts up by itself, and the primary key that ends in it."""
        if self.is_postgresql:
            number = Column(name, BigInteger(), Identity(always=True), nullable=False)
            return number, PrimaryKeyConstraint("restaurant_id", name, name=f"{table}_pkey")
        # Only a key of its own counts up by itself on SQLite.
        return (Column(name, Integer(), nullable=False, primary_key=True, autoincrement=True),)

    def owned_by(self, name: str, *columns: str, of: str) -> ForeignKeyConstraint:
        """A foreign key to another table's ids, tenant first; it is judged at the end where SQLite needs it."""
        schema = f"{self.metadata.schema}." if self.metadata.schema else ""
        key = "restaurant_id" if of != "restaurants" else "id"
        target = [f"{schema}{of}.{key}", f"{schema}{of}.id"][: len(columns)]
        later: dict[str, Any] = (
            {} if self.is_postgresql else {"deferrable": True, "initially": "DEFERRED"}
        )
        return ForeignKeyConstraint(list(columns), target, name=name, **later)


# ---- what is configured --------------------------------------------------------------------------


def _house_tables(make: _Maker) -> None:
    make.table(
        "restaurants",
        make.key("id"),
        make.words("slug"),
        make.words("name"),
        make.words("timezone"),
        make.flag("is_active"),
        make.whole("floor_version"),
        make.whole("policy_version"),
        make.whole("occupancy_version"),
        make.whole("latest_us"),
        PrimaryKeyConstraint("id", name="restaurants_pkey"),
    )
    # The rules, and what a floor has besides its rows: apart from the row that every command locks
    # and counts in.
    make.table(
        "restaurant_policies",
        make.key("restaurant_id"),
        make.document("restaurant"),
        make.document("policy"),
        make.document("floor"),
        PrimaryKeyConstraint("restaurant_id", name="restaurant_policies_pkey"),
        make.owned_by("restaurant_policies_restaurant_fkey", "restaurant_id", of="restaurants"),
    )
    for name, columns in _PARTS.items():
        make.table(
            name,
            make.key("restaurant_id"),
            Column("position", Integer(), nullable=False),
            make.document("document"),
            *(_derived(make, *each) for each in columns),
            PrimaryKeyConstraint("restaurant_id", "position", name=f"{name}_pkey"),
            make.owned_by(f"{name}_restaurant_fkey", "restaurant_id", of="restaurants"),
        )


# Each row is a part of the house document, in its order; these columns follow from it, for
# operators.
_PARTS: Final[dict[str, tuple[tuple[str, Any, str], ...]]] = {
    "zones": (("name", Text(), "name"),),
    "table_inventory": (
        ("number", Text(), "number"),
        ("capacity", Integer(), "capacity"),
        ("zone", Text(), "zone"),
    ),
    "table_adjacencies": (),
    "restaurant_service_periods": (("key", Text(), "key"),),
    "restaurant_capacity_rules": (
        ("max_covers", Integer(), "max_covers"),
        ("max_parties", Integer(), "max_parties"),
    ),
}


def _derived(make: _Maker, name: str, kind: Any, key: str) -> Column[Any]:
    found = f"document ->> '{key}'" if make.is_postgresql else f"json_extract(document, '$.{key}')"
    if make.is_postgresql and isinstance(kind, Integer):
        found = f"(document ->> '{key}')::integer"
    return Column(name, kind, Computed(found, persisted=make.is_postgresql), nullable=True)


# ---- who comes -----------------------------------------------------------------------------------


def _stay_columns(make: _Maker) -> tuple[Column[Any], ...]:
    return (
        make.words("period"),
        make.words("service_date"),
        make.words("occasion", null=True),
        make.whole("dining_start_us"),
        make.whole("dining_end_us"),
        make.whole("block_start_us"),
        make.whole("block_end_us"),
        Column("turn_minutes", Integer(), nullable=False),
        make.flag("is_clamped"),
    )


def _actor_columns(
    make: _Maker, prefix: str = "actor", *, null: bool = False
) -> tuple[Column[str], ...]:
    return make.key(f"{prefix}_id", null=null), make.key(f"{prefix}_role", null=null)


def _booking_tables(make: _Maker) -> None:
    make.table(
        "bookings",
        make.key("restaurant_id"),
        make.key("id"),
        Column("party", Integer(), nullable=False),
        make.words("status"),
        *_stay_columns(make),
        make.key("merge_group_id", null=True),
        make.whole("assigned_start_us", null=True),
        make.whole("assigned_end_us", null=True),
        make.whole("assigned_us", null=True),
        *_actor_columns(make, "assigned_by", null=True),
        make.whole("version"),
        make.whole("created_us"),
        make.whole("updated_us"),
        *_actor_columns(make),
        make.words("past_reason", null=True),
        *make.moment("starts_at", "dining_start_us"),
        PrimaryKeyConstraint("restaurant_id", "id", name="bookings_pkey"),
        make.owned_by("bookings_restaurant_fkey", "restaurant_id", of="restaurants"),
        Index("bookings_start", "restaurant_id", "dining_start_us"),
    )
    make.table(
        "booking_table_assignments",
        make.key("restaurant_id"),
        make.key("booking_id"),
        Column("position", Integer(), nullable=False),
        make.key("table_id"),
        PrimaryKeyConstraint(
            "restaurant_id", "booking_id", "position", name="booking_table_assignments_pkey"
        ),
        make.owned_by(
            "booking_table_assignments_booking_fkey", "restaurant_id", "booking_id", of="bookings"
        ),
    )
    make.table(
        "table_blocks",
        make.key("restaurant_id"),
        make.key("id"),
        make.document("tables"),
        make.whole("start_us"),
        make.whole("end_us"),
        make.words("reason"),
        *_actor_columns(make),
        PrimaryKeyConstraint("restaurant_id", "id", name="table_blocks_pkey"),
        make.owned_by("table_blocks_restaurant_fkey", "restaurant_id", of="restaurants"),
    )


def _hold_tables(make: _Maker) -> None:
    active = text("state = 'active'")
    make.table(
        "table_holds",
        make.key("restaurant_id"),
        make.key("id"),
        Column("party", Integer(), nullable=False),
        make.words("state"),
        *_stay_columns(make),
        make.whole("created_us"),
        make.whole("expires_us"),
        make.words("fingerprint"),
        *_actor_columns(make),
        make.key("booking_id", null=True),
        make.key("session", null=True),
        make.words("past_reason", null=True),
        make.document("must"),
        make.document("wish"),
        make.flag("names_tables"),
        make.words("asked_occasion", null=True),
        *make.moment("expires_at", "expires_us"),
        PrimaryKeyConstraint("restaurant_id", "id", name="table_holds_pkey"),
        make.owned_by("table_holds_restaurant_fkey", "restaurant_id", of="restaurants"),
        _partial("table_holds_active", active, "restaurant_id", "block_start_us"),
        _partial(
            "table_holds_booking", text("booking_id IS NOT NULL"), "restaurant_id", "booking_id"
        ),
        # The jobs ask across restaurants: for the dead ones, and for the ended ones that are old.
        _partial("table_holds_expiry", active, "expires_us"),
        _partial("table_holds_ended", text("state <> 'active'"), "created_us"),
    )
    make.table(
        "table_hold_members",
        make.key("restaurant_id"),
        make.key("hold_id"),
        Column("position", Integer(), nullable=False),
        make.key("table_id"),
        PrimaryKeyConstraint(
            "restaurant_id", "hold_id", "position", name="table_hold_members_pkey"
        ),
        make.owned_by("table_hold_members_hold_fkey", "restaurant_id", "hold_id", of="table_holds"),
    )


def _partial(name: str, where: Any, *columns: str) -> Index:
    return Index(name, *columns, postgresql_where=where, sqlite_where=where)


# ---- what is taken -------------------------------------------------------------------------------


def _allocation_columns(make: _Maker) -> tuple[Column[Any], ...]:
    window: tuple[Column[Any], ...] = ()
    if make.is_postgresql:
        bounds = f"{_MOMENT.format('start_us')}, {_MOMENT.format('end_us')}"
        window = (
            Column(
                "window",
                TSTZRANGE(),
                Computed(f"tstzrange({bounds})", persisted=True),
                nullable=False,
            ),
        )
    return (
        make.key("restaurant_id"),
        make.key("id"),
        make.key("resource_type"),
        make.key("resource_id"),
        make.whole("start_us"),
        make.whole("end_us"),
        *window,
        make.key("hold_id", null=True),
        make.key("booking_id", null=True),
        make.key("block_id", null=True),
        make.flag("shadow"),
    )


def _allocation_tables(make: _Maker) -> None:
    owners = " + ".join(
        f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in ("hold", "booking", "block")
    )
    make.table(
        "allocations",
        *_allocation_columns(make),
        PrimaryKeyConstraint("restaurant_id", "id", name="allocations_pkey"),
        make.owned_by("allocations_hold_fkey", "restaurant_id", "hold_id", of="table_holds"),
        make.owned_by("allocations_booking_fkey", "restaurant_id", "booking_id", of="bookings"),
        make.owned_by("allocations_block_fkey", "restaurant_id", "block_id", of="table_blocks"),
        CheckConstraint("start_us < end_us", name="allocations_window_check"),
        CheckConstraint(f"{owners} = 1", name="allocations_owner_check"),
        CheckConstraint("hold_id IS NULL OR NOT shadow", name="allocations_shadow_check"),
        CheckConstraint(
            "resource_type IN ('table', 'hold', 'merge_group')", name="allocations_type_check"
        ),
        Index("allocations_start", "restaurant_id", "start_us"),
        _partial(
            "allocations_long", text(f"end_us - start_us > {SHORT_US}"), "restaurant_id", "start_us"
        ),
        *(
            _partial(
                f"allocations_{each}", text(f"{each}_id IS NOT NULL"), "restaurant_id", f"{each}_id"
            )
            for each in ("hold", "booking", "block")
        ),
        *_no_overlap(make),
    )
    make.table(
        "allocations_archive",
        *_allocation_columns(make),
        make.whole("archived_us"),
        # The id of a row that went into the archive may come back to the living, and then into the
        # archive, too.
        *make.counted("allocations_archive", "number"),
        Index("allocations_archive_start", "restaurant_id", "start_us"),
    )
    # The pruner asks across restaurants.
    Index("allocations_end", make.metadata.tables[_full(make, "allocations")].c.end_us)


def _full(make: _Maker, name: str) -> str:
    return f"{make.metadata.schema}.{name}" if make.metadata.schema else name


def _no_overlap(make: _Maker) -> tuple[Any, ...]:
    """The guarantee: a constraint on PostgreSQL; on SQLite the index that its triggers look into."""
    if not make.is_postgresql:
        columns = ("restaurant_id", "resource_type", "resource_id", "start_us")
        return (Index(NO_OVERLAP, *columns, sqlite_where=text("NOT shadow")),)
    equal: list[tuple[Any, str]] = [
        (column(name), "=") for name in ("restaurant_id", "resource_type", "resource_id")
    ]
    return (
        ExcludeConstraint(
            *equal,
            (literal_column('"window"'), "&&"),
            name=NO_OVERLAP,
            using="gist",
            where=text("NOT shadow"),
            deferrable=True,
            initially="IMMEDIATE",
        ),
    )


# ---- what was answered, and what is to be told ---------------------------------------------------


def _record_tables(make: _Maker) -> None:
    confirmed = text("confirmed")
    make.table(
        "booking_confirmation_results",
        make.key("restaurant_id"),
        make.key("id"),
        make.key("hold_id"),
        make.key("booking_id", null=True),
        make.key("idempotency_key"),
        make.flag("confirmed"),
        make.whole("checked_us"),
        make.document("tables"),
        make.document("rivals"),
        make.words("code", null=True),
        make.document("details"),
        *_actor_columns(make),
        *make.moment("checked_at", "checked_us"),
        PrimaryKeyConstraint("restaurant_id", "id", name="booking_confirmation_results_pkey"),
        Index("booking_confirmation_results_hold", "restaurant_id", "hold_id"),
        Index("booking_confirmation_results_checked", "checked_us"),
        Index(
            "booking_confirmation_results_once",
            "restaurant_id",
            "hold_id",
            unique=True,
            postgresql_where=confirmed,
            sqlite_where=confirmed,
        ),
        Index(
            "booking_confirmation_results_key",
            "restaurant_id",
            "booking_id",
            "idempotency_key",
            unique=True,
            postgresql_where=confirmed,
            sqlite_where=confirmed,
        ),
    )
    make.table(
        "command_results",
        make.key("restaurant_id"),
        make.key("command"),
        make.key("idempotency_key"),
        make.words("fingerprint"),
        make.words("kind"),
        make.document("answer"),
        make.whole("stored_us"),
        PrimaryKeyConstraint(
            "restaurant_id", "command", "idempotency_key", name="command_results_pkey"
        ),
        Index("command_results_stored", "stored_us"),
    )
    _outbox_table(make)


def _outbox_table(make: _Maker) -> None:
    waiting = text("delivered_us IS NULL AND dead_us IS NULL")
    make.table(
        "capacity_outbox",
        make.key("restaurant_id"),
        *make.counted("capacity_outbox", "sequence"),
        make.key("dedupe_key"),
        make.words("type"),
        make.whole("at_us"),
        *_actor_columns(make),
        make.key("booking_id", null=True),
        make.key("hold_id", null=True),
        make.document("data"),
        make.key("subject"),
        Column("attempts", Integer(), nullable=False, server_default=text("0")),
        Column("next_us", BigInteger(), nullable=False, server_default=text("0")),
        make.key("lease", null=True),
        make.whole("leased_until_us", null=True),
        make.whole("delivered_us", null=True),
        make.whole("dead_us", null=True),
        UniqueConstraint("restaurant_id", "dedupe_key", name="capacity_outbox_dedupe_key"),
        _partial("capacity_outbox_waiting", waiting, "restaurant_id", "subject", "sequence"),
        # Relays and pruners ask across restaurants: for what is next, and for what was settled long
        # ago. What is next says in other words that it waits: else PostgreSQL takes this index for
        # the other as long as it believes that nothing waits, and looks through all that does to
        # see whether an event has an earlier one of its subject.
        _partial(
            "capacity_outbox_next", text("coalesce(delivered_us, dead_us) IS NULL"), "sequence"
        ),
        _partial("capacity_outbox_delivered", text("delivered_us IS NOT NULL"), "delivered_us"),
        _partial("capacity_outbox_dead", text("dead_us IS NOT NULL"), "dead_us"),
        # Without, SQLite gives the place of an event that was deleted to the next one.
        sqlite_autoincrement=True,
    )
