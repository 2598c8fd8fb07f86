"""``fourtop study``: what a change of a house is worth, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import wrap
from typing import Any

from fourtop.cli.answer import Answer
from fourtop.cli.format import WIDTH
from fourtop.cli.page_file import with_page
from fourtop.cli.progress import shown_progress
from fourtop.cli.simulate import RunOptions, estimate_data
from fourtop.cli.study_page import study_page
from fourtop.simulation.studies import Study, StudyOptions

MakeStudy = Callable[[StudyOptions], Study]


def show_study(make: MakeStudy, options: RunOptions, terms: StudyOptions) -> Answer:
    """Run a study; show its sentence and a row per variant.

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
    lines = [found.title, "", *wrap(found.sentence, WIDTH), "", *_rows(found)]
    for note in found.notes:
        lines += ["", *wrap(note, WIDTH)]
    answer = Answer("\n".join(lines), _data(found))
    return with_page(answer, lambda: study_page(found), options.html)


def _rows(found: Study) -> Iterator[str]:
    base = found.value(found.base.name)
    rows = [("", base.unit or found.metric.label, "difference"), (found.base.name, base.text, "")]
    for effect in found.ranking:
        text = f"{effect.difference}  {effect.doubt}"
        rows.append((effect.variant, found.value(effect.variant).text, text))
    widths = [max(len(row[place]) for row in rows) for place in range(2)]
    for name, value, difference in rows:
        yield f"  {name:<{widths[0]}}  {value:>{widths[1]}}  {difference}".rstrip()


def _data(found: Study) -> dict[str, Any]:
    return {
        "study": found.title,
        "restaurant": found.base.scenario.house.restaurant.id,
        "evenings": found.evenings,
        "seed": found.simulations[0].seed,
        "metric": found.metric.name,
        "sentence": found.sentence,
        "notes": list(found.notes),
        "best": found.best.name,
        "rivals": [each.name for each in found.rivals],
        "base": {"variant": found.base.name, **estimate_data(found.value(found.base.name))},
        "variants": [
            {
                "variant": each.variant,
                "value": estimate_data(found.value(each.variant)),
                "difference": estimate_data(each.joint),
                "half_width_alone": estimate_data(each.alone)["half_width"],
                "is_established": each.is_established,
                "evenings_changed": each.evenings_changed,
            }
            for each in found.effects
        ],
    }
