"""``fourtop demo``: an evening of a pub."""

from __future__ import annotations

from datetime import date

from fourtop import MemoryStore
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.evening import run_night
from fourtop.cli.story import night_data, story


def demo(seed: int, on: date) -> Answer:
    """Play an evening in a memory store. A no means that the audit found something, which it must not."""
    night = run_night(MemoryStore, seed=seed, on=on)
    return Answer(story(night), night_data(night), ExitCode.YES if night.audit.is_clean else ExitCode.NO)
