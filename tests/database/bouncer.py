"""A throwaway pgbouncer before a cluster, in transaction mode, as production has it."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

import psycopg

from tests.database.binary import bouncer_program
from tests.database.child import (
    StartFailedError,
    await_ready,
    free_port,
    guard,
    hand_over,
    make_directory,
    release,
    spawn,
)
from tests.database.cluster import Cluster

TRIES = 5
# Every database of the cluster is there under its own name, also those that are created later.
CONFIGURATION = """
[databases]
* = host={cluster.directory} port={cluster.port}

[pgbouncer]
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 200
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir = {directory}
pidfile = {directory}/pid
auth_type = trust
auth_file = {directory}/users
admin_users = postgres
ignore_startup_parameters = extra_float_digits,options
; The cluster may be killed and come back within a moment.
server_login_retry = 0.1
"""


class Bouncer:
    """A pgbouncer that lends a few connections of a cluster, one transaction at a time.

    What belongs to a session (prepared statements, ``SET``, advisory locks of sessions, ``LISTEN``)
    does not survive a commit here, or appears to somebody else. With psycopg,
    ``prepare_threshold=None`` is needed.

    Args:
        cluster: What it stands before. It may be killed and started in the meantime; it must
            outlive the bouncer.
        pool_size: How many connections each pair of a user and a database gets.
        users: The roles that may pass.

    Raises:
        BinaryNotFoundError: If pgbouncer is not on this machine; its message says what to type.
    """

    def __init__(
        self, cluster: Cluster, pool_size: int = 2, *, users: tuple[str, ...] = ("postgres",)
    ) -> None:
        self._program = bouncer_program()
        self._cluster = cluster
        self._pool_size = pool_size
        self._users = users
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self.directory = make_directory()
        self.port = free_port()
        # It has nothing to save and no children, so that KILL is as good as any other signal.
        self._guard = guard("KILL", self.directory / "pid", self.directory)
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
    def log(self) -> Path:
        """What it has to say."""
        return self.directory / "log"

    @property
    def pid(self) -> int:
        """Its process id; it must have been started."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and return when a connection passes through.

        Raises:
            StartFailedError: If none does; the message has the end of its log.
        """
        assert self._process is None
        self._write("users", "".join(f'"{user}" ""\n' for user in self._users))
        for left in reversed(range(TRIES)):
            try:
                self._launch()
            except StartFailedError as error:
                if left == 0 or "in use" not in error.log:
                    raise
                self.port = free_port()
            else:
                return

    def stop(self) -> None:
        """End it and delete what it left. Doing it twice is harmless."""
        if os.getpid() != self._owner:
            return  # A fork of ours ends; the bouncer is not its own.
        atexit.unregister(self.stop)
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
        release(self._guard)

    def url(self, database: str = "postgres", *, user: str = "postgres", tcp: bool = False) -> str:
        """Return the address for SQLAlchemy: through the Unix socket, or through TCP."""
        if tcp:
            return f"postgresql+psycopg://{quote(user)}@127.0.0.1:{self.port}/{quote(database)}"
        query = urlencode({"host": str(self.directory), "port": self.port})
        return f"postgresql+psycopg://{quote(user)}@/{quote(database)}?{query}"

    def _launch(self) -> None:
        text = CONFIGURATION.format(
            cluster=self._cluster,
            pool_size=self._pool_size,
            port=self.port,
            directory=self.directory,
        )
        self._process = spawn(
            [str(self._program), str(self._write("ini", text))], self.directory, self.log
        )
        await_ready(self._process, self.log, self._is_ready)

    def _is_ready(self) -> bool:
        try:
            psycopg.connect(
                host=str(self.directory),
                port=self.port,
                user=self._users[0],
                dbname="postgres",
                connect_timeout=10,
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    def _write(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.write_text(text)
        hand_over(path)
        return path
