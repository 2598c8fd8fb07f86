"""Files in the forms of other systems come into every store as they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fourtop import BookingStatus, Window, load_rows, sketch_floor
from fourtop.ports import Store
from tests.evening import STAFF, a_house, open_desk
from tests.unit.test_rows_of_any_form import FORMS

MAY = Window(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 31, tzinfo=UTC))


@pytest.mark.slow
def test_case_29_ten_files_in_different_forms_are_imported_as_they_come(
    store: Store, tmp_path: Path
) -> None:
    assert len(FORMS) >= 10
    floor = sketch_floor({"Café 1": 2, "2": 2, "3": 2}, joins=["Café 1-2"])
    numbers = {table.id: table.number for table in floor.tables}
    for number, form in enumerate(FORMS.values()):
        desk = open_desk(store, a_house(floor, name=f"House {number}"), actor=STAFF)
        path = tmp_path / f"{number}.csv"
        path.write_bytes(form.data)
        report = desk.import_bookings(load_rows(path, form.format))
        assert (report.bookings, report.skipped) == (2, 0)
        cancelled, booked = desk.bookings(MAY)
        assert (booked.id, booked.party_size, booked.status) == ("b1", 4, BookingStatus.CONFIRMED)
        assert {numbers[each] for each in booked.tables} == {"Café 1", "2"}
        assert booked.start == datetime(2026, 5, 13, 19, 30, tzinfo=UTC)
        assert booked.stay.dining.end == datetime(2026, 5, 13, 21, tzinfo=UTC)
        assert (cancelled.id, cancelled.status) == ("b2", BookingStatus.CANCELLED)
        assert [numbers[each] for each in cancelled.tables] == ["3"]
        assert {row.owner_id for row in desk.allocations(MAY)} == {"b1"}
        assert desk.audit().is_clean
