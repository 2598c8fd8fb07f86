"""Studies: what a change of the house is worth, by simulation, with intervals.

``study`` compares any scenarios.
"""

from fourtop.simulation.studies.effect import Effect
from fourtop.simulation.studies.runs import Per, StudyOptions
from fourtop.simulation.studies.study import Study, study
from fourtop.simulation.studies.variant import Variant

__all__ = ["Effect", "Per", "Study", "StudyOptions", "Variant", "study"]
