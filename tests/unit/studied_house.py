"""A small house with a lively demand, for the tests of studies and of their commands."""

from __future__ import annotations

from typing import Final

from fourtop.simulation import Demand, Guest, Normal, Scenario
from tests.evening import a_house

# Few evenings of it differ in every metric: it is full, parties wait, and some leave.
DEMAND: Final = Demand(
    16,
    {2: 3, 3: 1, 4: 2, 6: 1, 8: 1},
    {"18:00": 1, "18:30": 2, "19:00": 3, "20:00": 2},
    no_show_share=0.1,
    cancel_share=0.1,
    patience_minutes=20,
    late_minutes=Normal(3, 10, -20, 40),
    spend_per_cover=25,
)
HOUSE: Final = Scenario(a_house(), DEMAND)


def no_small_parties(guest: Guest, _desk: object) -> bool:
    """Take parties of three and more: a rule of a module, as worker processes need it."""
    return guest.party_size >= 3
