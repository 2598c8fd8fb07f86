"""fourtop in ten lines: from a floor to a confirmed table."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from fourtop import BookingRequest, Engine, MemoryStore, sketch_floor, sketch_house

floor = sketch_floor({"1": 2, "2": 2, "3": 4, "4": 4}, joins=["1-2", "3-4"])
house = sketch_house("Corner", floor, timezone="Europe/London", periods={"dinner": "17:00-23:00"})
desk = Engine(MemoryStore()).add_restaurant(house)
friday = datetime(2050, 5, 6, 19, tzinfo=ZoneInfo("Europe/London"))
held = desk.hold(BookingRequest(party_size=7, start=friday))
booking = desk.confirm(held.id, key="click-1")
print(booking.status.value, booking.tables, f"{booking.stay.dining.minutes} minutes")
