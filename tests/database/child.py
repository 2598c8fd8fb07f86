"""Child processes of the tests that neither run as root nor outlive us."""

from __future__ import annotations

import os
import pwd
import random
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

START_SECONDS = 60.0
POLL_SECONDS = 0.005
# A path of a Unix socket ends at 107 characters on Linux and at 103 on macOS; the name of the
# socket takes 15.
LONGEST_DIRECTORY = 103 - len("/.s.PGSQL.12345")
# Below the ephemeral ports: there, a client that knocks on a port nobody serves may be given the
# very same port and connect to itself, and the server finds its port taken.
PORTS = range(15_000, 32_000)
# Waits until we close the pipe or die, however we die, then ends the child and takes its directory
# away.
GUARD = """
read -r _
if [ -f "$2" ]; then
    pid=$(head -n 1 "$2")
    tries=1200
    kill -s "$1" "$pid" &&
        while [ -f "$2" ] && kill -s 0 "$pid" && [ "$((tries -= 1))" -gt 0 ]; do
            sleep 0.05
        done
fi
rm -rf "$3"
"""


class StartFailedError(Exception):
    """A server did not start; the message has the end of its log.

    Args:
        program: Which one.
        log: What it had to say.
    """

    def __init__(self, program: str, log: str) -> None:
        super().__init__(program, log)
        self.program = program
        self.log = log

    def __str__(self) -> str:
        return f"{self.program} did not start:\n{self.log}"


def account() -> pwd.struct_passwd | None:
    """Return the account that runs the servers: another one only for root, which they refuse."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def make_directory() -> Path:
    """Make a directory that the servers' account owns and reaches; a socket needs a short path."""
    directory = Path(tempfile.mkdtemp(prefix="fourtop-", dir=_parent()))
    if owner := account():
        os.chown(directory, owner.pw_uid, owner.pw_gid)
    return directory


def hand_over(path: Path) -> None:
    """Make the servers' account the owner of a file."""
    if owner := account():
        os.chown(path, owner.pw_uid, owner.pw_gid)


def spawn(command: list[str], directory: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start a program as the servers' account, in its own directory, not reached by our Ctrl-C."""
    owner = account()
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )


def guard(signal_name: str, pid_file: Path, directory: Path) -> subprocess.Popen[bytes]:
    """Start the shell that ends a child and deletes its directory when we are gone."""
    return subprocess.Popen(
        ["/bin/sh", "-c", GUARD, "guard", signal_name, str(pid_file), str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


def release(guardian: subprocess.Popen[bytes]) -> None:
    """Let a guard do what is left to do, and wait for it. Doing it twice is harmless."""
    assert guardian.stdin is not None
    guardian.stdin.close()
    guardian.wait()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses now. Somebody may a moment later."""
    draw = random.Random()
    while True:
        port = draw.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def await_ready(process: subprocess.Popen[bytes], log: Path, is_ready: Callable[[], bool]) -> None:
    """Ask again and again, without a pause that is worth its name, until a server answers.

    Raises:
        StartFailedError: If it ends, or has not answered after a minute.
    """
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            program = Path(
                str(process.args[0] if isinstance(process.args, list) else process.args)
            ).name
            raise StartFailedError(program, log.read_text(errors="replace")[-2000:])
        time.sleep(POLL_SECONDS)


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children as a power cut does, and wait until all are gone.

    The parent is stopped first, so that it neither mourns its children nor bears new ones.
    PostgreSQL puts each of them in a session of its own, hence no process group has them all.
    """
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGSTOP)
    children: set[int] = set()
    while born := _children(process.pid):
        children |= born
        _kill(born)
    process.kill()
    process.wait()
    while any(is_alive(each) for each in children):
        time.sleep(POLL_SECONDS)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs. A zombie does not: it holds nothing any more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return any(pid == each for each, _ in _processes())


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _children(parent: int) -> set[int]:
    return {pid for pid, its_parent in _processes() if its_parent == parent}


def _processes() -> list[tuple[int, int]]:
    """Return each process that is no zombie, with its parent."""
    proc = Path("/proc")
    if not (proc / "self/stat").exists():
        listed = subprocess.run(
            ["/bin/ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
        )
        rows = [line.split() for line in listed.stdout.splitlines()]
        return [(int(pid), int(parent)) for pid, parent, state in rows if not state.startswith("Z")]
    found = []
    for entry in proc.glob("[0-9]*/stat"):
        try:
            # The name of the program stands in brackets and may have any character.
            state, parent, *_ = entry.read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended while we looked.
        if state not in "ZX":
            found.append((int(entry.parent.name), int(parent)))
    return found


def _parent() -> str:
    chosen = tempfile.gettempdir()
    name = len("/fourtop-12345678")
    is_ours = os.access(chosen, os.W_OK | os.X_OK) and (account() is None or _is_open(Path(chosen)))
    if is_ours and len(chosen) + name <= LONGEST_DIRECTORY:
        return chosen
    # Every Unix has it, its path is short, and everybody may enter.
    return "/tmp"  # noqa: S108  # mkdtemp makes a private directory inside.


def _is_open(directory: Path) -> bool:
    places = [directory.resolve(), *directory.resolve().parents]
    return all(place.stat().st_mode & stat.S_IXOTH for place in places)
