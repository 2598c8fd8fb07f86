-- The statements of the SQL store on PostgreSQL, with their names and what they do.
--
-- Part 1 lists what each call executes, in order. Part 2 has the text of each statement: all that
-- have a fixed text, and the variants that Part 1 executes of those that depend on what a decision
-- reads and writes (load_scope and the writes of records); a number tells variants apart. A word
-- after a colon is a parameter. Migrations have files of their own in the package.
--
-- A call that writes begins with: BEGIN ISOLATION LEVEL READ COMMITTED
-- A call that reads begins with:  BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
-- Both end with COMMIT, or with ROLLBACK after an error.
--
-- Generated: python -m tests.sql.statements

-- ---- Part 1: the calls -----------------------------------------------------------------------
--
-- the first call of a process: 5 statements
--     inspect_database
--     inspect_as_role
--     inspect_contents
--     set_tenant
--     list_restaurants
--
-- restaurant_ids: 2 statements
--     set_tenant
--     list_restaurants
--
-- add_restaurant: 8 statements
--     set_tenant
--     insert_restaurant
--     write_zones
--     write_table_inventory
--     write_table_adjacencies
--     write_restaurant_policies
--     write_restaurant_service_periods
--     write_restaurant_capacity_rules
--
-- house: 3 statements
--     set_tenant
--     look_up_restaurant
--     load_scope
--
-- quote: 3 statements
--     set_tenant
--     look_up_restaurant
--     load_scope 2
--
-- availability: 3 statements
--     set_tenant
--     look_up_restaurant
--     load_scope 2
--
-- hold: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 3
--     write_changes
--
-- release_hold: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 4
--     write_changes 2
--
-- hold with a key and a session: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 5
--     write_changes 3
--
-- extend_hold: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 4
--     write_changes 4
--
-- confirm: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 6
--     write_changes 5
--
-- confirm again with the same key: 3 statements
--     set_tenant
--     lock_restaurant
--     load_scope 6
--
-- book: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 7
--     write_changes 6
--
-- get_booking: 3 statements
--     set_tenant
--     look_up_restaurant
--     load_scope 8
--
-- bookings: 3 statements
--     set_tenant
--     look_up_restaurant
--     load_scope 9
--
-- list_bookings: 3 statements
--     set_tenant
--     look_up_restaurant
--     load_scope 10
--
-- day: 3 statements
--     set_tenant
--     look_up_restaurant
--     load_scope 11
--
-- open_slot: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 12
--     write_changes 7
--
-- slots: 3 statements
--     set_tenant
--     look_up_restaurant
--     load_scope 13
--
-- month: 3 statements
--     set_tenant
--     look_up_restaurant
--     load_scope 2
--
-- feed: 3 statements
--     set_tenant
--     look_up_restaurant
--     load_scope 2
--
-- reschedule: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 14
--     write_changes 8
--
-- move: 5 statements
--     set_tenant
--     lock_restaurant
--     load_scope 8
--     load_scope 15
--     write_changes 8
--
-- cancel: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 8
--     write_changes 9
--
-- block: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 15
--     write_changes 10
--
-- unblock: 4 statements
--     set_tenant
--     lock_restaurant
--     load_scope 16
--     write_changes 11
--
-- table_states: 5 statements
--     set_tenant
--     look_up_restaurant
--     set_tenant
--     look_up_restaurant
--     load_scope 15
--
-- audit: 11 statements
--     set_tenant
--     look_up_restaurant
--     set_tenant
--     look_up_restaurant
--     load_scope 17
--     set_tenant
--     look_up_restaurant
--     load_scope 18
--     set_tenant
--     look_up_restaurant
--     load_scope 19
--
-- edit_floor: 4 statements
--     set_tenant
--     lock_restaurant
--     delete_table_adjacencies
--     write_changes 12
--
-- edit_policy: 5 statements
--     set_tenant
--     lock_restaurant
--     load_scope
--     write_restaurant_policies
--     write_changes 12
--
-- edit_restaurant: 5 statements
--     set_tenant
--     lock_restaurant
--     load_scope
--     update_restaurant
--     write_changes 12
--
-- events: 3 statements
--     set_tenant
--     look_up_restaurant
--     list_events
--
-- events_after: 3 statements
--     set_tenant
--     look_up_restaurant
--     list_events_after
--
-- newest event: 3 statements
--     set_tenant
--     look_up_restaurant
--     find_newest_event
--
-- book in a host's transaction: 6 statements
--     enter_host_transaction
--     set_tenant
--     lock_restaurant
--     load_scope 2
--     write_changes 13
--     leave_host_transaction
--
-- quote in a host's transaction: 6 statements
--     enter_host_transaction
--     set_tenant
--     look_up_restaurant
--     load_scope 2
--     look_up_restaurant
--     leave_host_transaction
--
-- a hold that expires: 7 statements
--     set_tenant
--     lock_restaurant
--     load_scope 3
--     set_tenant
--     lock_restaurant
--     load_scope 3
--     write_changes
--
-- sweep_holds: 7 statements
--     enter_job × 2
--     list_expired_holds
--     set_tenant
--     lock_restaurant
--     load_scope 4
--     write_changes 2
--
-- relay_outbox: 30 statements
--     enter_job_exclusive
--     claim_events
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_shared
--     settle_delivered
--     enter_job_exclusive
--     claim_events
--
-- dead_letters: 2 statements
--     enter_job
--     list_dead_letters
--
-- prune_allocations: 3 statements
--     enter_job × 2
--     archive_allocations
--
-- archived: 3 statements
--     set_tenant
--     look_up_restaurant
--     list_archived
--
-- prune_confirmations: 7 statements
--     enter_job × 2
--     delete_confirmations
--     enter_job
--     delete_stored_results
--     enter_job
--     delete_holds
--
-- prune_outbox: 3 statements
--     enter_job × 2
--     delete_events
--
-- remove_restaurant: 36 statements
--     set_tenant
--     lock_restaurant
--     load_scope 20
--     remove_table_set_members
--     remove_table_distances
--     remove_table_aisles
--     remove_table_adjacencies
--     remove_restaurant_walk_in_tables
--     remove_table_inventory
--     remove_table_hold_members
--     remove_restaurant_zone_rules
--     remove_restaurant_walk_in_rules
--     remove_restaurant_period_occasions
--     remove_restaurant_pacing_rules
--     remove_restaurant_demand_profiles
--     remove_restaurant_date_exceptions
--     remove_restaurant_channel_shares
--     remove_restaurant_capacity_rules
--     remove_booking_table_assignments
--     remove_allocations
--     remove_zones
--     remove_table_set_capacities
--     remove_table_holds
--     remove_table_blocks
--     remove_restaurant_service_periods
--     remove_restaurant_policies
--     remove_restaurant_occasions
--     remove_restaurant_booking_windows
--     remove_bookings
--     remove_booking_slots
--     remove_booking_confirmation_tables
--     remove_command_results
--     remove_capacity_outbox
--     remove_booking_confirmation_results
--     remove_allocations_archive
--     remove_restaurants

-- ---- Part 2: the statements ------------------------------------------------------------------

-- inspect_database
-- Read settings, roles, and what the catalog of the database says about the tables. Used by: the
-- first call of a process.
WITH place AS (
    SELECT oid
    FROM pg_namespace
    WHERE nspname = :schema
), acting AS (
    SELECT *
    FROM pg_roles
    WHERE rolname = coalesce(CAST(:role AS text), session_user)
), jobs AS (
    SELECT *
    FROM pg_roles
    WHERE rolname = :jobs
), taking AS (
    SELECT CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END AS how
), ours AS (
    SELECT pg_class.*
    FROM pg_class
    JOIN place ON relnamespace = place.oid
    WHERE relkind IN ('r', 'p') AND NOT relispartition
)
SELECT json_build_object('version', current_setting('server_version_num')::int, 'login',
    session_user, 'login_is_superuser', (
    SELECT rolsuper
    FROM pg_roles
    WHERE rolname = session_user
), 'synchronous_commit', current_setting('synchronous_commit'), 'fsync', current_setting('fsync'),
    'full_page_writes', current_setting('full_page_writes'), 'role', (
    SELECT json_build_object('name', rolname, 'is_unbound', rolsuper OR rolbypassrls,
        'may_be_taken', pg_has_role(session_user, oid, how), 'is_inherited', pg_has_role(session_user,
        oid, 'USAGE'), 'enters_schema', (
        SELECT has_schema_privilege(acting.oid, place.oid, 'USAGE')
        FROM place
    ) )
    FROM acting, taking
), 'jobs', (
    SELECT json_build_object('may_be_taken', pg_has_role(session_user, oid, how), 'is_inherited',
        pg_has_role(session_user, oid, 'USAGE'), 'reads', (
        SELECT bool_and(has_any_column_privilege(jobs.oid, ours.oid, 'SELECT'))
        FROM ours
        WHERE relname IN ('restaurants', 'restaurant_capacity_rules', :version)
    ) )
    FROM jobs, taking
), 'tables', (
    SELECT json_object_agg(relname, json_build_object('is_secured', relrowsecurity AND relforcerowsecurity,
        'is_owned', (
        SELECT NOT rolsuper AND pg_has_role(acting.oid, relowner, 'MEMBER')
        FROM acting
    ), 'verbs', (
        SELECT json_agg(verb)
        FROM acting, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS verb
        WHERE has_table_privilege(acting.oid, ours.oid, verb)
    ), 'columns', (
        SELECT json_agg(attname)
        FROM pg_attribute
        WHERE attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
    ), 'policies', (
        SELECT json_agg(polname)
        FROM pg_policy
        WHERE polrelid = ours.oid
    ) ))
    FROM ours
), 'constraints', (
    SELECT json_object_agg(conname, json_build_object('table', relname, 'kind', contype,
        'columns', (
        SELECT json_agg(attname ORDER BY place_of)
        FROM unnest(conkey) WITH ORDINALITY AS keyed (attnum, place_of)
        JOIN pg_attribute USING (attnum)
        WHERE attrelid = conrelid
    ), 'says', pg_get_constraintdef(pg_constraint.oid), 'is_deferred', condeferred, 'is_on',
        convalidated AND NOT EXISTS (
        SELECT
        FROM pg_trigger
        WHERE tgconstraint = pg_constraint.oid AND tgenabled <> 'O'
    ) ))
    FROM pg_constraint
    JOIN ours ON ours.oid = conrelid
), 'indexes', (
    SELECT json_agg(pg_class.relname)
    FROM pg_index
    JOIN ours ON ours.oid = indrelid
    JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indisvalid
) )::text;

-- inspect_as_role
-- Take a role until the end of the transaction. Used by: the first call of a process.
SELECT set_config('role', :role, true);

-- inspect_contents
-- Read the revision of the tables, and active restaurants without a capacity rule. Used by: the
-- first call of a process.
SELECT (
    SELECT coalesce(max(version_num), '')
    FROM fourtop.fourtop_version
), (
    SELECT coalesce(json_agg(id ORDER BY id), '[]'::json)::text
    FROM (
        SELECT id
        FROM fourtop.restaurants
        WHERE is_active AND NOT EXISTS (
            SELECT 1
            FROM fourtop.restaurant_capacity_rules
            WHERE restaurant_id = restaurants.id
        )
        ORDER BY id
        LIMIT 10
    ) AS uncapped
);

-- set_tenant
-- Set the tenant: row-level security shows the rows of this restaurant only. Also set the lock
-- timeout and the role. All three end with the transaction. Used by: the first call of a process,
-- restaurant_ids, add_restaurant, house, quote, availability, hold, release_hold, hold with a key
-- and a session, extend_hold, confirm, confirm again with the same key, book, get_booking,
-- bookings, list_bookings, day, open_slot, slots, month, feed, reschedule, move, cancel, block,
-- unblock, table_states, audit, edit_floor, edit_policy, edit_restaurant, events, events_after,
-- newest event, book in a host's transaction, quote in a host's transaction, a hold that expires,
-- sweep_holds, archived, remove_restaurant.
SELECT set_config('fourtop.restaurant_id', :restaurant::VARCHAR, true) AS set_config_1,
    set_config('lock_timeout', '5000ms', true) AS set_config_2, set_config('role', :role::VARCHAR,
    true) AS set_config_3;

-- list_restaurants
-- List the ids of all restaurants. Used by: the first call of a process, restaurant_ids.
SELECT fourtop.restaurants.id
FROM fourtop.restaurants
ORDER BY fourtop.restaurants.id;

-- insert_restaurant
-- Insert a restaurant with its first versions. Used by: add_restaurant.
INSERT INTO fourtop.restaurants (id, slug, name, timezone, is_active, floor_version,
    policy_version, occupancy_version, latest_us)
VALUES (:new_id::VARCHAR COLLATE "C", :new_slug::VARCHAR, :new_name::VARCHAR,
    :new_timezone::VARCHAR, :new_is_active, :new_floor_version::BIGINT,
    :new_policy_version::BIGINT, :new_occupancy_version::BIGINT, :new_latest_us::BIGINT);

-- write_zones
-- Insert or update the rows of zones that an edit of the house changes. Used by: add_restaurant.
INSERT INTO fourtop.zones (restaurant_id, id, name, sort_order, area)
SELECT :restaurant::VARCHAR AS anon_1, new_zones.id, new_zones.name, new_zones.sort_order,
    new_zones.area
FROM json_to_recordset(CAST(:zones::VARCHAR AS JSON)) AS new_zones(ordinal INTEGER, id TEXT, name TEXT,
    sort_order INTEGER, area TEXT)
ORDER BY new_zones.ordinal
ON CONFLICT (restaurant_id, id) DO UPDATE
SET name = excluded.name, sort_order = excluded.sort_order, area = excluded.area;

-- write_table_inventory
-- Insert or update the rows of table_inventory that an edit of the house changes. Used by:
-- add_restaurant.
INSERT INTO fourtop.table_inventory (restaurant_id, id, number, capacity, zone_id, min_party,
    max_party, section, category, seating, mobility, out_of_service, active, features, position,
    notes, shape, length_cm, width_cm, number_scope)
SELECT :restaurant::VARCHAR AS anon_1, new_table_inventory.id, new_table_inventory.number,
    new_table_inventory.capacity, new_table_inventory.zone_id, new_table_inventory.min_party,
    new_table_inventory.max_party, new_table_inventory.section, new_table_inventory.category,
    new_table_inventory.seating, new_table_inventory.mobility, new_table_inventory.out_of_service,
    new_table_inventory.active, new_table_inventory.features, new_table_inventory.position,
    new_table_inventory.notes, new_table_inventory.shape, new_table_inventory.length_cm,
    new_table_inventory.width_cm, new_table_inventory.number_scope
FROM json_to_recordset(CAST(:table_inventory::VARCHAR AS JSON)) AS new_table_inventory(ordinal INTEGER,
    id TEXT, number TEXT, capacity INTEGER, zone_id TEXT, min_party INTEGER, max_party INTEGER,
    section TEXT, category TEXT, seating TEXT, mobility TEXT, out_of_service BOOLEAN, active BOOLEAN,
    features JSON, position JSON, notes TEXT, shape TEXT, length_cm INTEGER, width_cm INTEGER,
    number_scope TEXT)
ORDER BY new_table_inventory.ordinal
ON CONFLICT (restaurant_id, id) DO UPDATE
SET number = excluded.number, capacity = excluded.capacity, zone_id = excluded.zone_id, min_party = excluded.min_party,
    max_party = excluded.max_party, section = excluded.section, category = excluded.category,
    seating = excluded.seating, mobility = excluded.mobility, out_of_service = excluded.out_of_service,
    active = excluded.active, features = excluded.features, position = excluded.position, notes = excluded.notes,
    shape = excluded.shape, length_cm = excluded.length_cm, width_cm = excluded.width_cm,
    number_scope = excluded.number_scope;

-- write_table_adjacencies
-- Insert or update the rows of table_adjacencies that an edit of the house changes. Used by:
-- add_restaurant.
INSERT INTO fourtop.table_adjacencies (restaurant_id, first_table_id, second_table_id, seat_loss)
SELECT :restaurant::VARCHAR AS anon_1, new_table_adjacencies.first_table_id,
    new_table_adjacencies.second_table_id, new_table_adjacencies.seat_loss
FROM json_to_recordset(CAST(:table_adjacencies::VARCHAR AS JSON)) AS new_table_adjacencies(ordinal INTEGER,
    first_table_id TEXT, second_table_id TEXT, seat_loss INTEGER)
ORDER BY new_table_adjacencies.ordinal
ON CONFLICT (restaurant_id, first_table_id, second_table_id) DO UPDATE
SET seat_loss = excluded.seat_loss;

-- write_restaurant_policies
-- Insert or update the rows of restaurant_policies that an edit of the house changes. Used by:
-- add_restaurant, edit_policy.
INSERT INTO fourtop.restaurant_policies (restaurant_id, reservation_interval_minutes,
    default_duration_minutes, last_seating_buffer_minutes, joins_within_zone, numbers_unique_in,
    past_grace_minutes, turn_bands, closures, adjacency_mode, adjacency_required,
    adjacency_min_party, max_tables, slack_budget, staff_max_slack, score, hold_ttl_seconds,
    hold_rate_limit, hold_rate_window_seconds, hold_max_live, hold_max_live_per_session,
    hold_max_lifetime_seconds, channels, guest_stay_least_minutes, guest_stay_most_minutes,
    early_minutes, late_minutes, no_show_after_minutes, overstay_minutes, reseat_notice_minutes,
    scarcities, enforce_capacity, enforce_capacity_percent, enforce_adjacency,
    enforce_adjacency_percent)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_policies.reservation_interval_minutes,
    new_restaurant_policies.default_duration_minutes,
    new_restaurant_policies.last_seating_buffer_minutes,
    new_restaurant_policies.joins_within_zone, new_restaurant_policies.numbers_unique_in,
    new_restaurant_policies.past_grace_minutes, new_restaurant_policies.turn_bands,
    new_restaurant_policies.closures, new_restaurant_policies.adjacency_mode,
    new_restaurant_policies.adjacency_required, new_restaurant_policies.adjacency_min_party,
    new_restaurant_policies.max_tables, new_restaurant_policies.slack_budget,
    new_restaurant_policies.staff_max_slack, new_restaurant_policies.score,
    new_restaurant_policies.hold_ttl_seconds, new_restaurant_policies.hold_rate_limit,
    new_restaurant_policies.hold_rate_window_seconds, new_restaurant_policies.hold_max_live,
    new_restaurant_policies.hold_max_live_per_session,
    new_restaurant_policies.hold_max_lifetime_seconds, new_restaurant_policies.channels,
    new_restaurant_policies.guest_stay_least_minutes,
    new_restaurant_policies.guest_stay_most_minutes, new_restaurant_policies.early_minutes,
    new_restaurant_policies.late_minutes, new_restaurant_policies.no_show_after_minutes,
    new_restaurant_policies.overstay_minutes, new_restaurant_policies.reseat_notice_minutes,
    new_restaurant_policies.scarcities, new_restaurant_policies.enforce_capacity,
    new_restaurant_policies.enforce_capacity_percent, new_restaurant_policies.enforce_adjacency,
    new_restaurant_policies.enforce_adjacency_percent
FROM json_to_recordset(CAST(:restaurant_policies::VARCHAR AS JSON)) AS new_restaurant_policies(ordinal INTEGER,
    reservation_interval_minutes INTEGER, default_duration_minutes INTEGER,
    last_seating_buffer_minutes INTEGER, joins_within_zone BOOLEAN, numbers_unique_in TEXT,
    past_grace_minutes INTEGER, turn_bands JSON, closures JSON, adjacency_mode TEXT,
    adjacency_required BOOLEAN, adjacency_min_party INTEGER, max_tables INTEGER, slack_budget INTEGER,
    staff_max_slack INTEGER, score JSON, hold_ttl_seconds INTEGER, hold_rate_limit INTEGER,
    hold_rate_window_seconds INTEGER, hold_max_live INTEGER, hold_max_live_per_session INTEGER,
    hold_max_lifetime_seconds INTEGER, channels JSON, guest_stay_least_minutes INTEGER,
    guest_stay_most_minutes INTEGER, early_minutes INTEGER, late_minutes INTEGER,
    no_show_after_minutes INTEGER, overstay_minutes INTEGER, reseat_notice_minutes INTEGER,
    scarcities JSON, enforce_capacity TEXT, enforce_capacity_percent INTEGER, enforce_adjacency TEXT,
    enforce_adjacency_percent INTEGER)
ORDER BY new_restaurant_policies.ordinal
ON CONFLICT (restaurant_id) DO UPDATE
SET reservation_interval_minutes = excluded.reservation_interval_minutes,
    default_duration_minutes = excluded.default_duration_minutes, last_seating_buffer_minutes = excluded.last_seating_buffer_minutes,
    joins_within_zone = excluded.joins_within_zone, past_grace_minutes = excluded.past_grace_minutes,
    turn_bands = excluded.turn_bands, closures = excluded.closures, adjacency_mode = excluded.adjacency_mode,
    adjacency_required = excluded.adjacency_required, adjacency_min_party = excluded.adjacency_min_party,
    max_tables = excluded.max_tables, slack_budget = excluded.slack_budget, score = excluded.score,
    hold_ttl_seconds = excluded.hold_ttl_seconds, hold_rate_limit = excluded.hold_rate_limit,
    hold_rate_window_seconds = excluded.hold_rate_window_seconds, hold_max_live = excluded.hold_max_live,
    hold_max_live_per_session = excluded.hold_max_live_per_session, hold_max_lifetime_seconds = excluded.hold_max_lifetime_seconds,
    channels = excluded.channels, guest_stay_least_minutes = excluded.guest_stay_least_minutes,
    guest_stay_most_minutes = excluded.guest_stay_most_minutes, early_minutes = excluded.early_minutes,
    late_minutes = excluded.late_minutes, no_show_after_minutes = excluded.no_show_after_minutes,
    overstay_minutes = excluded.overstay_minutes, staff_max_slack = excluded.staff_max_slack,
    numbers_unique_in = excluded.numbers_unique_in, scarcities = excluded.scarcities,
    enforce_capacity = excluded.enforce_capacity, enforce_capacity_percent = excluded.enforce_capacity_percent,
    enforce_adjacency = excluded.enforce_adjacency, enforce_adjacency_percent = excluded.enforce_adjacency_percent,
    reseat_notice_minutes = excluded.reseat_notice_minutes;

-- write_restaurant_service_periods
-- Insert or update the rows of restaurant_service_periods that an edit of the house changes. Used
-- by: add_restaurant.
INSERT INTO fourtop.restaurant_service_periods (restaurant_id, key, start_time, end_time,
    weekdays, dates, turn_bands, buffer_before_minutes, buffer_after_minutes, last_start_time,
    last_seating_minutes, overrun_allowed, min_dwell_minutes, interval_minutes, closed_starts)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_service_periods.key,
    new_restaurant_service_periods.start_time, new_restaurant_service_periods.end_time,
    new_restaurant_service_periods.weekdays, new_restaurant_service_periods.dates,
    new_restaurant_service_periods.turn_bands,
    new_restaurant_service_periods.buffer_before_minutes,
    new_restaurant_service_periods.buffer_after_minutes,
    new_restaurant_service_periods.last_start_time,
    new_restaurant_service_periods.last_seating_minutes,
    new_restaurant_service_periods.overrun_allowed,
    new_restaurant_service_periods.min_dwell_minutes,
    new_restaurant_service_periods.interval_minutes, new_restaurant_service_periods.closed_starts
FROM json_to_recordset(CAST(:restaurant_service_periods::VARCHAR AS JSON)) AS new_restaurant_service_periods(ordinal INTEGER,
    key TEXT, start_time TEXT, end_time TEXT, weekdays JSON, dates JSON, turn_bands JSON,
    buffer_before_minutes INTEGER, buffer_after_minutes INTEGER, last_start_time TEXT,
    last_seating_minutes INTEGER, overrun_allowed BOOLEAN, min_dwell_minutes INTEGER,
    interval_minutes INTEGER, closed_starts JSON)
ORDER BY new_restaurant_service_periods.ordinal
ON CONFLICT (restaurant_id, key) DO UPDATE
SET start_time = excluded.start_time, end_time = excluded.end_time, weekdays = excluded.weekdays,
    dates = excluded.dates, turn_bands = excluded.turn_bands, buffer_before_minutes = excluded.buffer_before_minutes,
    buffer_after_minutes = excluded.buffer_after_minutes, last_start_time = excluded.last_start_time,
    last_seating_minutes = excluded.last_seating_minutes, overrun_allowed = excluded.overrun_allowed,
    min_dwell_minutes = excluded.min_dwell_minutes, interval_minutes = excluded.interval_minutes,
    closed_starts = excluded.closed_starts;

-- write_restaurant_capacity_rules
-- Insert or update the rows of restaurant_capacity_rules that an edit of the house changes. Used
-- by: add_restaurant.
INSERT INTO fourtop.restaurant_capacity_rules (restaurant_id, position, max_covers, max_parties,
    period, weekday, on_date, zone_id, kind)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_capacity_rules.position,
    new_restaurant_capacity_rules.max_covers, new_restaurant_capacity_rules.max_parties,
    new_restaurant_capacity_rules.period, new_restaurant_capacity_rules.weekday,
    new_restaurant_capacity_rules.on_date, new_restaurant_capacity_rules.zone_id,
    new_restaurant_capacity_rules.kind
FROM json_to_recordset(CAST(:restaurant_capacity_rules::VARCHAR AS JSON)) AS new_restaurant_capacity_rules(ordinal INTEGER,
    position INTEGER, max_covers INTEGER, max_parties INTEGER, period TEXT, weekday TEXT, on_date TEXT,
    zone_id TEXT, kind TEXT)
ORDER BY new_restaurant_capacity_rules.ordinal
ON CONFLICT (restaurant_id, position) DO UPDATE
SET max_covers = excluded.max_covers, max_parties = excluded.max_parties, period = excluded.period,
    weekday = excluded.weekday, on_date = excluded.on_date, zone_id = excluded.zone_id, kind = excluded.kind;

-- look_up_restaurant
-- Read the restaurant's versions and its time without a lock. Every query begins here. Used by:
-- house, quote, availability, get_booking, bookings, list_bookings, day, slots, month, feed,
-- table_states, audit, events, events_after, newest event, quote in a host's transaction, archived.
SELECT fourtop.restaurants.floor_version, fourtop.restaurants.policy_version,
    fourtop.restaurants.occupancy_version, CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS "extract(epoch FROM clock_timestamp()) * 1000000",
    fourtop.restaurants.latest_us, CAST(set_config('fourtop.now_us', CAST(greatest(fourtop.restaurants.latest_us,
    CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT), :told_us::BIGINT) AS TEXT),
    true) AS BIGINT) AS set_config_1
FROM fourtop.restaurants
WHERE fourtop.restaurants.id = :restaurant::VARCHAR;

-- load_scope
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: house. Used by: house, edit_policy, edit_restaurant.
SELECT (
    SELECT CAST(json_agg(anon_2.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.restaurants.id, fourtop.restaurants.slug,
            fourtop.restaurants.name, fourtop.restaurants.timezone, fourtop.restaurants.is_active) AS json_build_array_1
        FROM fourtop.restaurants
        WHERE fourtop.restaurants.id = :restaurant::VARCHAR
    ) AS anon_2
) AS anon_1, (
    SELECT CAST(json_agg(anon_4.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.zones.id, fourtop.zones.name, fourtop.zones.sort_order,
            fourtop.zones.area) AS json_build_array_2
        FROM fourtop.zones
        WHERE fourtop.zones.restaurant_id = :restaurant::VARCHAR
    ) AS anon_4
) AS anon_3, (
    SELECT CAST(json_agg(anon_6.json_build_array_3) AS TEXT) AS json_agg_3
    FROM (
        SELECT json_build_array(fourtop.table_inventory.id, fourtop.table_inventory.number,
            fourtop.table_inventory.capacity, fourtop.table_inventory.zone_id,
            fourtop.table_inventory.min_party, fourtop.table_inventory.max_party,
            fourtop.table_inventory.section, fourtop.table_inventory.category,
            fourtop.table_inventory.seating, fourtop.table_inventory.mobility,
            fourtop.table_inventory.out_of_service, fourtop.table_inventory.active,
            fourtop.table_inventory.features, fourtop.table_inventory.position,
            fourtop.table_inventory.notes, fourtop.table_inventory.shape,
            fourtop.table_inventory.length_cm, fourtop.table_inventory.width_cm,
            fourtop.table_inventory.number_scope) AS json_build_array_3
        FROM fourtop.table_inventory
        WHERE fourtop.table_inventory.restaurant_id = :restaurant::VARCHAR
    ) AS anon_6
) AS anon_5, (
    SELECT CAST(json_agg(anon_8.json_build_array_4) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_adjacencies.first_table_id,
            fourtop.table_adjacencies.second_table_id, fourtop.table_adjacencies.seat_loss) AS json_build_array_4
        FROM fourtop.table_adjacencies
        WHERE fourtop.table_adjacencies.restaurant_id = :restaurant::VARCHAR
    ) AS anon_8
) AS anon_7, (
    SELECT CAST(json_agg(anon_10.json_build_array_5) AS TEXT) AS json_agg_5
    FROM (
        SELECT json_build_array(fourtop.table_set_capacities.id,
            fourtop.table_set_capacities.capacity, fourtop.table_set_capacities.min_party) AS json_build_array_5
        FROM fourtop.table_set_capacities
        WHERE fourtop.table_set_capacities.restaurant_id = :restaurant::VARCHAR
    ) AS anon_10
) AS anon_9, (
    SELECT CAST(json_agg(anon_12.json_build_array_6) AS TEXT) AS json_agg_6
    FROM (
        SELECT json_build_array(fourtop.table_set_members.set_id,
            fourtop.table_set_members.table_id) AS json_build_array_6
        FROM fourtop.table_set_members
        WHERE fourtop.table_set_members.restaurant_id = :restaurant::VARCHAR
    ) AS anon_12
) AS anon_11, (
    SELECT CAST(json_agg(anon_14.json_build_array_7) AS TEXT) AS json_agg_7
    FROM (
        SELECT json_build_array(fourtop.table_distances.first_table_id,
            fourtop.table_distances.second_table_id) AS json_build_array_7
        FROM fourtop.table_distances
        WHERE fourtop.table_distances.restaurant_id = :restaurant::VARCHAR
    ) AS anon_14
) AS anon_13, (
    SELECT CAST(json_agg(anon_16.json_build_array_8) AS TEXT) AS json_agg_8
    FROM (
        SELECT json_build_array(fourtop.table_aisles.aisle_id, fourtop.table_aisles.table_id,
            fourtop.table_aisles.is_joined) AS json_build_array_8
        FROM fourtop.table_aisles
        WHERE fourtop.table_aisles.restaurant_id = :restaurant::VARCHAR
    ) AS anon_16
) AS anon_15, (
    SELECT CAST(json_agg(anon_18.json_build_array_9) AS TEXT) AS json_agg_9
    FROM (
        SELECT json_build_array(fourtop.restaurant_policies.reservation_interval_minutes,
            fourtop.restaurant_policies.default_duration_minutes,
            fourtop.restaurant_policies.last_seating_buffer_minutes,
            fourtop.restaurant_policies.joins_within_zone,
            fourtop.restaurant_policies.numbers_unique_in,
            fourtop.restaurant_policies.past_grace_minutes,
            fourtop.restaurant_policies.turn_bands, fourtop.restaurant_policies.closures,
            fourtop.restaurant_policies.adjacency_mode,
            fourtop.restaurant_policies.adjacency_required,
            fourtop.restaurant_policies.adjacency_min_party,
            fourtop.restaurant_policies.max_tables, fourtop.restaurant_policies.slack_budget,
            fourtop.restaurant_policies.staff_max_slack, fourtop.restaurant_policies.score,
            fourtop.restaurant_policies.hold_ttl_seconds,
            fourtop.restaurant_policies.hold_rate_limit,
            fourtop.restaurant_policies.hold_rate_window_seconds,
            fourtop.restaurant_policies.hold_max_live,
            fourtop.restaurant_policies.hold_max_live_per_session,
            fourtop.restaurant_policies.hold_max_lifetime_seconds,
            fourtop.restaurant_policies.channels,
            fourtop.restaurant_policies.guest_stay_least_minutes,
            fourtop.restaurant_policies.guest_stay_most_minutes,
            fourtop.restaurant_policies.early_minutes, fourtop.restaurant_policies.late_minutes,
            fourtop.restaurant_policies.no_show_after_minutes,
            fourtop.restaurant_policies.overstay_minutes,
            fourtop.restaurant_policies.reseat_notice_minutes,
            fourtop.restaurant_policies.scarcities, fourtop.restaurant_policies.enforce_capacity,
            fourtop.restaurant_policies.enforce_capacity_percent,
            fourtop.restaurant_policies.enforce_adjacency,
            fourtop.restaurant_policies.enforce_adjacency_percent) AS json_build_array_9
        FROM fourtop.restaurant_policies
        WHERE fourtop.restaurant_policies.restaurant_id = :restaurant::VARCHAR
    ) AS anon_18
) AS anon_17, (
    SELECT CAST(json_agg(anon_20.json_build_array_10) AS TEXT) AS json_agg_10
    FROM (
        SELECT json_build_array(fourtop.restaurant_occasions.key,
            fourtop.restaurant_occasions.position, fourtop.restaurant_occasions.turn_bands) AS json_build_array_10
        FROM fourtop.restaurant_occasions
        WHERE fourtop.restaurant_occasions.restaurant_id = :restaurant::VARCHAR
    ) AS anon_20
) AS anon_19, (
    SELECT CAST(json_agg(anon_22.json_build_array_11) AS TEXT) AS json_agg_11
    FROM (
        SELECT json_build_array(fourtop.restaurant_service_periods.key,
            fourtop.restaurant_service_periods.start_time,
            fourtop.restaurant_service_periods.end_time,
            fourtop.restaurant_service_periods.weekdays, fourtop.restaurant_service_periods.dates,
            fourtop.restaurant_service_periods.turn_bands,
            fourtop.restaurant_service_periods.buffer_before_minutes,
            fourtop.restaurant_service_periods.buffer_after_minutes,
            fourtop.restaurant_service_periods.last_start_time,
            fourtop.restaurant_service_periods.last_seating_minutes,
            fourtop.restaurant_service_periods.overrun_allowed,
            fourtop.restaurant_service_periods.min_dwell_minutes,
            fourtop.restaurant_service_periods.interval_minutes,
            fourtop.restaurant_service_periods.closed_starts) AS json_build_array_11
        FROM fourtop.restaurant_service_periods
        WHERE fourtop.restaurant_service_periods.restaurant_id = :restaurant::VARCHAR
    ) AS anon_22
) AS anon_21, (
    SELECT CAST(json_agg(anon_24.json_build_array_12) AS TEXT) AS json_agg_12
    FROM (
        SELECT json_build_array(fourtop.restaurant_period_occasions.period,
            fourtop.restaurant_period_occasions.position,
            fourtop.restaurant_period_occasions.occasion) AS json_build_array_12
        FROM fourtop.restaurant_period_occasions
        WHERE fourtop.restaurant_period_occasions.restaurant_id = :restaurant::VARCHAR
    ) AS anon_24
) AS anon_23, (
    SELECT CAST(json_agg(anon_26.json_build_array_13) AS TEXT) AS json_agg_13
    FROM (
        SELECT json_build_array(fourtop.restaurant_capacity_rules.position,
            fourtop.restaurant_capacity_rules.max_covers,
            fourtop.restaurant_capacity_rules.max_parties,
            fourtop.restaurant_capacity_rules.period, fourtop.restaurant_capacity_rules.weekday,
            fourtop.restaurant_capacity_rules.on_date, fourtop.restaurant_capacity_rules.zone_id,
            fourtop.restaurant_capacity_rules.kind) AS json_build_array_13
        FROM fourtop.restaurant_capacity_rules
        WHERE fourtop.restaurant_capacity_rules.restaurant_id = :restaurant::VARCHAR
    ) AS anon_26
) AS anon_25, (
    SELECT CAST(json_agg(anon_28.json_build_array_14) AS TEXT) AS json_agg_14
    FROM (
        SELECT json_build_array(fourtop.restaurant_booking_windows.position,
            fourtop.restaurant_booking_windows.notice_minutes,
            fourtop.restaurant_booking_windows.horizon_days,
            fourtop.restaurant_booking_windows.channel,
            fourtop.restaurant_booking_windows.min_party,
            fourtop.restaurant_booking_windows.max_party) AS json_build_array_14
        FROM fourtop.restaurant_booking_windows
        WHERE fourtop.restaurant_booking_windows.restaurant_id = :restaurant::VARCHAR
    ) AS anon_28
) AS anon_27, (
    SELECT CAST(json_agg(anon_30.json_build_array_15) AS TEXT) AS json_agg_15
    FROM (
        SELECT json_build_array(fourtop.restaurant_date_exceptions.position,
            fourtop.restaurant_date_exceptions.on_date, fourtop.restaurant_date_exceptions.period,
            fourtop.restaurant_date_exceptions.closed,
            fourtop.restaurant_date_exceptions.start_time,
            fourtop.restaurant_date_exceptions.end_time,
            fourtop.restaurant_date_exceptions.last_start_time,
            fourtop.restaurant_date_exceptions.interval_minutes,
            fourtop.restaurant_date_exceptions.closed_starts) AS json_build_array_15
        FROM fourtop.restaurant_date_exceptions
        WHERE fourtop.restaurant_date_exceptions.restaurant_id = :restaurant::VARCHAR
    ) AS anon_30
) AS anon_29, (
    SELECT CAST(json_agg(anon_32.json_build_array_16) AS TEXT) AS json_agg_16
    FROM (
        SELECT json_build_array(fourtop.restaurant_pacing_rules.position,
            fourtop.restaurant_pacing_rules.interval_minutes,
            fourtop.restaurant_pacing_rules.max_covers,
            fourtop.restaurant_pacing_rules.max_parties, fourtop.restaurant_pacing_rules.spread,
            fourtop.restaurant_pacing_rules.period, fourtop.restaurant_pacing_rules.weekday,
            fourtop.restaurant_pacing_rules.on_date, fourtop.restaurant_pacing_rules.kind) AS json_build_array_16
        FROM fourtop.restaurant_pacing_rules
        WHERE fourtop.restaurant_pacing_rules.restaurant_id = :restaurant::VARCHAR
    ) AS anon_32
) AS anon_31, (
    SELECT CAST(json_agg(anon_34.json_build_array_17) AS TEXT) AS json_agg_17
    FROM (
        SELECT json_build_array(fourtop.restaurant_channel_shares.position,
            fourtop.restaurant_channel_shares.channel, fourtop.restaurant_channel_shares.covers,
            fourtop.restaurant_channel_shares.period, fourtop.restaurant_channel_shares.weekday,
            fourtop.restaurant_channel_shares.on_date,
            fourtop.restaurant_channel_shares.release_minutes) AS json_build_array_17
        FROM fourtop.restaurant_channel_shares
        WHERE fourtop.restaurant_channel_shares.restaurant_id = :restaurant::VARCHAR
    ) AS anon_34
) AS anon_33, (
    SELECT CAST(json_agg(anon_36.json_build_array_18) AS TEXT) AS json_agg_18
    FROM (
        SELECT json_build_array(fourtop.restaurant_zone_rules.position,
            fourtop.restaurant_zone_rules.zone_id, fourtop.restaurant_zone_rules.closed,
            fourtop.restaurant_zone_rules.start_time, fourtop.restaurant_zone_rules.end_time,
            fourtop.restaurant_zone_rules.last_start_time, fourtop.restaurant_zone_rules.weekdays,
            fourtop.restaurant_zone_rules.season, fourtop.restaurant_zone_rules.turn_bands) AS json_build_array_18
        FROM fourtop.restaurant_zone_rules
        WHERE fourtop.restaurant_zone_rules.restaurant_id = :restaurant::VARCHAR
    ) AS anon_36
) AS anon_35, (
    SELECT CAST(json_agg(anon_38.json_build_array_19) AS TEXT) AS json_agg_19
    FROM (
        SELECT json_build_array(fourtop.restaurant_walk_in_rules.position,
            fourtop.restaurant_walk_in_rules.weekdays, fourtop.restaurant_walk_in_rules.dates,
            fourtop.restaurant_walk_in_rules.period) AS json_build_array_19
        FROM fourtop.restaurant_walk_in_rules
        WHERE fourtop.restaurant_walk_in_rules.restaurant_id = :restaurant::VARCHAR
    ) AS anon_38
) AS anon_37, (
    SELECT CAST(json_agg(anon_40.json_build_array_20) AS TEXT) AS json_agg_20
    FROM (
        SELECT json_build_array(fourtop.restaurant_demand_profiles.position,
            fourtop.restaurant_demand_profiles.name,
            fourtop.restaurant_demand_profiles.multiplier,
            fourtop.restaurant_demand_profiles.start_time,
            fourtop.restaurant_demand_profiles.end_time,
            fourtop.restaurant_demand_profiles.weekdays,
            fourtop.restaurant_demand_profiles.period,
            fourtop.restaurant_demand_profiles.priority) AS json_build_array_20
        FROM fourtop.restaurant_demand_profiles
        WHERE fourtop.restaurant_demand_profiles.restaurant_id = :restaurant::VARCHAR
    ) AS anon_40
) AS anon_39, (
    SELECT CAST(json_agg(anon_42.json_build_array_21) AS TEXT) AS json_agg_21
    FROM (
        SELECT json_build_array(fourtop.restaurant_walk_in_tables.rule_position,
            fourtop.restaurant_walk_in_tables.table_id) AS json_build_array_21
        FROM fourtop.restaurant_walk_in_tables
        WHERE fourtop.restaurant_walk_in_tables.restaurant_id = :restaurant::VARCHAR
    ) AS anon_42
) AS anon_41;

-- load_scope 2
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers. Used by: quote, availability,
-- month, feed, book in a host's transaction, quote in a host's transaction.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id IN (
            SELECT fourtop.bookings.id
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        )
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'pending_allocation'
            AND fourtop.bookings.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.bookings.occupied_start_us < :w0_end::BIGINT
            AND fourtop.bookings.occupied_end_us > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND fourtop.bookings.dining_start_us > :w0_start::BIGINT - 136800000000
            AND fourtop.bookings.dining_start_us < :w0_end::BIGINT + 136800000000 AND fourtop.bookings.assigned_us IS NULL
            AND coalesce(fourtop.bookings.wait_earliest_us, fourtop.bookings.dining_start_us) - (fourtop.bookings.dining_start_us - fourtop.bookings.occupied_start_us) < :w0_end::BIGINT
            AND coalesce(fourtop.bookings.wait_latest_us, fourtop.bookings.dining_start_us) + (fourtop.bookings.occupied_end_us - fourtop.bookings.dining_start_us) > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
    ) AS anon_2
) AS bookings, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :w0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :w0_start::BIGINT
    ) AS anon_3
) AS holds, (
    SELECT CAST(json_agg(anon_4.json_build_array_4) AS TEXT) AS json_agg_6
    FROM (
        SELECT json_build_array(fourtop.bookings.dining_start_us, sum(fourtop.bookings.party_size),
            count(*)) AS json_build_array_4
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :c0_start::BIGINT
            AND fourtop.bookings.dining_start_us < :c0_end::BIGINT AND fourtop.bookings.status IN ('pending',
            'pending_allocation', 'confirmed', 'checked_in', 'completed')
        GROUP BY fourtop.bookings.dining_start_us
    ) AS anon_4
) AS headcounts, (
    SELECT CAST(json_agg(anon_5.json_build_array_5) AS TEXT) AS json_agg_7
    FROM (
        SELECT json_build_array(fourtop.table_holds.dining_start_us, fourtop.table_holds.id,
            fourtop.table_holds.party_size, (
            SELECT fourtop.bookings.dining_start_us
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = fourtop.table_holds.restaurant_id AND fourtop.bookings.id = fourtop.table_holds.booking_id
                AND fourtop.bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_build_array_5
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :c0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :c0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :c0_start::BIGINT AND fourtop.table_holds.expires_us > CAST(current_setting('fourtop.now_us') AS BIGINT)
            AND fourtop.table_holds.dining_start_us >= :c0_start::BIGINT AND fourtop.table_holds.dining_start_us < :c0_end::BIGINT
    ) AS anon_5
) AS held_covers;

-- lock_restaurant
-- Lock the restaurant's row and read its versions and its time. Every command begins here, so the
-- commands of a restaurant run one after the other. Used by: hold, release_hold, hold with a key
-- and a session, extend_hold, confirm, confirm again with the same key, book, open_slot,
-- reschedule, move, cancel, block, unblock, edit_floor, edit_policy, edit_restaurant, book in a
-- host's transaction, a hold that expires, sweep_holds, remove_restaurant.
UPDATE fourtop.restaurants
SET latest_us=greatest(fourtop.restaurants.latest_us, CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT))
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.floor_version, fourtop.restaurants.policy_version,
    fourtop.restaurants.occupancy_version, CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS "extract(epoch FROM clock_timestamp()) * 1000000",
    fourtop.restaurants.latest_us, CAST(set_config('fourtop.now_us', CAST(greatest(fourtop.restaurants.latest_us,
    CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT), :told_us::BIGINT) AS TEXT),
    true) AS BIGINT) AS set_config_1;

-- load_scope 3
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers, alive. Used by: hold, a hold
-- that expires.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id IN (
            SELECT fourtop.bookings.id
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        )
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'pending_allocation'
            AND fourtop.bookings.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.bookings.occupied_start_us < :w0_end::BIGINT
            AND fourtop.bookings.occupied_end_us > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND fourtop.bookings.dining_start_us > :w0_start::BIGINT - 136800000000
            AND fourtop.bookings.dining_start_us < :w0_end::BIGINT + 136800000000 AND fourtop.bookings.assigned_us IS NULL
            AND coalesce(fourtop.bookings.wait_earliest_us, fourtop.bookings.dining_start_us) - (fourtop.bookings.dining_start_us - fourtop.bookings.occupied_start_us) < :w0_end::BIGINT
            AND coalesce(fourtop.bookings.wait_latest_us, fourtop.bookings.dining_start_us) + (fourtop.bookings.occupied_end_us - fourtop.bookings.dining_start_us) > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
    ) AS anon_2
) AS bookings, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :w0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :w0_start::BIGINT
    ) AS anon_3
) AS holds, (
    SELECT CAST(json_agg(anon_4.json_build_array_4) AS TEXT) AS json_agg_6
    FROM (
        SELECT json_build_array(fourtop.bookings.dining_start_us, sum(fourtop.bookings.party_size),
            count(*)) AS json_build_array_4
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :c0_start::BIGINT
            AND fourtop.bookings.dining_start_us < :c0_end::BIGINT AND fourtop.bookings.status IN ('pending',
            'pending_allocation', 'confirmed', 'checked_in', 'completed')
        GROUP BY fourtop.bookings.dining_start_us
    ) AS anon_4
) AS headcounts, (
    SELECT CAST(json_agg(anon_5.json_build_array_5) AS TEXT) AS json_agg_7
    FROM (
        SELECT json_build_array(fourtop.table_holds.dining_start_us, fourtop.table_holds.id,
            fourtop.table_holds.party_size, (
            SELECT fourtop.bookings.dining_start_us
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = fourtop.table_holds.restaurant_id AND fourtop.bookings.id = fourtop.table_holds.booking_id
                AND fourtop.bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_build_array_5
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :c0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :c0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :c0_start::BIGINT AND fourtop.table_holds.expires_us > CAST(current_setting('fourtop.now_us') AS BIGINT)
            AND fourtop.table_holds.dining_start_us >= :c0_start::BIGINT AND fourtop.table_holds.dining_start_us < :c0_end::BIGINT
    ) AS anon_5
) AS held_covers, (
    SELECT CAST(json_agg(anon_6.json_build_array_6) AS TEXT) AS json_agg_8
    FROM (
        SELECT json_build_array(NULL, count(*)) AS json_build_array_6
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.expires_us > CAST(current_setting('fourtop.now_us') AS BIGINT)
    ) AS anon_6
) AS alive;

-- write_changes
-- Raise the restaurant's versions and store its time; in the same statement: insert holds
-- (holds_added); insert the tables of holds (members); insert allocations; the database refuses an
-- overlap (added); insert events into the outbox (events). Fail if a removal or an update has
-- touched another number of rows than expected. Used by: hold, a hold that expires.
WITH did_holds_added AS (
    INSERT INTO fourtop.table_holds (restaurant_id, id, party_size, state, created_us, expires_us,
        fingerprint, actor_id, actor_role, booking_id, session, past_reason, must, wish,
        names_tables, asked_occasion, channel, minutes, reference, life_start_us, overrides,
        would_refuse, period, service_date, occasion, dining_start_us, dining_end_us,
        occupied_start_us, occupied_end_us, turn_minutes, is_clamped)
    SELECT :restaurant::VARCHAR AS anon_1, new_holds_added.id AS id, new_holds_added.party_size AS party_size,
        new_holds_added.state AS state, new_holds_added.created_us AS created_us,
        new_holds_added.expires_us AS expires_us, new_holds_added.fingerprint AS fingerprint,
        new_holds_added.actor_id AS actor_id, new_holds_added.actor_role AS actor_role,
        new_holds_added.booking_id AS booking_id, new_holds_added.session AS session,
        new_holds_added.past_reason AS past_reason, new_holds_added.must AS must,
        new_holds_added.wish AS wish, new_holds_added.names_tables AS names_tables,
        new_holds_added.asked_occasion AS asked_occasion, new_holds_added.channel AS channel,
        new_holds_added.minutes AS minutes, new_holds_added.reference AS reference,
        new_holds_added.life_start_us AS life_start_us, new_holds_added.overrides AS overrides,
        new_holds_added.would_refuse AS would_refuse, new_holds_added.period AS period,
        new_holds_added.service_date AS service_date, new_holds_added.occasion AS occasion,
        new_holds_added.dining_start_us AS dining_start_us, new_holds_added.dining_end_us AS dining_end_us,
        new_holds_added.occupied_start_us AS occupied_start_us, new_holds_added.occupied_end_us AS occupied_end_us,
        new_holds_added.turn_minutes AS turn_minutes, new_holds_added.is_clamped AS is_clamped
    FROM json_to_recordset(CAST(:holds_added::VARCHAR AS JSON)) AS new_holds_added(ordinal INTEGER,
        id TEXT, party_size INTEGER, state TEXT, created_us BIGINT, expires_us BIGINT,
        fingerprint TEXT, actor_id TEXT, actor_role TEXT, booking_id TEXT, session TEXT,
        past_reason TEXT, must JSON, wish JSON, names_tables BOOLEAN, asked_occasion TEXT,
        channel TEXT, minutes INTEGER, reference TEXT, life_start_us BIGINT, overrides JSON,
        would_refuse TEXT, period TEXT, service_date TEXT, occasion TEXT, dining_start_us BIGINT,
        dining_end_us BIGINT, occupied_start_us BIGINT, occupied_end_us BIGINT, turn_minutes INTEGER,
        is_clamped BOOLEAN)
    ORDER BY new_holds_added.ordinal
), did_members AS (
    INSERT INTO fourtop.table_hold_members (restaurant_id, hold_id, position, table_id)
    SELECT :restaurant::VARCHAR AS anon_2, new_members.hold_id AS hold_id, new_members.position AS position,
        new_members.table_id AS table_id
    FROM json_to_recordset(CAST(:members::VARCHAR AS JSON)) AS new_members(ordinal INTEGER,
        hold_id TEXT, position INTEGER, table_id TEXT)
    ORDER BY new_members.ordinal
), did_added AS (
    INSERT INTO fourtop.allocations (restaurant_id, id, resource_type, resource_id, start_us,
        end_us, hold_id, booking_id, block_id, shadow)
    SELECT :restaurant::VARCHAR AS anon_3, new_added.id AS id, new_added.resource_type AS resource_type,
        new_added.resource_id AS resource_id, new_added.start_us AS start_us, new_added.end_us AS end_us,
        new_added.hold_id AS hold_id, new_added.booking_id AS booking_id, new_added.block_id AS block_id,
        new_added.shadow AS shadow
    FROM json_to_recordset(CAST(:added::VARCHAR AS JSON)) AS new_added(ordinal INTEGER, id TEXT,
        resource_type TEXT, resource_id TEXT, start_us BIGINT, end_us BIGINT, hold_id TEXT,
        booking_id TEXT, block_id TEXT, shadow BOOLEAN)
    ORDER BY new_added.ordinal
), did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_4, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id;

-- load_scope 4
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, holds, confirmations. Used by: release_hold, extend_hold, sweep_holds.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.hold_id = :holds::VARCHAR
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_3
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_2
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.id = :holds::VARCHAR
    ) AS anon_2
) AS holds, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.booking_confirmation_results.id,
            fourtop.booking_confirmation_results.hold_id,
            fourtop.booking_confirmation_results.booking_id,
            fourtop.booking_confirmation_results.idempotency_key,
            fourtop.booking_confirmation_results.confirmed,
            fourtop.booking_confirmation_results.checked_us,
            fourtop.booking_confirmation_results.occupied_start_us,
            fourtop.booking_confirmation_results.occupied_end_us,
            fourtop.booking_confirmation_results.rivals,
            fourtop.booking_confirmation_results.code,
            fourtop.booking_confirmation_results.details,
            fourtop.booking_confirmation_results.actor_id,
            fourtop.booking_confirmation_results.actor_role, (
            SELECT json_agg(fourtop.booking_confirmation_tables.table_id ORDER BY fourtop.booking_confirmation_tables.position) AS json_agg_5
            FROM fourtop.booking_confirmation_tables
            WHERE fourtop.booking_confirmation_tables.restaurant_id = fourtop.booking_confirmation_results.restaurant_id
                AND fourtop.booking_confirmation_tables.result_id = fourtop.booking_confirmation_results.id
        ), (
            SELECT json_agg(fourtop.booking_confirmation_tables.capacity ORDER BY fourtop.booking_confirmation_tables.position) AS json_agg_6
            FROM fourtop.booking_confirmation_tables
            WHERE fourtop.booking_confirmation_tables.restaurant_id = fourtop.booking_confirmation_results.restaurant_id
                AND fourtop.booking_confirmation_tables.result_id = fourtop.booking_confirmation_results.id
        )) AS json_build_array_3
        FROM fourtop.booking_confirmation_results
        WHERE fourtop.booking_confirmation_results.restaurant_id = :restaurant::VARCHAR AND fourtop.booking_confirmation_results.hold_id = :holds::VARCHAR
    ) AS anon_3
) AS confirmations;

-- write_changes 2
-- Raise the restaurant's versions and store its time; in the same statement: delete allocations, if
-- they are stored as the decision read them (removed); update the state and expiry of holds
-- (holds_changed); insert events into the outbox (events). Fail if a removal or an update has
-- touched another number of rows than expected. Used by: release_hold, sweep_holds.
WITH did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_1, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
), did_removed AS (
    DELETE
    FROM fourtop.allocations
    WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.id = ANY (:removed_ids::TEXT[])
        AND (EXISTS (
        SELECT 1
        FROM json_to_recordset(CAST(:removed::VARCHAR AS JSON)) AS new_removed(ordinal INTEGER,
            id TEXT, old_resource_type TEXT, old_resource_id TEXT, old_start_us BIGINT,
            old_end_us BIGINT, old_hold_id TEXT, old_booking_id TEXT, old_block_id TEXT,
            old_shadow BOOLEAN)
        WHERE fourtop.allocations.id = new_removed.id AND fourtop.allocations.resource_type IS NOT DISTINCT
        FROM new_removed.old_resource_type AND fourtop.allocations.resource_id IS NOT DISTINCT
        FROM new_removed.old_resource_id AND fourtop.allocations.start_us IS NOT DISTINCT
        FROM new_removed.old_start_us AND fourtop.allocations.end_us IS NOT DISTINCT
        FROM new_removed.old_end_us AND fourtop.allocations.hold_id IS NOT DISTINCT
        FROM new_removed.old_hold_id AND fourtop.allocations.booking_id IS NOT DISTINCT
        FROM new_removed.old_booking_id AND fourtop.allocations.block_id IS NOT DISTINCT
        FROM new_removed.old_block_id AND fourtop.allocations.shadow IS NOT DISTINCT
        FROM new_removed.old_shadow
    ))
    RETURNING fourtop.allocations.id
), did_holds_changed AS (
    UPDATE fourtop.table_holds
    SET state=new_holds_changed.state, expires_us=new_holds_changed.expires_us
    FROM json_to_recordset(CAST(:holds_changed::VARCHAR AS JSON)) AS new_holds_changed(ordinal INTEGER,
        id TEXT, state TEXT, expires_us BIGINT)
    WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.id = :holds_changed_ids::VARCHAR
        AND fourtop.table_holds.id = new_holds_changed.id
    RETURNING fourtop.table_holds.id
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id, CAST(CASE WHEN ((
    SELECT count(*) AS count_1
    FROM did_removed
) = :removed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_2,
    CAST(CASE WHEN ((
    SELECT count(*) AS count_2
    FROM did_holds_changed
) = :holds_changed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_3;

-- load_scope 5
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers, alive, stored_results. Used by:
-- hold with a key and a session.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id IN (
            SELECT fourtop.bookings.id
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        )
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'pending_allocation'
            AND fourtop.bookings.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.bookings.occupied_start_us < :w0_end::BIGINT
            AND fourtop.bookings.occupied_end_us > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND fourtop.bookings.dining_start_us > :w0_start::BIGINT - 136800000000
            AND fourtop.bookings.dining_start_us < :w0_end::BIGINT + 136800000000 AND fourtop.bookings.assigned_us IS NULL
            AND coalesce(fourtop.bookings.wait_earliest_us, fourtop.bookings.dining_start_us) - (fourtop.bookings.dining_start_us - fourtop.bookings.occupied_start_us) < :w0_end::BIGINT
            AND coalesce(fourtop.bookings.wait_latest_us, fourtop.bookings.dining_start_us) + (fourtop.bookings.occupied_end_us - fourtop.bookings.dining_start_us) > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
    ) AS anon_2
) AS bookings, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :w0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :w0_start::BIGINT
    ) AS anon_3
) AS holds, (
    SELECT CAST(json_agg(anon_4.json_build_array_4) AS TEXT) AS json_agg_6
    FROM (
        SELECT json_build_array(fourtop.bookings.dining_start_us, sum(fourtop.bookings.party_size),
            count(*)) AS json_build_array_4
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :c0_start::BIGINT
            AND fourtop.bookings.dining_start_us < :c0_end::BIGINT AND fourtop.bookings.status IN ('pending',
            'pending_allocation', 'confirmed', 'checked_in', 'completed')
        GROUP BY fourtop.bookings.dining_start_us
    ) AS anon_4
) AS headcounts, (
    SELECT CAST(json_agg(anon_5.json_build_array_5) AS TEXT) AS json_agg_7
    FROM (
        SELECT json_build_array(fourtop.table_holds.dining_start_us, fourtop.table_holds.id,
            fourtop.table_holds.party_size, (
            SELECT fourtop.bookings.dining_start_us
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = fourtop.table_holds.restaurant_id AND fourtop.bookings.id = fourtop.table_holds.booking_id
                AND fourtop.bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_build_array_5
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :c0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :c0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :c0_start::BIGINT AND fourtop.table_holds.expires_us > CAST(current_setting('fourtop.now_us') AS BIGINT)
            AND fourtop.table_holds.dining_start_us >= :c0_start::BIGINT AND fourtop.table_holds.dining_start_us < :c0_end::BIGINT
    ) AS anon_5
) AS held_covers, (
    SELECT CAST(json_agg(anon_6.json_build_array_6) AS TEXT) AS json_agg_8
    FROM (
        SELECT json_build_array(NULL, count(*)) AS json_build_array_6
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.expires_us > CAST(current_setting('fourtop.now_us') AS BIGINT)
        UNION ALL
        SELECT json_build_array(fourtop.table_holds.session, count(*)) AS json_build_array_7
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.expires_us > CAST(current_setting('fourtop.now_us') AS BIGINT)
            AND fourtop.table_holds.session = :sessions::VARCHAR
        GROUP BY fourtop.table_holds.session
    ) AS anon_6
) AS alive, (
    SELECT CAST(json_agg(anon_7.json_build_array_8) AS TEXT) AS json_agg_9
    FROM (
        SELECT json_build_array(fourtop.command_results.command,
            fourtop.command_results.idempotency_key, fourtop.command_results.fingerprint,
            fourtop.command_results.result, fourtop.command_results.stored_us) AS json_build_array_8
        FROM fourtop.command_results
        WHERE fourtop.command_results.restaurant_id = :restaurant::VARCHAR AND fourtop.command_results.command = :a0_command::VARCHAR
            AND fourtop.command_results.idempotency_key = :a0_key::VARCHAR
    ) AS anon_7
) AS stored_results;

-- write_changes 3
-- Raise the restaurant's versions and store its time; in the same statement: insert holds
-- (holds_added); insert the tables of holds (members); insert allocations; the database refuses an
-- overlap (added); insert the stored results of commands (stored_results); insert events into the
-- outbox (events). Fail if a removal or an update has touched another number of rows than expected.
-- Used by: hold with a key and a session.
WITH did_holds_added AS (
    INSERT INTO fourtop.table_holds (restaurant_id, id, party_size, state, created_us, expires_us,
        fingerprint, actor_id, actor_role, booking_id, session, past_reason, must, wish,
        names_tables, asked_occasion, channel, minutes, reference, life_start_us, overrides,
        would_refuse, period, service_date, occasion, dining_start_us, dining_end_us,
        occupied_start_us, occupied_end_us, turn_minutes, is_clamped)
    SELECT :restaurant::VARCHAR AS anon_1, new_holds_added.id AS id, new_holds_added.party_size AS party_size,
        new_holds_added.state AS state, new_holds_added.created_us AS created_us,
        new_holds_added.expires_us AS expires_us, new_holds_added.fingerprint AS fingerprint,
        new_holds_added.actor_id AS actor_id, new_holds_added.actor_role AS actor_role,
        new_holds_added.booking_id AS booking_id, new_holds_added.session AS session,
        new_holds_added.past_reason AS past_reason, new_holds_added.must AS must,
        new_holds_added.wish AS wish, new_holds_added.names_tables AS names_tables,
        new_holds_added.asked_occasion AS asked_occasion, new_holds_added.channel AS channel,
        new_holds_added.minutes AS minutes, new_holds_added.reference AS reference,
        new_holds_added.life_start_us AS life_start_us, new_holds_added.overrides AS overrides,
        new_holds_added.would_refuse AS would_refuse, new_holds_added.period AS period,
        new_holds_added.service_date AS service_date, new_holds_added.occasion AS occasion,
        new_holds_added.dining_start_us AS dining_start_us, new_holds_added.dining_end_us AS dining_end_us,
        new_holds_added.occupied_start_us AS occupied_start_us, new_holds_added.occupied_end_us AS occupied_end_us,
        new_holds_added.turn_minutes AS turn_minutes, new_holds_added.is_clamped AS is_clamped
    FROM json_to_recordset(CAST(:holds_added::VARCHAR AS JSON)) AS new_holds_added(ordinal INTEGER,
        id TEXT, party_size INTEGER, state TEXT, created_us BIGINT, expires_us BIGINT,
        fingerprint TEXT, actor_id TEXT, actor_role TEXT, booking_id TEXT, session TEXT,
        past_reason TEXT, must JSON, wish JSON, names_tables BOOLEAN, asked_occasion TEXT,
        channel TEXT, minutes INTEGER, reference TEXT, life_start_us BIGINT, overrides JSON,
        would_refuse TEXT, period TEXT, service_date TEXT, occasion TEXT, dining_start_us BIGINT,
        dining_end_us BIGINT, occupied_start_us BIGINT, occupied_end_us BIGINT, turn_minutes INTEGER,
        is_clamped BOOLEAN)
    ORDER BY new_holds_added.ordinal
), did_members AS (
    INSERT INTO fourtop.table_hold_members (restaurant_id, hold_id, position, table_id)
    SELECT :restaurant::VARCHAR AS anon_2, new_members.hold_id AS hold_id, new_members.position AS position,
        new_members.table_id AS table_id
    FROM json_to_recordset(CAST(:members::VARCHAR AS JSON)) AS new_members(ordinal INTEGER,
        hold_id TEXT, position INTEGER, table_id TEXT)
    ORDER BY new_members.ordinal
), did_added AS (
    INSERT INTO fourtop.allocations (restaurant_id, id, resource_type, resource_id, start_us,
        end_us, hold_id, booking_id, block_id, shadow)
    SELECT :restaurant::VARCHAR AS anon_3, new_added.id AS id, new_added.resource_type AS resource_type,
        new_added.resource_id AS resource_id, new_added.start_us AS start_us, new_added.end_us AS end_us,
        new_added.hold_id AS hold_id, new_added.booking_id AS booking_id, new_added.block_id AS block_id,
        new_added.shadow AS shadow
    FROM json_to_recordset(CAST(:added::VARCHAR AS JSON)) AS new_added(ordinal INTEGER, id TEXT,
        resource_type TEXT, resource_id TEXT, start_us BIGINT, end_us BIGINT, hold_id TEXT,
        booking_id TEXT, block_id TEXT, shadow BOOLEAN)
    ORDER BY new_added.ordinal
), did_stored_results AS (
    INSERT INTO fourtop.command_results (restaurant_id, command, idempotency_key, fingerprint,
        result, stored_us)
    SELECT :restaurant::VARCHAR AS anon_4, new_stored_results.command AS command,
        new_stored_results.idempotency_key AS idempotency_key, new_stored_results.fingerprint AS fingerprint,
        new_stored_results.result AS result, new_stored_results.stored_us AS stored_us
    FROM json_to_recordset(CAST(:stored_results::VARCHAR AS JSON)) AS new_stored_results(ordinal INTEGER,
        command TEXT, idempotency_key TEXT, fingerprint TEXT, result TEXT, stored_us BIGINT)
    ORDER BY new_stored_results.ordinal
), did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_5, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id;

-- write_changes 4
-- Raise the restaurant's versions and store its time; in the same statement: update the state and
-- expiry of holds (holds_changed); insert events into the outbox (events). Fail if a removal or an
-- update has touched another number of rows than expected. Used by: extend_hold.
WITH did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_1, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
), did_holds_changed AS (
    UPDATE fourtop.table_holds
    SET state=new_holds_changed.state, expires_us=new_holds_changed.expires_us
    FROM json_to_recordset(CAST(:holds_changed::VARCHAR AS JSON)) AS new_holds_changed(ordinal INTEGER,
        id TEXT, state TEXT, expires_us BIGINT)
    WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.id = :holds_changed_ids::VARCHAR
        AND fourtop.table_holds.id = new_holds_changed.id
    RETURNING fourtop.table_holds.id
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id, CAST(CASE WHEN ((
    SELECT count(*) AS count_1
    FROM did_holds_changed
) = :holds_changed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_2;

-- load_scope 6
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, holds, confirmations, stored_results. Used by: confirm, confirm again with
-- the same key.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.hold_id = :holds::VARCHAR
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_3
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_2
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.id = :holds::VARCHAR
    ) AS anon_2
) AS holds, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.booking_confirmation_results.id,
            fourtop.booking_confirmation_results.hold_id,
            fourtop.booking_confirmation_results.booking_id,
            fourtop.booking_confirmation_results.idempotency_key,
            fourtop.booking_confirmation_results.confirmed,
            fourtop.booking_confirmation_results.checked_us,
            fourtop.booking_confirmation_results.occupied_start_us,
            fourtop.booking_confirmation_results.occupied_end_us,
            fourtop.booking_confirmation_results.rivals,
            fourtop.booking_confirmation_results.code,
            fourtop.booking_confirmation_results.details,
            fourtop.booking_confirmation_results.actor_id,
            fourtop.booking_confirmation_results.actor_role, (
            SELECT json_agg(fourtop.booking_confirmation_tables.table_id ORDER BY fourtop.booking_confirmation_tables.position) AS json_agg_5
            FROM fourtop.booking_confirmation_tables
            WHERE fourtop.booking_confirmation_tables.restaurant_id = fourtop.booking_confirmation_results.restaurant_id
                AND fourtop.booking_confirmation_tables.result_id = fourtop.booking_confirmation_results.id
        ), (
            SELECT json_agg(fourtop.booking_confirmation_tables.capacity ORDER BY fourtop.booking_confirmation_tables.position) AS json_agg_6
            FROM fourtop.booking_confirmation_tables
            WHERE fourtop.booking_confirmation_tables.restaurant_id = fourtop.booking_confirmation_results.restaurant_id
                AND fourtop.booking_confirmation_tables.result_id = fourtop.booking_confirmation_results.id
        )) AS json_build_array_3
        FROM fourtop.booking_confirmation_results
        WHERE fourtop.booking_confirmation_results.restaurant_id = :restaurant::VARCHAR AND fourtop.booking_confirmation_results.hold_id = :holds::VARCHAR
    ) AS anon_3
) AS confirmations, (
    SELECT CAST(json_agg(anon_4.json_build_array_4) AS TEXT) AS json_agg_7
    FROM (
        SELECT json_build_array(fourtop.command_results.command,
            fourtop.command_results.idempotency_key, fourtop.command_results.fingerprint,
            fourtop.command_results.result, fourtop.command_results.stored_us) AS json_build_array_4
        FROM fourtop.command_results
        WHERE fourtop.command_results.restaurant_id = :restaurant::VARCHAR AND fourtop.command_results.command = :a0_command::VARCHAR
            AND fourtop.command_results.idempotency_key = :a0_key::VARCHAR
    ) AS anon_4
) AS stored_results;

-- write_changes 5
-- Raise the restaurant's versions and store its time; in the same statement: delete allocations, if
-- they are stored as the decision read them (removed); update allocations, if they are stored as
-- the decision read them (replaced); insert bookings (bookings_added); insert or update the table
-- assignments of bookings (assignments); update the state and expiry of holds (holds_changed);
-- insert the evidence of confirmations (confirmations); insert the tables that the evidence is
-- about (confirmation_tables); insert the stored results of commands (stored_results); insert
-- events into the outbox (events). Fail if a removal or an update has touched another number of
-- rows than expected. Used by: confirm.
WITH did_bookings_added AS (
    INSERT INTO fourtop.bookings (restaurant_id, id, party_size, status, version, created_us,
        updated_us, actor_id, actor_role, past_reason, period, service_date, occasion,
        dining_start_us, dining_end_us, occupied_start_us, occupied_end_us, turn_minutes,
        is_clamped, merge_group_id, assigned_start_us, assigned_end_us, assigned_us,
        assigned_by_id, assigned_by_role, names_tables, asked_occasion, channel, minutes,
        reference, local_start, seated_us, left_us, last_status, last_start_us, last_end_us,
        last_step_us, is_pinned, would_refuse, wait_earliest_us, wait_latest_us, wait_until_us,
        offers, must, wish, overrides)
    SELECT :restaurant::VARCHAR AS anon_1, new_bookings_added.id AS id,
        new_bookings_added.party_size AS party_size, new_bookings_added.status AS status,
        new_bookings_added.version AS version, new_bookings_added.created_us AS created_us,
        new_bookings_added.updated_us AS updated_us, new_bookings_added.actor_id AS actor_id,
        new_bookings_added.actor_role AS actor_role, new_bookings_added.past_reason AS past_reason,
        new_bookings_added.period AS period, new_bookings_added.service_date AS service_date,
        new_bookings_added.occasion AS occasion, new_bookings_added.dining_start_us AS dining_start_us,
        new_bookings_added.dining_end_us AS dining_end_us, new_bookings_added.occupied_start_us AS occupied_start_us,
        new_bookings_added.occupied_end_us AS occupied_end_us, new_bookings_added.turn_minutes AS turn_minutes,
        new_bookings_added.is_clamped AS is_clamped, new_bookings_added.merge_group_id AS merge_group_id,
        new_bookings_added.assigned_start_us AS assigned_start_us,
        new_bookings_added.assigned_end_us AS assigned_end_us, new_bookings_added.assigned_us AS assigned_us,
        new_bookings_added.assigned_by_id AS assigned_by_id, new_bookings_added.assigned_by_role AS assigned_by_role,
        new_bookings_added.names_tables AS names_tables, new_bookings_added.asked_occasion AS asked_occasion,
        new_bookings_added.channel AS channel, new_bookings_added.minutes AS minutes,
        new_bookings_added.reference AS reference, new_bookings_added.local_start AS local_start,
        new_bookings_added.seated_us AS seated_us, new_bookings_added.left_us AS left_us,
        new_bookings_added.last_status AS last_status, new_bookings_added.last_start_us AS last_start_us,
        new_bookings_added.last_end_us AS last_end_us, new_bookings_added.last_step_us AS last_step_us,
        new_bookings_added.is_pinned AS is_pinned, new_bookings_added.would_refuse AS would_refuse,
        new_bookings_added.wait_earliest_us AS wait_earliest_us,
        new_bookings_added.wait_latest_us AS wait_latest_us, new_bookings_added.wait_until_us AS wait_until_us,
        new_bookings_added.offers AS offers, new_bookings_added.must AS must,
        new_bookings_added.wish AS wish, new_bookings_added.overrides AS overrides
    FROM json_to_recordset(CAST(:bookings_added::VARCHAR AS JSON)) AS new_bookings_added(ordinal INTEGER,
        id TEXT, party_size INTEGER, status TEXT, version BIGINT, created_us BIGINT, updated_us BIGINT,
        actor_id TEXT, actor_role TEXT, past_reason TEXT, period TEXT, service_date TEXT,
        occasion TEXT, dining_start_us BIGINT, dining_end_us BIGINT, occupied_start_us BIGINT,
        occupied_end_us BIGINT, turn_minutes INTEGER, is_clamped BOOLEAN, merge_group_id TEXT,
        assigned_start_us BIGINT, assigned_end_us BIGINT, assigned_us BIGINT, assigned_by_id TEXT,
        assigned_by_role TEXT, names_tables BOOLEAN, asked_occasion TEXT, channel TEXT, minutes INTEGER,
        reference TEXT, local_start TEXT, seated_us BIGINT, left_us BIGINT, last_status TEXT,
        last_start_us BIGINT, last_end_us BIGINT, last_step_us BIGINT, is_pinned BOOLEAN,
        would_refuse TEXT, wait_earliest_us BIGINT, wait_latest_us BIGINT, wait_until_us BIGINT,
        offers INTEGER, must JSON, wish JSON, overrides JSON)
    ORDER BY new_bookings_added.ordinal
), did_assignments AS (
    INSERT INTO fourtop.booking_table_assignments (restaurant_id, booking_id, position, table_id)
    SELECT :restaurant::VARCHAR AS anon_2, new_assignments.booking_id AS booking_id,
        new_assignments.position AS position, new_assignments.table_id AS table_id
    FROM json_to_recordset(CAST(:assignments::VARCHAR AS JSON)) AS new_assignments(ordinal INTEGER,
        booking_id TEXT, position INTEGER, table_id TEXT)
    ORDER BY new_assignments.ordinal
    ON CONFLICT (restaurant_id, booking_id, position) DO UPDATE
    SET table_id = excluded.table_id
    WHERE fourtop.booking_table_assignments.table_id != excluded.table_id
), did_confirmations AS (
    INSERT INTO fourtop.booking_confirmation_results (restaurant_id, id, hold_id, booking_id,
        idempotency_key, confirmed, checked_us, occupied_start_us, occupied_end_us, rivals, code,
        details, actor_id, actor_role)
    SELECT :restaurant::VARCHAR AS anon_3, new_confirmations.id AS id, new_confirmations.hold_id AS hold_id,
        new_confirmations.booking_id AS booking_id, new_confirmations.idempotency_key AS idempotency_key,
        new_confirmations.confirmed AS confirmed, new_confirmations.checked_us AS checked_us,
        new_confirmations.occupied_start_us AS occupied_start_us,
        new_confirmations.occupied_end_us AS occupied_end_us, new_confirmations.rivals AS rivals,
        new_confirmations.code AS code, new_confirmations.details AS details,
        new_confirmations.actor_id AS actor_id, new_confirmations.actor_role AS actor_role
    FROM json_to_recordset(CAST(:confirmations::VARCHAR AS JSON)) AS new_confirmations(ordinal INTEGER,
        id TEXT, hold_id TEXT, booking_id TEXT, idempotency_key TEXT, confirmed BOOLEAN,
        checked_us BIGINT, occupied_start_us BIGINT, occupied_end_us BIGINT, rivals JSON, code TEXT,
        details JSON, actor_id TEXT, actor_role TEXT)
    ORDER BY new_confirmations.ordinal
), did_confirmation_tables AS (
    INSERT INTO fourtop.booking_confirmation_tables (restaurant_id, result_id, position, table_id,
        capacity)
    SELECT :restaurant::VARCHAR AS anon_4, new_confirmation_tables.result_id AS result_id,
        new_confirmation_tables.position AS position, new_confirmation_tables.table_id AS table_id,
        new_confirmation_tables.capacity AS capacity
    FROM json_to_recordset(CAST(:confirmation_tables::VARCHAR AS JSON)) AS new_confirmation_tables(ordinal INTEGER,
        result_id TEXT, position INTEGER, table_id TEXT, capacity INTEGER)
    ORDER BY new_confirmation_tables.ordinal
), did_stored_results AS (
    INSERT INTO fourtop.command_results (restaurant_id, command, idempotency_key, fingerprint,
        result, stored_us)
    SELECT :restaurant::VARCHAR AS anon_5, new_stored_results.command AS command,
        new_stored_results.idempotency_key AS idempotency_key, new_stored_results.fingerprint AS fingerprint,
        new_stored_results.result AS result, new_stored_results.stored_us AS stored_us
    FROM json_to_recordset(CAST(:stored_results::VARCHAR AS JSON)) AS new_stored_results(ordinal INTEGER,
        command TEXT, idempotency_key TEXT, fingerprint TEXT, result TEXT, stored_us BIGINT)
    ORDER BY new_stored_results.ordinal
), did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_6, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
), did_removed AS (
    DELETE
    FROM fourtop.allocations
    WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.id = :removed_ids::VARCHAR
        AND (EXISTS (
        SELECT 1
        FROM json_to_recordset(CAST(:removed::VARCHAR AS JSON)) AS new_removed(ordinal INTEGER,
            id TEXT, old_resource_type TEXT, old_resource_id TEXT, old_start_us BIGINT,
            old_end_us BIGINT, old_hold_id TEXT, old_booking_id TEXT, old_block_id TEXT,
            old_shadow BOOLEAN)
        WHERE fourtop.allocations.id = new_removed.id AND fourtop.allocations.resource_type IS NOT DISTINCT
        FROM new_removed.old_resource_type AND fourtop.allocations.resource_id IS NOT DISTINCT
        FROM new_removed.old_resource_id AND fourtop.allocations.start_us IS NOT DISTINCT
        FROM new_removed.old_start_us AND fourtop.allocations.end_us IS NOT DISTINCT
        FROM new_removed.old_end_us AND fourtop.allocations.hold_id IS NOT DISTINCT
        FROM new_removed.old_hold_id AND fourtop.allocations.booking_id IS NOT DISTINCT
        FROM new_removed.old_booking_id AND fourtop.allocations.block_id IS NOT DISTINCT
        FROM new_removed.old_block_id AND fourtop.allocations.shadow IS NOT DISTINCT
        FROM new_removed.old_shadow
    ))
    RETURNING fourtop.allocations.id
), did_replaced AS (
    UPDATE fourtop.allocations
    SET resource_type=new_replaced.resource_type, resource_id=new_replaced.resource_id,
        start_us=new_replaced.start_us, end_us=new_replaced.end_us, hold_id=new_replaced.hold_id,
        booking_id=new_replaced.booking_id, block_id=new_replaced.block_id,
        shadow=new_replaced.shadow
    FROM json_to_recordset(CAST(:replaced::VARCHAR AS JSON)) AS new_replaced(ordinal INTEGER, id TEXT,
        resource_type TEXT, resource_id TEXT, start_us BIGINT, end_us BIGINT, hold_id TEXT,
        booking_id TEXT, block_id TEXT, shadow BOOLEAN, old_resource_type TEXT, old_resource_id TEXT,
        old_start_us BIGINT, old_end_us BIGINT, old_hold_id TEXT, old_booking_id TEXT,
        old_block_id TEXT, old_shadow BOOLEAN)
    WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.id = :replaced_ids::VARCHAR
        AND fourtop.allocations.id = new_replaced.id AND fourtop.allocations.resource_type IS NOT DISTINCT
    FROM new_replaced.old_resource_type AND fourtop.allocations.resource_id IS NOT DISTINCT
    FROM new_replaced.old_resource_id AND fourtop.allocations.start_us IS NOT DISTINCT
    FROM new_replaced.old_start_us AND fourtop.allocations.end_us IS NOT DISTINCT
    FROM new_replaced.old_end_us AND fourtop.allocations.hold_id IS NOT DISTINCT
    FROM new_replaced.old_hold_id AND fourtop.allocations.booking_id IS NOT DISTINCT
    FROM new_replaced.old_booking_id AND fourtop.allocations.block_id IS NOT DISTINCT
    FROM new_replaced.old_block_id AND fourtop.allocations.shadow IS NOT DISTINCT
    FROM new_replaced.old_shadow
    RETURNING fourtop.allocations.id
), did_holds_changed AS (
    UPDATE fourtop.table_holds
    SET state=new_holds_changed.state, expires_us=new_holds_changed.expires_us
    FROM json_to_recordset(CAST(:holds_changed::VARCHAR AS JSON)) AS new_holds_changed(ordinal INTEGER,
        id TEXT, state TEXT, expires_us BIGINT)
    WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.id = :holds_changed_ids::VARCHAR
        AND fourtop.table_holds.id = new_holds_changed.id
    RETURNING fourtop.table_holds.id
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id, CAST(CASE WHEN ((
    SELECT count(*) AS count_1
    FROM did_removed
) = :removed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_7,
    CAST(CASE WHEN ((
    SELECT count(*) AS count_2
    FROM did_replaced
) = :replaced_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_8,
    CAST(CASE WHEN ((
    SELECT count(*) AS count_3
    FROM did_holds_changed
) = :holds_changed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_9;

-- load_scope 7
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers, stored_results. Used by: book.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id IN (
            SELECT fourtop.bookings.id
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        )
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'pending_allocation'
            AND fourtop.bookings.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.bookings.occupied_start_us < :w0_end::BIGINT
            AND fourtop.bookings.occupied_end_us > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND fourtop.bookings.dining_start_us > :w0_start::BIGINT - 136800000000
            AND fourtop.bookings.dining_start_us < :w0_end::BIGINT + 136800000000 AND fourtop.bookings.assigned_us IS NULL
            AND coalesce(fourtop.bookings.wait_earliest_us, fourtop.bookings.dining_start_us) - (fourtop.bookings.dining_start_us - fourtop.bookings.occupied_start_us) < :w0_end::BIGINT
            AND coalesce(fourtop.bookings.wait_latest_us, fourtop.bookings.dining_start_us) + (fourtop.bookings.occupied_end_us - fourtop.bookings.dining_start_us) > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
    ) AS anon_2
) AS bookings, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :w0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :w0_start::BIGINT
    ) AS anon_3
) AS holds, (
    SELECT CAST(json_agg(anon_4.json_build_array_4) AS TEXT) AS json_agg_6
    FROM (
        SELECT json_build_array(fourtop.bookings.dining_start_us, sum(fourtop.bookings.party_size),
            count(*)) AS json_build_array_4
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :c0_start::BIGINT
            AND fourtop.bookings.dining_start_us < :c0_end::BIGINT AND fourtop.bookings.status IN ('pending',
            'pending_allocation', 'confirmed', 'checked_in', 'completed')
        GROUP BY fourtop.bookings.dining_start_us
    ) AS anon_4
) AS headcounts, (
    SELECT CAST(json_agg(anon_5.json_build_array_5) AS TEXT) AS json_agg_7
    FROM (
        SELECT json_build_array(fourtop.table_holds.dining_start_us, fourtop.table_holds.id,
            fourtop.table_holds.party_size, (
            SELECT fourtop.bookings.dining_start_us
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = fourtop.table_holds.restaurant_id AND fourtop.bookings.id = fourtop.table_holds.booking_id
                AND fourtop.bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_build_array_5
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :c0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :c0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :c0_start::BIGINT AND fourtop.table_holds.expires_us > CAST(current_setting('fourtop.now_us') AS BIGINT)
            AND fourtop.table_holds.dining_start_us >= :c0_start::BIGINT AND fourtop.table_holds.dining_start_us < :c0_end::BIGINT
    ) AS anon_5
) AS held_covers, (
    SELECT CAST(json_agg(anon_6.json_build_array_6) AS TEXT) AS json_agg_8
    FROM (
        SELECT json_build_array(fourtop.command_results.command,
            fourtop.command_results.idempotency_key, fourtop.command_results.fingerprint,
            fourtop.command_results.result, fourtop.command_results.stored_us) AS json_build_array_6
        FROM fourtop.command_results
        WHERE fourtop.command_results.restaurant_id = :restaurant::VARCHAR AND fourtop.command_results.command = :a0_command::VARCHAR
            AND fourtop.command_results.idempotency_key = :a0_key::VARCHAR
    ) AS anon_6
) AS stored_results;

-- write_changes 6
-- Raise the restaurant's versions and store its time; in the same statement: insert bookings
-- (bookings_added); insert or update the table assignments of bookings (assignments); insert
-- allocations; the database refuses an overlap (added); insert the stored results of commands
-- (stored_results); insert events into the outbox (events). Fail if a removal or an update has
-- touched another number of rows than expected. Used by: book.
WITH did_bookings_added AS (
    INSERT INTO fourtop.bookings (restaurant_id, id, party_size, status, version, created_us,
        updated_us, actor_id, actor_role, past_reason, period, service_date, occasion,
        dining_start_us, dining_end_us, occupied_start_us, occupied_end_us, turn_minutes,
        is_clamped, merge_group_id, assigned_start_us, assigned_end_us, assigned_us,
        assigned_by_id, assigned_by_role, names_tables, asked_occasion, channel, minutes,
        reference, local_start, seated_us, left_us, last_status, last_start_us, last_end_us,
        last_step_us, is_pinned, would_refuse, wait_earliest_us, wait_latest_us, wait_until_us,
        offers, must, wish, overrides)
    SELECT :restaurant::VARCHAR AS anon_1, new_bookings_added.id AS id,
        new_bookings_added.party_size AS party_size, new_bookings_added.status AS status,
        new_bookings_added.version AS version, new_bookings_added.created_us AS created_us,
        new_bookings_added.updated_us AS updated_us, new_bookings_added.actor_id AS actor_id,
        new_bookings_added.actor_role AS actor_role, new_bookings_added.past_reason AS past_reason,
        new_bookings_added.period AS period, new_bookings_added.service_date AS service_date,
        new_bookings_added.occasion AS occasion, new_bookings_added.dining_start_us AS dining_start_us,
        new_bookings_added.dining_end_us AS dining_end_us, new_bookings_added.occupied_start_us AS occupied_start_us,
        new_bookings_added.occupied_end_us AS occupied_end_us, new_bookings_added.turn_minutes AS turn_minutes,
        new_bookings_added.is_clamped AS is_clamped, new_bookings_added.merge_group_id AS merge_group_id,
        new_bookings_added.assigned_start_us AS assigned_start_us,
        new_bookings_added.assigned_end_us AS assigned_end_us, new_bookings_added.assigned_us AS assigned_us,
        new_bookings_added.assigned_by_id AS assigned_by_id, new_bookings_added.assigned_by_role AS assigned_by_role,
        new_bookings_added.names_tables AS names_tables, new_bookings_added.asked_occasion AS asked_occasion,
        new_bookings_added.channel AS channel, new_bookings_added.minutes AS minutes,
        new_bookings_added.reference AS reference, new_bookings_added.local_start AS local_start,
        new_bookings_added.seated_us AS seated_us, new_bookings_added.left_us AS left_us,
        new_bookings_added.last_status AS last_status, new_bookings_added.last_start_us AS last_start_us,
        new_bookings_added.last_end_us AS last_end_us, new_bookings_added.last_step_us AS last_step_us,
        new_bookings_added.is_pinned AS is_pinned, new_bookings_added.would_refuse AS would_refuse,
        new_bookings_added.wait_earliest_us AS wait_earliest_us,
        new_bookings_added.wait_latest_us AS wait_latest_us, new_bookings_added.wait_until_us AS wait_until_us,
        new_bookings_added.offers AS offers, new_bookings_added.must AS must,
        new_bookings_added.wish AS wish, new_bookings_added.overrides AS overrides
    FROM json_to_recordset(CAST(:bookings_added::VARCHAR AS JSON)) AS new_bookings_added(ordinal INTEGER,
        id TEXT, party_size INTEGER, status TEXT, version BIGINT, created_us BIGINT, updated_us BIGINT,
        actor_id TEXT, actor_role TEXT, past_reason TEXT, period TEXT, service_date TEXT,
        occasion TEXT, dining_start_us BIGINT, dining_end_us BIGINT, occupied_start_us BIGINT,
        occupied_end_us BIGINT, turn_minutes INTEGER, is_clamped BOOLEAN, merge_group_id TEXT,
        assigned_start_us BIGINT, assigned_end_us BIGINT, assigned_us BIGINT, assigned_by_id TEXT,
        assigned_by_role TEXT, names_tables BOOLEAN, asked_occasion TEXT, channel TEXT, minutes INTEGER,
        reference TEXT, local_start TEXT, seated_us BIGINT, left_us BIGINT, last_status TEXT,
        last_start_us BIGINT, last_end_us BIGINT, last_step_us BIGINT, is_pinned BOOLEAN,
        would_refuse TEXT, wait_earliest_us BIGINT, wait_latest_us BIGINT, wait_until_us BIGINT,
        offers INTEGER, must JSON, wish JSON, overrides JSON)
    ORDER BY new_bookings_added.ordinal
), did_assignments AS (
    INSERT INTO fourtop.booking_table_assignments (restaurant_id, booking_id, position, table_id)
    SELECT :restaurant::VARCHAR AS anon_2, new_assignments.booking_id AS booking_id,
        new_assignments.position AS position, new_assignments.table_id AS table_id
    FROM json_to_recordset(CAST(:assignments::VARCHAR AS JSON)) AS new_assignments(ordinal INTEGER,
        booking_id TEXT, position INTEGER, table_id TEXT)
    ORDER BY new_assignments.ordinal
    ON CONFLICT (restaurant_id, booking_id, position) DO UPDATE
    SET table_id = excluded.table_id
    WHERE fourtop.booking_table_assignments.table_id != excluded.table_id
), did_added AS (
    INSERT INTO fourtop.allocations (restaurant_id, id, resource_type, resource_id, start_us,
        end_us, hold_id, booking_id, block_id, shadow)
    SELECT :restaurant::VARCHAR AS anon_3, new_added.id AS id, new_added.resource_type AS resource_type,
        new_added.resource_id AS resource_id, new_added.start_us AS start_us, new_added.end_us AS end_us,
        new_added.hold_id AS hold_id, new_added.booking_id AS booking_id, new_added.block_id AS block_id,
        new_added.shadow AS shadow
    FROM json_to_recordset(CAST(:added::VARCHAR AS JSON)) AS new_added(ordinal INTEGER, id TEXT,
        resource_type TEXT, resource_id TEXT, start_us BIGINT, end_us BIGINT, hold_id TEXT,
        booking_id TEXT, block_id TEXT, shadow BOOLEAN)
    ORDER BY new_added.ordinal
), did_stored_results AS (
    INSERT INTO fourtop.command_results (restaurant_id, command, idempotency_key, fingerprint,
        result, stored_us)
    SELECT :restaurant::VARCHAR AS anon_4, new_stored_results.command AS command,
        new_stored_results.idempotency_key AS idempotency_key, new_stored_results.fingerprint AS fingerprint,
        new_stored_results.result AS result, new_stored_results.stored_us AS stored_us
    FROM json_to_recordset(CAST(:stored_results::VARCHAR AS JSON)) AS new_stored_results(ordinal INTEGER,
        command TEXT, idempotency_key TEXT, fingerprint TEXT, result TEXT, stored_us BIGINT)
    ORDER BY new_stored_results.ordinal
), did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_5, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id;

-- load_scope 8
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds. Used by: get_booking, move, cancel.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id = :bookings::VARCHAR
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.hold_id IN (
            SELECT fourtop.table_holds.id
            FROM fourtop.table_holds
            WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.booking_id = :bookings::VARCHAR
                AND fourtop.table_holds.state = 'active'
        )
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.id = :bookings::VARCHAR
    ) AS anon_2
) AS bookings, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.booking_id = :bookings::VARCHAR
    ) AS anon_3
) AS holds;

-- load_scope 9
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: bookings. Used by: bookings.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_2
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_1
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :s0_start::BIGINT
            AND fourtop.bookings.dining_start_us < :s0_end::BIGINT
    ) AS anon_1
) AS bookings;

-- load_scope 10
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: bookings. Used by: list_bookings.
SELECT (
    SELECT CAST(json_agg(anon_1.each) AS TEXT) AS json_agg_1
    FROM (
        SELECT anon_2.each AS each
        FROM (
            SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
                fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
                fourtop.bookings.updated_us, fourtop.bookings.actor_id,
                fourtop.bookings.actor_role, fourtop.bookings.past_reason,
                fourtop.bookings.period, fourtop.bookings.service_date, fourtop.bookings.occasion,
                fourtop.bookings.dining_start_us, fourtop.bookings.dining_end_us,
                fourtop.bookings.occupied_start_us, fourtop.bookings.occupied_end_us,
                fourtop.bookings.turn_minutes, fourtop.bookings.is_clamped,
                fourtop.bookings.merge_group_id, fourtop.bookings.assigned_start_us,
                fourtop.bookings.assigned_end_us, fourtop.bookings.assigned_us,
                fourtop.bookings.assigned_by_id, fourtop.bookings.assigned_by_role,
                fourtop.bookings.names_tables, fourtop.bookings.asked_occasion,
                fourtop.bookings.channel, fourtop.bookings.minutes, fourtop.bookings.reference,
                fourtop.bookings.local_start, fourtop.bookings.seated_us,
                fourtop.bookings.left_us, fourtop.bookings.last_status,
                fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
                fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
                fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
                fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
                fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
                fourtop.bookings.overrides, (
                SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_2
                FROM fourtop.booking_table_assignments
                WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                    AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
            )) AS each
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :l_first::BIGINT
                AND fourtop.bookings.dining_start_us < :l_end::BIGINT AND (fourtop.bookings.dining_start_us > :l_after_us::BIGINT
                OR fourtop.bookings.id > :l_after_id::VARCHAR) AND fourtop.bookings.reference = :l_reference::VARCHAR
                AND fourtop.bookings.status = :l_status0::VARCHAR
            ORDER BY fourtop.bookings.dining_start_us, fourtop.bookings.id
            LIMIT :l_limit::BIGINT
        ) AS anon_2
    ) AS anon_1
) AS bookings;

-- load_scope 11
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers, blocks. Used by: day.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id IN (
            SELECT fourtop.bookings.id
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        )
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'pending_allocation'
            AND fourtop.bookings.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.bookings.occupied_start_us < :w0_end::BIGINT
            AND fourtop.bookings.occupied_end_us > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND fourtop.bookings.dining_start_us > :w0_start::BIGINT - 136800000000
            AND fourtop.bookings.dining_start_us < :w0_end::BIGINT + 136800000000 AND fourtop.bookings.assigned_us IS NULL
            AND coalesce(fourtop.bookings.wait_earliest_us, fourtop.bookings.dining_start_us) - (fourtop.bookings.dining_start_us - fourtop.bookings.occupied_start_us) < :w0_end::BIGINT
            AND coalesce(fourtop.bookings.wait_latest_us, fourtop.bookings.dining_start_us) + (fourtop.bookings.occupied_end_us - fourtop.bookings.dining_start_us) > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_4
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_3
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :w0_start::BIGINT
            AND fourtop.bookings.dining_start_us < :w0_end::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_4
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_3
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND (fourtop.bookings.dining_start_us < :w0_start::BIGINT
            OR fourtop.bookings.dining_start_us >= :w0_end::BIGINT) AND fourtop.bookings.id IN (
            SELECT fourtop.allocations.booking_id
            FROM fourtop.allocations
            WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
                AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
                AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000 AND fourtop.allocations.booking_id IS NOT NULL
        )
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_4
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_3
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND (fourtop.bookings.dining_start_us < :w0_start::BIGINT
            OR fourtop.bookings.dining_start_us >= :w0_end::BIGINT) AND fourtop.bookings.id IN (
            SELECT fourtop.allocations.booking_id
            FROM fourtop.allocations
            WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
                AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
                AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000 AND fourtop.allocations.booking_id IS NOT NULL
        )
    ) AS anon_2
) AS bookings, (
    SELECT CAST(json_agg(anon_3.json_build_array_4) AS TEXT) AS json_agg_5
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_6
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_4
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :w0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :w0_start::BIGINT
    ) AS anon_3
) AS holds, (
    SELECT CAST(json_agg(anon_4.json_build_array_5) AS TEXT) AS json_agg_7
    FROM (
        SELECT json_build_array(fourtop.bookings.dining_start_us, sum(fourtop.bookings.party_size),
            count(*)) AS json_build_array_5
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :c0_start::BIGINT
            AND fourtop.bookings.dining_start_us < :c0_end::BIGINT AND fourtop.bookings.status IN ('pending',
            'pending_allocation', 'confirmed', 'checked_in', 'completed')
        GROUP BY fourtop.bookings.dining_start_us
    ) AS anon_4
) AS headcounts, (
    SELECT CAST(json_agg(anon_5.json_build_array_6) AS TEXT) AS json_agg_8
    FROM (
        SELECT json_build_array(fourtop.table_holds.dining_start_us, fourtop.table_holds.id,
            fourtop.table_holds.party_size, (
            SELECT fourtop.bookings.dining_start_us
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = fourtop.table_holds.restaurant_id AND fourtop.bookings.id = fourtop.table_holds.booking_id
                AND fourtop.bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_build_array_6
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :c0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :c0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :c0_start::BIGINT AND fourtop.table_holds.expires_us > CAST(current_setting('fourtop.now_us') AS BIGINT)
            AND fourtop.table_holds.dining_start_us >= :c0_start::BIGINT AND fourtop.table_holds.dining_start_us < :c0_end::BIGINT
    ) AS anon_5
) AS held_covers, (
    SELECT CAST(json_agg(anon_6.json_build_array_7) AS TEXT) AS json_agg_9
    FROM (
        SELECT json_build_array(fourtop.table_blocks.id, fourtop.table_blocks.tables,
            fourtop.table_blocks.start_us, fourtop.table_blocks.end_us,
            fourtop.table_blocks.reason, fourtop.table_blocks.actor_id,
            fourtop.table_blocks.actor_role) AS json_build_array_7
        FROM fourtop.table_blocks
        WHERE fourtop.table_blocks.restaurant_id = :restaurant::VARCHAR AND fourtop.table_blocks.id IN (
            SELECT fourtop.allocations.block_id
            FROM fourtop.allocations
            WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
                AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
                AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000 AND fourtop.allocations.block_id IS NOT NULL
        )
        UNION ALL
        SELECT json_build_array(fourtop.table_blocks.id, fourtop.table_blocks.tables,
            fourtop.table_blocks.start_us, fourtop.table_blocks.end_us,
            fourtop.table_blocks.reason, fourtop.table_blocks.actor_id,
            fourtop.table_blocks.actor_role) AS json_build_array_7
        FROM fourtop.table_blocks
        WHERE fourtop.table_blocks.restaurant_id = :restaurant::VARCHAR AND fourtop.table_blocks.id IN (
            SELECT fourtop.allocations.block_id
            FROM fourtop.allocations
            WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
                AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
                AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000 AND fourtop.allocations.block_id IS NOT NULL
        )
    ) AS anon_6
) AS blocks;

-- load_scope 12
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: slots. Used by: open_slot.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.booking_slots.id, fourtop.booking_slots.start_us,
            fourtop.booking_slots.available, fourtop.booking_slots.reserved,
            fourtop.booking_slots.version) AS json_build_array_1
        FROM fourtop.booking_slots
        WHERE fourtop.booking_slots.restaurant_id = :restaurant::VARCHAR AND fourtop.booking_slots.id = :slots::VARCHAR
    ) AS anon_1
) AS slots;

-- write_changes 7
-- Raise the restaurant's versions and store its time; in the same statement: insert slots
-- (slots_added); insert events into the outbox (events). Fail if a removal or an update has touched
-- another number of rows than expected. Used by: open_slot.
WITH did_slots_added AS (
    INSERT INTO fourtop.booking_slots (restaurant_id, id, start_us, available, reserved, version)
    SELECT :restaurant::VARCHAR AS anon_1, new_slots_added.id AS id, new_slots_added.start_us AS start_us,
        new_slots_added.available AS available, new_slots_added.reserved AS reserved,
        new_slots_added.version AS version
    FROM json_to_recordset(CAST(:slots_added::VARCHAR AS JSON)) AS new_slots_added(ordinal INTEGER,
        id TEXT, start_us BIGINT, available INTEGER, reserved INTEGER, version BIGINT)
    ORDER BY new_slots_added.ordinal
), did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_2, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id;

-- load_scope 13
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: slots. Used by: slots.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.booking_slots.id, fourtop.booking_slots.start_us,
            fourtop.booking_slots.available, fourtop.booking_slots.reserved,
            fourtop.booking_slots.version) AS json_build_array_1
        FROM fourtop.booking_slots
        WHERE fourtop.booking_slots.restaurant_id = :restaurant::VARCHAR AND fourtop.booking_slots.start_us >= :o0_start::BIGINT
            AND fourtop.booking_slots.start_us < :o0_end::BIGINT
    ) AS anon_1
) AS slots;

-- load_scope 14
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers. Used by: reschedule.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id = :bookings::VARCHAR
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.hold_id IN (
            SELECT fourtop.table_holds.id
            FROM fourtop.table_holds
            WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.booking_id = :bookings::VARCHAR
                AND fourtop.table_holds.state = 'active'
        )
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id IN (
            SELECT fourtop.bookings.id
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        )
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.id = :bookings::VARCHAR
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'pending_allocation'
            AND fourtop.bookings.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.bookings.occupied_start_us < :w0_end::BIGINT
            AND fourtop.bookings.occupied_end_us > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND fourtop.bookings.dining_start_us > :w0_start::BIGINT - 136800000000
            AND fourtop.bookings.dining_start_us < :w0_end::BIGINT + 136800000000 AND fourtop.bookings.assigned_us IS NULL
            AND coalesce(fourtop.bookings.wait_earliest_us, fourtop.bookings.dining_start_us) - (fourtop.bookings.dining_start_us - fourtop.bookings.occupied_start_us) < :w0_end::BIGINT
            AND coalesce(fourtop.bookings.wait_latest_us, fourtop.bookings.dining_start_us) + (fourtop.bookings.occupied_end_us - fourtop.bookings.dining_start_us) > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
    ) AS anon_2
) AS bookings, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.booking_id = :bookings::VARCHAR
        UNION ALL
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :w0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :w0_start::BIGINT
    ) AS anon_3
) AS holds, (
    SELECT CAST(json_agg(anon_4.json_build_array_4) AS TEXT) AS json_agg_6
    FROM (
        SELECT json_build_array(fourtop.bookings.dining_start_us, sum(fourtop.bookings.party_size),
            count(*)) AS json_build_array_4
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :c0_start::BIGINT
            AND fourtop.bookings.dining_start_us < :c0_end::BIGINT AND fourtop.bookings.status IN ('pending',
            'pending_allocation', 'confirmed', 'checked_in', 'completed')
        GROUP BY fourtop.bookings.dining_start_us
    ) AS anon_4
) AS headcounts, (
    SELECT CAST(json_agg(anon_5.json_build_array_5) AS TEXT) AS json_agg_7
    FROM (
        SELECT json_build_array(fourtop.table_holds.dining_start_us, fourtop.table_holds.id,
            fourtop.table_holds.party_size, (
            SELECT fourtop.bookings.dining_start_us
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = fourtop.table_holds.restaurant_id AND fourtop.bookings.id = fourtop.table_holds.booking_id
                AND fourtop.bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_build_array_5
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :c0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :c0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :c0_start::BIGINT AND fourtop.table_holds.expires_us > CAST(current_setting('fourtop.now_us') AS BIGINT)
            AND fourtop.table_holds.dining_start_us >= :c0_start::BIGINT AND fourtop.table_holds.dining_start_us < :c0_end::BIGINT
    ) AS anon_5
) AS held_covers;

-- write_changes 8
-- Raise the restaurant's versions and store its time; in the same statement: delete allocations, if
-- they are stored as the decision read them (removed); update bookings, if they have the version
-- that the decision read (bookings_changed); delete the table assignments of bookings beyond their
-- new number (assignments_over); insert or update the table assignments of bookings (assignments);
-- insert allocations; the database refuses an overlap (added); insert events into the outbox
-- (events). Fail if a removal or an update has touched another number of rows than expected. Used
-- by: reschedule, move.
WITH did_assignments_over AS (
    DELETE
    FROM fourtop.booking_table_assignments
    WHERE fourtop.booking_table_assignments.restaurant_id = :restaurant::VARCHAR AND fourtop.booking_table_assignments.booking_id = :assignments_over_ids::VARCHAR
        AND (EXISTS (
        SELECT 1
        FROM json_to_recordset(CAST(:assignments_over::VARCHAR AS JSON)) AS new_assignments_over(ordinal INTEGER,
            booking_id TEXT, position INTEGER)
        WHERE fourtop.booking_table_assignments.booking_id = new_assignments_over.booking_id AND fourtop.booking_table_assignments.position >= new_assignments_over.position
    ))
), did_assignments AS (
    INSERT INTO fourtop.booking_table_assignments (restaurant_id, booking_id, position, table_id)
    SELECT :restaurant::VARCHAR AS anon_1, new_assignments.booking_id AS booking_id,
        new_assignments.position AS position, new_assignments.table_id AS table_id
    FROM json_to_recordset(CAST(:assignments::VARCHAR AS JSON)) AS new_assignments(ordinal INTEGER,
        booking_id TEXT, position INTEGER, table_id TEXT)
    ORDER BY new_assignments.ordinal
    ON CONFLICT (restaurant_id, booking_id, position) DO UPDATE
    SET table_id = excluded.table_id
    WHERE fourtop.booking_table_assignments.table_id != excluded.table_id
), did_added AS (
    INSERT INTO fourtop.allocations (restaurant_id, id, resource_type, resource_id, start_us,
        end_us, hold_id, booking_id, block_id, shadow)
    SELECT :restaurant::VARCHAR AS anon_2, new_added.id AS id, new_added.resource_type AS resource_type,
        new_added.resource_id AS resource_id, new_added.start_us AS start_us, new_added.end_us AS end_us,
        new_added.hold_id AS hold_id, new_added.booking_id AS booking_id, new_added.block_id AS block_id,
        new_added.shadow AS shadow
    FROM json_to_recordset(CAST(:added::VARCHAR AS JSON)) AS new_added(ordinal INTEGER, id TEXT,
        resource_type TEXT, resource_id TEXT, start_us BIGINT, end_us BIGINT, hold_id TEXT,
        booking_id TEXT, block_id TEXT, shadow BOOLEAN)
    ORDER BY new_added.ordinal
), did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_3, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
), did_removed AS (
    DELETE
    FROM fourtop.allocations
    WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.id = :removed_ids::VARCHAR
        AND (EXISTS (
        SELECT 1
        FROM json_to_recordset(CAST(:removed::VARCHAR AS JSON)) AS new_removed(ordinal INTEGER,
            id TEXT, old_resource_type TEXT, old_resource_id TEXT, old_start_us BIGINT,
            old_end_us BIGINT, old_hold_id TEXT, old_booking_id TEXT, old_block_id TEXT,
            old_shadow BOOLEAN)
        WHERE fourtop.allocations.id = new_removed.id AND fourtop.allocations.resource_type IS NOT DISTINCT
        FROM new_removed.old_resource_type AND fourtop.allocations.resource_id IS NOT DISTINCT
        FROM new_removed.old_resource_id AND fourtop.allocations.start_us IS NOT DISTINCT
        FROM new_removed.old_start_us AND fourtop.allocations.end_us IS NOT DISTINCT
        FROM new_removed.old_end_us AND fourtop.allocations.hold_id IS NOT DISTINCT
        FROM new_removed.old_hold_id AND fourtop.allocations.booking_id IS NOT DISTINCT
        FROM new_removed.old_booking_id AND fourtop.allocations.block_id IS NOT DISTINCT
        FROM new_removed.old_block_id AND fourtop.allocations.shadow IS NOT DISTINCT
        FROM new_removed.old_shadow
    ))
    RETURNING fourtop.allocations.id
), did_bookings_changed AS (
    UPDATE fourtop.bookings
    SET party_size=new_bookings_changed.party_size, status=new_bookings_changed.status,
        period=new_bookings_changed.period, service_date=new_bookings_changed.service_date,
        occasion=new_bookings_changed.occasion,
        dining_start_us=new_bookings_changed.dining_start_us,
        dining_end_us=new_bookings_changed.dining_end_us,
        occupied_start_us=new_bookings_changed.occupied_start_us,
        occupied_end_us=new_bookings_changed.occupied_end_us,
        turn_minutes=new_bookings_changed.turn_minutes,
        is_clamped=new_bookings_changed.is_clamped,
        merge_group_id=new_bookings_changed.merge_group_id,
        assigned_start_us=new_bookings_changed.assigned_start_us,
        assigned_end_us=new_bookings_changed.assigned_end_us,
        assigned_us=new_bookings_changed.assigned_us,
        assigned_by_id=new_bookings_changed.assigned_by_id,
        assigned_by_role=new_bookings_changed.assigned_by_role,
        version=new_bookings_changed.version, created_us=new_bookings_changed.created_us,
        updated_us=new_bookings_changed.updated_us, actor_id=new_bookings_changed.actor_id,
        actor_role=new_bookings_changed.actor_role, past_reason=new_bookings_changed.past_reason,
        must=new_bookings_changed.must, wish=new_bookings_changed.wish,
        names_tables=new_bookings_changed.names_tables,
        asked_occasion=new_bookings_changed.asked_occasion, channel=new_bookings_changed.channel,
        minutes=new_bookings_changed.minutes, reference=new_bookings_changed.reference,
        local_start=new_bookings_changed.local_start, seated_us=new_bookings_changed.seated_us,
        left_us=new_bookings_changed.left_us, last_status=new_bookings_changed.last_status,
        last_start_us=new_bookings_changed.last_start_us,
        last_end_us=new_bookings_changed.last_end_us,
        last_step_us=new_bookings_changed.last_step_us, is_pinned=new_bookings_changed.is_pinned,
        overrides=new_bookings_changed.overrides, would_refuse=new_bookings_changed.would_refuse,
        wait_earliest_us=new_bookings_changed.wait_earliest_us,
        wait_latest_us=new_bookings_changed.wait_latest_us,
        wait_until_us=new_bookings_changed.wait_until_us, offers=new_bookings_changed.offers
    FROM json_to_recordset(CAST(:bookings_changed::VARCHAR AS JSON)) AS new_bookings_changed(ordinal INTEGER,
        id TEXT, party_size INTEGER, status TEXT, version BIGINT, created_us BIGINT, updated_us BIGINT,
        actor_id TEXT, actor_role TEXT, past_reason TEXT, period TEXT, service_date TEXT,
        occasion TEXT, dining_start_us BIGINT, dining_end_us BIGINT, occupied_start_us BIGINT,
        occupied_end_us BIGINT, turn_minutes INTEGER, is_clamped BOOLEAN, merge_group_id TEXT,
        assigned_start_us BIGINT, assigned_end_us BIGINT, assigned_us BIGINT, assigned_by_id TEXT,
        assigned_by_role TEXT, names_tables BOOLEAN, asked_occasion TEXT, channel TEXT, minutes INTEGER,
        reference TEXT, local_start TEXT, seated_us BIGINT, left_us BIGINT, last_status TEXT,
        last_start_us BIGINT, last_end_us BIGINT, last_step_us BIGINT, is_pinned BOOLEAN,
        would_refuse TEXT, wait_earliest_us BIGINT, wait_latest_us BIGINT, wait_until_us BIGINT,
        offers INTEGER, must JSON, wish JSON, overrides JSON, old_version BIGINT)
    WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.id = :bookings_changed_ids::VARCHAR
        AND fourtop.bookings.id = new_bookings_changed.id AND fourtop.bookings.version = new_bookings_changed.old_version
    RETURNING fourtop.bookings.id
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id, CAST(CASE WHEN ((
    SELECT count(*) AS count_1
    FROM did_removed
) = :removed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_4,
    CAST(CASE WHEN ((
    SELECT count(*) AS count_2
    FROM did_bookings_changed
) = :bookings_changed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_5;

-- load_scope 15
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds. Used by: move, block, table_states.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id IN (
            SELECT fourtop.bookings.id
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        )
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'pending_allocation'
            AND fourtop.bookings.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.bookings.occupied_start_us < :w0_end::BIGINT
            AND fourtop.bookings.occupied_end_us > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND fourtop.bookings.dining_start_us > :w0_start::BIGINT - 136800000000
            AND fourtop.bookings.dining_start_us < :w0_end::BIGINT + 136800000000 AND fourtop.bookings.assigned_us IS NULL
            AND coalesce(fourtop.bookings.wait_earliest_us, fourtop.bookings.dining_start_us) - (fourtop.bookings.dining_start_us - fourtop.bookings.occupied_start_us) < :w0_end::BIGINT
            AND coalesce(fourtop.bookings.wait_latest_us, fourtop.bookings.dining_start_us) + (fourtop.bookings.occupied_end_us - fourtop.bookings.dining_start_us) > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
    ) AS anon_2
) AS bookings, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :w0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :w0_start::BIGINT
    ) AS anon_3
) AS holds;

-- write_changes 9
-- Raise the restaurant's versions and store its time; in the same statement: delete allocations, if
-- they are stored as the decision read them (removed); update bookings, if they have the version
-- that the decision read (bookings_changed); delete the table assignments of bookings beyond their
-- new number (assignments_over); insert or update the table assignments of bookings (assignments);
-- insert events into the outbox (events). Fail if a removal or an update has touched another number
-- of rows than expected. Used by: cancel.
WITH did_assignments_over AS (
    DELETE
    FROM fourtop.booking_table_assignments
    WHERE fourtop.booking_table_assignments.restaurant_id = :restaurant::VARCHAR AND fourtop.booking_table_assignments.booking_id = :assignments_over_ids::VARCHAR
        AND (EXISTS (
        SELECT 1
        FROM json_to_recordset(CAST(:assignments_over::VARCHAR AS JSON)) AS new_assignments_over(ordinal INTEGER,
            booking_id TEXT, position INTEGER)
        WHERE fourtop.booking_table_assignments.booking_id = new_assignments_over.booking_id AND fourtop.booking_table_assignments.position >= new_assignments_over.position
    ))
), did_assignments AS (
    INSERT INTO fourtop.booking_table_assignments (restaurant_id, booking_id, position, table_id)
    SELECT :restaurant::VARCHAR AS anon_1, new_assignments.booking_id AS booking_id,
        new_assignments.position AS position, new_assignments.table_id AS table_id
    FROM json_to_recordset(CAST(:assignments::VARCHAR AS JSON)) AS new_assignments(ordinal INTEGER,
        booking_id TEXT, position INTEGER, table_id TEXT)
    ORDER BY new_assignments.ordinal
    ON CONFLICT (restaurant_id, booking_id, position) DO UPDATE
    SET table_id = excluded.table_id
    WHERE fourtop.booking_table_assignments.table_id != excluded.table_id
), did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_2, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
), did_removed AS (
    DELETE
    FROM fourtop.allocations
    WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.id = :removed_ids::VARCHAR
        AND (EXISTS (
        SELECT 1
        FROM json_to_recordset(CAST(:removed::VARCHAR AS JSON)) AS new_removed(ordinal INTEGER,
            id TEXT, old_resource_type TEXT, old_resource_id TEXT, old_start_us BIGINT,
            old_end_us BIGINT, old_hold_id TEXT, old_booking_id TEXT, old_block_id TEXT,
            old_shadow BOOLEAN)
        WHERE fourtop.allocations.id = new_removed.id AND fourtop.allocations.resource_type IS NOT DISTINCT
        FROM new_removed.old_resource_type AND fourtop.allocations.resource_id IS NOT DISTINCT
        FROM new_removed.old_resource_id AND fourtop.allocations.start_us IS NOT DISTINCT
        FROM new_removed.old_start_us AND fourtop.allocations.end_us IS NOT DISTINCT
        FROM new_removed.old_end_us AND fourtop.allocations.hold_id IS NOT DISTINCT
        FROM new_removed.old_hold_id AND fourtop.allocations.booking_id IS NOT DISTINCT
        FROM new_removed.old_booking_id AND fourtop.allocations.block_id IS NOT DISTINCT
        FROM new_removed.old_block_id AND fourtop.allocations.shadow IS NOT DISTINCT
        FROM new_removed.old_shadow
    ))
    RETURNING fourtop.allocations.id
), did_bookings_changed AS (
    UPDATE fourtop.bookings
    SET party_size=new_bookings_changed.party_size, status=new_bookings_changed.status,
        period=new_bookings_changed.period, service_date=new_bookings_changed.service_date,
        occasion=new_bookings_changed.occasion,
        dining_start_us=new_bookings_changed.dining_start_us,
        dining_end_us=new_bookings_changed.dining_end_us,
        occupied_start_us=new_bookings_changed.occupied_start_us,
        occupied_end_us=new_bookings_changed.occupied_end_us,
        turn_minutes=new_bookings_changed.turn_minutes,
        is_clamped=new_bookings_changed.is_clamped,
        merge_group_id=new_bookings_changed.merge_group_id,
        assigned_start_us=new_bookings_changed.assigned_start_us,
        assigned_end_us=new_bookings_changed.assigned_end_us,
        assigned_us=new_bookings_changed.assigned_us,
        assigned_by_id=new_bookings_changed.assigned_by_id,
        assigned_by_role=new_bookings_changed.assigned_by_role,
        version=new_bookings_changed.version, created_us=new_bookings_changed.created_us,
        updated_us=new_bookings_changed.updated_us, actor_id=new_bookings_changed.actor_id,
        actor_role=new_bookings_changed.actor_role, past_reason=new_bookings_changed.past_reason,
        must=new_bookings_changed.must, wish=new_bookings_changed.wish,
        names_tables=new_bookings_changed.names_tables,
        asked_occasion=new_bookings_changed.asked_occasion, channel=new_bookings_changed.channel,
        minutes=new_bookings_changed.minutes, reference=new_bookings_changed.reference,
        local_start=new_bookings_changed.local_start, seated_us=new_bookings_changed.seated_us,
        left_us=new_bookings_changed.left_us, last_status=new_bookings_changed.last_status,
        last_start_us=new_bookings_changed.last_start_us,
        last_end_us=new_bookings_changed.last_end_us,
        last_step_us=new_bookings_changed.last_step_us, is_pinned=new_bookings_changed.is_pinned,
        overrides=new_bookings_changed.overrides, would_refuse=new_bookings_changed.would_refuse,
        wait_earliest_us=new_bookings_changed.wait_earliest_us,
        wait_latest_us=new_bookings_changed.wait_latest_us,
        wait_until_us=new_bookings_changed.wait_until_us, offers=new_bookings_changed.offers
    FROM json_to_recordset(CAST(:bookings_changed::VARCHAR AS JSON)) AS new_bookings_changed(ordinal INTEGER,
        id TEXT, party_size INTEGER, status TEXT, version BIGINT, created_us BIGINT, updated_us BIGINT,
        actor_id TEXT, actor_role TEXT, past_reason TEXT, period TEXT, service_date TEXT,
        occasion TEXT, dining_start_us BIGINT, dining_end_us BIGINT, occupied_start_us BIGINT,
        occupied_end_us BIGINT, turn_minutes INTEGER, is_clamped BOOLEAN, merge_group_id TEXT,
        assigned_start_us BIGINT, assigned_end_us BIGINT, assigned_us BIGINT, assigned_by_id TEXT,
        assigned_by_role TEXT, names_tables BOOLEAN, asked_occasion TEXT, channel TEXT, minutes INTEGER,
        reference TEXT, local_start TEXT, seated_us BIGINT, left_us BIGINT, last_status TEXT,
        last_start_us BIGINT, last_end_us BIGINT, last_step_us BIGINT, is_pinned BOOLEAN,
        would_refuse TEXT, wait_earliest_us BIGINT, wait_latest_us BIGINT, wait_until_us BIGINT,
        offers INTEGER, must JSON, wish JSON, overrides JSON, old_version BIGINT)
    WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.id = :bookings_changed_ids::VARCHAR
        AND fourtop.bookings.id = new_bookings_changed.id AND fourtop.bookings.version = new_bookings_changed.old_version
    RETURNING fourtop.bookings.id
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id, CAST(CASE WHEN ((
    SELECT count(*) AS count_1
    FROM did_removed
) = :removed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_3,
    CAST(CASE WHEN ((
    SELECT count(*) AS count_2
    FROM did_bookings_changed
) = :bookings_changed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_4;

-- write_changes 10
-- Raise the restaurant's versions and store its time; in the same statement: insert blocks
-- (blocks_added); insert allocations; the database refuses an overlap (added); insert events into
-- the outbox (events). Fail if a removal or an update has touched another number of rows than
-- expected. Used by: block.
WITH did_blocks_added AS (
    INSERT INTO fourtop.table_blocks (restaurant_id, id, tables, start_us, end_us, reason,
        actor_id, actor_role)
    SELECT :restaurant::VARCHAR AS anon_1, new_blocks_added.id AS id, new_blocks_added.tables AS tables,
        new_blocks_added.start_us AS start_us, new_blocks_added.end_us AS end_us,
        new_blocks_added.reason AS reason, new_blocks_added.actor_id AS actor_id,
        new_blocks_added.actor_role AS actor_role
    FROM json_to_recordset(CAST(:blocks_added::VARCHAR AS JSON)) AS new_blocks_added(ordinal INTEGER,
        id TEXT, tables JSON, start_us BIGINT, end_us BIGINT, reason TEXT, actor_id TEXT,
        actor_role TEXT)
    ORDER BY new_blocks_added.ordinal
), did_added AS (
    INSERT INTO fourtop.allocations (restaurant_id, id, resource_type, resource_id, start_us,
        end_us, hold_id, booking_id, block_id, shadow)
    SELECT :restaurant::VARCHAR AS anon_2, new_added.id AS id, new_added.resource_type AS resource_type,
        new_added.resource_id AS resource_id, new_added.start_us AS start_us, new_added.end_us AS end_us,
        new_added.hold_id AS hold_id, new_added.booking_id AS booking_id, new_added.block_id AS block_id,
        new_added.shadow AS shadow
    FROM json_to_recordset(CAST(:added::VARCHAR AS JSON)) AS new_added(ordinal INTEGER, id TEXT,
        resource_type TEXT, resource_id TEXT, start_us BIGINT, end_us BIGINT, hold_id TEXT,
        booking_id TEXT, block_id TEXT, shadow BOOLEAN)
    ORDER BY new_added.ordinal
), did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_3, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id;

-- load_scope 16
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, blocks. Used by: unblock.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.block_id = :blocks::VARCHAR
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.table_blocks.id, fourtop.table_blocks.tables,
            fourtop.table_blocks.start_us, fourtop.table_blocks.end_us,
            fourtop.table_blocks.reason, fourtop.table_blocks.actor_id,
            fourtop.table_blocks.actor_role) AS json_build_array_2
        FROM fourtop.table_blocks
        WHERE fourtop.table_blocks.restaurant_id = :restaurant::VARCHAR AND fourtop.table_blocks.id = :blocks::VARCHAR
    ) AS anon_2
) AS blocks;

-- write_changes 11
-- Raise the restaurant's versions and store its time; in the same statement: delete allocations, if
-- they are stored as the decision read them (removed); delete blocks (blocks_removed); insert
-- events into the outbox (events). Fail if a removal or an update has touched another number of
-- rows than expected. Used by: unblock.
WITH did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_1, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
), did_removed AS (
    DELETE
    FROM fourtop.allocations
    WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.id = :removed_ids::VARCHAR
        AND (EXISTS (
        SELECT 1
        FROM json_to_recordset(CAST(:removed::VARCHAR AS JSON)) AS new_removed(ordinal INTEGER,
            id TEXT, old_resource_type TEXT, old_resource_id TEXT, old_start_us BIGINT,
            old_end_us BIGINT, old_hold_id TEXT, old_booking_id TEXT, old_block_id TEXT,
            old_shadow BOOLEAN)
        WHERE fourtop.allocations.id = new_removed.id AND fourtop.allocations.resource_type IS NOT DISTINCT
        FROM new_removed.old_resource_type AND fourtop.allocations.resource_id IS NOT DISTINCT
        FROM new_removed.old_resource_id AND fourtop.allocations.start_us IS NOT DISTINCT
        FROM new_removed.old_start_us AND fourtop.allocations.end_us IS NOT DISTINCT
        FROM new_removed.old_end_us AND fourtop.allocations.hold_id IS NOT DISTINCT
        FROM new_removed.old_hold_id AND fourtop.allocations.booking_id IS NOT DISTINCT
        FROM new_removed.old_booking_id AND fourtop.allocations.block_id IS NOT DISTINCT
        FROM new_removed.old_block_id AND fourtop.allocations.shadow IS NOT DISTINCT
        FROM new_removed.old_shadow
    ))
    RETURNING fourtop.allocations.id
), did_blocks_removed AS (
    DELETE
    FROM fourtop.table_blocks
    WHERE fourtop.table_blocks.restaurant_id = :restaurant::VARCHAR AND fourtop.table_blocks.id = :blocks_removed_ids::VARCHAR
        AND (EXISTS (
        SELECT 1
        FROM json_to_recordset(CAST(:blocks_removed::VARCHAR AS JSON)) AS new_blocks_removed(ordinal INTEGER,
            id TEXT)
        WHERE fourtop.table_blocks.id = new_blocks_removed.id
    ))
    RETURNING fourtop.table_blocks.id
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id, CAST(CASE WHEN ((
    SELECT count(*) AS count_1
    FROM did_removed
) = :removed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_2,
    CAST(CASE WHEN ((
    SELECT count(*) AS count_2
    FROM did_blocks_removed
) = :blocks_removed_expected::BIGINT) THEN '1' ELSE 'fourtop.row_count_mismatch' END AS BIGINT) AS anon_3;

-- load_scope 17
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: extent. Used by: audit.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(min(fourtop.allocations.start_us), max(fourtop.allocations.end_us)) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR
        UNION ALL
        SELECT json_build_array(min(fourtop.bookings.dining_start_us), max(fourtop.bookings.dining_start_us) + 1) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR
    ) AS anon_1
) AS extent;

-- load_scope 18
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, extent. Used by: audit.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id IN (
            SELECT fourtop.bookings.id
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        )
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :s0_start::BIGINT
            AND fourtop.bookings.dining_start_us < :s0_end::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'pending_allocation'
            AND fourtop.bookings.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.bookings.occupied_start_us < :w0_end::BIGINT
            AND fourtop.bookings.occupied_end_us > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND fourtop.bookings.dining_start_us > :w0_start::BIGINT - 136800000000
            AND fourtop.bookings.dining_start_us < :w0_end::BIGINT + 136800000000 AND fourtop.bookings.assigned_us IS NULL
            AND coalesce(fourtop.bookings.wait_earliest_us, fourtop.bookings.dining_start_us) - (fourtop.bookings.dining_start_us - fourtop.bookings.occupied_start_us) < :w0_end::BIGINT
            AND coalesce(fourtop.bookings.wait_latest_us, fourtop.bookings.dining_start_us) + (fourtop.bookings.occupied_end_us - fourtop.bookings.dining_start_us) > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
    ) AS anon_2
) AS bookings, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :w0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :w0_start::BIGINT
    ) AS anon_3
) AS holds, (
    SELECT CAST(json_agg(anon_4.json_build_array_4) AS TEXT) AS json_agg_6
    FROM (
        SELECT json_build_array(min(fourtop.allocations.start_us), max(fourtop.allocations.end_us)) AS json_build_array_4
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR
        UNION ALL
        SELECT json_build_array(min(fourtop.bookings.dining_start_us), max(fourtop.bookings.dining_start_us) + 1) AS json_build_array_5
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR
    ) AS anon_4
) AS extent;

-- load_scope 19
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, extent. Used by: audit.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 21600000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.start_us > :w0_start::BIGINT - 2678400000000
            AND fourtop.allocations.start_us < :w0_end::BIGINT AND fourtop.allocations.end_us > :w0_start::BIGINT
            AND fourtop.allocations.end_us - fourtop.allocations.start_us > 21600000000
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id = :bookings::VARCHAR
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.hold_id IN (
            SELECT fourtop.table_holds.id
            FROM fourtop.table_holds
            WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.booking_id = :bookings::VARCHAR
                AND fourtop.table_holds.state = 'active'
        )
        UNION ALL
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id IN (
            SELECT fourtop.bookings.id
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        )
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_2.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.id = :bookings::VARCHAR
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.dining_start_us >= :s0_start::BIGINT
            AND fourtop.bookings.dining_start_us < :s0_end::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'pending_allocation'
            AND fourtop.bookings.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.bookings.occupied_start_us < :w0_end::BIGINT
            AND fourtop.bookings.occupied_end_us > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND fourtop.bookings.dining_start_us > :w0_start::BIGINT - 136800000000
            AND fourtop.bookings.dining_start_us < :w0_end::BIGINT + 136800000000 AND fourtop.bookings.assigned_us IS NULL
            AND coalesce(fourtop.bookings.wait_earliest_us, fourtop.bookings.dining_start_us) - (fourtop.bookings.dining_start_us - fourtop.bookings.occupied_start_us) < :w0_end::BIGINT
            AND coalesce(fourtop.bookings.wait_latest_us, fourtop.bookings.dining_start_us) + (fourtop.bookings.occupied_end_us - fourtop.bookings.dining_start_us) > :w0_start::BIGINT
        UNION ALL
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
    ) AS anon_2
) AS bookings, (
    SELECT CAST(json_agg(anon_3.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.booking_id = :bookings::VARCHAR
        UNION ALL
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.state = 'active'
            AND fourtop.table_holds.occupied_start_us > :w0_start::BIGINT - 2678400000000 AND fourtop.table_holds.occupied_start_us < :w0_end::BIGINT
            AND fourtop.table_holds.occupied_end_us > :w0_start::BIGINT
    ) AS anon_3
) AS holds, (
    SELECT CAST(json_agg(anon_4.json_build_array_4) AS TEXT) AS json_agg_6
    FROM (
        SELECT json_build_array(min(fourtop.allocations.start_us), max(fourtop.allocations.end_us)) AS json_build_array_4
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR
        UNION ALL
        SELECT json_build_array(min(fourtop.bookings.dining_start_us), max(fourtop.bookings.dining_start_us) + 1) AS json_build_array_5
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR
    ) AS anon_4
) AS extent;

-- delete_table_adjacencies
-- Delete the rows of table_adjacencies that an edit of the house removes. Used by: edit_floor.
DELETE
FROM fourtop.table_adjacencies
WHERE fourtop.table_adjacencies.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:table_adjacencies::VARCHAR AS JSON)) AS new_table_adjacencies(ordinal INTEGER,
        first_table_id TEXT, second_table_id TEXT)
    WHERE fourtop.table_adjacencies.first_table_id = new_table_adjacencies.first_table_id AND fourtop.table_adjacencies.second_table_id = new_table_adjacencies.second_table_id
));

-- write_changes 12
-- Raise the restaurant's versions and store its time; in the same statement: insert events into the
-- outbox (events). Fail if a removal or an update has touched another number of rows than expected.
-- Used by: edit_floor, edit_policy, edit_restaurant.
WITH did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_1, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id;

-- update_restaurant
-- Update the name and the other facts of a restaurant. Used by: edit_restaurant.
UPDATE fourtop.restaurants
SET slug=:new_slug::VARCHAR, name=:new_name::VARCHAR, timezone=:new_timezone::VARCHAR,
    is_active=:new_is_active
WHERE fourtop.restaurants.id = :restaurant::VARCHAR;

-- list_events
-- Read the events of a restaurant in the order in which they were written. Used by: events.
SELECT CAST(json_build_array(fourtop.capacity_outbox.type, fourtop.capacity_outbox.dedupe_key,
    fourtop.capacity_outbox.at_us, fourtop.capacity_outbox.actor_id,
    fourtop.capacity_outbox.actor_role, fourtop.capacity_outbox.booking_id,
    fourtop.capacity_outbox.hold_id, fourtop.capacity_outbox.data) AS TEXT) AS json_build_array_1
FROM fourtop.capacity_outbox
WHERE fourtop.capacity_outbox.restaurant_id = :restaurant::VARCHAR
ORDER BY fourtop.capacity_outbox.sequence;

-- list_events_after
-- Read the events of a restaurant from a sequence on, to follow them without a lease. Used by:
-- events_after.
SELECT CAST(json_build_array(fourtop.capacity_outbox.sequence, fourtop.capacity_outbox.type,
    fourtop.capacity_outbox.dedupe_key, fourtop.capacity_outbox.at_us,
    fourtop.capacity_outbox.actor_id, fourtop.capacity_outbox.actor_role,
    fourtop.capacity_outbox.booking_id, fourtop.capacity_outbox.hold_id,
    fourtop.capacity_outbox.data) AS TEXT) AS json_build_array_1
FROM fourtop.capacity_outbox
WHERE fourtop.capacity_outbox.restaurant_id = :restaurant::VARCHAR AND fourtop.capacity_outbox.sequence >= :sequence::BIGINT
ORDER BY fourtop.capacity_outbox.sequence
LIMIT :limit::INTEGER;

-- find_newest_event
-- Find the sequence of the newest event of a restaurant. Used by: newest event.
SELECT CAST(json_build_array(fourtop.capacity_outbox.sequence) AS TEXT) AS json_build_array_1
FROM fourtop.capacity_outbox
WHERE fourtop.capacity_outbox.restaurant_id = :restaurant::VARCHAR
ORDER BY fourtop.capacity_outbox.sequence DESC
LIMIT 1;

-- enter_host_transaction
-- Read the facts of a host's transaction, and its settings that a command changes. Used by: book in
-- a host's transaction, quote in a host's transaction.
SELECT concat_ws(:concat_ws_2::VARCHAR, pg_postmaster_start_time(), (
    SELECT oid
    FROM pg_catalog.pg_database
    WHERE datname = current_database()
)) AS concat_ws_1, current_setting('transaction_isolation') AS current_setting_1, current_setting('transaction_read_only') AS current_setting_2,
    coalesce(current_setting('fourtop.house_changed', true), :coalesce_2::VARCHAR) AS coalesce_1,
    coalesce(current_setting('fourtop.restaurant_id', true), :coalesce_4::VARCHAR) AS coalesce_3,
    coalesce(current_setting('fourtop.now_us', true), :coalesce_6::VARCHAR) AS coalesce_5,
    coalesce(current_setting('lock_timeout', true), :coalesce_8::VARCHAR) AS coalesce_7, coalesce(current_setting('role',
    true), :coalesce_10::VARCHAR) AS coalesce_9;

-- write_changes 13
-- Raise the restaurant's versions and store its time; in the same statement: insert bookings
-- (bookings_added); insert or update the table assignments of bookings (assignments); insert
-- allocations; the database refuses an overlap (added); insert events into the outbox (events).
-- Fail if a removal or an update has touched another number of rows than expected. Used by: book in
-- a host's transaction.
WITH did_bookings_added AS (
    INSERT INTO fourtop.bookings (restaurant_id, id, party_size, status, version, created_us,
        updated_us, actor_id, actor_role, past_reason, period, service_date, occasion,
        dining_start_us, dining_end_us, occupied_start_us, occupied_end_us, turn_minutes,
        is_clamped, merge_group_id, assigned_start_us, assigned_end_us, assigned_us,
        assigned_by_id, assigned_by_role, names_tables, asked_occasion, channel, minutes,
        reference, local_start, seated_us, left_us, last_status, last_start_us, last_end_us,
        last_step_us, is_pinned, would_refuse, wait_earliest_us, wait_latest_us, wait_until_us,
        offers, must, wish, overrides)
    SELECT :restaurant::VARCHAR AS anon_1, new_bookings_added.id AS id,
        new_bookings_added.party_size AS party_size, new_bookings_added.status AS status,
        new_bookings_added.version AS version, new_bookings_added.created_us AS created_us,
        new_bookings_added.updated_us AS updated_us, new_bookings_added.actor_id AS actor_id,
        new_bookings_added.actor_role AS actor_role, new_bookings_added.past_reason AS past_reason,
        new_bookings_added.period AS period, new_bookings_added.service_date AS service_date,
        new_bookings_added.occasion AS occasion, new_bookings_added.dining_start_us AS dining_start_us,
        new_bookings_added.dining_end_us AS dining_end_us, new_bookings_added.occupied_start_us AS occupied_start_us,
        new_bookings_added.occupied_end_us AS occupied_end_us, new_bookings_added.turn_minutes AS turn_minutes,
        new_bookings_added.is_clamped AS is_clamped, new_bookings_added.merge_group_id AS merge_group_id,
        new_bookings_added.assigned_start_us AS assigned_start_us,
        new_bookings_added.assigned_end_us AS assigned_end_us, new_bookings_added.assigned_us AS assigned_us,
        new_bookings_added.assigned_by_id AS assigned_by_id, new_bookings_added.assigned_by_role AS assigned_by_role,
        new_bookings_added.names_tables AS names_tables, new_bookings_added.asked_occasion AS asked_occasion,
        new_bookings_added.channel AS channel, new_bookings_added.minutes AS minutes,
        new_bookings_added.reference AS reference, new_bookings_added.local_start AS local_start,
        new_bookings_added.seated_us AS seated_us, new_bookings_added.left_us AS left_us,
        new_bookings_added.last_status AS last_status, new_bookings_added.last_start_us AS last_start_us,
        new_bookings_added.last_end_us AS last_end_us, new_bookings_added.last_step_us AS last_step_us,
        new_bookings_added.is_pinned AS is_pinned, new_bookings_added.would_refuse AS would_refuse,
        new_bookings_added.wait_earliest_us AS wait_earliest_us,
        new_bookings_added.wait_latest_us AS wait_latest_us, new_bookings_added.wait_until_us AS wait_until_us,
        new_bookings_added.offers AS offers, new_bookings_added.must AS must,
        new_bookings_added.wish AS wish, new_bookings_added.overrides AS overrides
    FROM json_to_recordset(CAST(:bookings_added::VARCHAR AS JSON)) AS new_bookings_added(ordinal INTEGER,
        id TEXT, party_size INTEGER, status TEXT, version BIGINT, created_us BIGINT, updated_us BIGINT,
        actor_id TEXT, actor_role TEXT, past_reason TEXT, period TEXT, service_date TEXT,
        occasion TEXT, dining_start_us BIGINT, dining_end_us BIGINT, occupied_start_us BIGINT,
        occupied_end_us BIGINT, turn_minutes INTEGER, is_clamped BOOLEAN, merge_group_id TEXT,
        assigned_start_us BIGINT, assigned_end_us BIGINT, assigned_us BIGINT, assigned_by_id TEXT,
        assigned_by_role TEXT, names_tables BOOLEAN, asked_occasion TEXT, channel TEXT, minutes INTEGER,
        reference TEXT, local_start TEXT, seated_us BIGINT, left_us BIGINT, last_status TEXT,
        last_start_us BIGINT, last_end_us BIGINT, last_step_us BIGINT, is_pinned BOOLEAN,
        would_refuse TEXT, wait_earliest_us BIGINT, wait_latest_us BIGINT, wait_until_us BIGINT,
        offers INTEGER, must JSON, wish JSON, overrides JSON)
    ORDER BY new_bookings_added.ordinal
), did_assignments AS (
    INSERT INTO fourtop.booking_table_assignments (restaurant_id, booking_id, position, table_id)
    SELECT :restaurant::VARCHAR AS anon_2, new_assignments.booking_id AS booking_id,
        new_assignments.position AS position, new_assignments.table_id AS table_id
    FROM json_to_recordset(CAST(:assignments::VARCHAR AS JSON)) AS new_assignments(ordinal INTEGER,
        booking_id TEXT, position INTEGER, table_id TEXT)
    ORDER BY new_assignments.ordinal
    ON CONFLICT (restaurant_id, booking_id, position) DO UPDATE
    SET table_id = excluded.table_id
    WHERE fourtop.booking_table_assignments.table_id != excluded.table_id
), did_added AS (
    INSERT INTO fourtop.allocations (restaurant_id, id, resource_type, resource_id, start_us,
        end_us, hold_id, booking_id, block_id, shadow)
    SELECT :restaurant::VARCHAR AS anon_3, new_added.id AS id, new_added.resource_type AS resource_type,
        new_added.resource_id AS resource_id, new_added.start_us AS start_us, new_added.end_us AS end_us,
        new_added.hold_id AS hold_id, new_added.booking_id AS booking_id, new_added.block_id AS block_id,
        new_added.shadow AS shadow
    FROM json_to_recordset(CAST(:added::VARCHAR AS JSON)) AS new_added(ordinal INTEGER, id TEXT,
        resource_type TEXT, resource_id TEXT, start_us BIGINT, end_us BIGINT, hold_id TEXT,
        booking_id TEXT, block_id TEXT, shadow BOOLEAN)
    ORDER BY new_added.ordinal
), did_events AS (
    INSERT INTO fourtop.capacity_outbox (restaurant_id, type, dedupe_key, at_us, actor_id,
        actor_role, booking_id, hold_id, data, subject)
    SELECT :restaurant::VARCHAR AS anon_4, new_events.type AS type, new_events.dedupe_key AS dedupe_key,
        new_events.at_us AS at_us, new_events.actor_id AS actor_id, new_events.actor_role AS actor_role,
        new_events.booking_id AS booking_id, new_events.hold_id AS hold_id, new_events.data AS data,
        new_events.subject AS subject
    FROM json_to_recordset(CAST(:events::VARCHAR AS JSON)) AS new_events(ordinal INTEGER, type TEXT,
        dedupe_key TEXT, at_us BIGINT, actor_id TEXT, actor_role TEXT, booking_id TEXT, hold_id TEXT,
        data JSON, subject TEXT)
    ORDER BY new_events.ordinal
) UPDATE fourtop.restaurants
SET floor_version=(fourtop.restaurants.floor_version + :floor::BIGINT), policy_version=(fourtop.restaurants.policy_version + :policy::BIGINT),
    occupancy_version=(fourtop.restaurants.occupancy_version + :occupancy::BIGINT),
    latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.id;

-- leave_host_transaction
-- Restore the settings of the host, and mark a transaction that has changed a house. A rollback to
-- the savepoint restores them by itself. Used by: book in a host's transaction, quote in a host's
-- transaction.
SELECT set_config('fourtop.house_changed', CAST(:mark::VARCHAR AS TEXT), true) AS set_config_1,
    set_config('fourtop.restaurant_id', CAST(:tenant::VARCHAR AS TEXT), true) AS set_config_2,
    set_config('fourtop.now_us', CAST(:now_us::VARCHAR AS TEXT), true) AS set_config_3,
    set_config('lock_timeout', CAST(:lock_timeout::VARCHAR AS TEXT), true) AS set_config_4,
    set_config('role', CAST(:role::VARCHAR AS TEXT), true) AS set_config_5;

-- enter_job
-- Set the lock timeout and the role of the jobs. Used by: sweep_holds, dead_letters,
-- prune_allocations, prune_confirmations, prune_outbox.
SELECT set_config('lock_timeout', '5000ms', true) AS set_config_1, set_config('role',
    :role::VARCHAR, true) AS set_config_2;

-- list_expired_holds
-- List active holds that have expired. Used by: sweep_holds.
SELECT fourtop.table_holds.restaurant_id, fourtop.table_holds.id
FROM fourtop.table_holds
WHERE fourtop.table_holds.state = 'active' AND fourtop.table_holds.expires_us <= :before_us::BIGINT
ORDER BY fourtop.table_holds.expires_us, fourtop.table_holds.restaurant_id,
    fourtop.table_holds.id
LIMIT :limit::INTEGER;

-- enter_job_exclusive
-- Set the lock timeout and the role of the jobs, and take the exclusive lock on the outbox. Used
-- by: relay_outbox.
SELECT set_config('lock_timeout', '5000ms', true) AS set_config_1, set_config('role',
    :role::VARCHAR, true) AS set_config_2, CAST(pg_advisory_xact_lock(7310653024720401727) AS TEXT) AS pg_advisory_xact_lock_1;

-- claim_events
-- Lease waiting events: of each subject the first ones or none, oldest first. Used by:
-- relay_outbox.
WITH found AS MATERIALIZED (
    SELECT fourtop.capacity_outbox.restaurant_id AS restaurant_id,
        fourtop.capacity_outbox.sequence AS sequence
    FROM fourtop.capacity_outbox
    WHERE coalesce(fourtop.capacity_outbox.delivered_us, fourtop.capacity_outbox.dead_us) IS NULL
        AND (fourtop.capacity_outbox.lease IS NULL OR fourtop.capacity_outbox.leased_until_us <= :now_us::BIGINT)
        AND fourtop.capacity_outbox.next_us <= :now_us::BIGINT AND NOT (EXISTS (
        SELECT earlier.sequence
        FROM fourtop.capacity_outbox AS earlier
        WHERE earlier.restaurant_id = fourtop.capacity_outbox.restaurant_id AND earlier.subject = fourtop.capacity_outbox.subject
            AND earlier.sequence < fourtop.capacity_outbox.sequence AND earlier.delivered_us IS NULL
            AND earlier.dead_us IS NULL AND NOT ((earlier.lease IS NULL OR earlier.leased_until_us <= :now_us::BIGINT)
            AND earlier.next_us <= :now_us::BIGINT)
        LIMIT ALL OFFSET 0
    ))
    ORDER BY fourtop.capacity_outbox.sequence, fourtop.capacity_outbox.restaurant_id
    LIMIT :limit::INTEGER
) UPDATE fourtop.capacity_outbox
SET lease=:lease::VARCHAR COLLATE "C", leased_until_us=:until_us::BIGINT
WHERE (fourtop.capacity_outbox.restaurant_id, fourtop.capacity_outbox.sequence) IN (
    SELECT found.restaurant_id, found.sequence
    FROM found
)
RETURNING CAST(json_build_array(fourtop.capacity_outbox.restaurant_id,
    fourtop.capacity_outbox.sequence, fourtop.capacity_outbox.attempts,
    fourtop.capacity_outbox.type, fourtop.capacity_outbox.dedupe_key,
    fourtop.capacity_outbox.at_us, fourtop.capacity_outbox.actor_id,
    fourtop.capacity_outbox.actor_role, fourtop.capacity_outbox.booking_id,
    fourtop.capacity_outbox.hold_id, fourtop.capacity_outbox.data) AS TEXT) AS json_build_array_1;

-- enter_job_shared
-- Set the lock timeout and the role of the jobs, and take the shared lock on the outbox. Used by:
-- relay_outbox.
SELECT set_config('lock_timeout', '5000ms', true) AS set_config_1, set_config('role',
    :role::VARCHAR, true) AS set_config_2, CAST(pg_advisory_xact_lock_shared(7310653024720401727) AS TEXT) AS pg_advisory_xact_lock_shared_1;

-- settle_delivered
-- Mark leased events as delivered. Used by: relay_outbox.
UPDATE fourtop.capacity_outbox
SET lease=NULL, leased_until_us=NULL, delivered_us=:now_us::BIGINT
FROM json_to_recordset(CAST(:deliveries::VARCHAR AS JSON)) AS new_deliveries(ordinal INTEGER,
    restaurant_id TEXT, sequence BIGINT, lease TEXT)
WHERE fourtop.capacity_outbox.restaurant_id = new_deliveries.restaurant_id AND fourtop.capacity_outbox.sequence = new_deliveries.sequence
    AND fourtop.capacity_outbox.lease = new_deliveries.lease;

-- list_dead_letters
-- List the events that were given up. Used by: dead_letters.
SELECT CAST(json_build_array(fourtop.capacity_outbox.restaurant_id,
    fourtop.capacity_outbox.sequence, fourtop.capacity_outbox.attempts,
    fourtop.capacity_outbox.dead_us, fourtop.capacity_outbox.type,
    fourtop.capacity_outbox.dedupe_key, fourtop.capacity_outbox.at_us,
    fourtop.capacity_outbox.actor_id, fourtop.capacity_outbox.actor_role,
    fourtop.capacity_outbox.booking_id, fourtop.capacity_outbox.hold_id,
    fourtop.capacity_outbox.data) AS TEXT) AS json_build_array_1
FROM fourtop.capacity_outbox
WHERE fourtop.capacity_outbox.dead_us IS NOT NULL
ORDER BY fourtop.capacity_outbox.dead_us, fourtop.capacity_outbox.restaurant_id,
    fourtop.capacity_outbox.sequence
LIMIT :limit::INTEGER;

-- archive_allocations
-- Move the oldest allocations that have ended to the archive. Used by: prune_allocations.
WITH found AS (
    SELECT fourtop.allocations.restaurant_id AS restaurant_id, fourtop.allocations.id AS id
    FROM fourtop.allocations
    WHERE fourtop.allocations.end_us <= :before_us::BIGINT AND fourtop.allocations.hold_id IS NULL
    ORDER BY fourtop.allocations.end_us, fourtop.allocations.restaurant_id,
        fourtop.allocations.id
    LIMIT :limit::INTEGER
    FOR UPDATE OF allocations SKIP LOCKED
), gone AS (
    DELETE
    FROM fourtop.allocations
    WHERE (fourtop.allocations.restaurant_id, fourtop.allocations.id) IN (
        SELECT found.restaurant_id, found.id
        FROM found
    )
    RETURNING fourtop.allocations.restaurant_id, fourtop.allocations.id,
        fourtop.allocations.resource_type, fourtop.allocations.resource_id,
        fourtop.allocations.start_us, fourtop.allocations.end_us, fourtop.allocations.hold_id,
        fourtop.allocations.booking_id, fourtop.allocations.block_id, fourtop.allocations.shadow
) INSERT INTO fourtop.allocations_archive (restaurant_id, id, resource_type, resource_id,
    start_us, end_us, hold_id, booking_id, block_id, shadow, archived_us)
SELECT gone.restaurant_id, gone.id, gone.resource_type, gone.resource_id, gone.start_us,
    gone.end_us, gone.hold_id, gone.booking_id, gone.block_id, gone.shadow, :now_us::BIGINT AS anon_1
FROM gone;

-- list_archived
-- Read archived allocations that overlap a window. Used by: archived.
SELECT CAST(json_build_array(fourtop.allocations_archive.id,
    fourtop.allocations_archive.resource_type, fourtop.allocations_archive.resource_id,
    fourtop.allocations_archive.start_us, fourtop.allocations_archive.end_us,
    fourtop.allocations_archive.hold_id, fourtop.allocations_archive.booking_id,
    fourtop.allocations_archive.block_id, fourtop.allocations_archive.shadow) AS TEXT) AS json_build_array_1
FROM fourtop.allocations_archive
WHERE fourtop.allocations_archive.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations_archive.start_us > :start_us::BIGINT - 2678400000000
    AND fourtop.allocations_archive.start_us < :end_us::BIGINT AND fourtop.allocations_archive.end_us > :start_us::BIGINT;

-- delete_confirmations
-- Delete the oldest evidence of confirmations. Used by: prune_confirmations.
WITH found AS (
    SELECT fourtop.booking_confirmation_results.restaurant_id AS restaurant_id,
        fourtop.booking_confirmation_results.id AS id
    FROM fourtop.booking_confirmation_results
    WHERE fourtop.booking_confirmation_results.checked_us <= :before_us::BIGINT
    ORDER BY fourtop.booking_confirmation_results.checked_us,
        fourtop.booking_confirmation_results.restaurant_id,
        fourtop.booking_confirmation_results.id
    LIMIT :limit::INTEGER
    FOR UPDATE OF booking_confirmation_results SKIP LOCKED
) DELETE
FROM fourtop.booking_confirmation_results
WHERE (fourtop.booking_confirmation_results.restaurant_id,
    fourtop.booking_confirmation_results.id) IN (
    SELECT found.restaurant_id, found.id
    FROM found
);

-- delete_stored_results
-- Delete the oldest stored results to which no evidence refers. Used by: prune_confirmations.
WITH found AS (
    SELECT fourtop.command_results.restaurant_id AS restaurant_id,
        fourtop.command_results.command AS command, fourtop.command_results.idempotency_key AS idempotency_key
    FROM fourtop.command_results
    LEFT OUTER
    JOIN (
        SELECT fourtop.booking_confirmation_results.restaurant_id AS restaurant_id,
            fourtop.booking_confirmation_results.idempotency_key AS idempotency_key
        FROM fourtop.booking_confirmation_results
        WHERE fourtop.booking_confirmation_results.confirmed
        LIMIT ALL OFFSET 0
    ) AS kept ON kept.restaurant_id = fourtop.command_results.restaurant_id AND kept.idempotency_key = fourtop.command_results.idempotency_key
    WHERE fourtop.command_results.stored_us <= :before_us::BIGINT AND kept.restaurant_id IS NULL
    ORDER BY fourtop.command_results.stored_us, fourtop.command_results.restaurant_id,
        fourtop.command_results.command, fourtop.command_results.idempotency_key
    LIMIT :limit::INTEGER
    FOR UPDATE OF command_results SKIP LOCKED
) DELETE
FROM fourtop.command_results
WHERE (fourtop.command_results.restaurant_id, fourtop.command_results.command,
    fourtop.command_results.idempotency_key) IN (
    SELECT found.restaurant_id, found.command, found.idempotency_key
    FROM found
);

-- delete_holds
-- Delete the oldest ended holds, to which neither rows nor evidence refer. Used by:
-- prune_confirmations.
WITH found AS (
    SELECT fourtop.table_holds.restaurant_id AS restaurant_id, fourtop.table_holds.id AS id
    FROM fourtop.table_holds
    WHERE fourtop.table_holds.created_us <= :before_us::BIGINT AND fourtop.table_holds.state != 'active'
        AND fourtop.table_holds.created_us >= 0 AND fourtop.table_holds.occupied_end_us <= :before_us::BIGINT
        AND NOT (EXISTS (
        SELECT 1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = fourtop.table_holds.restaurant_id AND fourtop.allocations.hold_id = fourtop.table_holds.id
    )) AND NOT (EXISTS (
        SELECT 1
        FROM fourtop.booking_confirmation_results
        WHERE fourtop.booking_confirmation_results.restaurant_id = fourtop.table_holds.restaurant_id
            AND fourtop.booking_confirmation_results.hold_id = fourtop.table_holds.id
    ))
    ORDER BY fourtop.table_holds.created_us, fourtop.table_holds.restaurant_id,
        fourtop.table_holds.id
    LIMIT :limit::INTEGER
    FOR UPDATE OF table_holds SKIP LOCKED
), first AS (
    DELETE
    FROM fourtop.table_hold_members
    WHERE (fourtop.table_hold_members.restaurant_id, fourtop.table_hold_members.hold_id) IN (
        SELECT found.restaurant_id, found.id
        FROM found
    )
) DELETE
FROM fourtop.table_holds
WHERE (fourtop.table_holds.restaurant_id, fourtop.table_holds.id) IN (
    SELECT found.restaurant_id, found.id
    FROM found
);

-- delete_events
-- Delete the oldest events that were delivered or given up. Used by: prune_outbox.
WITH found AS (
    SELECT settled.restaurant_id AS restaurant_id, settled.sequence AS sequence
    FROM (
        SELECT anon_1.restaurant_id AS restaurant_id, anon_1.sequence AS sequence,
            anon_1.settled_us AS settled_us
        FROM (
            SELECT fourtop.capacity_outbox.restaurant_id AS restaurant_id,
                fourtop.capacity_outbox.sequence AS sequence,
                fourtop.capacity_outbox.delivered_us AS settled_us
            FROM fourtop.capacity_outbox
            WHERE fourtop.capacity_outbox.delivered_us <= :before_us::BIGINT
            ORDER BY fourtop.capacity_outbox.delivered_us, fourtop.capacity_outbox.restaurant_id,
                fourtop.capacity_outbox.sequence
            LIMIT :limit::INTEGER
            FOR UPDATE OF capacity_outbox SKIP LOCKED
        ) AS anon_1
        UNION ALL
        SELECT anon_2.restaurant_id AS restaurant_id, anon_2.sequence AS sequence,
            anon_2.settled_us AS settled_us
        FROM (
            SELECT fourtop.capacity_outbox.restaurant_id AS restaurant_id,
                fourtop.capacity_outbox.sequence AS sequence, fourtop.capacity_outbox.dead_us AS settled_us
            FROM fourtop.capacity_outbox
            WHERE fourtop.capacity_outbox.dead_us <= :before_us::BIGINT
            ORDER BY fourtop.capacity_outbox.dead_us, fourtop.capacity_outbox.restaurant_id,
                fourtop.capacity_outbox.sequence
            LIMIT :limit::INTEGER
            FOR UPDATE OF capacity_outbox SKIP LOCKED
        ) AS anon_2
    ) AS settled
    ORDER BY settled.settled_us, settled.restaurant_id, settled.sequence
    LIMIT :limit::INTEGER
) DELETE
FROM fourtop.capacity_outbox
WHERE (fourtop.capacity_outbox.restaurant_id, fourtop.capacity_outbox.sequence) IN (
    SELECT found.restaurant_id, found.sequence
    FROM found
);

-- load_scope 20
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings. Used by: remove_restaurant.
SELECT (
    SELECT CAST(json_agg(anon_1.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND fourtop.allocations.booking_id IN (
            SELECT fourtop.bookings.id
            FROM fourtop.bookings
            WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
        )
        UNION ALL
        SELECT anon_2.last AS last
        FROM (
            SELECT (
                SELECT json_build_array(latest.id, latest.resource_type, latest.resource_id,
                    latest.start_us, latest.end_us, latest.hold_id, latest.booking_id,
                    latest.block_id, latest.shadow) AS json_build_array_2
                FROM fourtop.allocations AS latest
                WHERE latest.restaurant_id = :restaurant::VARCHAR AND latest.resource_type = 'table'
                    AND latest.resource_id = anon_3.value AND NOT latest.shadow AND (latest.hold_id IS NULL
                    OR (EXISTS (
                    SELECT fourtop.table_holds.id
                    FROM fourtop.table_holds
                    WHERE fourtop.table_holds.restaurant_id = latest.restaurant_id AND fourtop.table_holds.id = latest.hold_id
                        AND fourtop.table_holds.state = 'active' AND fourtop.table_holds.expires_us > CAST(current_setting('fourtop.now_us') AS BIGINT)
                )))
                ORDER BY latest.start_us DESC
                LIMIT 1
            ) AS last
            FROM unnest(:tables::TEXT[]) AS anon_3(value)
        ) AS anon_2
        WHERE anon_2.last IS NOT NULL
    ) AS anon_1
) AS allocations, (
    SELECT CAST(json_agg(anon_4.json_build_array_3) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_3
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.status = 'checked_in'
    ) AS anon_4
) AS bookings;

-- remove_table_set_members
-- Delete all rows of a removed restaurant in table_set_members. Used by: remove_restaurant.
DELETE
FROM fourtop.table_set_members
WHERE fourtop.table_set_members.restaurant_id = :restaurant::VARCHAR;

-- remove_table_distances
-- Delete all rows of a removed restaurant in table_distances. Used by: remove_restaurant.
DELETE
FROM fourtop.table_distances
WHERE fourtop.table_distances.restaurant_id = :restaurant::VARCHAR;

-- remove_table_aisles
-- Delete all rows of a removed restaurant in table_aisles. Used by: remove_restaurant.
DELETE
FROM fourtop.table_aisles
WHERE fourtop.table_aisles.restaurant_id = :restaurant::VARCHAR;

-- remove_table_adjacencies
-- Delete all rows of a removed restaurant in table_adjacencies. Used by: remove_restaurant.
DELETE
FROM fourtop.table_adjacencies
WHERE fourtop.table_adjacencies.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_walk_in_tables
-- Delete all rows of a removed restaurant in restaurant_walk_in_tables. Used by: remove_restaurant.
DELETE
FROM fourtop.restaurant_walk_in_tables
WHERE fourtop.restaurant_walk_in_tables.restaurant_id = :restaurant::VARCHAR;

-- remove_table_inventory
-- Delete all rows of a removed restaurant in table_inventory. Used by: remove_restaurant.
DELETE
FROM fourtop.table_inventory
WHERE fourtop.table_inventory.restaurant_id = :restaurant::VARCHAR;

-- remove_table_hold_members
-- Delete all rows of a removed restaurant in table_hold_members. Used by: remove_restaurant.
DELETE
FROM fourtop.table_hold_members
WHERE fourtop.table_hold_members.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_zone_rules
-- Delete all rows of a removed restaurant in restaurant_zone_rules. Used by: remove_restaurant.
DELETE
FROM fourtop.restaurant_zone_rules
WHERE fourtop.restaurant_zone_rules.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_walk_in_rules
-- Delete all rows of a removed restaurant in restaurant_walk_in_rules. Used by: remove_restaurant.
DELETE
FROM fourtop.restaurant_walk_in_rules
WHERE fourtop.restaurant_walk_in_rules.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_period_occasions
-- Delete all rows of a removed restaurant in restaurant_period_occasions. Used by:
-- remove_restaurant.
DELETE
FROM fourtop.restaurant_period_occasions
WHERE fourtop.restaurant_period_occasions.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_pacing_rules
-- Delete all rows of a removed restaurant in restaurant_pacing_rules. Used by: remove_restaurant.
DELETE
FROM fourtop.restaurant_pacing_rules
WHERE fourtop.restaurant_pacing_rules.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_demand_profiles
-- Delete all rows of a removed restaurant in restaurant_demand_profiles. Used by:
-- remove_restaurant.
DELETE
FROM fourtop.restaurant_demand_profiles
WHERE fourtop.restaurant_demand_profiles.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_date_exceptions
-- Delete all rows of a removed restaurant in restaurant_date_exceptions. Used by:
-- remove_restaurant.
DELETE
FROM fourtop.restaurant_date_exceptions
WHERE fourtop.restaurant_date_exceptions.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_channel_shares
-- Delete all rows of a removed restaurant in restaurant_channel_shares. Used by: remove_restaurant.
DELETE
FROM fourtop.restaurant_channel_shares
WHERE fourtop.restaurant_channel_shares.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_capacity_rules
-- Delete all rows of a removed restaurant in restaurant_capacity_rules. Used by: remove_restaurant.
DELETE
FROM fourtop.restaurant_capacity_rules
WHERE fourtop.restaurant_capacity_rules.restaurant_id = :restaurant::VARCHAR;

-- remove_booking_table_assignments
-- Delete all rows of a removed restaurant in booking_table_assignments. Used by: remove_restaurant.
DELETE
FROM fourtop.booking_table_assignments
WHERE fourtop.booking_table_assignments.restaurant_id = :restaurant::VARCHAR;

-- remove_allocations
-- Delete all rows of a removed restaurant in allocations. Used by: remove_restaurant.
DELETE
FROM fourtop.allocations
WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR;

-- remove_zones
-- Delete all rows of a removed restaurant in zones. Used by: remove_restaurant.
DELETE
FROM fourtop.zones
WHERE fourtop.zones.restaurant_id = :restaurant::VARCHAR;

-- remove_table_set_capacities
-- Delete all rows of a removed restaurant in table_set_capacities. Used by: remove_restaurant.
DELETE
FROM fourtop.table_set_capacities
WHERE fourtop.table_set_capacities.restaurant_id = :restaurant::VARCHAR;

-- remove_table_holds
-- Delete all rows of a removed restaurant in table_holds. Used by: remove_restaurant.
DELETE
FROM fourtop.table_holds
WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR;

-- remove_table_blocks
-- Delete all rows of a removed restaurant in table_blocks. Used by: remove_restaurant.
DELETE
FROM fourtop.table_blocks
WHERE fourtop.table_blocks.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_service_periods
-- Delete all rows of a removed restaurant in restaurant_service_periods. Used by:
-- remove_restaurant.
DELETE
FROM fourtop.restaurant_service_periods
WHERE fourtop.restaurant_service_periods.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_policies
-- Delete all rows of a removed restaurant in restaurant_policies. Used by: remove_restaurant.
DELETE
FROM fourtop.restaurant_policies
WHERE fourtop.restaurant_policies.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_occasions
-- Delete all rows of a removed restaurant in restaurant_occasions. Used by: remove_restaurant.
DELETE
FROM fourtop.restaurant_occasions
WHERE fourtop.restaurant_occasions.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurant_booking_windows
-- Delete all rows of a removed restaurant in restaurant_booking_windows. Used by:
-- remove_restaurant.
DELETE
FROM fourtop.restaurant_booking_windows
WHERE fourtop.restaurant_booking_windows.restaurant_id = :restaurant::VARCHAR;

-- remove_bookings
-- Delete all rows of a removed restaurant in bookings. Used by: remove_restaurant.
DELETE
FROM fourtop.bookings
WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR;

-- remove_booking_slots
-- Delete all rows of a removed restaurant in booking_slots. Used by: remove_restaurant.
DELETE
FROM fourtop.booking_slots
WHERE fourtop.booking_slots.restaurant_id = :restaurant::VARCHAR;

-- remove_booking_confirmation_tables
-- Delete all rows of a removed restaurant in booking_confirmation_tables. Used by:
-- remove_restaurant.
DELETE
FROM fourtop.booking_confirmation_tables
WHERE fourtop.booking_confirmation_tables.restaurant_id = :restaurant::VARCHAR;

-- remove_command_results
-- Delete all rows of a removed restaurant in command_results. Used by: remove_restaurant.
DELETE
FROM fourtop.command_results
WHERE fourtop.command_results.restaurant_id = :restaurant::VARCHAR;

-- remove_capacity_outbox
-- Delete all rows of a removed restaurant in capacity_outbox. Used by: remove_restaurant.
DELETE
FROM fourtop.capacity_outbox
WHERE fourtop.capacity_outbox.restaurant_id = :restaurant::VARCHAR;

-- remove_booking_confirmation_results
-- Delete all rows of a removed restaurant in booking_confirmation_results. Used by:
-- remove_restaurant.
DELETE
FROM fourtop.booking_confirmation_results
WHERE fourtop.booking_confirmation_results.restaurant_id = :restaurant::VARCHAR;

-- remove_allocations_archive
-- Delete all rows of a removed restaurant in allocations_archive. Used by: remove_restaurant.
DELETE
FROM fourtop.allocations_archive
WHERE fourtop.allocations_archive.restaurant_id = :restaurant::VARCHAR;

-- remove_restaurants
-- Delete all rows of a removed restaurant in restaurants. Used by: remove_restaurant.
DELETE
FROM fourtop.restaurants
WHERE fourtop.restaurants.id = :restaurant::VARCHAR;

-- set_time
-- Set the time that the next statement reads: a clock of the host's has moved since it was read, or
-- the time told last was wrong.
SELECT CAST(set_config('fourtop.now_us', CAST(:now_us::BIGINT AS TEXT), true) AS BIGINT) AS set_config_1;

-- read_told_time
-- Lock the restaurant's row and read the time that it was told last.
SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS "extract(epoch FROM clock_timestamp()) * 1000000",
    fourtop.restaurants.latest_us
FROM fourtop.restaurants
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
FOR UPDATE;

-- reset_clock
-- Set the time of a restaurant back after a clock ran ahead.
UPDATE fourtop.restaurants
SET latest_us=:now_us::BIGINT
WHERE fourtop.restaurants.id = :restaurant::VARCHAR
RETURNING fourtop.restaurants.latest_us;

-- list_restaurants_ahead
-- List restaurants that were told a time more than five minutes ahead of the clock.
SELECT fourtop.restaurants.id
FROM fourtop.restaurants
WHERE fourtop.restaurants.latest_us - CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) > 300000000
ORDER BY fourtop.restaurants.id
LIMIT 10;

-- load_house
-- Load a house: the rows of each of its tables.
SELECT (
    SELECT CAST(json_agg(anon_2.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.restaurants.id, fourtop.restaurants.slug,
            fourtop.restaurants.name, fourtop.restaurants.timezone, fourtop.restaurants.is_active) AS json_build_array_1
        FROM fourtop.restaurants
        WHERE fourtop.restaurants.id = :restaurant::VARCHAR
    ) AS anon_2
) AS anon_1, (
    SELECT CAST(json_agg(anon_4.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.zones.id, fourtop.zones.name, fourtop.zones.sort_order,
            fourtop.zones.area) AS json_build_array_2
        FROM fourtop.zones
        WHERE fourtop.zones.restaurant_id = :restaurant::VARCHAR
    ) AS anon_4
) AS anon_3, (
    SELECT CAST(json_agg(anon_6.json_build_array_3) AS TEXT) AS json_agg_3
    FROM (
        SELECT json_build_array(fourtop.table_inventory.id, fourtop.table_inventory.number,
            fourtop.table_inventory.capacity, fourtop.table_inventory.zone_id,
            fourtop.table_inventory.min_party, fourtop.table_inventory.max_party,
            fourtop.table_inventory.section, fourtop.table_inventory.category,
            fourtop.table_inventory.seating, fourtop.table_inventory.mobility,
            fourtop.table_inventory.out_of_service, fourtop.table_inventory.active,
            fourtop.table_inventory.features, fourtop.table_inventory.position,
            fourtop.table_inventory.notes, fourtop.table_inventory.shape,
            fourtop.table_inventory.length_cm, fourtop.table_inventory.width_cm,
            fourtop.table_inventory.number_scope) AS json_build_array_3
        FROM fourtop.table_inventory
        WHERE fourtop.table_inventory.restaurant_id = :restaurant::VARCHAR
    ) AS anon_6
) AS anon_5, (
    SELECT CAST(json_agg(anon_8.json_build_array_4) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_adjacencies.first_table_id,
            fourtop.table_adjacencies.second_table_id, fourtop.table_adjacencies.seat_loss) AS json_build_array_4
        FROM fourtop.table_adjacencies
        WHERE fourtop.table_adjacencies.restaurant_id = :restaurant::VARCHAR
    ) AS anon_8
) AS anon_7, (
    SELECT CAST(json_agg(anon_10.json_build_array_5) AS TEXT) AS json_agg_5
    FROM (
        SELECT json_build_array(fourtop.table_set_capacities.id,
            fourtop.table_set_capacities.capacity, fourtop.table_set_capacities.min_party) AS json_build_array_5
        FROM fourtop.table_set_capacities
        WHERE fourtop.table_set_capacities.restaurant_id = :restaurant::VARCHAR
    ) AS anon_10
) AS anon_9, (
    SELECT CAST(json_agg(anon_12.json_build_array_6) AS TEXT) AS json_agg_6
    FROM (
        SELECT json_build_array(fourtop.table_set_members.set_id,
            fourtop.table_set_members.table_id) AS json_build_array_6
        FROM fourtop.table_set_members
        WHERE fourtop.table_set_members.restaurant_id = :restaurant::VARCHAR
    ) AS anon_12
) AS anon_11, (
    SELECT CAST(json_agg(anon_14.json_build_array_7) AS TEXT) AS json_agg_7
    FROM (
        SELECT json_build_array(fourtop.table_distances.first_table_id,
            fourtop.table_distances.second_table_id) AS json_build_array_7
        FROM fourtop.table_distances
        WHERE fourtop.table_distances.restaurant_id = :restaurant::VARCHAR
    ) AS anon_14
) AS anon_13, (
    SELECT CAST(json_agg(anon_16.json_build_array_8) AS TEXT) AS json_agg_8
    FROM (
        SELECT json_build_array(fourtop.table_aisles.aisle_id, fourtop.table_aisles.table_id,
            fourtop.table_aisles.is_joined) AS json_build_array_8
        FROM fourtop.table_aisles
        WHERE fourtop.table_aisles.restaurant_id = :restaurant::VARCHAR
    ) AS anon_16
) AS anon_15, (
    SELECT CAST(json_agg(anon_18.json_build_array_9) AS TEXT) AS json_agg_9
    FROM (
        SELECT json_build_array(fourtop.restaurant_policies.reservation_interval_minutes,
            fourtop.restaurant_policies.default_duration_minutes,
            fourtop.restaurant_policies.last_seating_buffer_minutes,
            fourtop.restaurant_policies.joins_within_zone,
            fourtop.restaurant_policies.numbers_unique_in,
            fourtop.restaurant_policies.past_grace_minutes,
            fourtop.restaurant_policies.turn_bands, fourtop.restaurant_policies.closures,
            fourtop.restaurant_policies.adjacency_mode,
            fourtop.restaurant_policies.adjacency_required,
            fourtop.restaurant_policies.adjacency_min_party,
            fourtop.restaurant_policies.max_tables, fourtop.restaurant_policies.slack_budget,
            fourtop.restaurant_policies.staff_max_slack, fourtop.restaurant_policies.score,
            fourtop.restaurant_policies.hold_ttl_seconds,
            fourtop.restaurant_policies.hold_rate_limit,
            fourtop.restaurant_policies.hold_rate_window_seconds,
            fourtop.restaurant_policies.hold_max_live,
            fourtop.restaurant_policies.hold_max_live_per_session,
            fourtop.restaurant_policies.hold_max_lifetime_seconds,
            fourtop.restaurant_policies.channels,
            fourtop.restaurant_policies.guest_stay_least_minutes,
            fourtop.restaurant_policies.guest_stay_most_minutes,
            fourtop.restaurant_policies.early_minutes, fourtop.restaurant_policies.late_minutes,
            fourtop.restaurant_policies.no_show_after_minutes,
            fourtop.restaurant_policies.overstay_minutes,
            fourtop.restaurant_policies.reseat_notice_minutes,
            fourtop.restaurant_policies.scarcities, fourtop.restaurant_policies.enforce_capacity,
            fourtop.restaurant_policies.enforce_capacity_percent,
            fourtop.restaurant_policies.enforce_adjacency,
            fourtop.restaurant_policies.enforce_adjacency_percent) AS json_build_array_9
        FROM fourtop.restaurant_policies
        WHERE fourtop.restaurant_policies.restaurant_id = :restaurant::VARCHAR
    ) AS anon_18
) AS anon_17, (
    SELECT CAST(json_agg(anon_20.json_build_array_10) AS TEXT) AS json_agg_10
    FROM (
        SELECT json_build_array(fourtop.restaurant_occasions.key,
            fourtop.restaurant_occasions.position, fourtop.restaurant_occasions.turn_bands) AS json_build_array_10
        FROM fourtop.restaurant_occasions
        WHERE fourtop.restaurant_occasions.restaurant_id = :restaurant::VARCHAR
    ) AS anon_20
) AS anon_19, (
    SELECT CAST(json_agg(anon_22.json_build_array_11) AS TEXT) AS json_agg_11
    FROM (
        SELECT json_build_array(fourtop.restaurant_service_periods.key,
            fourtop.restaurant_service_periods.start_time,
            fourtop.restaurant_service_periods.end_time,
            fourtop.restaurant_service_periods.weekdays, fourtop.restaurant_service_periods.dates,
            fourtop.restaurant_service_periods.turn_bands,
            fourtop.restaurant_service_periods.buffer_before_minutes,
            fourtop.restaurant_service_periods.buffer_after_minutes,
            fourtop.restaurant_service_periods.last_start_time,
            fourtop.restaurant_service_periods.last_seating_minutes,
            fourtop.restaurant_service_periods.overrun_allowed,
            fourtop.restaurant_service_periods.min_dwell_minutes,
            fourtop.restaurant_service_periods.interval_minutes,
            fourtop.restaurant_service_periods.closed_starts) AS json_build_array_11
        FROM fourtop.restaurant_service_periods
        WHERE fourtop.restaurant_service_periods.restaurant_id = :restaurant::VARCHAR
    ) AS anon_22
) AS anon_21, (
    SELECT CAST(json_agg(anon_24.json_build_array_12) AS TEXT) AS json_agg_12
    FROM (
        SELECT json_build_array(fourtop.restaurant_period_occasions.period,
            fourtop.restaurant_period_occasions.position,
            fourtop.restaurant_period_occasions.occasion) AS json_build_array_12
        FROM fourtop.restaurant_period_occasions
        WHERE fourtop.restaurant_period_occasions.restaurant_id = :restaurant::VARCHAR
    ) AS anon_24
) AS anon_23, (
    SELECT CAST(json_agg(anon_26.json_build_array_13) AS TEXT) AS json_agg_13
    FROM (
        SELECT json_build_array(fourtop.restaurant_capacity_rules.position,
            fourtop.restaurant_capacity_rules.max_covers,
            fourtop.restaurant_capacity_rules.max_parties,
            fourtop.restaurant_capacity_rules.period, fourtop.restaurant_capacity_rules.weekday,
            fourtop.restaurant_capacity_rules.on_date, fourtop.restaurant_capacity_rules.zone_id,
            fourtop.restaurant_capacity_rules.kind) AS json_build_array_13
        FROM fourtop.restaurant_capacity_rules
        WHERE fourtop.restaurant_capacity_rules.restaurant_id = :restaurant::VARCHAR
    ) AS anon_26
) AS anon_25, (
    SELECT CAST(json_agg(anon_28.json_build_array_14) AS TEXT) AS json_agg_14
    FROM (
        SELECT json_build_array(fourtop.restaurant_booking_windows.position,
            fourtop.restaurant_booking_windows.notice_minutes,
            fourtop.restaurant_booking_windows.horizon_days,
            fourtop.restaurant_booking_windows.channel,
            fourtop.restaurant_booking_windows.min_party,
            fourtop.restaurant_booking_windows.max_party) AS json_build_array_14
        FROM fourtop.restaurant_booking_windows
        WHERE fourtop.restaurant_booking_windows.restaurant_id = :restaurant::VARCHAR
    ) AS anon_28
) AS anon_27, (
    SELECT CAST(json_agg(anon_30.json_build_array_15) AS TEXT) AS json_agg_15
    FROM (
        SELECT json_build_array(fourtop.restaurant_date_exceptions.position,
            fourtop.restaurant_date_exceptions.on_date, fourtop.restaurant_date_exceptions.period,
            fourtop.restaurant_date_exceptions.closed,
            fourtop.restaurant_date_exceptions.start_time,
            fourtop.restaurant_date_exceptions.end_time,
            fourtop.restaurant_date_exceptions.last_start_time,
            fourtop.restaurant_date_exceptions.interval_minutes,
            fourtop.restaurant_date_exceptions.closed_starts) AS json_build_array_15
        FROM fourtop.restaurant_date_exceptions
        WHERE fourtop.restaurant_date_exceptions.restaurant_id = :restaurant::VARCHAR
    ) AS anon_30
) AS anon_29, (
    SELECT CAST(json_agg(anon_32.json_build_array_16) AS TEXT) AS json_agg_16
    FROM (
        SELECT json_build_array(fourtop.restaurant_pacing_rules.position,
            fourtop.restaurant_pacing_rules.interval_minutes,
            fourtop.restaurant_pacing_rules.max_covers,
            fourtop.restaurant_pacing_rules.max_parties, fourtop.restaurant_pacing_rules.spread,
            fourtop.restaurant_pacing_rules.period, fourtop.restaurant_pacing_rules.weekday,
            fourtop.restaurant_pacing_rules.on_date, fourtop.restaurant_pacing_rules.kind) AS json_build_array_16
        FROM fourtop.restaurant_pacing_rules
        WHERE fourtop.restaurant_pacing_rules.restaurant_id = :restaurant::VARCHAR
    ) AS anon_32
) AS anon_31, (
    SELECT CAST(json_agg(anon_34.json_build_array_17) AS TEXT) AS json_agg_17
    FROM (
        SELECT json_build_array(fourtop.restaurant_channel_shares.position,
            fourtop.restaurant_channel_shares.channel, fourtop.restaurant_channel_shares.covers,
            fourtop.restaurant_channel_shares.period, fourtop.restaurant_channel_shares.weekday,
            fourtop.restaurant_channel_shares.on_date,
            fourtop.restaurant_channel_shares.release_minutes) AS json_build_array_17
        FROM fourtop.restaurant_channel_shares
        WHERE fourtop.restaurant_channel_shares.restaurant_id = :restaurant::VARCHAR
    ) AS anon_34
) AS anon_33, (
    SELECT CAST(json_agg(anon_36.json_build_array_18) AS TEXT) AS json_agg_18
    FROM (
        SELECT json_build_array(fourtop.restaurant_zone_rules.position,
            fourtop.restaurant_zone_rules.zone_id, fourtop.restaurant_zone_rules.closed,
            fourtop.restaurant_zone_rules.start_time, fourtop.restaurant_zone_rules.end_time,
            fourtop.restaurant_zone_rules.last_start_time, fourtop.restaurant_zone_rules.weekdays,
            fourtop.restaurant_zone_rules.season, fourtop.restaurant_zone_rules.turn_bands) AS json_build_array_18
        FROM fourtop.restaurant_zone_rules
        WHERE fourtop.restaurant_zone_rules.restaurant_id = :restaurant::VARCHAR
    ) AS anon_36
) AS anon_35, (
    SELECT CAST(json_agg(anon_38.json_build_array_19) AS TEXT) AS json_agg_19
    FROM (
        SELECT json_build_array(fourtop.restaurant_walk_in_rules.position,
            fourtop.restaurant_walk_in_rules.weekdays, fourtop.restaurant_walk_in_rules.dates,
            fourtop.restaurant_walk_in_rules.period) AS json_build_array_19
        FROM fourtop.restaurant_walk_in_rules
        WHERE fourtop.restaurant_walk_in_rules.restaurant_id = :restaurant::VARCHAR
    ) AS anon_38
) AS anon_37, (
    SELECT CAST(json_agg(anon_40.json_build_array_20) AS TEXT) AS json_agg_20
    FROM (
        SELECT json_build_array(fourtop.restaurant_demand_profiles.position,
            fourtop.restaurant_demand_profiles.name,
            fourtop.restaurant_demand_profiles.multiplier,
            fourtop.restaurant_demand_profiles.start_time,
            fourtop.restaurant_demand_profiles.end_time,
            fourtop.restaurant_demand_profiles.weekdays,
            fourtop.restaurant_demand_profiles.period,
            fourtop.restaurant_demand_profiles.priority) AS json_build_array_20
        FROM fourtop.restaurant_demand_profiles
        WHERE fourtop.restaurant_demand_profiles.restaurant_id = :restaurant::VARCHAR
    ) AS anon_40
) AS anon_39, (
    SELECT CAST(json_agg(anon_42.json_build_array_21) AS TEXT) AS json_agg_21
    FROM (
        SELECT json_build_array(fourtop.restaurant_walk_in_tables.rule_position,
            fourtop.restaurant_walk_in_tables.table_id) AS json_build_array_21
        FROM fourtop.restaurant_walk_in_tables
        WHERE fourtop.restaurant_walk_in_tables.restaurant_id = :restaurant::VARCHAR
    ) AS anon_42
) AS anon_41;

-- write_table_set_capacities
-- Insert or update the rows of table_set_capacities that an edit of the house changes.
INSERT INTO fourtop.table_set_capacities (restaurant_id, id, capacity, min_party)
SELECT :restaurant::VARCHAR AS anon_1, new_table_set_capacities.id,
    new_table_set_capacities.capacity, new_table_set_capacities.min_party
FROM json_to_recordset(CAST(:table_set_capacities::VARCHAR AS JSON)) AS new_table_set_capacities(ordinal INTEGER,
    id TEXT, capacity INTEGER, min_party INTEGER)
ORDER BY new_table_set_capacities.ordinal
ON CONFLICT (restaurant_id, id) DO UPDATE
SET capacity = excluded.capacity, min_party = excluded.min_party;

-- write_table_set_members
-- Insert or update the rows of table_set_members that an edit of the house changes.
INSERT INTO fourtop.table_set_members (restaurant_id, set_id, table_id)
SELECT :restaurant::VARCHAR AS anon_1, new_table_set_members.set_id,
    new_table_set_members.table_id
FROM json_to_recordset(CAST(:table_set_members::VARCHAR AS JSON)) AS new_table_set_members(ordinal INTEGER,
    set_id TEXT, table_id TEXT)
ORDER BY new_table_set_members.ordinal
ON CONFLICT (restaurant_id, set_id, table_id) DO NOTHING;

-- write_table_distances
-- Insert or update the rows of table_distances that an edit of the house changes.
INSERT INTO fourtop.table_distances (restaurant_id, first_table_id, second_table_id)
SELECT :restaurant::VARCHAR AS anon_1, new_table_distances.first_table_id,
    new_table_distances.second_table_id
FROM json_to_recordset(CAST(:table_distances::VARCHAR AS JSON)) AS new_table_distances(ordinal INTEGER,
    first_table_id TEXT, second_table_id TEXT)
ORDER BY new_table_distances.ordinal
ON CONFLICT (restaurant_id, first_table_id, second_table_id) DO NOTHING;

-- write_table_aisles
-- Insert or update the rows of table_aisles that an edit of the house changes.
INSERT INTO fourtop.table_aisles (restaurant_id, aisle_id, table_id, is_joined)
SELECT :restaurant::VARCHAR AS anon_1, new_table_aisles.aisle_id, new_table_aisles.table_id,
    new_table_aisles.is_joined
FROM json_to_recordset(CAST(:table_aisles::VARCHAR AS JSON)) AS new_table_aisles(ordinal INTEGER,
    aisle_id TEXT, table_id TEXT, is_joined BOOLEAN)
ORDER BY new_table_aisles.ordinal
ON CONFLICT (restaurant_id, aisle_id, table_id) DO UPDATE
SET is_joined = excluded.is_joined;

-- write_restaurant_occasions
-- Insert or update the rows of restaurant_occasions that an edit of the house changes.
INSERT INTO fourtop.restaurant_occasions (restaurant_id, key, position, turn_bands)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_occasions.key,
    new_restaurant_occasions.position, new_restaurant_occasions.turn_bands
FROM json_to_recordset(CAST(:restaurant_occasions::VARCHAR AS JSON)) AS new_restaurant_occasions(ordinal INTEGER,
    key TEXT, position INTEGER, turn_bands JSON)
ORDER BY new_restaurant_occasions.ordinal
ON CONFLICT (restaurant_id, key) DO UPDATE
SET position = excluded.position, turn_bands = excluded.turn_bands;

-- write_restaurant_period_occasions
-- Insert or update the rows of restaurant_period_occasions that an edit of the house changes.
INSERT INTO fourtop.restaurant_period_occasions (restaurant_id, period, position, occasion)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_period_occasions.period,
    new_restaurant_period_occasions.position, new_restaurant_period_occasions.occasion
FROM json_to_recordset(CAST(:restaurant_period_occasions::VARCHAR AS JSON)) AS new_restaurant_period_occasions(ordinal INTEGER,
    period TEXT, position INTEGER, occasion TEXT)
ORDER BY new_restaurant_period_occasions.ordinal
ON CONFLICT (restaurant_id, period, position) DO UPDATE
SET occasion = excluded.occasion;

-- write_restaurant_booking_windows
-- Insert or update the rows of restaurant_booking_windows that an edit of the house changes.
INSERT INTO fourtop.restaurant_booking_windows (restaurant_id, position, notice_minutes,
    horizon_days, channel, min_party, max_party)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_booking_windows.position,
    new_restaurant_booking_windows.notice_minutes, new_restaurant_booking_windows.horizon_days,
    new_restaurant_booking_windows.channel, new_restaurant_booking_windows.min_party,
    new_restaurant_booking_windows.max_party
FROM json_to_recordset(CAST(:restaurant_booking_windows::VARCHAR AS JSON)) AS new_restaurant_booking_windows(ordinal INTEGER,
    position INTEGER, notice_minutes INTEGER, horizon_days INTEGER, channel TEXT, min_party INTEGER,
    max_party INTEGER)
ORDER BY new_restaurant_booking_windows.ordinal
ON CONFLICT (restaurant_id, position) DO UPDATE
SET notice_minutes = excluded.notice_minutes, horizon_days = excluded.horizon_days, channel = excluded.channel,
    min_party = excluded.min_party, max_party = excluded.max_party;

-- write_restaurant_date_exceptions
-- Insert or update the rows of restaurant_date_exceptions that an edit of the house changes.
INSERT INTO fourtop.restaurant_date_exceptions (restaurant_id, position, on_date, period, closed,
    start_time, end_time, last_start_time, interval_minutes, closed_starts)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_date_exceptions.position,
    new_restaurant_date_exceptions.on_date, new_restaurant_date_exceptions.period,
    new_restaurant_date_exceptions.closed, new_restaurant_date_exceptions.start_time,
    new_restaurant_date_exceptions.end_time, new_restaurant_date_exceptions.last_start_time,
    new_restaurant_date_exceptions.interval_minutes, new_restaurant_date_exceptions.closed_starts
FROM json_to_recordset(CAST(:restaurant_date_exceptions::VARCHAR AS JSON)) AS new_restaurant_date_exceptions(ordinal INTEGER,
    position INTEGER, on_date TEXT, period TEXT, closed BOOLEAN, start_time TEXT, end_time TEXT,
    last_start_time TEXT, interval_minutes INTEGER, closed_starts JSON)
ORDER BY new_restaurant_date_exceptions.ordinal
ON CONFLICT (restaurant_id, position) DO UPDATE
SET on_date = excluded.on_date, period = excluded.period, closed = excluded.closed, start_time = excluded.start_time,
    end_time = excluded.end_time, last_start_time = excluded.last_start_time, interval_minutes = excluded.interval_minutes,
    closed_starts = excluded.closed_starts;

-- write_restaurant_pacing_rules
-- Insert or update the rows of restaurant_pacing_rules that an edit of the house changes.
INSERT INTO fourtop.restaurant_pacing_rules (restaurant_id, position, interval_minutes,
    max_covers, max_parties, spread, period, weekday, on_date, kind)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_pacing_rules.position,
    new_restaurant_pacing_rules.interval_minutes, new_restaurant_pacing_rules.max_covers,
    new_restaurant_pacing_rules.max_parties, new_restaurant_pacing_rules.spread,
    new_restaurant_pacing_rules.period, new_restaurant_pacing_rules.weekday,
    new_restaurant_pacing_rules.on_date, new_restaurant_pacing_rules.kind
FROM json_to_recordset(CAST(:restaurant_pacing_rules::VARCHAR AS JSON)) AS new_restaurant_pacing_rules(ordinal INTEGER,
    position INTEGER, interval_minutes INTEGER, max_covers INTEGER, max_parties INTEGER, spread TEXT,
    period TEXT, weekday TEXT, on_date TEXT, kind TEXT)
ORDER BY new_restaurant_pacing_rules.ordinal
ON CONFLICT (restaurant_id, position) DO UPDATE
SET interval_minutes = excluded.interval_minutes, max_covers = excluded.max_covers, max_parties = excluded.max_parties,
    spread = excluded.spread, period = excluded.period, weekday = excluded.weekday, on_date = excluded.on_date,
    kind = excluded.kind;

-- write_restaurant_channel_shares
-- Insert or update the rows of restaurant_channel_shares that an edit of the house changes.
INSERT INTO fourtop.restaurant_channel_shares (restaurant_id, position, channel, covers, period,
    weekday, on_date, release_minutes)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_channel_shares.position,
    new_restaurant_channel_shares.channel, new_restaurant_channel_shares.covers,
    new_restaurant_channel_shares.period, new_restaurant_channel_shares.weekday,
    new_restaurant_channel_shares.on_date, new_restaurant_channel_shares.release_minutes
FROM json_to_recordset(CAST(:restaurant_channel_shares::VARCHAR AS JSON)) AS new_restaurant_channel_shares(ordinal INTEGER,
    position INTEGER, channel TEXT, covers INTEGER, period TEXT, weekday TEXT, on_date TEXT,
    release_minutes INTEGER)
ORDER BY new_restaurant_channel_shares.ordinal
ON CONFLICT (restaurant_id, position) DO UPDATE
SET channel = excluded.channel, covers = excluded.covers, period = excluded.period, weekday = excluded.weekday,
    on_date = excluded.on_date, release_minutes = excluded.release_minutes;

-- write_restaurant_zone_rules
-- Insert or update the rows of restaurant_zone_rules that an edit of the house changes.
INSERT INTO fourtop.restaurant_zone_rules (restaurant_id, position, zone_id, closed, start_time,
    end_time, last_start_time, weekdays, season, turn_bands)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_zone_rules.position,
    new_restaurant_zone_rules.zone_id, new_restaurant_zone_rules.closed,
    new_restaurant_zone_rules.start_time, new_restaurant_zone_rules.end_time,
    new_restaurant_zone_rules.last_start_time, new_restaurant_zone_rules.weekdays,
    new_restaurant_zone_rules.season, new_restaurant_zone_rules.turn_bands
FROM json_to_recordset(CAST(:restaurant_zone_rules::VARCHAR AS JSON)) AS new_restaurant_zone_rules(ordinal INTEGER,
    position INTEGER, zone_id TEXT, closed BOOLEAN, start_time TEXT, end_time TEXT,
    last_start_time TEXT, weekdays JSON, season JSON, turn_bands JSON)
ORDER BY new_restaurant_zone_rules.ordinal
ON CONFLICT (restaurant_id, position) DO UPDATE
SET zone_id = excluded.zone_id, closed = excluded.closed, start_time = excluded.start_time,
    end_time = excluded.end_time, last_start_time = excluded.last_start_time, weekdays = excluded.weekdays,
    season = excluded.season, turn_bands = excluded.turn_bands;

-- write_restaurant_walk_in_rules
-- Insert or update the rows of restaurant_walk_in_rules that an edit of the house changes.
INSERT INTO fourtop.restaurant_walk_in_rules (restaurant_id, position, weekdays, dates, period)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_walk_in_rules.position,
    new_restaurant_walk_in_rules.weekdays, new_restaurant_walk_in_rules.dates,
    new_restaurant_walk_in_rules.period
FROM json_to_recordset(CAST(:restaurant_walk_in_rules::VARCHAR AS JSON)) AS new_restaurant_walk_in_rules(ordinal INTEGER,
    position INTEGER, weekdays JSON, dates JSON, period TEXT)
ORDER BY new_restaurant_walk_in_rules.ordinal
ON CONFLICT (restaurant_id, position) DO UPDATE
SET weekdays = excluded.weekdays, dates = excluded.dates, period = excluded.period;

-- write_restaurant_demand_profiles
-- Insert or update the rows of restaurant_demand_profiles that an edit of the house changes.
INSERT INTO fourtop.restaurant_demand_profiles (restaurant_id, position, name, multiplier,
    start_time, end_time, weekdays, period, priority)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_demand_profiles.position,
    new_restaurant_demand_profiles.name, new_restaurant_demand_profiles.multiplier,
    new_restaurant_demand_profiles.start_time, new_restaurant_demand_profiles.end_time,
    new_restaurant_demand_profiles.weekdays, new_restaurant_demand_profiles.period,
    new_restaurant_demand_profiles.priority
FROM json_to_recordset(CAST(:restaurant_demand_profiles::VARCHAR AS JSON)) AS new_restaurant_demand_profiles(ordinal INTEGER,
    position INTEGER, name TEXT, multiplier JSON, start_time TEXT, end_time TEXT, weekdays JSON,
    period TEXT, priority INTEGER)
ORDER BY new_restaurant_demand_profiles.ordinal
ON CONFLICT (restaurant_id, position) DO UPDATE
SET name = excluded.name, multiplier = excluded.multiplier, start_time = excluded.start_time,
    end_time = excluded.end_time, weekdays = excluded.weekdays, period = excluded.period,
    priority = excluded.priority;

-- write_restaurant_walk_in_tables
-- Insert or update the rows of restaurant_walk_in_tables that an edit of the house changes.
INSERT INTO fourtop.restaurant_walk_in_tables (restaurant_id, rule_position, table_id)
SELECT :restaurant::VARCHAR AS anon_1, new_restaurant_walk_in_tables.rule_position,
    new_restaurant_walk_in_tables.table_id
FROM json_to_recordset(CAST(:restaurant_walk_in_tables::VARCHAR AS JSON)) AS new_restaurant_walk_in_tables(ordinal INTEGER,
    rule_position INTEGER, table_id TEXT)
ORDER BY new_restaurant_walk_in_tables.ordinal
ON CONFLICT (restaurant_id, rule_position, table_id) DO NOTHING;

-- delete_zones
-- Delete the rows of zones that an edit of the house removes.
DELETE
FROM fourtop.zones
WHERE fourtop.zones.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:zones::VARCHAR AS JSON)) AS new_zones(ordinal INTEGER, id TEXT)
    WHERE fourtop.zones.id = new_zones.id
));

-- delete_table_inventory
-- Delete the rows of table_inventory that an edit of the house removes.
DELETE
FROM fourtop.table_inventory
WHERE fourtop.table_inventory.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:table_inventory::VARCHAR AS JSON)) AS new_table_inventory(ordinal INTEGER,
        id TEXT)
    WHERE fourtop.table_inventory.id = new_table_inventory.id
));

-- delete_table_set_capacities
-- Delete the rows of table_set_capacities that an edit of the house removes.
DELETE
FROM fourtop.table_set_capacities
WHERE fourtop.table_set_capacities.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:table_set_capacities::VARCHAR AS JSON)) AS new_table_set_capacities(ordinal INTEGER,
        id TEXT)
    WHERE fourtop.table_set_capacities.id = new_table_set_capacities.id
));

-- delete_table_set_members
-- Delete the rows of table_set_members that an edit of the house removes.
DELETE
FROM fourtop.table_set_members
WHERE fourtop.table_set_members.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:table_set_members::VARCHAR AS JSON)) AS new_table_set_members(ordinal INTEGER,
        set_id TEXT, table_id TEXT)
    WHERE fourtop.table_set_members.set_id = new_table_set_members.set_id AND fourtop.table_set_members.table_id = new_table_set_members.table_id
));

-- delete_table_distances
-- Delete the rows of table_distances that an edit of the house removes.
DELETE
FROM fourtop.table_distances
WHERE fourtop.table_distances.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:table_distances::VARCHAR AS JSON)) AS new_table_distances(ordinal INTEGER,
        first_table_id TEXT, second_table_id TEXT)
    WHERE fourtop.table_distances.first_table_id = new_table_distances.first_table_id AND fourtop.table_distances.second_table_id = new_table_distances.second_table_id
));

-- delete_table_aisles
-- Delete the rows of table_aisles that an edit of the house removes.
DELETE
FROM fourtop.table_aisles
WHERE fourtop.table_aisles.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:table_aisles::VARCHAR AS JSON)) AS new_table_aisles(ordinal INTEGER,
        aisle_id TEXT, table_id TEXT)
    WHERE fourtop.table_aisles.aisle_id = new_table_aisles.aisle_id AND fourtop.table_aisles.table_id = new_table_aisles.table_id
));

-- delete_restaurant_occasions
-- Delete the rows of restaurant_occasions that an edit of the house removes.
DELETE
FROM fourtop.restaurant_occasions
WHERE fourtop.restaurant_occasions.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_occasions::VARCHAR AS JSON)) AS new_restaurant_occasions(ordinal INTEGER,
        key TEXT)
    WHERE fourtop.restaurant_occasions.key = new_restaurant_occasions.key
));

-- delete_restaurant_service_periods
-- Delete the rows of restaurant_service_periods that an edit of the house removes.
DELETE
FROM fourtop.restaurant_service_periods
WHERE fourtop.restaurant_service_periods.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_service_periods::VARCHAR AS JSON)) AS new_restaurant_service_periods(ordinal INTEGER,
        key TEXT)
    WHERE fourtop.restaurant_service_periods.key = new_restaurant_service_periods.key
));

-- delete_restaurant_period_occasions
-- Delete the rows of restaurant_period_occasions that an edit of the house removes.
DELETE
FROM fourtop.restaurant_period_occasions
WHERE fourtop.restaurant_period_occasions.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_period_occasions::VARCHAR AS JSON)) AS new_restaurant_period_occasions(ordinal INTEGER,
        period TEXT, position INTEGER)
    WHERE fourtop.restaurant_period_occasions.period = new_restaurant_period_occasions.period AND fourtop.restaurant_period_occasions.position = new_restaurant_period_occasions.position
));

-- delete_restaurant_capacity_rules
-- Delete the rows of restaurant_capacity_rules that an edit of the house removes.
DELETE
FROM fourtop.restaurant_capacity_rules
WHERE fourtop.restaurant_capacity_rules.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_capacity_rules::VARCHAR AS JSON)) AS new_restaurant_capacity_rules(ordinal INTEGER,
        position INTEGER)
    WHERE fourtop.restaurant_capacity_rules.position = new_restaurant_capacity_rules.position
));

-- delete_restaurant_booking_windows
-- Delete the rows of restaurant_booking_windows that an edit of the house removes.
DELETE
FROM fourtop.restaurant_booking_windows
WHERE fourtop.restaurant_booking_windows.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_booking_windows::VARCHAR AS JSON)) AS new_restaurant_booking_windows(ordinal INTEGER,
        position INTEGER)
    WHERE fourtop.restaurant_booking_windows.position = new_restaurant_booking_windows.position
));

-- delete_restaurant_date_exceptions
-- Delete the rows of restaurant_date_exceptions that an edit of the house removes.
DELETE
FROM fourtop.restaurant_date_exceptions
WHERE fourtop.restaurant_date_exceptions.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_date_exceptions::VARCHAR AS JSON)) AS new_restaurant_date_exceptions(ordinal INTEGER,
        position INTEGER)
    WHERE fourtop.restaurant_date_exceptions.position = new_restaurant_date_exceptions.position
));

-- delete_restaurant_pacing_rules
-- Delete the rows of restaurant_pacing_rules that an edit of the house removes.
DELETE
FROM fourtop.restaurant_pacing_rules
WHERE fourtop.restaurant_pacing_rules.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_pacing_rules::VARCHAR AS JSON)) AS new_restaurant_pacing_rules(ordinal INTEGER,
        position INTEGER)
    WHERE fourtop.restaurant_pacing_rules.position = new_restaurant_pacing_rules.position
));

-- delete_restaurant_channel_shares
-- Delete the rows of restaurant_channel_shares that an edit of the house removes.
DELETE
FROM fourtop.restaurant_channel_shares
WHERE fourtop.restaurant_channel_shares.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_channel_shares::VARCHAR AS JSON)) AS new_restaurant_channel_shares(ordinal INTEGER,
        position INTEGER)
    WHERE fourtop.restaurant_channel_shares.position = new_restaurant_channel_shares.position
));

-- delete_restaurant_zone_rules
-- Delete the rows of restaurant_zone_rules that an edit of the house removes.
DELETE
FROM fourtop.restaurant_zone_rules
WHERE fourtop.restaurant_zone_rules.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_zone_rules::VARCHAR AS JSON)) AS new_restaurant_zone_rules(ordinal INTEGER,
        position INTEGER)
    WHERE fourtop.restaurant_zone_rules.position = new_restaurant_zone_rules.position
));

-- delete_restaurant_walk_in_rules
-- Delete the rows of restaurant_walk_in_rules that an edit of the house removes.
DELETE
FROM fourtop.restaurant_walk_in_rules
WHERE fourtop.restaurant_walk_in_rules.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_walk_in_rules::VARCHAR AS JSON)) AS new_restaurant_walk_in_rules(ordinal INTEGER,
        position INTEGER)
    WHERE fourtop.restaurant_walk_in_rules.position = new_restaurant_walk_in_rules.position
));

-- delete_restaurant_demand_profiles
-- Delete the rows of restaurant_demand_profiles that an edit of the house removes.
DELETE
FROM fourtop.restaurant_demand_profiles
WHERE fourtop.restaurant_demand_profiles.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_demand_profiles::VARCHAR AS JSON)) AS new_restaurant_demand_profiles(ordinal INTEGER,
        position INTEGER)
    WHERE fourtop.restaurant_demand_profiles.position = new_restaurant_demand_profiles.position
));

-- delete_restaurant_walk_in_tables
-- Delete the rows of restaurant_walk_in_tables that an edit of the house removes.
DELETE
FROM fourtop.restaurant_walk_in_tables
WHERE fourtop.restaurant_walk_in_tables.restaurant_id = :restaurant::VARCHAR AND (EXISTS (
    SELECT 1
    FROM json_to_recordset(CAST(:restaurant_walk_in_tables::VARCHAR AS JSON)) AS new_restaurant_walk_in_tables(ordinal INTEGER,
        rule_position INTEGER, table_id TEXT)
    WHERE fourtop.restaurant_walk_in_tables.rule_position = new_restaurant_walk_in_tables.rule_position
        AND fourtop.restaurant_walk_in_tables.table_id = new_restaurant_walk_in_tables.table_id
));

-- explain_conflict
-- Read all rows that refused changes touch or overlap, to find the cause. Runs after a refusal, and
-- on SQLite before each write in a transaction of the host.
SELECT (
    SELECT CAST(json_agg(anon_2.json_build_array_1) AS TEXT) AS json_agg_1
    FROM (
        SELECT json_build_array(fourtop.allocations.id, fourtop.allocations.resource_type,
            fourtop.allocations.resource_id, fourtop.allocations.start_us,
            fourtop.allocations.end_us, fourtop.allocations.hold_id,
            fourtop.allocations.booking_id, fourtop.allocations.block_id,
            fourtop.allocations.shadow) AS json_build_array_1
        FROM fourtop.allocations
        WHERE fourtop.allocations.restaurant_id = :restaurant::VARCHAR AND (fourtop.allocations.id = ANY (:rows::TEXT[])
            OR fourtop.allocations.booking_id = ANY (:removed_bookings::TEXT[]) OR fourtop.allocations.block_id = ANY (:removed_blocks::TEXT[])
            OR (EXISTS (
            SELECT new_taken.ordinal
            FROM json_to_recordset(CAST(:taken::VARCHAR AS JSON)) AS new_taken(ordinal INTEGER,
                resource_type TEXT, resource_id TEXT, start_us BIGINT, end_us BIGINT)
            WHERE fourtop.allocations.resource_type = new_taken.resource_type AND fourtop.allocations.resource_id = new_taken.resource_id
                AND fourtop.allocations.end_us > new_taken.start_us AND fourtop.allocations.start_us < new_taken.end_us
        )))
    ) AS anon_2
) AS anon_1, (
    SELECT CAST(json_agg(anon_4.json_build_array_2) AS TEXT) AS json_agg_2
    FROM (
        SELECT json_build_array(fourtop.bookings.id, fourtop.bookings.party_size,
            fourtop.bookings.status, fourtop.bookings.version, fourtop.bookings.created_us,
            fourtop.bookings.updated_us, fourtop.bookings.actor_id, fourtop.bookings.actor_role,
            fourtop.bookings.past_reason, fourtop.bookings.period, fourtop.bookings.service_date,
            fourtop.bookings.occasion, fourtop.bookings.dining_start_us,
            fourtop.bookings.dining_end_us, fourtop.bookings.occupied_start_us,
            fourtop.bookings.occupied_end_us, fourtop.bookings.turn_minutes,
            fourtop.bookings.is_clamped, fourtop.bookings.merge_group_id,
            fourtop.bookings.assigned_start_us, fourtop.bookings.assigned_end_us,
            fourtop.bookings.assigned_us, fourtop.bookings.assigned_by_id,
            fourtop.bookings.assigned_by_role, fourtop.bookings.names_tables,
            fourtop.bookings.asked_occasion, fourtop.bookings.channel, fourtop.bookings.minutes,
            fourtop.bookings.reference, fourtop.bookings.local_start, fourtop.bookings.seated_us,
            fourtop.bookings.left_us, fourtop.bookings.last_status,
            fourtop.bookings.last_start_us, fourtop.bookings.last_end_us,
            fourtop.bookings.last_step_us, fourtop.bookings.is_pinned,
            fourtop.bookings.would_refuse, fourtop.bookings.wait_earliest_us,
            fourtop.bookings.wait_latest_us, fourtop.bookings.wait_until_us,
            fourtop.bookings.offers, fourtop.bookings.must, fourtop.bookings.wish,
            fourtop.bookings.overrides, (
            SELECT json_agg(fourtop.booking_table_assignments.table_id ORDER BY fourtop.booking_table_assignments.position) AS json_agg_3
            FROM fourtop.booking_table_assignments
            WHERE fourtop.booking_table_assignments.restaurant_id = fourtop.bookings.restaurant_id
                AND fourtop.booking_table_assignments.booking_id = fourtop.bookings.id
        )) AS json_build_array_2
        FROM fourtop.bookings
        WHERE fourtop.bookings.restaurant_id = :restaurant::VARCHAR AND fourtop.bookings.id = ANY (:bookings::TEXT[])
    ) AS anon_4
) AS anon_3, (
    SELECT CAST(json_agg(anon_6.json_build_array_3) AS TEXT) AS json_agg_4
    FROM (
        SELECT json_build_array(fourtop.table_holds.id, fourtop.table_holds.party_size,
            fourtop.table_holds.state, fourtop.table_holds.created_us,
            fourtop.table_holds.expires_us, fourtop.table_holds.fingerprint,
            fourtop.table_holds.actor_id, fourtop.table_holds.actor_role,
            fourtop.table_holds.booking_id, fourtop.table_holds.session,
            fourtop.table_holds.past_reason, fourtop.table_holds.must, fourtop.table_holds.wish,
            fourtop.table_holds.names_tables, fourtop.table_holds.asked_occasion,
            fourtop.table_holds.channel, fourtop.table_holds.minutes,
            fourtop.table_holds.reference, fourtop.table_holds.life_start_us,
            fourtop.table_holds.overrides, fourtop.table_holds.would_refuse,
            fourtop.table_holds.period, fourtop.table_holds.service_date,
            fourtop.table_holds.occasion, fourtop.table_holds.dining_start_us,
            fourtop.table_holds.dining_end_us, fourtop.table_holds.occupied_start_us,
            fourtop.table_holds.occupied_end_us, fourtop.table_holds.turn_minutes,
            fourtop.table_holds.is_clamped, (
            SELECT json_agg(fourtop.table_hold_members.table_id ORDER BY fourtop.table_hold_members.position) AS json_agg_5
            FROM fourtop.table_hold_members
            WHERE fourtop.table_hold_members.restaurant_id = fourtop.table_holds.restaurant_id
                AND fourtop.table_hold_members.hold_id = fourtop.table_holds.id
        )) AS json_build_array_3
        FROM fourtop.table_holds
        WHERE fourtop.table_holds.restaurant_id = :restaurant::VARCHAR AND fourtop.table_holds.id = ANY (:holds::TEXT[])
    ) AS anon_6
) AS anon_5, (
    SELECT CAST(json_agg(anon_8.json_build_array_4) AS TEXT) AS json_agg_6
    FROM (
        SELECT json_build_array(fourtop.table_blocks.id, fourtop.table_blocks.tables,
            fourtop.table_blocks.start_us, fourtop.table_blocks.end_us,
            fourtop.table_blocks.reason, fourtop.table_blocks.actor_id,
            fourtop.table_blocks.actor_role) AS json_build_array_4
        FROM fourtop.table_blocks
        WHERE fourtop.table_blocks.restaurant_id = :restaurant::VARCHAR AND fourtop.table_blocks.id = ANY (:blocks::TEXT[])
    ) AS anon_8
) AS anon_7, (
    SELECT CAST(json_agg(anon_10.json_build_array_5) AS TEXT) AS json_agg_7
    FROM (
        SELECT json_build_array(fourtop.booking_slots.id, fourtop.booking_slots.start_us,
            fourtop.booking_slots.available, fourtop.booking_slots.reserved,
            fourtop.booking_slots.version) AS json_build_array_5
        FROM fourtop.booking_slots
        WHERE fourtop.booking_slots.restaurant_id = :restaurant::VARCHAR AND fourtop.booking_slots.id = ANY (:slots::TEXT[])
    ) AS anon_10
) AS anon_9, (
    SELECT CAST(json_agg(anon_12.json_build_array_6) AS TEXT) AS json_agg_8
    FROM (
        SELECT json_build_array(fourtop.booking_confirmation_results.id,
            fourtop.booking_confirmation_results.hold_id,
            fourtop.booking_confirmation_results.booking_id,
            fourtop.booking_confirmation_results.idempotency_key,
            fourtop.booking_confirmation_results.confirmed,
            fourtop.booking_confirmation_results.checked_us,
            fourtop.booking_confirmation_results.occupied_start_us,
            fourtop.booking_confirmation_results.occupied_end_us,
            fourtop.booking_confirmation_results.rivals,
            fourtop.booking_confirmation_results.code,
            fourtop.booking_confirmation_results.details,
            fourtop.booking_confirmation_results.actor_id,
            fourtop.booking_confirmation_results.actor_role, (
            SELECT json_agg(fourtop.booking_confirmation_tables.table_id ORDER BY fourtop.booking_confirmation_tables.position) AS json_agg_9
            FROM fourtop.booking_confirmation_tables
            WHERE fourtop.booking_confirmation_tables.restaurant_id = fourtop.booking_confirmation_results.restaurant_id
                AND fourtop.booking_confirmation_tables.result_id = fourtop.booking_confirmation_results.id
        ), (
            SELECT json_agg(fourtop.booking_confirmation_tables.capacity ORDER BY fourtop.booking_confirmation_tables.position) AS json_agg_10
            FROM fourtop.booking_confirmation_tables
            WHERE fourtop.booking_confirmation_tables.restaurant_id = fourtop.booking_confirmation_results.restaurant_id
                AND fourtop.booking_confirmation_tables.result_id = fourtop.booking_confirmation_results.id
        )) AS json_build_array_6
        FROM fourtop.booking_confirmation_results
        WHERE fourtop.booking_confirmation_results.restaurant_id = :restaurant::VARCHAR AND (fourtop.booking_confirmation_results.id = ANY (:results::TEXT[])
            OR fourtop.booking_confirmation_results.hold_id = ANY (:confirmed_holds::TEXT[]) OR fourtop.booking_confirmation_results.confirmed
            AND fourtop.booking_confirmation_results.booking_id = ANY (:confirmed_bookings::TEXT[]))
    ) AS anon_12
) AS anon_11, (
    SELECT CAST(json_agg(anon_14.json_build_array_7) AS TEXT) AS json_agg_11
    FROM (
        SELECT json_build_array(fourtop.capacity_outbox.dedupe_key) AS json_build_array_7
        FROM fourtop.capacity_outbox
        WHERE fourtop.capacity_outbox.restaurant_id = :restaurant::VARCHAR AND fourtop.capacity_outbox.dedupe_key = ANY (:events::TEXT[])
    ) AS anon_14
) AS anon_13;

-- read_clock
-- Read the clock of the database. A statement of its own, because it must run after any wait for a
-- lock.
SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS "extract(epoch FROM clock_timestamp()) * 1000000";

-- identify_database
-- Name the database, to compare it with the one of a host's connection.
SELECT concat_ws(:concat_ws_2::VARCHAR, pg_postmaster_start_time(), (
    SELECT oid
    FROM pg_catalog.pg_database
    WHERE datname = current_database()
)) AS concat_ws_1;

-- release_leases
-- End leases without an attempt.
UPDATE fourtop.capacity_outbox
SET lease=NULL, leased_until_us=NULL
FROM json_to_recordset(CAST(:deliveries::VARCHAR AS JSON)) AS new_deliveries(ordinal INTEGER,
    restaurant_id TEXT, sequence BIGINT, lease TEXT)
WHERE fourtop.capacity_outbox.restaurant_id = new_deliveries.restaurant_id AND fourtop.capacity_outbox.sequence = new_deliveries.sequence
    AND fourtop.capacity_outbox.lease = new_deliveries.lease;

-- settle_failed
-- Count a failed attempt, end the lease and postpone the next attempt.
UPDATE fourtop.capacity_outbox
SET attempts=(fourtop.capacity_outbox.attempts + :attempts_1::INTEGER), next_us=(:now_us::BIGINT + :wait_us::BIGINT),
    lease=NULL, leased_until_us=NULL
FROM json_to_recordset(CAST(:deliveries::VARCHAR AS JSON)) AS new_deliveries(ordinal INTEGER,
    restaurant_id TEXT, sequence BIGINT, lease TEXT)
WHERE fourtop.capacity_outbox.restaurant_id = new_deliveries.restaurant_id AND fourtop.capacity_outbox.sequence = new_deliveries.sequence
    AND fourtop.capacity_outbox.lease = new_deliveries.lease;

-- settle_dead
-- Count a failed attempt and give the event up.
UPDATE fourtop.capacity_outbox
SET attempts=(fourtop.capacity_outbox.attempts + :attempts_1::INTEGER), lease=NULL,
    leased_until_us=NULL, dead_us=:now_us::BIGINT
FROM json_to_recordset(CAST(:deliveries::VARCHAR AS JSON)) AS new_deliveries(ordinal INTEGER,
    restaurant_id TEXT, sequence BIGINT, lease TEXT)
WHERE fourtop.capacity_outbox.restaurant_id = new_deliveries.restaurant_id AND fourtop.capacity_outbox.sequence = new_deliveries.sequence
    AND fourtop.capacity_outbox.lease = new_deliveries.lease;

-- count_backlog
-- Count the waiting and the dead events, and find the oldest waiting one.
SELECT backlog.waiting, backlog.oldest_us, (
    SELECT count(*) AS count_1
    FROM fourtop.capacity_outbox
    WHERE fourtop.capacity_outbox.dead_us IS NOT NULL
) AS dead
FROM (
    SELECT count(*) AS waiting, min(fourtop.capacity_outbox.at_us) AS oldest_us
    FROM fourtop.capacity_outbox
    WHERE coalesce(fourtop.capacity_outbox.delivered_us, fourtop.capacity_outbox.dead_us) IS NULL
) AS backlog;

-- revive_dead_letters
-- Let events that were given up wait again, with no attempt counted.
UPDATE fourtop.capacity_outbox
SET attempts=:attempts::INTEGER, next_us=:next_us::BIGINT, dead_us=NULL
FROM json_to_recordset(CAST(:deliveries::VARCHAR AS JSON)) AS new_deliveries(ordinal INTEGER,
    restaurant_id TEXT, sequence BIGINT)
WHERE fourtop.capacity_outbox.restaurant_id = new_deliveries.restaurant_id AND fourtop.capacity_outbox.sequence = new_deliveries.sequence
    AND fourtop.capacity_outbox.dead_us IS NOT NULL;
