"""The confirmation results of one restaurant, and its stored results under their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fourtop.errors import AlreadyExists
from fourtop.model.confirmation import ConfirmationResult
from fourtop.ports import StoredResult


class ConfirmationRecords:
    """The confirmation results and stored results of one restaurant. Not thread-safe."""

    def __init__(self) -> None:
        self.stored_results: dict[tuple[str, str], StoredResult] = {}
        self.results: dict[str, ConfirmationResult] = {}
        # The booking and key of each success.
        self.successes: set[tuple[str, str]] = set()
        self._of_hold: dict[str, list[ConfirmationResult]] = {}

    def check_results(self, results: Iterable[ConfirmationResult]) -> None:
        """Check new results.

        Raises:
            AlreadyExists: If an id is known, or a hold or key would have a second success.
        """
        ids: set[str] = set()
        hold_ids: set[str] = set()
        successes: set[tuple[str, str]] = set()
        for each in results:
            if each.id in self.results or each.id in ids:
                raise AlreadyExists("confirmation", each.id)
            ids.add(each.id)
            if not each.confirmed:
                continue
            if each.hold_id in hold_ids or self.find_success(each.hold_id) is not None:
                raise AlreadyExists("confirmation", each.hold_id)
            hold_ids.add(each.hold_id)
            success = (str(each.booking_id), each.key)
            if success in self.successes or success in successes:
                raise AlreadyExists("confirmation", each.key)
            successes.add(success)

    def extend(
        self, results: Iterable[ConfirmationResult], stored_results: Iterable[StoredResult]
    ) -> None:
        """Keep new confirmation results and stored results; their ids and keys are new."""
        for result in results:
            self.results[result.id] = result
            _index(result, self.successes, self._of_hold)
        for answer in stored_results:
            self.stored_results[answer.command, answer.key] = answer

    def retract(
        self, results: Iterable[ConfirmationResult], stored_results: Iterable[StoredResult]
    ) -> None:
        """Forget new results, if they were kept already. ``index`` must follow."""
        for result in results:
            self.results.pop(result.id, None)
        for answer in stored_results:
            self.stored_results.pop((answer.command, answer.key), None)

    def index(self) -> None:
        """Make the indexes of the results anew."""
        successes: set[tuple[str, str]] = set()
        of_hold: dict[str, list[ConfirmationResult]] = {}
        for result in self.results.values():
            _index(result, successes, of_hold)
        self.successes, self._of_hold = successes, of_hold

    def of_hold(self, hold_id: str) -> list[ConfirmationResult]:
        """Return the results of a hold, oldest first, then by id."""
        return sorted(self._of_hold.get(hold_id, ()), key=lambda each: (each.checked_us, each.id))

    def find_success(self, hold_id: str) -> ConfirmationResult | None:
        """Return the successful confirmation of a hold, or ``None``."""
        return next((each for each in self._of_hold.get(hold_id, ()) if each.confirmed), None)

    def has_results(self, hold_id: str) -> bool:
        """Tell whether a hold has results of any kind."""
        return hold_id in self._of_hold

    # ---- gone

    def results_over(self, before_us: int) -> Iterator[tuple[int, str]]:
        """Yield (time, id) of the results of an instant or earlier."""
        return (
            (each.checked_us, each.id)
            for each in self.results.values()
            if each.checked_us <= before_us
        )

    def drop_result(self, result_id: str) -> None:
        """Forget a result."""
        result = self.results.pop(result_id)
        if result.confirmed:
            self.successes.discard((str(result.booking_id), result.key))
        of_hold = self._of_hold[result.hold_id]
        of_hold.remove(result)
        if not of_hold:
            del self._of_hold[result.hold_id]

    def stored_results_over(self, before_us: int) -> Iterator[tuple[int, tuple[str, str]]]:
        """Yield (time, (command, key)) of stored results of an instant or earlier.

        Those with a kept success under their key are left out.
        """
        kept = {result.key for result in self.results.values() if result.confirmed}
        for under, answer in self.stored_results.items():
            if answer.stored_us <= before_us and answer.key not in kept:
                yield answer.stored_us, under

    def drop_stored_result(self, under: tuple[str, str]) -> None:
        """Forget a stored result."""
        del self.stored_results[under]


def _index(
    result: ConfirmationResult,
    successes: set[tuple[str, str]],
    of_hold: dict[str, list[ConfirmationResult]],
) -> None:
    of_hold.setdefault(result.hold_id, []).append(result)
    if result.confirmed:
        successes.add((str(result.booking_id), result.key))
