"""A throwaway PostgreSQL: there in a second, killed at will, and gone without a trace."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

import psycopg

from tests.database.binary import server_program
from tests.database.child import (
    StartFailedError,
    await_ready,
    free_port,
    guard,
    kill_tree,
    make_directory,
    release,
    spawn,
)

# Somebody else may take a port between the moment that we find it and the one that the server does.
TRIES = 5
LEAVE_SECONDS = 60.0
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


class Cluster:
    """A server of PostgreSQL with data of its own, for one owner at a time.

    It listens on a Unix socket and on 127.0.0.1, and trusts everybody. The address stays the same
    over :meth:`kill`, :meth:`restart` and :meth:`start`; :meth:`stop` is the end of it and of its
    data.

    Args:
        fsync: Whether a commit waits for the disk. Without, a crash of the server loses nothing
            either, because the kernel keeps what was written; only the loss of the machine would.
        settings: More of ``postgresql.conf``, such as ``{"deadlock_timeout": "50ms"}``; they go
            before ours.

    Raises:
        BinaryNotFoundError: If PostgreSQL is not on this machine; its message says what to type.
    """

    def __init__(self, *, fsync: bool = False, settings: Mapping[str, str] = NO_SETTINGS) -> None:
        self._postgres = server_program("postgres")
        self._settings = {**_defaults(fsync=fsync), **settings}
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self.directory = make_directory()
        self.port = free_port()
        # Whatever happens from here on, one of these two cleans up: the guard does even when we are
        # killed.
        self._guard = guard("QUIT", self.data / "postmaster.pid", self.directory)
        atexit.register(self.stop)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """What the server has to say."""
        return self.directory / "log"

    @property
    def pid(self) -> int:
        """The process id of the postmaster, who must have been started."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the postmaster runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Make the data at the first time, start the server, and return when it takes connections.

        After a :meth:`kill` this is where it recovers from the crash.

        Raises:
            StartFailedError: If it does not come up; the message has the end of its log.
        """
        assert not self.is_running
        assert self.directory.exists(), "a stopped cluster has no data to start from"
        if self.data.exists():
            self._launch()
            return
        self._make_data()
        for left in reversed(range(TRIES)):
            try:
                self._launch()
            except StartFailedError as error:
                if left == 0 or "could not bind" not in error.log:
                    raise
                self.port = free_port()
            else:
                return

    def kill(self) -> None:
        """End the postmaster and all its children at once, as a power cut does. The data stay."""
        assert self._process is not None
        kill_tree(self._process)
        self._forget()

    def restart(self) -> None:
        """Shut down in an orderly way, which disconnects everybody, and start again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait()
        self.start()

    def stop(self) -> None:
        """Shut down at once and delete everything. Doing it twice is harmless."""
        if os.getpid() != self._owner:
            return  # A fork of ours ends; the cluster is not its own.
        atexit.unregister(self.stop)
        if self.is_running and self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)
        release(self._guard)

    def url(self, database: str = "postgres", *, user: str = "postgres", tcp: bool = False) -> str:
        """Return the address for SQLAlchemy: through the Unix socket, or through TCP."""
        if tcp:
            return f"postgresql+psycopg://{quote(user)}@127.0.0.1:{self.port}/{quote(database)}"
        query = urlencode({"host": str(self.directory), "port": self.port})
        return f"postgresql+psycopg://{quote(user)}@/{quote(database)}?{query}"

    def connect(
        self, database: str = "postgres", *, user: str = "postgres"
    ) -> psycopg.Connection[tuple[Any, ...]]:
        """Open a connection of psycopg's own, in autocommit. The caller closes it."""
        return psycopg.connect(
            host=str(self.directory),
            port=self.port,
            user=user,
            dbname=database,
            autocommit=True,
            connect_timeout=60,
        )

    def execute(
        self, sql: str, *parameters: object, database: str = "postgres"
    ) -> list[tuple[Any, ...]]:
        """Run SQL as the superuser, in its own transaction, and return the rows if the SQL has any.

        With parameters it may be one statement only, and ``%s`` stands for each of them.
        """
        with self.connect(database) as connection:
            # As bytes: psycopg wants to see literals only, and our callers are tests.
            cursor = connection.execute(sql.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def create_database(self, name: str, *, template: str = "template0") -> None:
        """Create a database: empty, or a copy of another one to which nobody is connected."""
        # Not template1, PostgreSQL's own choice: it must not be copied while somebody looks into
        # it.
        self._execute_once_all_have_left(
            f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)}"
        )

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, together with everybody's connections to it."""
        self._execute_once_all_have_left(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    def _execute_once_all_have_left(self, sql: str) -> None:
        """Run SQL that needs the others gone; a client that hung up or was thrown out leaves later.

        PostgreSQL itself waits for five seconds.
        """
        deadline = monotonic() + LEAVE_SECONDS
        while True:
            try:
                self.execute(sql)
            except psycopg.errors.ObjectInUse:
                if monotonic() > deadline:
                    raise
            else:
                return

    def _make_data(self) -> None:
        command = [
            str(server_program("initdb")),
            "-D",
            str(self.data),
            "-U",
            "postgres",
            "--no-sync",
        ]
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        if spawn(command, self.directory, self.log).wait() != 0:
            program = "initdb"
            raise StartFailedError(program, self.log.read_text(errors="replace")[-2000:])

    def _launch(self) -> None:
        options = {
            **self._settings,
            "port": str(self.port),
            "unix_socket_directories": str(self.directory),
        }
        command = [str(self._postgres), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self._process = spawn(command, self.directory, self.log)
        await_ready(self._process, self.log, self._is_ready)

    def _is_ready(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _forget(self) -> None:
        """Remove what a power cut would: shared memory, and a pid that may be in use again."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        lines = pid_file.read_text().splitlines()
        program = shutil.which("ipcrm")
        if program and len(lines) > 6 and len(lines[6].split()) == 2:
            subprocess.run([program, "-m", lines[6].split()[1]], capture_output=True, check=False)
        pid_file.unlink()


def _defaults(*, fsync: bool) -> dict[str, str]:
    durable = "on" if fsync else "off"
    return {
        "listen_addresses": "127.0.0.1",
        "fsync": durable,
        "full_page_writes": durable,
        "max_connections": "200",
        "shared_buffers": "32MB",
        # Files in the data directory: shared memory of the system outlives a crash, and is scarce
        # in containers.
        "dynamic_shared_memory_type": "mmap",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
