"""``fourtop import``: bring the bookings of a file into a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from fourtop import (
    BookingRow,
    CsvFormat,
    Desk,
    Engine,
    ImportRejected,
    ImportReport,
    InvalidInput,
    RowProblem,
)
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.desk import HOST
from fourtop.cli.format import counted
from fourtop.cli.inputs import WrongInput, read_file
from fourtop.formats.results import to_data

_NOTHING: Final = ImportReport(0, 0)


@attrs.frozen(kw_only=True)
class ImportOptions:
    """The options of ``fourtop import``.

    Args:
        skips: Whether rows with a problem are left out.
        is_shadow: Whether the rows become shadow bookings.
        is_dry_run: Whether nothing is written.
        key: Idempotency key.
    """

    skips: bool = False
    is_shadow: bool = False
    is_dry_run: bool = False
    key: str | None = None


@attrs.frozen(kw_only=True)
class FormOptions:
    """The form of a CSV file as typed on the command line.

    Args:
        delimiter: Between cells; the word ``tab`` for a tab.
        encoding: Such as ``latin-1``.
        dates: The order of dates.
        columns: Pairs such as ``Gast=id``, or ``Notes=`` for a column to leave out.
        ignores_others: Whether other columns are left out.
    """

    delimiter: str | None = None
    encoding: str | None = None
    dates: str | None = None
    columns: Sequence[str] = ()
    ignores_others: bool = False

    @property
    def form(self) -> CsvFormat:
        """The form.

        Raises:
            WrongInput: If an option is not a form; names the option.
        """
        pairs = [pair.partition("=") for pair in self.columns]
        if not all(middle for _, middle, _ in pairs):
            raise WrongInput("--column: must be NAME=FIELD, such as Guests=party_size")
        try:
            return CsvFormat(
                delimiter="\t" if self.delimiter == "tab" else self.delimiter,
                encoding=self.encoding,
                dates=self.dates,
                columns={name: field or None for name, _, field in pairs},
                other_columns="ignore" if self.ignores_others else "refuse",
            )
        except InvalidInput as error:
            option = "column" if error.field == "columns" else error.field
            raise WrongInput(f"--{option}: {error.rule} (got {error.given})") from None


def import_file(
    database: Database,
    path: str,
    restaurant_id: str | None,
    form: CsvFormat,
    options: ImportOptions,
) -> Answer:
    """Import a file; a no lists one problem per line.

    Raises:
        NotFound: If the restaurant does not exist.
        KeyReused: If the key was used for another import.
        WrongInput: If the file cannot be read, or no restaurant is named and there are several.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    file = read_file(path, form)
    database.require_there()
    with database.opened() as store:
        engine = Engine(store)
        desk = engine.desk(the_restaurant(engine, restaurant_id), actor=HOST)
        name = desk.house().restaurant.name
        report, problems = _NOTHING, file.problems
        if file.rows and (options.skips or not problems):
            try:
                report = _imported(desk, file.rows, options)
                problems += report.problems
            except ImportRejected as rejected:
                problems = rejected.problems
    in_order = sorted(problems, key=lambda each: (each.line or 0, each.row))
    data = {
        "restaurant": desk.restaurant_id,
        "file": path,
        "bookings": report.bookings,
        "allocations": report.allocations,
        "replayed": report.replayed,
        "dry_run": options.is_dry_run,
        "problems": [{**to_data(each), "place": each.place} for each in in_order],
    }
    is_refused = bool(problems) and not options.skips
    no = "no, nothing would be imported" if options.is_dry_run else "no, nothing was imported"
    lines = [f"{name} ({desk.restaurant_id}): {no if is_refused else _told(report, options)}"]
    code = ExitCode.NO if is_refused else ExitCode.YES
    return Answer("\n".join([*lines, *_listed(in_order, options)]), data, code)


def the_restaurant(engine: Engine, restaurant_id: str | None) -> str:
    """Return the named restaurant, or the only one of the database.

    Raises:
        WrongInput: If none is named, and the database has none or several.
    """
    if restaurant_id is not None:
        return restaurant_id
    known = engine.restaurant_ids()
    if len(known) != 1:
        raise WrongInput(f"--restaurant: name one of the {len(known)} of the database")
    return known[0]


def _imported(desk: Desk, rows: tuple[BookingRow, ...], options: ImportOptions) -> ImportReport:
    shadow = options.is_shadow
    if options.is_dry_run:
        return desk.check_import(
            rows, shadow=shadow, on_conflict="skip" if options.skips else "refuse"
        )
    return desk.import_bookings(
        rows,
        shadow=shadow,
        on_conflict="skip" if options.skips else "refuse",
        key=options.key,
    )


def _told(report: ImportReport, options: ImportOptions) -> str:
    kind = "shadow booking" if options.is_shadow else "booking"
    rows = counted(report.allocations, "allocation")
    done = "would be imported" if options.is_dry_run else "imported"
    again = " before" if report.replayed else ""
    return f"{counted(report.bookings, kind)} with {rows} {done}{again}"


def _listed(problems: Iterable[RowProblem], options: ImportOptions) -> list[str]:
    mark = "left out: " if options.skips else ""
    return [f"  {mark}{problem}" for problem in problems]
