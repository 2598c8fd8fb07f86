"""Slot parser: the arguments of ``fourtop slots``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from fourtop.cli.answer import Answer
from fourtop.cli.arguments import add_group, add_store, database, whole
from fourtop.cli.desk import staff_desk
from fourtop.cli.slots import (
    SlotChange,
    close_slot,
    open_slot,
    release_slot,
    reserve_slot,
    show_slots,
)


def add_slots(commands: Any) -> None:
    """Add the commands on booking slots."""
    add = add_group(commands, "slots", "ACTION", "show and change booking slots")
    one = add("show", _run_show, "the starts, covers and versions of some slots")
    _add_restaurant(one)
    one.add_argument("slots", nargs="+", metavar="SLOT", help="the id of a slot")
    one = add("open", _run_open, "give out covers at a start, apart from tables")
    _add_restaurant(one)
    one.add_argument("--at", required=True, metavar="TIME", help="such as 2026-05-01T19:00")
    _add_covers(one, "how many the slot has")
    one.add_argument("--slot", metavar="SLOT", help="the id of the slot (default: a new id)")
    _add_key(one)
    one = add("reserve", _run_reserve, "reserve covers of a slot, all of them or none")
    _add_slot(one)
    _add_covers(one, "how many are reserved")
    one = add("release", _run_release, "give reserved covers of a slot back")
    _add_slot(one)
    _add_covers(one, "how many are given back")
    one = add("close", _run_close, "remove a slot without reserved covers")
    _add_slot(one)


def _add_restaurant(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="a restaurant of the database")
    add_store(parser)


def _add_slot(parser: ArgumentParser) -> None:
    _add_restaurant(parser)
    parser.add_argument("slot", metavar="SLOT", help="the id of a slot")
    parser.add_argument(
        "--expected", type=whole, metavar="VERSION", help="only at this version; see slots show"
    )
    _add_key(parser)


def _add_covers(parser: ArgumentParser, summary: str) -> None:
    parser.add_argument("--covers", type=whole, required=True, metavar="NUMBER", help=summary)


def _add_key(parser: ArgumentParser) -> None:
    parser.add_argument("--key", metavar="KEY", help="the change happens once under this key")


def _change(found: Namespace, covers: int = 0) -> SlotChange:
    return SlotChange(slot_id=found.slot, covers=covers, expected=found.expected, key=found.key)


def _run_show(found: Namespace) -> Answer:
    with staff_desk(database(found), found.id) as desk:
        return show_slots(desk, found.slots)


def _run_open(found: Namespace) -> Answer:
    with staff_desk(database(found), found.id) as desk:
        return open_slot(desk, found.at, found.covers, slot_id=found.slot, key=found.key)


def _run_reserve(found: Namespace) -> Answer:
    with staff_desk(database(found), found.id) as desk:
        return reserve_slot(desk, _change(found, found.covers))


def _run_release(found: Namespace) -> Answer:
    with staff_desk(database(found), found.id) as desk:
        return release_slot(desk, _change(found, found.covers))


def _run_close(found: Namespace) -> Answer:
    with staff_desk(database(found), found.id) as desk:
        return close_slot(desk, _change(found))
