"""Floors of a few usual kinds, of any size, with positions to draw: for tests and experiments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fourtop import sample
from fourtop.errors import InvalidInput, safe_repr
from fourtop.formats.sketch import sketch_house
from fourtop.model import validators
from fourtop.model.floor import Floor, Join
from fourtop.model.house import House
from fourtop.model.restaurant import Area, Zone
from fourtop.model.table import Mobility, Position, Table, TableShape

__all__ = ["a_house", "banquette", "bar", "grid", "islands", "pub"]

MOST_TABLES: Final = 200
_MAIN: Final = Zone("main", "Main")
_BAR: Final = Zone("bar", "Bar", area=Area.BAR)
# The side of a table, and the distance between the centres of two, in centimetres.
_SIDE_CM: Final = 80
_STEP_CM: Final = 200
# Tables of a row that touch stand this far apart.
_TOUCHING_CM: Final = 90
_STOOL_CM: Final = 40


def grid(rows: int, columns: int, *, seats: int | Sequence[int] = 4, seat_loss: int = 0) -> Floor:
    """Make a grid of tables; each can be joined with its neighbours in its row and its column.

    Args:
        rows: The number of rows.
        columns: The number of tables in a row; at most 200 tables in all.
        seats: The seats of each table; several are repeated from table to table, row by row.
        seat_loss: The seats that each join loses.

    Raises:
        InvalidInput: Naming the argument and the rule.

    >>> floor = grid(2, 3, seats=(2, 4))
    >>> [table.capacity for table in floor.tables], len(floor.joins)
    ([2, 4, 2, 4, 2, 4], 7)
    """
    _check_count("rows", rows)
    _check_count("columns", columns)
    _check_count("columns", rows * columns)
    each = _as_seats(seats)
    tables = [
        _table(place, each[(place - 1) % len(each)], Position(column * _STEP_CM, row * _STEP_CM))
        for row in range(rows)
        for column in range(columns)
        for place in (row * columns + column + 1,)
    ]
    across = [(place, place + 1) for place in range(1, rows * columns) if place % columns]
    down = [(place, place + columns) for place in range(1, (rows - 1) * columns + 1)]
    return Floor(tables, zones=[_MAIN], joins=_joined([*across, *down], seat_loss))


def banquette(count: int = 10, *, seats: int | Sequence[int] = 2, seat_loss: int = 0) -> Floor:
    """Make a row of tables along one bench; each can be joined with the next.

    Args:
        count: The number of tables (1–200).
        seats: The seats of each table; several are repeated from table to table.
        seat_loss: The seats that each join loses.

    Raises:
        InvalidInput: Naming the argument and the rule.

    >>> floor = banquette(10)
    >>> floor.seats({"1", "2", "3"}), len(floor.joins)
    (6, 9)
    """
    _check_count("count", count)
    each = _as_seats(seats)
    tables = [
        _table(
            place, each[(place - 1) % len(each)], Position(place * _TOUCHING_CM, 0), seating="bench"
        )
        for place in range(1, count + 1)
    ]
    pairs = [(place, place + 1) for place in range(1, count)]
    return Floor(tables, zones=[_MAIN], joins=_joined(pairs, seat_loss))


def islands(count: int = 6, *, seats: int | Sequence[int] = 4) -> Floor:
    """Make round tables that stand alone: they cannot be joined.

    Args:
        count: The number of tables (1–200).
        seats: The seats of each table; several are repeated from table to table.

    Raises:
        InvalidInput: Naming the argument and the rule.

    >>> floor = islands(3, seats=(4, 6))
    >>> [table.capacity for table in floor.tables], floor.joins
    ([4, 6, 4], ())
    """
    _check_count("count", count)
    each, across = _as_seats(seats), max(int(count**0.5), 1)
    tables = [
        _table(
            place,
            each[(place - 1) % len(each)],
            Position((place - 1) % across * _STEP_CM, (place - 1) // across * _STEP_CM),
            shape=TableShape.ROUND,
        )
        for place in range(1, count + 1)
    ]
    return Floor(tables, zones=[_MAIN])


def bar(stools: int = 8) -> Floor:
    """Make a counter: one long table whose stools are tables for one, joined in a row.

    Args:
        stools: The number of stools (1–200). A party takes stools side by side, as many as
            ``Planning.max_tables`` allows.

    Raises:
        InvalidInput: If the number is out of range.

    >>> bar(8).seats({"3", "4", "5"})
    3
    """
    _check_count("stools", stools)
    tables = [
        Table(
            str(place),
            str(place),
            1,
            "bar",
            category="bar",
            seating="stool",
            mobility=Mobility.MOVABLE,
            shape=TableShape.ROUND,
            length_cm=_STOOL_CM,
            position=Position(place * _TOUCHING_CM, 0),
        )
        for place in range(1, stools + 1)
    ]
    pairs = [(place, place + 1) for place in range(1, stools)]
    return Floor(tables, zones=[_BAR], joins=_joined(pairs, 0))


def pub() -> Floor:
    """Return the floor of a real pub: 10 tables, 49 seats, 11 joins."""
    return sample.pub().floor


def a_house(floor: Floor | None = None, *, name: str = "The House") -> House:
    """Make a house that is open every evening from 17:00 to 23:00, in UTC.

    Stays take 90 minutes for parties up to two, 105 up to four and 120 above.

    Args:
        floor: Its floor; ``None``: a grid of twelve tables.
        name: The name of the restaurant; its id is the slug.

    Raises:
        InvalidInput: If the name is malformed or it is not a floor.

    >>> a_house().restaurant.id
    'the-house'
    """
    own = grid(3, 4, seats=(2, 4)) if floor is None else floor
    return sketch_house(
        name,
        validators.check_instance("floor", own, Floor),
        timezone="UTC",
        periods={"evening": "17:00-23:00"},
        turn_minutes={2: 90, 4: 105, None: 120},
    )


def _check_count(field: str, count: object) -> int:
    return validators.check_integer(field, count, 1, MOST_TABLES)


def _as_seats(seats: int | Sequence[int]) -> tuple[int, ...]:
    given = (seats,) if isinstance(seats, int) else tuple(seats)
    if not given:
        raise InvalidInput("seats", "must be a number, or several", safe_repr(seats))
    return given


def _table(
    place: int,
    seats: int,
    position: Position,
    *,
    seating: str = "standard",
    shape: TableShape = TableShape.SQUARE,
) -> Table:
    return Table(
        str(place),
        str(place),
        seats,
        "main",
        seating=seating,
        shape=shape,
        length_cm=_SIDE_CM,
        position=position,
    )


def _joined(pairs: Sequence[tuple[int, int]], seat_loss: int) -> list[Join]:
    return [Join((str(one), str(two)), seat_loss) for one, two in pairs]
