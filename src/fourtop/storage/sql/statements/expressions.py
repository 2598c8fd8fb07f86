"""Parameters and literals that many statements share."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, bindparam, literal_column


def restaurant() -> ColumnElement[str]:
    """Return the parameter that holds the tenant's id."""
    return bindparam("restaurant", type_=Text())


def row_limit() -> ColumnElement[int]:
    """Return the parameter that limits the number of rows."""
    return bindparam("limit", type_=Integer())


def microseconds(name: str) -> ColumnElement[int]:
    """Return a parameter that holds microseconds."""
    return bindparam(name, type_=BigInteger())


def number_literal(value: int) -> ColumnElement[int]:
    """Write a number into the text of the statement instead of a parameter."""
    return literal_column(str(value), type_=BigInteger())


def text_literal(value: str) -> ColumnElement[str]:
    """Write a word into the text of the statement instead of a parameter.

    The planner uses a partial index only if it sees the value of the index condition.
    """
    return literal_column(f"'{value}'", type_=Text())
