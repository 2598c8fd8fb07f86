-- A hold as one statement, written by hand: its rows under the lock of the restaurant, and no judgement of any rule.
\set n :n + 1
\set table :n % 40
\set start (1903953600000000 + (:n / 40) * 7200000000)
WITH restaurant AS (
    UPDATE fourtop.restaurants SET occupancy_version = occupancy_version + 1, latest_us = greatest(latest_us, cast(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint))
    WHERE id = 'room-0' RETURNING id, latest_us
), hold AS (
    INSERT INTO fourtop.table_holds (restaurant_id, id, party_size, state, period, service_date, dining_start_us, dining_end_us, occupied_start_us, occupied_end_us, turn_minutes, is_clamped, created_us, expires_us, fingerprint, actor_id, actor_role, must, wish, names_tables)
    SELECT id, 'by-hand-hold-' || :n::bigint, 2, 'active', 'dinner', '2030-05-02', :start::bigint, :start::bigint + 5400000000, :start::bigint, :start::bigint + 5400000000, 90, false, latest_us, latest_us + 180000000, 'by hand', 'guest', 'guest', '{}', '{}', false FROM restaurant
), member AS (
    INSERT INTO fourtop.table_hold_members (restaurant_id, hold_id, position, table_id)
    SELECT id, 'by-hand-hold-' || :n::bigint, 0, :table::bigint::text FROM restaurant
), taken AS (
    INSERT INTO fourtop.allocations (restaurant_id, id, resource_type, resource_id, start_us, end_us, hold_id, shadow)
    SELECT id, 'by-hand-' || kind || :n::bigint, kind, CASE kind WHEN 'table' THEN :table::bigint::text ELSE 'by-hand-hold-' || :n::bigint END, :start::bigint, :start::bigint + 5400000000, 'by-hand-hold-' || :n::bigint, false
    FROM restaurant, unnest(ARRAY['hold', 'table']) AS kind
)
INSERT INTO fourtop.capacity_outbox (restaurant_id, dedupe_key, type, at_us, actor_id, actor_role, hold_id, data, subject)
SELECT id, 'by-hand-' || :n::bigint, 'hold_created', latest_us, 'guest', 'guest', 'by-hand-hold-' || :n::bigint, '{}', 'by-hand-hold-' || :n::bigint FROM restaurant;
