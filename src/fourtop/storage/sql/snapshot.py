"""Enter a restaurant and read what a decision will probably ask for, in one round trip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Final

import attrs

from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.ports import Scope, View
from fourtop.storage.sql.connection.tenant import LockedRestaurant, TenantAccess
from fourtop.storage.sql.statement import Call, Cursor
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.house import HouseCache, HouseMapper
from fourtop.storage.sql.statements.reader import Loaded, Reader
from fourtop.storage.sql.statements.scope_shape import ScopeShape

# A time after every window.
_LATE_US: Final = 2**62

Enter = Callable[[Sequence[Call]], LockedRestaurant]


@attrs.define
class Snapshot:
    """The records of a restaurant that one transaction has read.

    Args:
        found: The restaurant.
        house: Its house.
        loaded: The other records.
    """

    found: LockedRestaurant
    house: House
    loaded: Loaded

    def view(self, scope: Scope) -> View:
        """Return a view of a scope that was read. The caller closes it."""
        source = self.loaded.source(self.house, self.found.versions)
        return View(source, scope, self.found.now_us)


class Snapshots:
    """Reads snapshots. Thread-safe.

    Where the dialect keeps the time, the read is sent together with the statement that locks or
    looks up the restaurant, before its answer is known. So the read rests on expectations: that the
    cache has the house of the versions, and that the time is the one that the read saw. The answer
    shows whether they held. If not, the read is repeated, now on facts.

    Args:
        dialect: The dialect of the database.
        tenant: Locks and looks up restaurants.
        reader: Loads scopes.
        house_rows: Makes a house of its rows.
    """

    def __init__(
        self, dialect: Dialect, tenant: TenantAccess, reader: Reader, house_rows: HouseMapper
    ) -> None:
        # Whether a read is sent before the answer that it depends on.
        self.expects: bool = dialect.keeps_time
        self.tenant = tenant
        self._reader = reader
        self._house_rows = house_rows
        self.houses: HouseCache = HouseCache()

    def within(self, houses: HouseCache) -> Snapshots:
        """Return the snapshots of a transaction of the host, which expect nothing.

        Its statements are sent one by one, and it may be at a state that no expectation is of.

        Args:
            houses: The houses of that transaction.
        """
        other = copy(self)
        other.expects = False
        other.houses = houses
        return other

    def lock(self, cursor: Cursor, scope: Scope) -> Snapshot:
        """Lock the restaurant of a scope, then read the scope.

        Raises:
            NotFound: The restaurant does not exist.
        """
        found = self._enter(
            cursor,
            scope,
            lambda reads: self.tenant.lock_restaurant(cursor, scope.restaurant_id, reads),
            expects=self.expects,
        )
        assert found is not None, "a locked restaurant can be read again"
        return found

    def look_up(self, cursor: Cursor, scope: Scope) -> Snapshot:
        """Read a scope without a lock and without expectations, step by step.

        Raises:
            NotFound: The restaurant does not exist.
        """
        found = self._enter(
            cursor,
            scope,
            lambda reads: self.tenant.look_up_restaurant(cursor, scope.restaurant_id, reads),
            expects=False,
        )
        assert found is not None, "the transaction is not over"
        return found

    def expect(self, cursor: Cursor, scope: Scope) -> Snapshot | None:
        """Read a scope without a lock; send everything at once, also the end of the transaction.

        Returns:
            The snapshot; ``None``: an expectation failed, and the transaction is over. Read again.

        Raises:
            NotFound: The restaurant does not exist.
        """

        def enter(reads: Sequence[Call]) -> LockedRestaurant:
            return self.tenant.look_up_restaurant(cursor, scope.restaurant_id, reads, is_last=True)

        return self._enter(cursor, scope, enter, expects=True, is_last=True)

    def load(self, cursor: Cursor, scope: Scope, into: Snapshot) -> None:
        """Read more records in the same transaction."""
        self._reader.load(cursor, scope, into.found.now_us, into.loaded)

    def _enter(
        self, cursor: Cursor, scope: Scope, enter: Enter, *, expects: bool, is_last: bool = False
    ) -> Snapshot | None:
        restaurant_id = scope.restaurant_id
        expected = self._expected(scope) if expects else None
        reads = () if expected is None else (self._reader.call(expected, scope),)
        found = enter(reads)
        house = self.houses.find(restaurant_id, found.versions)
        loaded = Loaded(restaurant_id, wants_house=house is None)
        is_read = expects and (
            found.is_on_time
            and (house is not None or (expected is not None and expected.has_house))
            and _sees_enough(expected, scope, found.now_us)
        )
        if is_read:
            if expected is not None:
                self._reader.take(expected, found.reads[0], loaded)
        elif is_last:
            if house is None:
                # The next read expects that it must read the house.
                self.houses.drop(restaurant_id)
            return None
        else:
            if not found.is_on_time:
                self.tenant.set_time(cursor, found.now_us)
            self._reader.load(cursor, scope, found.now_us, loaded)
        if house is None:
            house = self._house_of(restaurant_id, found.versions, loaded)
        return Snapshot(found, house, loaded)

    def _expected(self, scope: Scope) -> ScopeShape | None:
        """Return the shape that will probably load a scope; ``None``: it needs no statement."""
        told_us = self.tenant.expected_us(scope.restaurant_id)
        shape = ScopeShape.of(
            scope,
            has_house=not self.houses.has(scope.restaurant_id),
            # Without a time to go by, the seated parties are loaded, too: more is not wrong.
            has_seated=scope.sees_seated(told_us or _LATE_US),
        )
        return None if shape.is_empty else shape

    def _house_of(self, restaurant_id: str, versions: Versions, loaded: Loaded) -> House:
        house = self._house_rows.house_of(loaded.house)
        self.houses.keep(restaurant_id, versions, house)
        return house


def _sees_enough(shape: ScopeShape | None, scope: Scope, now_us: int) -> bool:
    """Whether a shape loads the seated parties if the scope depends on them at this time."""
    return (shape is not None and shape.has_seated) or not scope.sees_seated(now_us)
