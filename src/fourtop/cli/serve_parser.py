"""Parser of ``fourtop serve``."""

from __future__ import annotations

from argparse import Namespace
from typing import Final

from fourtop.cli.answer import Answer
from fourtop.cli.arguments import Add, add_store, database, day, whole

# As in fourtop.cli.serve, which only this command imports.
_HOST: Final = "127.0.0.1"
_PORT: Final = 8000
_SEED: Final = 21


def add_serve(add: Add) -> None:
    """Add the command that serves the demo house."""
    one = add("serve", _run_serve, "a pub in the middle of an evening: API, guest page, operations")
    one.add_argument("--host", default=_HOST, help="address to listen on (default: %(default)s)")
    one.add_argument("--port", type=whole, default=_PORT, help="0: any (default: %(default)s)")
    one.add_argument(
        "--allow-remote", action="store_true", help="let other machines in, without a login"
    )
    one.add_argument(
        "--seed", type=whole, default=_SEED, help="draws the guests (default: %(default)s)"
    )
    one.add_argument("--on", type=day, metavar="DATE", help="of the evening (default: today)")
    add_store(one, "database to keep the pub in (default: a file that is removed at the end)")


def _run_serve(found: Namespace) -> Answer:
    from fourtop.cli.serve import ServeOptions, serve  # noqa: PLC0415  # No other command needs it.

    options = ServeOptions(
        host=found.host,
        port=found.port,
        allows_remote=found.allow_remote,
        seed=found.seed,
        on=found.on,
    )
    # The variable names a database of real restaurants; the sample pub does not belong there.
    return serve(options, database(found) if found.store else None)
