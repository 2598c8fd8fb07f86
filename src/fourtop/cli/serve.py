"""``fourtop serve``: a demo house with its API and both pages, for the person at this machine."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import attrs

from fourtop.cli.answer import Answer
from fourtop.cli.database import Database
from fourtop.cli.demo_house import PUB, DemoHouse, opened_pub
from fourtop.cli.inputs import WrongInput
from fourtop.cli.stop_signals import StopSignals
from fourtop.errors import MissingPackage
from fourtop.model.restaurant import zone_info
from fourtop.model.window import from_micros

if TYPE_CHECKING:
    import uvicorn

LOCAL: Final = "127.0.0.1"
_LOCALHOST: Final = "localhost"
_EXTRAS: Final = "http,sql"
# After how many allocations, and collections of younger objects, the collector of Python runs.
THRESHOLDS: Final = (10_000, 20, 50)
# How long open requests may take at the end; a stream of events never ends by itself.
_GRACE_SECONDS: Final = 1
_LOG: Final = "uvicorn.error"
_PAUSE_SECONDS: Final = 0.2
_BACKLOG: Final = 128


@attrs.frozen(kw_only=True)
class ServeOptions:
    """The options of ``fourtop serve``.

    Args:
        host: The address to listen on.
        port: The port; 0: a free one.
        allows_remote: Whether other machines may reach the service.
        seed: Seed of the guests of a new evening.
        on: Its date; ``None``: today.
    """

    host: str = LOCAL
    port: int = 8000
    allows_remote: bool = False
    seed: int = 21
    on: date | None = None

    @property
    def is_local(self) -> bool:
        """Tell whether only this machine can reach the address."""
        if self.host == _LOCALHOST:
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def serve(options: ServeOptions, database: Database | None = None) -> Answer:
    """Serve the demo house until SIGINT or SIGTERM.

    Args:
        options: The address, and the evening.
        database: Where the pub is kept; ``None``: a file that is removed at the end.

    Raises:
        MissingPackage: If an extra is not installed; the text names it.
        WrongInput: If other machines could reach the address and are not allowed to, or the address
            cannot be used.
        InvalidInput: As ``opened_pub``.
        StoreMisconfigured: As ``opened_pub``.
        StoreUnavailable: As ``opened_pub``.
    """
    if not (options.is_local or options.allows_remote):
        raise WrongInput(
            f"--host {options.host}: other machines could reach a demo without a login, where"
            " everybody may edit the house; add --allow-remote if they may"
        )
    if not 0 <= options.port < 65_536:
        raise WrongInput("--port: must be a whole number from 0 to 65535")
    check_extras()
    with (
        _listening(options) as listener,
        _place(database) as place,
        opened_pub(place, options.seed, options.on) as house,
    ):
        address = _address_of(options.host, listener)
        _serve(house, options, listener, address)
    return Answer("the server has stopped", {"address": address, "restaurant": PUB.id})


def check_extras() -> None:
    """Check that the packages of the service are installed, before anything is made.

    Raises:
        MissingPackage: If one is missing.
    """
    try:
        import fastapi  # noqa: F401, PLC0415  # An optional extra.
        import jinja2  # noqa: F401, PLC0415  # An optional extra.
        import limits  # noqa: F401, PLC0415  # An optional extra.
        import sqlalchemy  # noqa: F401, PLC0415  # An optional extra.
        import uvicorn  # noqa: F401, PLC0415  # An optional extra.
    except ImportError as error:
        raise MissingPackage(error.name or "uvicorn", "fourtop serve", _EXTRAS) from error


@contextmanager
def _place(database: Database | None) -> Iterator[Database]:
    if database is not None:
        yield database
        return
    with TemporaryDirectory(prefix="fourtop-") as folder:
        yield Database(f"sqlite:///{Path(folder, 'pub.db')}")


@contextmanager
def _listening(options: ServeOptions) -> Iterator[socket.socket]:
    """Listen before the evening is played, so that a port in use is told at once."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        listener = socket.create_server(
            (options.host, options.port), family=family, backlog=_BACKLOG
        )
    except OSError as fault:
        # Its own text repeats the address.
        reason = os.strerror(fault.errno) if fault.errno and fault.errno > 0 else str(fault)
        raise WrongInput(f"--host, --port: cannot listen there: {reason.lower()}") from None
    with listener:
        # asyncio does it for a socket of its own alone. An answer is two packets; the second one
        # would wait up to 40 ms until the client has acknowledged the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def _address_of(host: str, listener: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


def _serve(house: DemoHouse, options: ServeOptions, listener: socket.socket, address: str) -> None:
    # The pages are imported here, because no other command needs them.
    import uvicorn  # noqa: PLC0415  # As said above.

    from fourtop.cli.demo_service import demo_service  # noqa: PLC0415  # The same.

    hosts = None if options.allows_remote else {options.host, LOCAL, _LOCALHOST, "::1"}
    settings: dict[str, Any] = {"log_level": "warning", "access_log": False, "lifespan": "off"}
    config = uvicorn.Config(
        demo_service(house, hosts), timeout_graceful_shutdown=_GRACE_SECONDS, **settings
    )
    server = uvicorn.Server(config)
    # Outside of the main thread uvicorn leaves the signals alone: the second one ends at once.
    thread = threading.Thread(
        target=server.run, args=([listener],), name="fourtop-serve", daemon=True
    )
    with StopSignals.caught() as stop, _rare_collections():
        thread.start()
        _wait_for_start(server, thread, stop)
        _tell(house, options, address)
        while thread.is_alive() and not stop.is_set():
            stop.wait(_PAUSE_SECONDS)
        # A stream of events is cut off after the grace; uvicorn would report each as an error.
        logging.getLogger(_LOG).setLevel(logging.CRITICAL)
        server.should_exit = True
        thread.join()


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let the collector of Python look at less, and less often.

    A full collection stops all requests: for a tenth of a second if it looks at the modules and the
    house, too. Requests leave few cycles behind, and reference counts free the rest.
    """
    former = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*former)
        gc.unfreeze()


def _wait_for_start(server: uvicorn.Server, thread: threading.Thread, stop: StopSignals) -> None:
    while not server.started and thread.is_alive() and not stop.is_set():
        stop.wait(_PAUSE_SECONDS / 10)


def _tell(house: DemoHouse, options: ServeOptions, address: str) -> None:
    """Print the address on stderr; stdout has the answer of the command."""
    now = from_micros(house.clock.now_us()).astimezone(zone_info(PUB.timezone))
    lines = [
        f"{PUB.name} is served at {address}",
        f"its clock runs from {now:%A} {now.day} {now:%B %Y, %H:%M}; Ctrl-C stops it",
    ]
    if not options.is_local:
        lines.append("other machines may reach it, and everybody there may edit the house")
    print("\n".join(lines), file=sys.stderr, flush=True)
