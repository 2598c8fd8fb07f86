"""Roles: who may use a route. A guest is the least, an admin the most."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum

from fourtop.model.actor import Actor


class Level(IntEnum):
    """The least that an actor must be to use a route."""

    GUEST = 0
    STAFF = 1
    ADMIN = 2


def level_of(actor: Actor, admin_roles: Collection[str]) -> Level:
    """Return the level of an actor: by its role, which is the host's own.

    >>> level_of(Actor("u1", "waiter"), {"admin"}).name, level_of(Actor("u2", "guest"), {}).name
    ('STAFF', 'GUEST')
    """
    if actor.is_guest:
        return Level.GUEST
    return Level.ADMIN if actor.role in admin_roles else Level.STAFF
