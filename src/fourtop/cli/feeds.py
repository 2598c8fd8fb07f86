"""``fourtop feeds``: write the feeds of an aggregator."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from fourtop import Engine
from fourtop.cli.answer import Answer
from fourtop.cli.database import Database, extras_needed
from fourtop.cli.format import counted
from fourtop.formats.files import read_text


def write_feed_files(
    database: Database, path: str, folder: str, days: int, party_sizes: Sequence[int]
) -> Answer:
    """Write the three feeds of the merchants of a document into a folder.

    Raises:
        InvalidDocument: If the document breaks a rule; names the path.
        InvalidInput: If the document cannot be read, a merchant has no address, the folder cannot
            be written, or a number is out of range.
        NotFound: If the database does not have the restaurant of a merchant.
        WrongInput: If the extra is not installed, or the database does not exist.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    with extras_needed():
        from fourtop.aggregator import (  # noqa: PLC0415  # An optional extra.
            FeedOptions,
            loads_merchants,
            write_feeds,
        )
    merchants = loads_merchants(read_text(path))
    options = FeedOptions(days=days)
    if party_sizes:
        options = attrs.evolve(options, party_sizes=party_sizes)
    database.require_there()
    with database.opened() as store:
        files = write_feeds(Engine(store), merchants, folder, options)
    told = f"{counted(len(merchants), 'merchant')}, {counted(days, 'day')}"
    return Answer(
        "\n".join([f"{told}:", *(f"  {each}" for each in files)]),
        {"merchants": [each.id for each in merchants], "files": list(map(str, files))},
    )
