"""Sweeps: one function over many cases, on processes, threads or Dask."""

from fourtop.simulation.sweeps.run import Sweep, SweepOptions, sweep
from fourtop.simulation.sweeps.workers import Submitter

__all__ = ["Submitter", "Sweep", "SweepOptions", "sweep"]
