"""Verdicts: the result of a study in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from fourtop.errors.display import count_of, some
from fourtop.simulation.studies.effect import Effect


def verdict_of(ranking: Sequence[Effect], base: str, best: str, rivals: Sequence[str]) -> str:
    """Say which variant is best, and by how much it differs from the base.

    Args:
        ranking: The effects, the greatest gain first.
        base: The name of the base.
        best: The name of the best variant, which may be the base.
        rivals: The names of the variants that may be as good.
    """
    first, last = ranking[0], ranking[-1]
    if len(ranking) == 1:
        return sentence_of(first, base, 1)
    among = f"{len(ranking)} variants"
    terms = terms_of(first, len(ranking))
    if best != base:
        others = [name for name in rivals if name != base]
        equals = f"; {some(others)} may be as good" if others else ""
        return f"{best} is the best of {among}: {first.text} against {base} ({terms}){equals}."
    if not any(each.evenings_changed for each in ranking):
        return f"None of {among} changed an evening of {base} ({terms})."
    if last.is_established and last.gain < 0:
        return (
            f"None of {among} is established to be better than {base};"
            f" the worst, {last.variant}, has {last.text} ({terms})."
        )
    widest = max(ranking, key=lambda each: abs(each.joint.mean))
    return (
        f"None of {among} is established to differ from {base}; the largest difference,"
        f" {widest.variant}, is {widest.text} and its interval contains 0 ({terms})."
    )


def sentence_of(effect: Effect, base: str, comparisons: int) -> str:
    """Say by how much one variant differs from the base.

    Args:
        effect: Of the variant.
        base: The name of the base.
        comparisons: The number of variants that are compared with it.
    """
    terms = terms_of(effect, comparisons)
    if not effect.evenings_changed:
        return f"{effect.variant} changed no evening of {base} ({terms})."
    doubt = "" if effect.is_established else "; the interval contains 0"
    return f"{effect.variant}: {effect.text} against {base} ({terms}{doubt})."


def terms_of(effect: Effect, comparisons: int) -> str:
    """Say what an interval holds, and how many evenings were played.

    Args:
        effect: Any effect of the study.
        comparisons: The number of variants that are compared with the base.
    """
    together = f" for all {comparisons} comparisons together" if comparisons > 1 else ""
    evenings = count_of(effect.joint.count, "evening")
    return f"95 %{together}, {evenings} with the same guests"
