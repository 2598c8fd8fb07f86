"""A sample of a floor and a promise about it: a store keeps every fact."""

from __future__ import annotations

import attrs

from fourtop.model.distances import Aisle, KeptApart
from fourtop.model.floor import Floor, Join
from fourtop.model.restaurant import Zone
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Position, Table
from fourtop.ports import FloorChange
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.samples import HERE, a_house


def a_floor() -> Floor:
    """Return a floor in which every attribute differs from its default in some part.

    Two zones have a table of one number.
    """
    full = Table(
        "t1",
        "1",
        4,
        "main",
        min_party=2,
        max_party=3,
        section="North",
        category="lounge",
        seating="booth",
        mobility="fixed",
        out_of_service=True,
        active=False,
        features=["window"],
        position=Position(1_280, -2.5, 45),
        notes="Wobbles.",
        shape="rectangle",
        length_cm=160,
        width_cm=80,
    )
    return Floor(
        [
            full,
            Table("t2", "2", 4, "main"),
            Table("t3", "3", 4, "main"),
            Table("y1", "1", 2, "yard"),
        ],
        zones=[Zone("main", "Main"), Zone("yard", "Yard", order=2, area="outdoor")],
        joins=[Join(("t2", "t3"), -2), Join(("t1", "t2"), 1)],
        set_capacities=[SetCapacity(("t1", "t2", "t3"), 9, 5)],
        joins_within_zone=True,
        kept_apart=[KeptApart(("t1", "t3"))],
        aisles=[Aisle(joined=["t2", "t3"], closes=["y1", "t1"])],
        numbers_unique_in="zone",
    )


class FloorPromises:
    """Promises about the floors that a store keeps."""

    def test_every_fact_of_a_floor_is_kept(self, trial: Trial) -> None:
        """A floor is read back as it was written, also where it takes the place of another."""
        house, floor = a_house(HERE), a_floor()
        trial.write(floor=FloorChange(floor, expected=1))
        assert trial.ask(lambda view: view.house) == attrs.evolve(house, floor=floor)
        # Two tables of one number change their zones.
        zones = {"t1": "yard", "y1": "main"}
        tables = [attrs.evolve(each, zone_id=zones.get(each.id, "main")) for each in floor.tables]
        turned = attrs.evolve(floor, tables=tables, joins=[])
        trial.write(floor=FloorChange(turned, expected=2))
        assert trial.ask(lambda view: view.house) == attrs.evolve(house, floor=turned)
        trial.write(floor=FloorChange(house.floor, expected=3))
        assert trial.ask(lambda view: view.house) == house
