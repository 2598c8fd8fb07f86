"""Studies: what a change of the house is worth, by simulation, with intervals.

``study`` compares any scenarios. The other functions make the variants of usual questions.
"""

from fourtop.simulation.studies.effect import Effect
from fourtop.simulation.studies.joins import worth_of_joins
from fourtop.simulation.studies.mix import mixes_of_seats, table_mix
from fourtop.simulation.studies.quality import Gain, QualityStudy, seating_quality
from fourtop.simulation.studies.quality_cases import WILLINGNESS, Part
from fourtop.simulation.studies.rules import (
    accept_rules,
    buffers,
    minimum_parties,
    notice,
    pacing,
    turn_times,
)
from fourtop.simulation.studies.runs import Per, StudyOptions
from fourtop.simulation.studies.study import Study, study
from fourtop.simulation.studies.variant import Variant

__all__ = [
    "WILLINGNESS",
    "Effect",
    "Gain",
    "Part",
    "Per",
    "QualityStudy",
    "Study",
    "StudyOptions",
    "Variant",
    "accept_rules",
    "buffers",
    "minimum_parties",
    "mixes_of_seats",
    "notice",
    "pacing",
    "seating_quality",
    "study",
    "table_mix",
    "turn_times",
    "worth_of_joins",
]

# Tracebacks, pickles and documentation name a class or function by its public module.
for _name in __all__:
    if hasattr(globals()[_name], "__qualname__"):
        globals()[_name].__module__ = __name__
del _name
