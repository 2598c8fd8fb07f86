"""``fourtop study quality``: what each part of the engine brings to a house, each alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import wrap
from typing import Any

from fourtop.cli.answer import Answer
from fourtop.cli.format import WIDTH
from fourtop.cli.page_file import with_page
from fourtop.cli.progress import shown_progress
from fourtop.cli.quality_page import quality_page
from fourtop.cli.simulate import RunOptions, estimate_data
from fourtop.simulation.studies import Gain, QualityStudy, StudyOptions


def show_quality(
    make: Callable[[StudyOptions], QualityStudy], options: RunOptions, terms: StudyOptions
) -> Answer:
    """Run a study of quality; show each gain with its base.

    Args:
        make: Runs the study.
        options: How the evenings are played.
        terms: What is measured.

    Raises:
        InvalidInput: If a value or an option is wrong, or the page cannot be written.
        SweepFailed: If the worker processes died.
    """
    with shown_progress() as progress:
        found = make({**options.terms(progress), **terms})
    lines = [found.title, "", *wrap(found.sentence, WIDTH)]
    for gain in found.gains:
        lines += ["", *_lines(gain)]
    for note in found.notes:
        lines += ["", *wrap(note, WIDTH)]
    answer = Answer("\n".join(lines), _data(found))
    return with_page(answer, lambda: quality_page(found), options.html)


def _lines(gain: Gain) -> Iterator[str]:
    """Yield the lines of a gain: its name, and its number beside that of its base."""
    percent = "" if gain.percent is None else f" ({gain.percent.signed_text} %)"
    doubt = f", {gain.effect.doubt}" if gain.effect.doubt else ""
    is_changed = gain.effect.evenings_changed > 0
    text = f"{gain.effect.text}{percent}{doubt}" if is_changed else "no evening changed"
    yield gain.name
    yield f"  {text}; base {gain.before.text}"


def _data(found: QualityStudy) -> dict[str, Any]:
    rows = found.table(details=True).rows()
    return {
        "study": found.title,
        "restaurant": found.scenario.house.restaurant.id,
        "evenings": found.evenings,
        "seed": found.seed,
        "metric": found.metric.name,
        "sentence": found.sentence,
        "notes": list(found.notes),
        "gains": [
            {
                **{name: row[name] for name in ("part", "variant", "base", "floor", "load")},
                "order": row["order"],
                "before": estimate_data(gain.before),
                "difference": estimate_data(gain.effect.joint),
                "half_width_alone": estimate_data(gain.effect.alone)["half_width"],
                "percent": None if gain.percent is None else estimate_data(gain.percent),
                "is_established": gain.effect.is_established,
                "evenings_changed": gain.effect.evenings_changed,
                "sentence": gain.sentence,
            }
            for gain, row in zip(found.gains, rows, strict=True)
        ],
    }
