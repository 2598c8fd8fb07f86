"""Digests of holds and requests: each fact counts, and the order of a set does not."""

from __future__ import annotations

import pytest

from fourtop.engine.invocation import digest_of
from fourtop.model.floor import Floor, Join
from fourtop.model.hold import Fingerprint, fingerprint_of
from fourtop.model.planning_rules import Planning
from fourtop.model.request import Preference
from fourtop.model.restaurant import Zone
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Table
from tests.other_process import printed

PAIR = ("t1", "t2")
FLOOR = Floor(
    [Table("t1", "1", 4, "main"), Table("t2", "2", 4, "main")],
    zones=[Zone("main", "Main")],
    joins=[Join(PAIR)],
)
DIGEST = """
from fourtop import Preference
from fourtop.engine.invocation import digest_of
print(digest_of({"must": Preference(features={"window", "step-free", "quiet", "sofa", "round"})}))
"""


def fingerprint(capacity: int, min_party: int | None) -> Fingerprint:
    given = SetCapacity(PAIR, capacity, min_party)
    floor = Floor(FLOOR.tables, zones=FLOOR.zones, joins=FLOOR.joins, set_capacities=[given])
    return fingerprint_of(floor, Planning(), PAIR, terms=None, party_size=6)


@pytest.mark.parametrize(("capacity", "min_party"), [(7, 5), (8, 4), (8, None)])
def test_finding_38_a_fingerprint_counts_capacity_and_minimum_of_a_set(
    capacity: int, min_party: int | None
) -> None:
    before, now = fingerprint(8, 5), fingerprint(capacity, min_party)

    assert before.changed(now) == ("set_capacity",)
    assert before.digest != now.digest


def test_finding_38_the_order_of_a_set_is_no_part_of_a_digest() -> None:
    words = [f"feature {number}" for number in range(100)]
    one, other = Preference(features=words), Preference(features=reversed(words))

    # Members with equal hash slots stand in the order in which they were put in.
    assert one == other
    assert list(one.features) != list(other.features)
    assert digest_of({"must": one}) == digest_of({"must": other})


@pytest.mark.slow
def test_finding_38_a_request_has_one_digest_in_every_process() -> None:
    digests = {printed("-c", DIGEST, hash_seed=str(seed)) for seed in range(3)}
    assert len(digests) == 1
