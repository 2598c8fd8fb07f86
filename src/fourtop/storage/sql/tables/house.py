"""Tables of a house: the restaurant itself, and the parts that hold its floor and policy.

Each part says which entries of a house are its rows and maps an entry to a row. ``house_of`` builds
a house from the rows of all parts.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Index, PrimaryKeyConstraint

from fourtop.model.house import House
from fourtop.model.restaurant import Restaurant
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.floor import FLOOR_PARTS, floor_of, floor_tables
from fourtop.storage.sql.tables.part import Part, Rows
from fourtop.storage.sql.tables.policy import (
    POLICY,
    POLICY_PARTS,
    RESTAURANT_SETTINGS,
    policy_of,
    policy_tables,
)
from fourtop.storage.sql.tables.values import Row

RESTAURANT: Final = ("id", "slug", "name", "timezone", "is_active")
# The unique index on slugs. It spans all restaurants of the database.
UNIQUE_SLUG: Final = "restaurants_slug"
PARTS: Final = (*FLOOR_PARTS, *POLICY_PARTS)


def restaurant_row(restaurant: Restaurant) -> Row:
    """Return the columns of a restaurant that an edit may change, and its id."""
    return {
        "id": restaurant.id,
        "slug": restaurant.slug,
        "name": restaurant.name,
        "timezone": restaurant.timezone,
        "is_active": restaurant.active,
    }


def parts_between(old: House, new: House) -> tuple[Part, ...]:
    """Return the parts in which two houses of a restaurant may differ."""
    if old.policy is not new.policy or old.restaurant is not new.restaurant:
        return PARTS
    # These rules of a floor are in a part of the policy.
    if old.floor.joins_within_zone != new.floor.joins_within_zone:
        return PARTS
    if old.floor.numbers_unique_in is not new.floor.numbers_unique_in:
        return PARTS
    return FLOOR_PARTS


def house_of(restaurant: list[Any], rows: Rows) -> House:
    """Return the house of a restaurant's row and of the rows of each part."""
    id_, slug, name, timezone, is_active = restaurant
    rules = dict(zip(POLICY, rows["restaurant_policies"][0], strict=True))
    return House(
        Restaurant(
            id_,
            name,
            timezone=timezone,
            slug=slug,
            active=bool(is_active),
            **{each: rules[each] for each in RESTAURANT_SETTINGS},
        ),
        floor_of(
            rows,
            joins_within_zone=bool(rules["joins_within_zone"]),
            numbers_unique_in=rules["numbers_unique_in"],
        ),
        policy_of(rules, rows),
    )


def house_tables(make: TableBuilder) -> None:
    """Add the tables of houses."""
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
        Index(UNIQUE_SLUG, "slug", unique=True),
    )
    policy_tables(make)
    floor_tables(make)
