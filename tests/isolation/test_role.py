"""Transactions of a store never run as the tables' owner, nor as a role above the policies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from fourtop import (
    AsyncEngine,
    AsyncSqlStore,
    CountedIds,
    ManualClock,
    NotFound,
    SqlStore,
    StoreMisconfigured,
)
from fourtop.ports import Scope
from tests.database.furnished import postgresql_database
from tests.database.session import bouncer, cluster
from tests.evening import NOW, a_house, booked, held, open_desk, party_size

# What each row was written by, as PostgreSQL saw it: a trigger runs as whoever writes.
WATCH = """
    CREATE TABLE public.seen (
        relation text, role name, login name,
        super boolean, bypasses boolean, owns boolean, tenant text
    );
    GRANT INSERT ON public.seen TO PUBLIC;
    CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.seen
        SELECT TG_RELID::regclass, current_user, session_user, rolsuper, rolbypassrls,
            pg_has_role(relowner, 'USAGE'), current_setting('fourtop.restaurant_id', true)
        FROM pg_roles, pg_class WHERE rolname = current_user AND pg_class.oid = TG_RELID;
        RETURN NULL;
    END $$;
    DO $$ DECLARE each regclass; BEGIN
        FOR each IN SELECT oid FROM pg_class
            WHERE relnamespace = 'fourtop'::regnamespace AND relkind = 'r'
        LOOP
            EXECUTE format(
                'CREATE TRIGGER see AFTER INSERT OR UPDATE OR DELETE ON %s EXECUTE FUNCTION see()',
                each
            );
        END LOOP;
    END $$"""
# Who still sees a row is somebody else, or above the policies.
DARKEN = "CREATE POLICY dark ON fourtop.{} AS RESTRICTIVE FOR SELECT TO {} USING (false)"


@pytest.fixture
def watched() -> Iterator[str]:
    with postgresql_database() as name:
        cluster().execute(WATCH, database=name)
        yield name


def seen(database: str) -> set[tuple[object, ...]]:
    rows = cluster().execute(
        "SELECT role, login, super, bypasses, owns, tenant FROM public.seen", database=database
    )
    return set(rows)


@pytest.mark.parametrize("login", ["service", "postgres"])
def test_decisions_run_as_the_role_of_decisions_whoever_logs_in(watched: str, login: str) -> None:
    store = SqlStore(cluster().url(watched, user=login), clock=ManualClock(NOW))
    desk = open_desk(store)
    booked(desk, 4)
    desk.confirm(held(desk, 2).id)
    store.close()
    assert seen(watched) == {("fourtop_app", login, False, False, False, "house")}


def test_decisions_behind_a_bouncer_run_as_the_role_of_decisions(watched: str) -> None:
    store = SqlStore(bouncer().url(watched, user="service"), clock=ManualClock(NOW))
    booked(open_desk(store), 4)
    store.close()
    assert seen(watched) == {("fourtop_app", "service", False, False, False, "house")}


def test_awaited_decisions_run_as_the_role_of_decisions(watched: str) -> None:
    async def dine() -> None:
        store = AsyncSqlStore(cluster().url(watched, user="service"), clock=ManualClock(NOW))
        desk = await AsyncEngine(store, ids=CountedIds("n")).add_restaurant(a_house())
        await desk.book(party_size(4))
        await store.close()

    asyncio.run(dine())
    assert seen(watched) == {("fourtop_app", "service", False, False, False, "house")}


@pytest.mark.parametrize("login", ["service", "postgres"])
def test_jobs_run_as_the_role_of_jobs_whoever_logs_in(watched: str, login: str) -> None:
    store = SqlStore(cluster().url(watched, user=login), clock=ManualClock(NOW))
    booked(open_desk(store), 4)
    cluster().execute("TRUNCATE public.seen", database=watched)
    assert store.claim(10, 1_000_000)
    store.close()
    assert {each[:5] for each in seen(watched)} == {("fourtop_jobs", login, False, False, False)}


@pytest.mark.parametrize("login", ["service", "postgres"])
def test_reading_runs_as_the_role_of_decisions_whoever_logs_in(watched: str, login: str) -> None:
    store = SqlStore(cluster().url(watched, user=login), clock=ManualClock(NOW))
    open_desk(store)
    assert store.read(Scope("house"), lambda view: view.versions).floor == 1
    cluster().execute(DARKEN.format("restaurants", "fourtop_app"), database=watched)
    with pytest.raises(NotFound):
        store.read(Scope("house"), lambda view: view.versions)
    store.close()


@pytest.mark.parametrize("login", ["service", "postgres"])
def test_jobs_read_as_the_role_of_jobs_whoever_logs_in(watched: str, login: str) -> None:
    store = SqlStore(cluster().url(watched, user=login), clock=ManualClock(NOW))
    held(open_desk(store), 2)
    later = store.now_us() + 10**12
    assert len(store.expired_holds(later, 10)) == 1
    cluster().execute(DARKEN.format("table_holds", "fourtop_jobs"), database=watched)
    assert store.expired_holds(later, 10) == ()
    store.close()


def test_nothing_of_a_role_or_tenant_stays_in_the_session(watched: str) -> None:
    store = SqlStore(cluster().url(watched, user="service"), clock=ManualClock(NOW))
    booked(open_desk(store), 4)
    with store.engine.connect() as connection:
        left = connection.exec_driver_sql(
            "SELECT current_user::text, current_setting('fourtop.restaurant_id', true),"
            " current_setting('lock_timeout')"
        ).one()
    store.close()
    assert tuple(left) == ("service", "", "0")


def test_a_login_that_is_no_member_of_the_role_is_told_so(watched: str) -> None:
    cluster().execute("CREATE ROLE stranger LOGIN")
    store = SqlStore(cluster().url(watched, user="stranger"))
    try:
        with pytest.raises(StoreMisconfigured):
            store.restaurant_ids()
    finally:
        store.close()
        cluster().execute("DROP ROLE stranger")
