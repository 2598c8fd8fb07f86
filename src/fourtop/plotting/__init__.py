"""Pictures of floors, nights and studies as SVG: no dependency, no script, no font file.

A notebook shows them, ``Picture.save`` writes them as SVG, HTML, PNG or PDF, and a web page may
contain them. Every picture has a title, a text for those who do not see it, and a light and a dark
theme.
"""

from fourtop.plotting.availability_chart import availability_chart
from fourtop.plotting.bar_chart import BarRow, bar_chart
from fourtop.plotting.cost_strip import cost_strip
from fourtop.plotting.floor_moves import TableMove
from fourtop.plotting.floor_plan import floor_plan
from fourtop.plotting.heat_map import HeatRow, heat_map
from fourtop.plotting.interval_chart import IntervalRow, interval_chart
from fourtop.plotting.line_chart import LineSeries, line_chart
from fourtop.plotting.move_chart import move_chart
from fourtop.plotting.night_chart import night_chart
from fourtop.plotting.picture import Picture
from fourtop.plotting.score_chart import score_chart
from fourtop.plotting.theme import Theme
from fourtop.plotting.utilisation_chart import utilisation_chart

__all__ = [
    "BarRow",
    "HeatRow",
    "IntervalRow",
    "LineSeries",
    "Picture",
    "TableMove",
    "Theme",
    "availability_chart",
    "bar_chart",
    "cost_strip",
    "floor_plan",
    "heat_map",
    "interval_chart",
    "line_chart",
    "move_chart",
    "night_chart",
    "score_chart",
    "utilisation_chart",
]

# Tracebacks, pickles and documentation name a class or function by its public module.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
