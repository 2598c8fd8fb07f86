"""The one cluster, and the one bouncer before it, that the tests of a run share.

Always import this module as ``tests.database.session``, so that there is one of each. Both start at
the first call and end with the process. Another process (a worker, a victim to kill) is given an
address instead: here it would start a cluster of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from threading import Lock

from tests.database.bouncer import Bouncer
from tests.database.cluster import Cluster

_LOCK = Lock()
_NUMBERS = count(1)


def cluster() -> Cluster:
    """Return the cluster of this run. A test that stops or kills a cluster makes its own instead.

    Raises:
        BinaryNotFoundError: If PostgreSQL is not on this machine; its message says what to type.
    """
    with _LOCK:
        return _cluster()


def bouncer() -> Bouncer:
    """Return the bouncer of this run, with two connections for each database of its cluster.

    Raises:
        BinaryNotFoundError: If one of the two programs is not on this machine; its message says
            what to type.
    """
    with _LOCK:
        return _bouncer()


@contextmanager
def fresh_database(*, template: str = "template0") -> Iterator[str]:
    """Create an empty database or a copy in this run's cluster; drop it in the end, even if in use.

    Yields:
        Its name, which nothing else in this run has.
    """
    name = f"fresh_{next(_NUMBERS)}"
    cluster().create_database(name, template=template)
    try:
        yield name
    finally:
        cluster().drop_database(name)


@cache
def _cluster() -> Cluster:
    # Nobody cleans up or counts behind a test's back, whenever it comes: plans and readings are
    # what the test has made.
    started = Cluster(settings={"autovacuum": "off"})
    started.start()
    return started


@cache
def _bouncer() -> Bouncer:
    started = Bouncer(_cluster(), users=("postgres", "service"))
    started.start()
    return started
