-- The statements of the SQL store on SQLite, with their names and what they do.
--
-- Part 1 lists what each call executes, in order. Part 2 has the text of each statement: all that
-- have a fixed text, and the variants that Part 1 executes of those that depend on what a decision
-- reads and writes (load_scope and the writes of records); a number tells variants apart. A word
-- after a colon is a parameter. Migrations have files of their own in the package.
--
-- A call that writes begins with: BEGIN IMMEDIATE
-- A call that reads begins with:  BEGIN
-- Both end with COMMIT, or with ROLLBACK after an error.
--
-- Generated: python -m tests.sql.statements

-- ---- Part 1: the calls -----------------------------------------------------------------------
--
-- the first call of a process: 3 statements
--     inspect_database
--     inspect_contents
--     list_restaurants
--
-- restaurant_ids: 1 statement
--     list_restaurants
--
-- add_restaurant: 7 statements
--     write_table_inventory
--     insert_restaurant
--     write_zones
--     write_table_adjacencies
--     write_restaurant_policies
--     write_restaurant_service_periods
--     write_restaurant_capacity_rules
--
-- house: 2 statements
--     look_up_restaurant
--     load_scope
--
-- quote: 2 statements
--     look_up_restaurant
--     load_scope 2
--
-- availability: 2 statements
--     look_up_restaurant
--     load_scope 2
--
-- hold: 7 statements
--     lock_restaurant
--     load_scope 3
--     write_holds_added
--     write_members
--     write_added
--     write_events
--     raise_versions
--
-- release_hold: 6 statements
--     lock_restaurant
--     load_scope 4
--     write_removed
--     write_holds_changed
--     write_events
--     raise_versions
--
-- hold with a key and a session: 8 statements
--     lock_restaurant
--     load_scope 5
--     write_holds_added
--     write_members
--     write_added
--     write_stored_results
--     write_events
--     raise_versions
--
-- extend_hold: 5 statements
--     lock_restaurant
--     load_scope 4
--     write_holds_changed
--     write_events
--     raise_versions
--
-- confirm: 12 statements
--     lock_restaurant
--     load_scope 6
--     write_removed
--     write_bookings_added
--     write_assignments
--     write_holds_changed
--     write_added
--     write_confirmations
--     write_confirmation_tables
--     write_stored_results
--     write_events
--     raise_versions
--
-- confirm again with the same key: 2 statements
--     lock_restaurant
--     load_scope 6
--
-- book: 8 statements
--     lock_restaurant
--     load_scope 7
--     write_bookings_added
--     write_assignments
--     write_added
--     write_stored_results
--     write_events
--     raise_versions
--
-- get_booking: 2 statements
--     look_up_restaurant
--     load_scope 8
--
-- bookings: 2 statements
--     look_up_restaurant
--     load_scope 9
--
-- list_bookings: 2 statements
--     look_up_restaurant
--     load_scope 10
--
-- day: 2 statements
--     look_up_restaurant
--     load_scope 11
--
-- open_slot: 5 statements
--     lock_restaurant
--     load_scope 12
--     write_slots_added
--     write_events
--     raise_versions
--
-- slots: 2 statements
--     look_up_restaurant
--     load_scope 13
--
-- month: 2 statements
--     look_up_restaurant
--     load_scope 2
--
-- feed: 2 statements
--     look_up_restaurant
--     load_scope 2
--
-- reschedule: 9 statements
--     lock_restaurant
--     load_scope 14
--     write_removed
--     write_bookings_changed
--     write_assignments_over
--     write_assignments
--     write_added
--     write_events
--     raise_versions
--
-- move: 10 statements
--     lock_restaurant
--     load_scope 8
--     load_scope 15
--     write_removed
--     write_bookings_changed
--     write_assignments_over
--     write_assignments
--     write_added
--     write_events
--     raise_versions
--
-- cancel: 8 statements
--     lock_restaurant
--     load_scope 8
--     write_removed
--     write_bookings_changed
--     write_assignments_over
--     write_assignments
--     write_events
--     raise_versions
--
-- block: 6 statements
--     lock_restaurant
--     load_scope 15
--     write_blocks_added
--     write_added
--     write_events
--     raise_versions
--
-- unblock: 6 statements
--     lock_restaurant
--     load_scope 16
--     write_removed
--     write_blocks_removed
--     write_events
--     raise_versions
--
-- table_states: 2 statements
--     look_up_restaurant
--     load_scope 15
--
-- audit: 4 statements
--     look_up_restaurant
--     load_scope 17
--     load_scope 18
--     load_scope 8
--
-- edit_floor: 4 statements
--     lock_restaurant
--     delete_table_adjacencies
--     write_events
--     raise_versions
--
-- edit_policy: 5 statements
--     lock_restaurant
--     load_scope
--     write_restaurant_policies
--     write_events
--     raise_versions
--
-- edit_restaurant: 5 statements
--     lock_restaurant
--     load_scope
--     update_restaurant
--     write_events
--     raise_versions
--
-- events: 2 statements
--     look_up_restaurant
--     list_events
--
-- events_after: 2 statements
--     look_up_restaurant
--     list_events_after
--
-- newest event: 2 statements
--     look_up_restaurant
--     find_newest_event
--
-- book in a host's transaction: 10 statements
--     enter_host_transaction
--     lock_file
--     lock_restaurant
--     load_scope 2
--     explain_conflict
--     write_bookings_added
--     write_assignments
--     write_added
--     write_events
--     raise_versions
--
-- quote in a host's transaction: 3 statements
--     enter_host_transaction
--     look_up_restaurant
--     load_scope 2
--
-- a hold that expires: 7 statements
--     lock_restaurant
--     load_scope 3
--     write_holds_added
--     write_members
--     write_added
--     write_events
--     raise_versions
--
-- sweep_holds: 7 statements
--     list_expired_holds
--     lock_restaurant
--     load_scope 4
--     write_removed
--     write_holds_changed
--     write_events
--     raise_versions
--
-- relay_outbox: 15 statements
--     claim_events
--     settle_delivered × 13
--     claim_events
--
-- dead_letters: 1 statement
--     list_dead_letters
--
-- prune_allocations: 2 statements
--     archive_allocations_1
--     archive_allocations_2
--
-- archived: 2 statements
--     look_up_restaurant
--     list_archived
--
-- prune_confirmations: 4 statements
--     delete_confirmations
--     delete_stored_results
--     delete_holds_1
--     delete_holds_2
--
-- prune_outbox: 1 statement
--     delete_events
--
-- remove_restaurant: 35 statements
--     lock_restaurant
--     load_scope 19
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
SELECT json_object('version', sqlite_version(), 'foreign_keys', (
    SELECT foreign_keys
    FROM pragma_foreign_keys
), 'journal_mode', (
    SELECT journal_mode
    FROM pragma_journal_mode
), 'synchronous', (
    SELECT synchronous
    FROM pragma_synchronous
), 'tables', (
    SELECT json_group_object(master.name, json_object('text', master.sql, 'columns', (
        SELECT json_group_array(name)
        FROM pragma_table_xinfo(master.name)
    ) ))
    FROM sqlite_master AS master
    WHERE master.type = 'table'
), 'triggers', (
    SELECT json_group_object(name, sql)
    FROM sqlite_master
    WHERE type = 'trigger'
), 'indexes', (
    SELECT json_group_array(name)
    FROM sqlite_master
    WHERE type = 'index'
) );

-- inspect_contents
-- Read the revision of the tables, and active restaurants without a capacity rule. Used by: the
-- first call of a process.
SELECT (
    SELECT coalesce(max(version_num), '')
    FROM fourtop_version
), (
    SELECT json_group_array(id)
    FROM (
        SELECT id
        FROM restaurants
        WHERE is_active AND NOT EXISTS (
            SELECT 1
            FROM restaurant_capacity_rules
            WHERE restaurant_id = restaurants.id
        )
        ORDER BY id
        LIMIT 10
    ) AS uncapped
);

-- list_restaurants
-- List the ids of all restaurants. Used by: the first call of a process, restaurant_ids.
SELECT restaurants.id
FROM restaurants
ORDER BY restaurants.id;

-- write_table_inventory
-- Insert or update the rows of table_inventory that an edit of the house changes. Used by:
-- add_restaurant.
INSERT INTO table_inventory (restaurant_id, id, number, capacity, zone_id, min_party, max_party,
    section, category, seating, mobility, out_of_service, active, features, position, notes,
    shape, length_cm, width_cm, number_scope)
VALUES (:restaurant, :each_id, :each_number, :each_capacity, :each_zone_id, :each_min_party,
    :each_max_party, :each_section, :each_category, :each_seating, :each_mobility,
    :each_out_of_service, :each_active, :each_features, :each_position, :each_notes, :each_shape,
    :each_length_cm, :each_width_cm, :each_number_scope)
ON CONFLICT (restaurant_id, id) DO UPDATE
SET number = excluded.number, capacity = excluded.capacity, zone_id = excluded.zone_id, min_party = excluded.min_party,
    max_party = excluded.max_party, section = excluded.section, category = excluded.category,
    seating = excluded.seating, mobility = excluded.mobility, out_of_service = excluded.out_of_service,
    active = excluded.active, features = excluded.features, position = excluded.position, notes = excluded.notes,
    shape = excluded.shape, length_cm = excluded.length_cm, width_cm = excluded.width_cm,
    number_scope = excluded.number_scope;

-- insert_restaurant
-- Insert a restaurant with its first versions. Used by: add_restaurant.
INSERT INTO restaurants (id, slug, name, timezone, is_active, floor_version, policy_version,
    occupancy_version, latest_us)
VALUES (:new_id, :new_slug, :new_name, :new_timezone, :new_is_active, :new_floor_version,
    :new_policy_version, :new_occupancy_version, :new_latest_us);

-- write_zones
-- Insert or update the rows of zones that an edit of the house changes. Used by: add_restaurant.
INSERT INTO zones (restaurant_id, id, name, sort_order, area)
VALUES (:restaurant, :each_id, :each_name, :each_sort_order, :each_area)
ON CONFLICT (restaurant_id, id) DO UPDATE
SET name = excluded.name, sort_order = excluded.sort_order, area = excluded.area;

-- write_table_adjacencies
-- Insert or update the rows of table_adjacencies that an edit of the house changes. Used by:
-- add_restaurant.
INSERT INTO table_adjacencies (restaurant_id, first_table_id, second_table_id, seat_loss)
VALUES (:restaurant, :each_first_table_id, :each_second_table_id, :each_seat_loss)
ON CONFLICT (restaurant_id, first_table_id, second_table_id) DO UPDATE
SET seat_loss = excluded.seat_loss;

-- write_restaurant_policies
-- Insert or update the rows of restaurant_policies that an edit of the house changes. Used by:
-- add_restaurant, edit_policy.
INSERT INTO restaurant_policies (restaurant_id, reservation_interval_minutes,
    default_duration_minutes, last_seating_buffer_minutes, joins_within_zone, past_grace_minutes,
    turn_bands, closures, adjacency_mode, adjacency_required, adjacency_min_party, max_tables,
    slack_budget, score, hold_ttl_seconds, hold_rate_limit, hold_rate_window_seconds,
    hold_max_live, hold_max_live_per_session, hold_max_lifetime_seconds, channels,
    guest_stay_least_minutes, guest_stay_most_minutes, early_minutes, late_minutes,
    no_show_after_minutes, overstay_minutes, staff_max_slack, numbers_unique_in, scarcities,
    enforce_capacity, enforce_capacity_percent, enforce_adjacency, enforce_adjacency_percent,
    reseat_notice_minutes)
VALUES (:restaurant, :each_reservation_interval_minutes, :each_default_duration_minutes,
    :each_last_seating_buffer_minutes, :each_joins_within_zone, :each_past_grace_minutes,
    :each_turn_bands, :each_closures, :each_adjacency_mode, :each_adjacency_required,
    :each_adjacency_min_party, :each_max_tables, :each_slack_budget, :each_score,
    :each_hold_ttl_seconds, :each_hold_rate_limit, :each_hold_rate_window_seconds,
    :each_hold_max_live, :each_hold_max_live_per_session, :each_hold_max_lifetime_seconds,
    :each_channels, :each_guest_stay_least_minutes, :each_guest_stay_most_minutes,
    :each_early_minutes, :each_late_minutes, :each_no_show_after_minutes, :each_overstay_minutes,
    :each_staff_max_slack, :each_numbers_unique_in, :each_scarcities, :each_enforce_capacity,
    :each_enforce_capacity_percent, :each_enforce_adjacency, :each_enforce_adjacency_percent,
    :each_reseat_notice_minutes)
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
INSERT INTO restaurant_service_periods (restaurant_id, "key", start_time, end_time, weekdays,
    dates, turn_bands, buffer_before_minutes, buffer_after_minutes, last_start_time,
    last_seating_minutes, overrun_allowed, min_dwell_minutes, interval_minutes, closed_starts)
VALUES (:restaurant, :each_key, :each_start_time, :each_end_time, :each_weekdays, :each_dates,
    :each_turn_bands, :each_buffer_before_minutes, :each_buffer_after_minutes,
    :each_last_start_time, :each_last_seating_minutes, :each_overrun_allowed,
    :each_min_dwell_minutes, :each_interval_minutes, :each_closed_starts)
ON CONFLICT (restaurant_id, "key") DO UPDATE
SET start_time = excluded.start_time, end_time = excluded.end_time, weekdays = excluded.weekdays,
    dates = excluded.dates, turn_bands = excluded.turn_bands, buffer_before_minutes = excluded.buffer_before_minutes,
    buffer_after_minutes = excluded.buffer_after_minutes, last_start_time = excluded.last_start_time,
    last_seating_minutes = excluded.last_seating_minutes, overrun_allowed = excluded.overrun_allowed,
    min_dwell_minutes = excluded.min_dwell_minutes, interval_minutes = excluded.interval_minutes,
    closed_starts = excluded.closed_starts;

-- write_restaurant_capacity_rules
-- Insert or update the rows of restaurant_capacity_rules that an edit of the house changes. Used
-- by: add_restaurant.
INSERT INTO restaurant_capacity_rules (restaurant_id, position, max_covers, max_parties, period,
    weekday, on_date, zone_id, kind)
VALUES (:restaurant, :each_position, :each_max_covers, :each_max_parties, :each_period,
    :each_weekday, :each_on_date, :each_zone_id, :each_kind)
ON CONFLICT (restaurant_id, position) DO UPDATE
SET max_covers = excluded.max_covers, max_parties = excluded.max_parties, period = excluded.period,
    weekday = excluded.weekday, on_date = excluded.on_date, zone_id = excluded.zone_id, kind = excluded.kind;

-- look_up_restaurant
-- Read the restaurant's versions and its time without a lock. Every query begins here. Used by:
-- house, quote, availability, get_booking, bookings, list_bookings, day, slots, month, feed,
-- table_states, audit, events, events_after, newest event, quote in a host's transaction, archived.
SELECT restaurants.floor_version, restaurants.policy_version, restaurants.occupancy_version, NULL AS anon_1,
    restaurants.latest_us, NULL AS anon__1
FROM restaurants
WHERE restaurants.id = :restaurant;

-- load_scope
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: house. Used by: house, edit_policy, edit_restaurant.
SELECT (
    SELECT '[' || group_concat(anon_3.json_array_1) || ']' AS anon_2
    FROM (
        SELECT json_array(restaurants.id, restaurants.slug, restaurants.name,
            restaurants.timezone, restaurants.is_active) AS json_array_1
        FROM restaurants
        WHERE restaurants.id = :restaurant
    ) AS anon_3
) AS anon_1, (
    SELECT '[' || group_concat(anon_6.json_array_2) || ']' AS anon_5
    FROM (
        SELECT json_array(zones.id, zones.name, zones.sort_order, zones.area) AS json_array_2
        FROM zones
        WHERE zones.restaurant_id = :restaurant
    ) AS anon_6
) AS anon_4, (
    SELECT '[' || group_concat(anon_9.json_array_3) || ']' AS anon_8
    FROM (
        SELECT json_array(table_inventory.id, table_inventory.number, table_inventory.capacity,
            table_inventory.zone_id, table_inventory.min_party, table_inventory.max_party,
            table_inventory.section, table_inventory.category, table_inventory.seating,
            table_inventory.mobility, table_inventory.out_of_service, table_inventory.active,
            json(table_inventory.features), json(table_inventory.position), table_inventory.notes,
            table_inventory.shape, table_inventory.length_cm, table_inventory.width_cm,
            table_inventory.number_scope) AS json_array_3
        FROM table_inventory
        WHERE table_inventory.restaurant_id = :restaurant
    ) AS anon_9
) AS anon_7, (
    SELECT '[' || group_concat(anon_12.json_array_4) || ']' AS anon_11
    FROM (
        SELECT json_array(table_adjacencies.first_table_id, table_adjacencies.second_table_id,
            table_adjacencies.seat_loss) AS json_array_4
        FROM table_adjacencies
        WHERE table_adjacencies.restaurant_id = :restaurant
    ) AS anon_12
) AS anon_10, (
    SELECT '[' || group_concat(anon_15.json_array_5) || ']' AS anon_14
    FROM (
        SELECT json_array(table_set_capacities.id, table_set_capacities.capacity,
            table_set_capacities.min_party) AS json_array_5
        FROM table_set_capacities
        WHERE table_set_capacities.restaurant_id = :restaurant
    ) AS anon_15
) AS anon_13, (
    SELECT '[' || group_concat(anon_18.json_array_6) || ']' AS anon_17
    FROM (
        SELECT json_array(table_set_members.set_id, table_set_members.table_id) AS json_array_6
        FROM table_set_members
        WHERE table_set_members.restaurant_id = :restaurant
    ) AS anon_18
) AS anon_16, (
    SELECT '[' || group_concat(anon_21.json_array_7) || ']' AS anon_20
    FROM (
        SELECT json_array(table_distances.first_table_id, table_distances.second_table_id) AS json_array_7
        FROM table_distances
        WHERE table_distances.restaurant_id = :restaurant
    ) AS anon_21
) AS anon_19, (
    SELECT '[' || group_concat(anon_24.json_array_8) || ']' AS anon_23
    FROM (
        SELECT json_array(table_aisles.aisle_id, table_aisles.table_id, table_aisles.is_joined) AS json_array_8
        FROM table_aisles
        WHERE table_aisles.restaurant_id = :restaurant
    ) AS anon_24
) AS anon_22, (
    SELECT '[' || group_concat(anon_27.json_array_9) || ']' AS anon_26
    FROM (
        SELECT json_array(restaurant_policies.reservation_interval_minutes,
            restaurant_policies.default_duration_minutes,
            restaurant_policies.last_seating_buffer_minutes,
            restaurant_policies.joins_within_zone, restaurant_policies.numbers_unique_in,
            restaurant_policies.past_grace_minutes, json(restaurant_policies.turn_bands), json(restaurant_policies.closures),
            restaurant_policies.adjacency_mode, restaurant_policies.adjacency_required,
            restaurant_policies.adjacency_min_party, restaurant_policies.max_tables,
            restaurant_policies.slack_budget, restaurant_policies.staff_max_slack, json(restaurant_policies.score),
            restaurant_policies.hold_ttl_seconds, restaurant_policies.hold_rate_limit,
            restaurant_policies.hold_rate_window_seconds, restaurant_policies.hold_max_live,
            restaurant_policies.hold_max_live_per_session,
            restaurant_policies.hold_max_lifetime_seconds, json(restaurant_policies.channels),
            restaurant_policies.guest_stay_least_minutes,
            restaurant_policies.guest_stay_most_minutes, restaurant_policies.early_minutes,
            restaurant_policies.late_minutes, restaurant_policies.no_show_after_minutes,
            restaurant_policies.overstay_minutes, restaurant_policies.reseat_notice_minutes, json(restaurant_policies.scarcities),
            restaurant_policies.enforce_capacity, restaurant_policies.enforce_capacity_percent,
            restaurant_policies.enforce_adjacency, restaurant_policies.enforce_adjacency_percent) AS json_array_9
        FROM restaurant_policies
        WHERE restaurant_policies.restaurant_id = :restaurant
    ) AS anon_27
) AS anon_25, (
    SELECT '[' || group_concat(anon_30.json_array_10) || ']' AS anon_29
    FROM (
        SELECT json_array(restaurant_occasions."key", restaurant_occasions.position, json(restaurant_occasions.turn_bands)) AS json_array_10
        FROM restaurant_occasions
        WHERE restaurant_occasions.restaurant_id = :restaurant
    ) AS anon_30
) AS anon_28, (
    SELECT '[' || group_concat(anon_33.json_array_11) || ']' AS anon_32
    FROM (
        SELECT json_array(restaurant_service_periods."key", restaurant_service_periods.start_time,
            restaurant_service_periods.end_time, json(restaurant_service_periods.weekdays), json(restaurant_service_periods.dates),
            json(restaurant_service_periods.turn_bands),
            restaurant_service_periods.buffer_before_minutes,
            restaurant_service_periods.buffer_after_minutes,
            restaurant_service_periods.last_start_time,
            restaurant_service_periods.last_seating_minutes,
            restaurant_service_periods.overrun_allowed,
            restaurant_service_periods.min_dwell_minutes,
            restaurant_service_periods.interval_minutes, json(restaurant_service_periods.closed_starts)) AS json_array_11
        FROM restaurant_service_periods
        WHERE restaurant_service_periods.restaurant_id = :restaurant
    ) AS anon_33
) AS anon_31, (
    SELECT '[' || group_concat(anon_36.json_array_12) || ']' AS anon_35
    FROM (
        SELECT json_array(restaurant_period_occasions.period,
            restaurant_period_occasions.position, restaurant_period_occasions.occasion) AS json_array_12
        FROM restaurant_period_occasions
        WHERE restaurant_period_occasions.restaurant_id = :restaurant
    ) AS anon_36
) AS anon_34, (
    SELECT '[' || group_concat(anon_39.json_array_13) || ']' AS anon_38
    FROM (
        SELECT json_array(restaurant_capacity_rules.position,
            restaurant_capacity_rules.max_covers, restaurant_capacity_rules.max_parties,
            restaurant_capacity_rules.period, restaurant_capacity_rules.weekday,
            restaurant_capacity_rules.on_date, restaurant_capacity_rules.zone_id,
            restaurant_capacity_rules.kind) AS json_array_13
        FROM restaurant_capacity_rules
        WHERE restaurant_capacity_rules.restaurant_id = :restaurant
    ) AS anon_39
) AS anon_37, (
    SELECT '[' || group_concat(anon_42.json_array_14) || ']' AS anon_41
    FROM (
        SELECT json_array(restaurant_booking_windows.position,
            restaurant_booking_windows.notice_minutes, restaurant_booking_windows.horizon_days,
            restaurant_booking_windows.channel, restaurant_booking_windows.min_party,
            restaurant_booking_windows.max_party) AS json_array_14
        FROM restaurant_booking_windows
        WHERE restaurant_booking_windows.restaurant_id = :restaurant
    ) AS anon_42
) AS anon_40, (
    SELECT '[' || group_concat(anon_45.json_array_15) || ']' AS anon_44
    FROM (
        SELECT json_array(restaurant_date_exceptions.position, restaurant_date_exceptions.on_date,
            restaurant_date_exceptions.period, restaurant_date_exceptions.closed,
            restaurant_date_exceptions.start_time, restaurant_date_exceptions.end_time,
            restaurant_date_exceptions.last_start_time,
            restaurant_date_exceptions.interval_minutes, json(restaurant_date_exceptions.closed_starts)) AS json_array_15
        FROM restaurant_date_exceptions
        WHERE restaurant_date_exceptions.restaurant_id = :restaurant
    ) AS anon_45
) AS anon_43, (
    SELECT '[' || group_concat(anon_48.json_array_16) || ']' AS anon_47
    FROM (
        SELECT json_array(restaurant_pacing_rules.position,
            restaurant_pacing_rules.interval_minutes, restaurant_pacing_rules.max_covers,
            restaurant_pacing_rules.max_parties, restaurant_pacing_rules.spread,
            restaurant_pacing_rules.period, restaurant_pacing_rules.weekday,
            restaurant_pacing_rules.on_date, restaurant_pacing_rules.kind) AS json_array_16
        FROM restaurant_pacing_rules
        WHERE restaurant_pacing_rules.restaurant_id = :restaurant
    ) AS anon_48
) AS anon_46, (
    SELECT '[' || group_concat(anon_51.json_array_17) || ']' AS anon_50
    FROM (
        SELECT json_array(restaurant_channel_shares.position, restaurant_channel_shares.channel,
            restaurant_channel_shares.covers, restaurant_channel_shares.period,
            restaurant_channel_shares.weekday, restaurant_channel_shares.on_date,
            restaurant_channel_shares.release_minutes) AS json_array_17
        FROM restaurant_channel_shares
        WHERE restaurant_channel_shares.restaurant_id = :restaurant
    ) AS anon_51
) AS anon_49, (
    SELECT '[' || group_concat(anon_54.json_array_18) || ']' AS anon_53
    FROM (
        SELECT json_array(restaurant_zone_rules.position, restaurant_zone_rules.zone_id,
            restaurant_zone_rules.closed, restaurant_zone_rules.start_time,
            restaurant_zone_rules.end_time, restaurant_zone_rules.last_start_time, json(restaurant_zone_rules.weekdays),
            json(restaurant_zone_rules.season), json(restaurant_zone_rules.turn_bands)) AS json_array_18
        FROM restaurant_zone_rules
        WHERE restaurant_zone_rules.restaurant_id = :restaurant
    ) AS anon_54
) AS anon_52, (
    SELECT '[' || group_concat(anon_57.json_array_19) || ']' AS anon_56
    FROM (
        SELECT json_array(restaurant_walk_in_rules.position, json(restaurant_walk_in_rules.weekdays),
            json(restaurant_walk_in_rules.dates), restaurant_walk_in_rules.period) AS json_array_19
        FROM restaurant_walk_in_rules
        WHERE restaurant_walk_in_rules.restaurant_id = :restaurant
    ) AS anon_57
) AS anon_55, (
    SELECT '[' || group_concat(anon_60.json_array_20) || ']' AS anon_59
    FROM (
        SELECT json_array(restaurant_demand_profiles.position, restaurant_demand_profiles.name,
            json(restaurant_demand_profiles.multiplier), restaurant_demand_profiles.start_time,
            restaurant_demand_profiles.end_time, json(restaurant_demand_profiles.weekdays),
            restaurant_demand_profiles.period, restaurant_demand_profiles.priority) AS json_array_20
        FROM restaurant_demand_profiles
        WHERE restaurant_demand_profiles.restaurant_id = :restaurant
    ) AS anon_60
) AS anon_58, (
    SELECT '[' || group_concat(anon_63.json_array_21) || ']' AS anon_62
    FROM (
        SELECT json_array(restaurant_walk_in_tables.rule_position,
            restaurant_walk_in_tables.table_id) AS json_array_21
        FROM restaurant_walk_in_tables
        WHERE restaurant_walk_in_tables.restaurant_id = :restaurant
    ) AS anon_63
) AS anon_61;

-- load_scope 2
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers. Used by: quote, availability,
-- month, feed, book in a host's transaction, quote in a host's transaction.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 21600000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 2678400000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us > 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id IN (
            SELECT bookings.id
            FROM bookings
            WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
        )
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'pending_allocation' AND bookings.occupied_start_us > :w0_start - 2678400000000
            AND bookings.occupied_start_us < :w0_end AND bookings.occupied_end_us > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND bookings.dining_start_us > :w0_start - 136800000000
            AND bookings.dining_start_us < :w0_end + 136800000000 AND bookings.assigned_us IS NULL
            AND coalesce(bookings.wait_earliest_us, bookings.dining_start_us) - (bookings.dining_start_us - bookings.occupied_start_us) < :w0_end
            AND coalesce(bookings.wait_latest_us, bookings.dining_start_us) + (bookings.occupied_end_us - bookings.dining_start_us) > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
    ) AS anon_4
) AS bookings, (
    SELECT '[' || group_concat(anon_7.json_array_3) || ']' AS anon_6
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_8
        ))) AS json_array_3
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :w0_start - 2678400000000
            AND table_holds.occupied_start_us < :w0_end AND table_holds.occupied_end_us > :w0_start
    ) AS anon_7
) AS holds, (
    SELECT '[' || group_concat(anon_10.json_array_4) || ']' AS anon_9
    FROM (
        SELECT json_array(bookings.dining_start_us, sum(bookings.party_size), count(*)) AS json_array_4
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.dining_start_us >= :c0_start AND bookings.dining_start_us < :c0_end
            AND bookings.status IN ('pending', 'pending_allocation', 'confirmed', 'checked_in',
            'completed')
        GROUP BY bookings.dining_start_us
    ) AS anon_10
) AS headcounts, (
    SELECT '[' || group_concat(anon_12.json_array_5) || ']' AS anon_11
    FROM (
        SELECT json_array(table_holds.dining_start_us, table_holds.id, table_holds.party_size, (
            SELECT bookings.dining_start_us
            FROM bookings
            WHERE bookings.restaurant_id = table_holds.restaurant_id AND bookings.id = table_holds.booking_id
                AND bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_array_5
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :c0_start - 2678400000000
            AND table_holds.occupied_start_us < :c0_end AND table_holds.occupied_end_us > :c0_start
            AND table_holds.expires_us > :now_us AND table_holds.dining_start_us >= :c0_start AND table_holds.dining_start_us < :c0_end
    ) AS anon_12
) AS held_covers;

-- lock_restaurant
-- Lock the restaurant's row and read its versions and its time. Every command begins here, so the
-- commands of a restaurant run one after the other. Used by: hold, release_hold, hold with a key
-- and a session, extend_hold, confirm, confirm again with the same key, book, open_slot,
-- reschedule, move, cancel, block, unblock, edit_floor, edit_policy, edit_restaurant, book in a
-- host's transaction, a hold that expires, sweep_holds, remove_restaurant.
SELECT restaurants.floor_version, restaurants.policy_version, restaurants.occupancy_version, NULL AS anon_1,
    restaurants.latest_us, NULL AS anon__1
FROM restaurants
WHERE restaurants.id = :restaurant;

-- load_scope 3
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers, alive. Used by: hold, a hold
-- that expires.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 21600000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 2678400000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us > 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id IN (
            SELECT bookings.id
            FROM bookings
            WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
        )
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'pending_allocation' AND bookings.occupied_start_us > :w0_start - 2678400000000
            AND bookings.occupied_start_us < :w0_end AND bookings.occupied_end_us > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND bookings.dining_start_us > :w0_start - 136800000000
            AND bookings.dining_start_us < :w0_end + 136800000000 AND bookings.assigned_us IS NULL
            AND coalesce(bookings.wait_earliest_us, bookings.dining_start_us) - (bookings.dining_start_us - bookings.occupied_start_us) < :w0_end
            AND coalesce(bookings.wait_latest_us, bookings.dining_start_us) + (bookings.occupied_end_us - bookings.dining_start_us) > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
    ) AS anon_4
) AS bookings, (
    SELECT '[' || group_concat(anon_7.json_array_3) || ']' AS anon_6
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_8
        ))) AS json_array_3
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :w0_start - 2678400000000
            AND table_holds.occupied_start_us < :w0_end AND table_holds.occupied_end_us > :w0_start
    ) AS anon_7
) AS holds, (
    SELECT '[' || group_concat(anon_10.json_array_4) || ']' AS anon_9
    FROM (
        SELECT json_array(bookings.dining_start_us, sum(bookings.party_size), count(*)) AS json_array_4
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.dining_start_us >= :c0_start AND bookings.dining_start_us < :c0_end
            AND bookings.status IN ('pending', 'pending_allocation', 'confirmed', 'checked_in',
            'completed')
        GROUP BY bookings.dining_start_us
    ) AS anon_10
) AS headcounts, (
    SELECT '[' || group_concat(anon_12.json_array_5) || ']' AS anon_11
    FROM (
        SELECT json_array(table_holds.dining_start_us, table_holds.id, table_holds.party_size, (
            SELECT bookings.dining_start_us
            FROM bookings
            WHERE bookings.restaurant_id = table_holds.restaurant_id AND bookings.id = table_holds.booking_id
                AND bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_array_5
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :c0_start - 2678400000000
            AND table_holds.occupied_start_us < :c0_end AND table_holds.occupied_end_us > :c0_start
            AND table_holds.expires_us > :now_us AND table_holds.dining_start_us >= :c0_start AND table_holds.dining_start_us < :c0_end
    ) AS anon_12
) AS held_covers, (
    SELECT '[' || group_concat(anon_14.json_array_6) || ']' AS anon_13
    FROM (
        SELECT json_array(NULL, count(*)) AS json_array_6
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.expires_us > :now_us
    ) AS anon_14
) AS alive;

-- write_holds_added
-- Insert holds. Used by: hold, hold with a key and a session, a hold that expires.
INSERT INTO table_holds (restaurant_id, id, party_size, state, period, service_date, occasion,
    dining_start_us, dining_end_us, occupied_start_us, occupied_end_us, turn_minutes, is_clamped,
    created_us, expires_us, fingerprint, actor_id, actor_role, booking_id, session, past_reason,
    must, wish, names_tables, asked_occasion, channel, minutes, reference, life_start_us,
    overrides, would_refuse)
VALUES (:restaurant, :each_id, :each_party_size, :each_state, :each_period, :each_service_date,
    :each_occasion, :each_dining_start_us, :each_dining_end_us, :each_occupied_start_us,
    :each_occupied_end_us, :each_turn_minutes, :each_is_clamped, :each_created_us,
    :each_expires_us, :each_fingerprint, :each_actor_id, :each_actor_role, :each_booking_id,
    :each_session, :each_past_reason, :each_must, :each_wish, :each_names_tables,
    :each_asked_occasion, :each_channel, :each_minutes, :each_reference, :each_life_start_us,
    :each_overrides, :each_would_refuse);

-- write_members
-- Insert the tables of holds. Used by: hold, hold with a key and a session, a hold that expires.
INSERT INTO table_hold_members (restaurant_id, hold_id, position, table_id)
VALUES (:restaurant, :each_hold_id, :each_position, :each_table_id);

-- write_added
-- Insert allocations; the database refuses an overlap. Used by: hold, hold with a key and a
-- session, confirm, book, reschedule, move, block, book in a host's transaction, a hold that
-- expires.
INSERT INTO allocations (restaurant_id, id, resource_type, resource_id, start_us, end_us, hold_id,
    booking_id, block_id, shadow)
VALUES (:restaurant, :each_id, :each_resource_type, :each_resource_id, :each_start_us,
    :each_end_us, :each_hold_id, :each_booking_id, :each_block_id, :each_shadow);

-- write_events
-- Insert events into the outbox. Used by: hold, release_hold, hold with a key and a session,
-- extend_hold, confirm, book, open_slot, reschedule, move, cancel, block, unblock, edit_floor,
-- edit_policy, edit_restaurant, book in a host's transaction, a hold that expires, sweep_holds.
INSERT INTO capacity_outbox (restaurant_id, dedupe_key, type, at_us, actor_id, actor_role,
    booking_id, hold_id, data, subject)
VALUES (:restaurant, :each_dedupe_key, :each_type, :each_at_us, :each_actor_id, :each_actor_role,
    :each_booking_id, :each_hold_id, :each_data, :each_subject);

-- raise_versions
-- Raise the restaurant's versions and store its time. Used by: hold, release_hold, hold with a key
-- and a session, extend_hold, confirm, book, open_slot, reschedule, move, cancel, block, unblock,
-- edit_floor, edit_policy, edit_restaurant, book in a host's transaction, a hold that expires,
-- sweep_holds.
UPDATE restaurants
SET floor_version=(restaurants.floor_version + :floor), policy_version=(restaurants.policy_version + :policy),
    occupancy_version=(restaurants.occupancy_version + :occupancy), latest_us=:now_us
WHERE restaurants.id = :restaurant;

-- load_scope 4
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, holds, confirmations. Used by: release_hold, extend_hold, sweep_holds.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.hold_id = :holds
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_5
        ))) AS json_array_2
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.id = :holds
    ) AS anon_4
) AS holds, (
    SELECT '[' || group_concat(anon_7.json_array_3) || ']' AS anon_6
    FROM (
        SELECT json_array(booking_confirmation_results.id, booking_confirmation_results.hold_id,
            booking_confirmation_results.booking_id, booking_confirmation_results.idempotency_key,
            booking_confirmation_results.confirmed, booking_confirmation_results.checked_us,
            booking_confirmation_results.occupied_start_us,
            booking_confirmation_results.occupied_end_us, json(booking_confirmation_results.rivals),
            booking_confirmation_results.code, json(booking_confirmation_results.details),
            booking_confirmation_results.actor_id, booking_confirmation_results.actor_role, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT booking_confirmation_tables.table_id AS "each"
                FROM booking_confirmation_tables
                WHERE booking_confirmation_tables.restaurant_id = booking_confirmation_results.restaurant_id
                    AND booking_confirmation_tables.result_id = booking_confirmation_results.id
                ORDER BY booking_confirmation_tables.position
            ) AS anon_8
        )), json((
            SELECT json_group_array(anon_9."each") AS json_group_array_3
            FROM (
                SELECT booking_confirmation_tables.capacity AS "each"
                FROM booking_confirmation_tables
                WHERE booking_confirmation_tables.restaurant_id = booking_confirmation_results.restaurant_id
                    AND booking_confirmation_tables.result_id = booking_confirmation_results.id
                ORDER BY booking_confirmation_tables.position
            ) AS anon_9
        ))) AS json_array_3
        FROM booking_confirmation_results
        WHERE booking_confirmation_results.restaurant_id = :restaurant AND booking_confirmation_results.hold_id = :holds
    ) AS anon_7
) AS confirmations;

-- write_removed
-- Delete allocations, if they are stored as the decision read them. Used by: release_hold, confirm,
-- reschedule, move, cancel, unblock, sweep_holds.
DELETE
FROM allocations
WHERE allocations.restaurant_id = :restaurant AND allocations.id = :each_id AND allocations.resource_type IS :each_old_resource_type
    AND allocations.resource_id IS :each_old_resource_id AND allocations.start_us IS :each_old_start_us
    AND allocations.end_us IS :each_old_end_us AND allocations.hold_id IS :each_old_hold_id AND allocations.booking_id IS :each_old_booking_id
    AND allocations.block_id IS :each_old_block_id AND allocations.shadow IS :each_old_shadow;

-- write_holds_changed
-- Update the state and expiry of holds. Used by: release_hold, extend_hold, confirm, sweep_holds.
UPDATE table_holds
SET state=:each_state, expires_us=:each_expires_us
WHERE table_holds.restaurant_id = :restaurant AND table_holds.id = :each_id;

-- load_scope 5
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers, alive, stored_results. Used by:
-- hold with a key and a session.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 21600000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 2678400000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us > 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id IN (
            SELECT bookings.id
            FROM bookings
            WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
        )
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'pending_allocation' AND bookings.occupied_start_us > :w0_start - 2678400000000
            AND bookings.occupied_start_us < :w0_end AND bookings.occupied_end_us > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND bookings.dining_start_us > :w0_start - 136800000000
            AND bookings.dining_start_us < :w0_end + 136800000000 AND bookings.assigned_us IS NULL
            AND coalesce(bookings.wait_earliest_us, bookings.dining_start_us) - (bookings.dining_start_us - bookings.occupied_start_us) < :w0_end
            AND coalesce(bookings.wait_latest_us, bookings.dining_start_us) + (bookings.occupied_end_us - bookings.dining_start_us) > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
    ) AS anon_4
) AS bookings, (
    SELECT '[' || group_concat(anon_7.json_array_3) || ']' AS anon_6
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_8
        ))) AS json_array_3
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :w0_start - 2678400000000
            AND table_holds.occupied_start_us < :w0_end AND table_holds.occupied_end_us > :w0_start
    ) AS anon_7
) AS holds, (
    SELECT '[' || group_concat(anon_10.json_array_4) || ']' AS anon_9
    FROM (
        SELECT json_array(bookings.dining_start_us, sum(bookings.party_size), count(*)) AS json_array_4
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.dining_start_us >= :c0_start AND bookings.dining_start_us < :c0_end
            AND bookings.status IN ('pending', 'pending_allocation', 'confirmed', 'checked_in',
            'completed')
        GROUP BY bookings.dining_start_us
    ) AS anon_10
) AS headcounts, (
    SELECT '[' || group_concat(anon_12.json_array_5) || ']' AS anon_11
    FROM (
        SELECT json_array(table_holds.dining_start_us, table_holds.id, table_holds.party_size, (
            SELECT bookings.dining_start_us
            FROM bookings
            WHERE bookings.restaurant_id = table_holds.restaurant_id AND bookings.id = table_holds.booking_id
                AND bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_array_5
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :c0_start - 2678400000000
            AND table_holds.occupied_start_us < :c0_end AND table_holds.occupied_end_us > :c0_start
            AND table_holds.expires_us > :now_us AND table_holds.dining_start_us >= :c0_start AND table_holds.dining_start_us < :c0_end
    ) AS anon_12
) AS held_covers, (
    SELECT '[' || group_concat(anon_14.json_array_6) || ']' AS anon_13
    FROM (
        SELECT json_array(NULL, count(*)) AS json_array_6
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.expires_us > :now_us
        UNION ALL
        SELECT json_array(table_holds.session, count(*)) AS json_array_7
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.expires_us > :now_us
            AND table_holds.session = :sessions
        GROUP BY table_holds.session
    ) AS anon_14
) AS alive, (
    SELECT '[' || group_concat(anon_16.json_array_8) || ']' AS anon_15
    FROM (
        SELECT json_array(command_results.command, command_results.idempotency_key,
            command_results.fingerprint, command_results.result, command_results.stored_us) AS json_array_8
        FROM command_results
        WHERE command_results.restaurant_id = :restaurant AND command_results.command = :a0_command
            AND command_results.idempotency_key = :a0_key
    ) AS anon_16
) AS stored_results;

-- write_stored_results
-- Insert the stored results of commands. Used by: hold with a key and a session, confirm, book.
INSERT INTO command_results (restaurant_id, command, idempotency_key, fingerprint, result,
    stored_us)
VALUES (:restaurant, :each_command, :each_idempotency_key, :each_fingerprint, :each_result,
    :each_stored_us);

-- load_scope 6
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, holds, confirmations, stored_results. Used by: confirm, confirm again with
-- the same key.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.hold_id = :holds
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_5
        ))) AS json_array_2
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.id = :holds
    ) AS anon_4
) AS holds, (
    SELECT '[' || group_concat(anon_7.json_array_3) || ']' AS anon_6
    FROM (
        SELECT json_array(booking_confirmation_results.id, booking_confirmation_results.hold_id,
            booking_confirmation_results.booking_id, booking_confirmation_results.idempotency_key,
            booking_confirmation_results.confirmed, booking_confirmation_results.checked_us,
            booking_confirmation_results.occupied_start_us,
            booking_confirmation_results.occupied_end_us, json(booking_confirmation_results.rivals),
            booking_confirmation_results.code, json(booking_confirmation_results.details),
            booking_confirmation_results.actor_id, booking_confirmation_results.actor_role, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT booking_confirmation_tables.table_id AS "each"
                FROM booking_confirmation_tables
                WHERE booking_confirmation_tables.restaurant_id = booking_confirmation_results.restaurant_id
                    AND booking_confirmation_tables.result_id = booking_confirmation_results.id
                ORDER BY booking_confirmation_tables.position
            ) AS anon_8
        )), json((
            SELECT json_group_array(anon_9."each") AS json_group_array_3
            FROM (
                SELECT booking_confirmation_tables.capacity AS "each"
                FROM booking_confirmation_tables
                WHERE booking_confirmation_tables.restaurant_id = booking_confirmation_results.restaurant_id
                    AND booking_confirmation_tables.result_id = booking_confirmation_results.id
                ORDER BY booking_confirmation_tables.position
            ) AS anon_9
        ))) AS json_array_3
        FROM booking_confirmation_results
        WHERE booking_confirmation_results.restaurant_id = :restaurant AND booking_confirmation_results.hold_id = :holds
    ) AS anon_7
) AS confirmations, (
    SELECT '[' || group_concat(anon_11.json_array_4) || ']' AS anon_10
    FROM (
        SELECT json_array(command_results.command, command_results.idempotency_key,
            command_results.fingerprint, command_results.result, command_results.stored_us) AS json_array_4
        FROM command_results
        WHERE command_results.restaurant_id = :restaurant AND command_results.command = :a0_command
            AND command_results.idempotency_key = :a0_key
    ) AS anon_11
) AS stored_results;

-- write_bookings_added
-- Insert bookings. Used by: confirm, book, book in a host's transaction.
INSERT INTO bookings (restaurant_id, id, party_size, status, period, service_date, occasion,
    dining_start_us, dining_end_us, occupied_start_us, occupied_end_us, turn_minutes, is_clamped,
    merge_group_id, assigned_start_us, assigned_end_us, assigned_us, assigned_by_id,
    assigned_by_role, version, created_us, updated_us, actor_id, actor_role, past_reason, must,
    wish, names_tables, asked_occasion, channel, minutes, reference, local_start, seated_us,
    left_us, last_status, last_start_us, last_end_us, last_step_us, is_pinned, overrides,
    would_refuse, wait_earliest_us, wait_latest_us, wait_until_us, offers)
VALUES (:restaurant, :each_id, :each_party_size, :each_status, :each_period, :each_service_date,
    :each_occasion, :each_dining_start_us, :each_dining_end_us, :each_occupied_start_us,
    :each_occupied_end_us, :each_turn_minutes, :each_is_clamped, :each_merge_group_id,
    :each_assigned_start_us, :each_assigned_end_us, :each_assigned_us, :each_assigned_by_id,
    :each_assigned_by_role, :each_version, :each_created_us, :each_updated_us, :each_actor_id,
    :each_actor_role, :each_past_reason, :each_must, :each_wish, :each_names_tables,
    :each_asked_occasion, :each_channel, :each_minutes, :each_reference, :each_local_start,
    :each_seated_us, :each_left_us, :each_last_status, :each_last_start_us, :each_last_end_us,
    :each_last_step_us, :each_is_pinned, :each_overrides, :each_would_refuse,
    :each_wait_earliest_us, :each_wait_latest_us, :each_wait_until_us, :each_offers);

-- write_assignments
-- Insert or update the table assignments of bookings. Used by: confirm, book, reschedule, move,
-- cancel, book in a host's transaction.
INSERT INTO booking_table_assignments (restaurant_id, booking_id, position, table_id)
VALUES (:restaurant, :each_booking_id, :each_position, :each_table_id)
ON CONFLICT (restaurant_id, booking_id, position) DO UPDATE
SET table_id = excluded.table_id
WHERE booking_table_assignments.table_id != excluded.table_id;

-- write_confirmations
-- Insert the evidence of confirmations. Used by: confirm.
INSERT INTO booking_confirmation_results (restaurant_id, id, hold_id, booking_id, idempotency_key,
    confirmed, checked_us, occupied_start_us, occupied_end_us, rivals, code, details, actor_id,
    actor_role)
VALUES (:restaurant, :each_id, :each_hold_id, :each_booking_id, :each_idempotency_key,
    :each_confirmed, :each_checked_us, :each_occupied_start_us, :each_occupied_end_us,
    :each_rivals, :each_code, :each_details, :each_actor_id, :each_actor_role);

-- write_confirmation_tables
-- Insert the tables that the evidence is about. Used by: confirm.
INSERT INTO booking_confirmation_tables (restaurant_id, result_id, position, table_id, capacity)
VALUES (:restaurant, :each_result_id, :each_position, :each_table_id, :each_capacity);

-- load_scope 7
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers, stored_results. Used by: book.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 21600000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 2678400000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us > 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id IN (
            SELECT bookings.id
            FROM bookings
            WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
        )
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'pending_allocation' AND bookings.occupied_start_us > :w0_start - 2678400000000
            AND bookings.occupied_start_us < :w0_end AND bookings.occupied_end_us > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND bookings.dining_start_us > :w0_start - 136800000000
            AND bookings.dining_start_us < :w0_end + 136800000000 AND bookings.assigned_us IS NULL
            AND coalesce(bookings.wait_earliest_us, bookings.dining_start_us) - (bookings.dining_start_us - bookings.occupied_start_us) < :w0_end
            AND coalesce(bookings.wait_latest_us, bookings.dining_start_us) + (bookings.occupied_end_us - bookings.dining_start_us) > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
    ) AS anon_4
) AS bookings, (
    SELECT '[' || group_concat(anon_7.json_array_3) || ']' AS anon_6
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_8
        ))) AS json_array_3
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :w0_start - 2678400000000
            AND table_holds.occupied_start_us < :w0_end AND table_holds.occupied_end_us > :w0_start
    ) AS anon_7
) AS holds, (
    SELECT '[' || group_concat(anon_10.json_array_4) || ']' AS anon_9
    FROM (
        SELECT json_array(bookings.dining_start_us, sum(bookings.party_size), count(*)) AS json_array_4
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.dining_start_us >= :c0_start AND bookings.dining_start_us < :c0_end
            AND bookings.status IN ('pending', 'pending_allocation', 'confirmed', 'checked_in',
            'completed')
        GROUP BY bookings.dining_start_us
    ) AS anon_10
) AS headcounts, (
    SELECT '[' || group_concat(anon_12.json_array_5) || ']' AS anon_11
    FROM (
        SELECT json_array(table_holds.dining_start_us, table_holds.id, table_holds.party_size, (
            SELECT bookings.dining_start_us
            FROM bookings
            WHERE bookings.restaurant_id = table_holds.restaurant_id AND bookings.id = table_holds.booking_id
                AND bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_array_5
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :c0_start - 2678400000000
            AND table_holds.occupied_start_us < :c0_end AND table_holds.occupied_end_us > :c0_start
            AND table_holds.expires_us > :now_us AND table_holds.dining_start_us >= :c0_start AND table_holds.dining_start_us < :c0_end
    ) AS anon_12
) AS held_covers, (
    SELECT '[' || group_concat(anon_14.json_array_6) || ']' AS anon_13
    FROM (
        SELECT json_array(command_results.command, command_results.idempotency_key,
            command_results.fingerprint, command_results.result, command_results.stored_us) AS json_array_6
        FROM command_results
        WHERE command_results.restaurant_id = :restaurant AND command_results.command = :a0_command
            AND command_results.idempotency_key = :a0_key
    ) AS anon_14
) AS stored_results;

-- load_scope 8
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds. Used by: get_booking, move, cancel, audit.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id = :bookings
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.hold_id IN (
            SELECT table_holds.id
            FROM table_holds
            WHERE table_holds.restaurant_id = :restaurant AND table_holds.booking_id = :bookings
                AND table_holds.state = 'active'
        )
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.id = :bookings
    ) AS anon_4
) AS bookings, (
    SELECT '[' || group_concat(anon_7.json_array_3) || ']' AS anon_6
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_8
        ))) AS json_array_3
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.booking_id = :bookings
    ) AS anon_7
) AS holds;

-- load_scope 9
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: bookings. Used by: bookings.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_3."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_3
        ))) AS json_array_1
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.dining_start_us >= :s0_start AND bookings.dining_start_us < :s0_end
    ) AS anon_2
) AS bookings;

-- load_scope 10
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: bookings. Used by: list_bookings.
SELECT (
    SELECT '[' || group_concat(anon_2."each") || ']' AS anon_1
    FROM (
        SELECT anon_3."each" AS "each"
        FROM (
            SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
                bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
                bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
                bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
                bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
                bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
                bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
                bookings.names_tables, bookings.asked_occasion, bookings.channel,
                bookings.minutes, bookings.reference, bookings.local_start, bookings.seated_us,
                bookings.left_us, bookings.last_status, bookings.last_start_us,
                bookings.last_end_us, bookings.last_step_us, bookings.is_pinned,
                bookings.would_refuse, bookings.wait_earliest_us, bookings.wait_latest_us,
                bookings.wait_until_us, bookings.offers, json(bookings.must), json(bookings.wish),
                json(bookings.overrides), json((
                SELECT json_group_array(anon_4."each") AS json_group_array_1
                FROM (
                    SELECT booking_table_assignments.table_id AS "each"
                    FROM booking_table_assignments
                    WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                    ORDER BY booking_table_assignments.position
                ) AS anon_4
            ))) AS "each"
            FROM bookings
            WHERE bookings.restaurant_id = :restaurant AND bookings.dining_start_us >= :l_first
                AND bookings.dining_start_us < :l_end AND (bookings.dining_start_us > :l_after_us
                OR bookings.id > :l_after_id) AND bookings.reference = :l_reference AND bookings.status = :l_status0
            ORDER BY bookings.dining_start_us, bookings.id
            LIMIT :l_limit OFFSET :param_1
        ) AS anon_3
    ) AS anon_2
) AS bookings;

-- load_scope 11
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers, blocks. Used by: day.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 21600000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 2678400000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us > 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id IN (
            SELECT bookings.id
            FROM bookings
            WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
        )
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'pending_allocation' AND bookings.occupied_start_us > :w0_start - 2678400000000
            AND bookings.occupied_start_us < :w0_end AND bookings.occupied_end_us > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND bookings.dining_start_us > :w0_start - 136800000000
            AND bookings.dining_start_us < :w0_end + 136800000000 AND bookings.assigned_us IS NULL
            AND coalesce(bookings.wait_earliest_us, bookings.dining_start_us) - (bookings.dining_start_us - bookings.occupied_start_us) < :w0_end
            AND coalesce(bookings.wait_latest_us, bookings.dining_start_us) + (bookings.occupied_end_us - bookings.dining_start_us) > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_6."each") AS json_group_array_2
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_6
        ))) AS json_array_3
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.dining_start_us >= :w0_start AND bookings.dining_start_us < :w0_end
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_6."each") AS json_group_array_2
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_6
        ))) AS json_array_3
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND (bookings.dining_start_us < :w0_start OR bookings.dining_start_us >= :w0_end)
            AND bookings.id IN (
            SELECT allocations.booking_id
            FROM allocations
            WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 21600000000
                AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us <= 21600000000
                AND allocations.booking_id IS NOT NULL
        )
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_6."each") AS json_group_array_2
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_6
        ))) AS json_array_3
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND (bookings.dining_start_us < :w0_start OR bookings.dining_start_us >= :w0_end)
            AND bookings.id IN (
            SELECT allocations.booking_id
            FROM allocations
            WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 2678400000000
                AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us > 21600000000
                AND allocations.booking_id IS NOT NULL
        )
    ) AS anon_4
) AS bookings, (
    SELECT '[' || group_concat(anon_8.json_array_4) || ']' AS anon_7
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_9."each") AS json_group_array_3
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_9
        ))) AS json_array_4
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :w0_start - 2678400000000
            AND table_holds.occupied_start_us < :w0_end AND table_holds.occupied_end_us > :w0_start
    ) AS anon_8
) AS holds, (
    SELECT '[' || group_concat(anon_11.json_array_5) || ']' AS anon_10
    FROM (
        SELECT json_array(bookings.dining_start_us, sum(bookings.party_size), count(*)) AS json_array_5
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.dining_start_us >= :c0_start AND bookings.dining_start_us < :c0_end
            AND bookings.status IN ('pending', 'pending_allocation', 'confirmed', 'checked_in',
            'completed')
        GROUP BY bookings.dining_start_us
    ) AS anon_11
) AS headcounts, (
    SELECT '[' || group_concat(anon_13.json_array_6) || ']' AS anon_12
    FROM (
        SELECT json_array(table_holds.dining_start_us, table_holds.id, table_holds.party_size, (
            SELECT bookings.dining_start_us
            FROM bookings
            WHERE bookings.restaurant_id = table_holds.restaurant_id AND bookings.id = table_holds.booking_id
                AND bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_array_6
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :c0_start - 2678400000000
            AND table_holds.occupied_start_us < :c0_end AND table_holds.occupied_end_us > :c0_start
            AND table_holds.expires_us > :now_us AND table_holds.dining_start_us >= :c0_start AND table_holds.dining_start_us < :c0_end
    ) AS anon_13
) AS held_covers, (
    SELECT '[' || group_concat(anon_15.json_array_7) || ']' AS anon_14
    FROM (
        SELECT json_array(table_blocks.id, json(table_blocks.tables), table_blocks.start_us,
            table_blocks.end_us, table_blocks.reason, table_blocks.actor_id,
            table_blocks.actor_role) AS json_array_7
        FROM table_blocks
        WHERE table_blocks.restaurant_id = :restaurant AND table_blocks.id IN (
            SELECT allocations.block_id
            FROM allocations
            WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 21600000000
                AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us <= 21600000000
                AND allocations.block_id IS NOT NULL
        )
        UNION ALL
        SELECT json_array(table_blocks.id, json(table_blocks.tables), table_blocks.start_us,
            table_blocks.end_us, table_blocks.reason, table_blocks.actor_id,
            table_blocks.actor_role) AS json_array_7
        FROM table_blocks
        WHERE table_blocks.restaurant_id = :restaurant AND table_blocks.id IN (
            SELECT allocations.block_id
            FROM allocations
            WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 2678400000000
                AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us > 21600000000
                AND allocations.block_id IS NOT NULL
        )
    ) AS anon_15
) AS blocks;

-- load_scope 12
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: slots. Used by: open_slot.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(booking_slots.id, booking_slots.start_us, booking_slots.available,
            booking_slots.reserved, booking_slots.version) AS json_array_1
        FROM booking_slots
        WHERE booking_slots.restaurant_id = :restaurant AND booking_slots.id = :slots
    ) AS anon_2
) AS slots;

-- write_slots_added
-- Insert slots. Used by: open_slot.
INSERT INTO booking_slots (restaurant_id, id, start_us, available, reserved, version)
VALUES (:restaurant, :each_id, :each_start_us, :each_available, :each_reserved, :each_version);

-- load_scope 13
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: slots. Used by: slots.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(booking_slots.id, booking_slots.start_us, booking_slots.available,
            booking_slots.reserved, booking_slots.version) AS json_array_1
        FROM booking_slots
        WHERE booking_slots.restaurant_id = :restaurant AND booking_slots.start_us >= :o0_start
            AND booking_slots.start_us < :o0_end
    ) AS anon_2
) AS slots;

-- load_scope 14
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds, headcounts, held_covers. Used by: reschedule.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 21600000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 2678400000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us > 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id = :bookings
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.hold_id IN (
            SELECT table_holds.id
            FROM table_holds
            WHERE table_holds.restaurant_id = :restaurant AND table_holds.booking_id = :bookings
                AND table_holds.state = 'active'
        )
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id IN (
            SELECT bookings.id
            FROM bookings
            WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
        )
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.id = :bookings
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'pending_allocation' AND bookings.occupied_start_us > :w0_start - 2678400000000
            AND bookings.occupied_start_us < :w0_end AND bookings.occupied_end_us > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND bookings.dining_start_us > :w0_start - 136800000000
            AND bookings.dining_start_us < :w0_end + 136800000000 AND bookings.assigned_us IS NULL
            AND coalesce(bookings.wait_earliest_us, bookings.dining_start_us) - (bookings.dining_start_us - bookings.occupied_start_us) < :w0_end
            AND coalesce(bookings.wait_latest_us, bookings.dining_start_us) + (bookings.occupied_end_us - bookings.dining_start_us) > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
    ) AS anon_4
) AS bookings, (
    SELECT '[' || group_concat(anon_7.json_array_3) || ']' AS anon_6
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_8
        ))) AS json_array_3
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.booking_id = :bookings
        UNION ALL
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_8
        ))) AS json_array_3
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :w0_start - 2678400000000
            AND table_holds.occupied_start_us < :w0_end AND table_holds.occupied_end_us > :w0_start
    ) AS anon_7
) AS holds, (
    SELECT '[' || group_concat(anon_10.json_array_4) || ']' AS anon_9
    FROM (
        SELECT json_array(bookings.dining_start_us, sum(bookings.party_size), count(*)) AS json_array_4
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.dining_start_us >= :c0_start AND bookings.dining_start_us < :c0_end
            AND bookings.status IN ('pending', 'pending_allocation', 'confirmed', 'checked_in',
            'completed')
        GROUP BY bookings.dining_start_us
    ) AS anon_10
) AS headcounts, (
    SELECT '[' || group_concat(anon_12.json_array_5) || ']' AS anon_11
    FROM (
        SELECT json_array(table_holds.dining_start_us, table_holds.id, table_holds.party_size, (
            SELECT bookings.dining_start_us
            FROM bookings
            WHERE bookings.restaurant_id = table_holds.restaurant_id AND bookings.id = table_holds.booking_id
                AND bookings.status IN ('pending', 'pending_allocation', 'confirmed',
                'checked_in', 'completed')
        )) AS json_array_5
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :c0_start - 2678400000000
            AND table_holds.occupied_start_us < :c0_end AND table_holds.occupied_end_us > :c0_start
            AND table_holds.expires_us > :now_us AND table_holds.dining_start_us >= :c0_start AND table_holds.dining_start_us < :c0_end
    ) AS anon_12
) AS held_covers;

-- write_bookings_changed
-- Update bookings, if they have the version that the decision read. Used by: reschedule, move,
-- cancel.
UPDATE bookings
SET party_size=:each_party_size, status=:each_status, period=:each_period,
    service_date=:each_service_date, occasion=:each_occasion,
    dining_start_us=:each_dining_start_us, dining_end_us=:each_dining_end_us,
    occupied_start_us=:each_occupied_start_us, occupied_end_us=:each_occupied_end_us,
    turn_minutes=:each_turn_minutes, is_clamped=:each_is_clamped,
    merge_group_id=:each_merge_group_id, assigned_start_us=:each_assigned_start_us,
    assigned_end_us=:each_assigned_end_us, assigned_us=:each_assigned_us,
    assigned_by_id=:each_assigned_by_id, assigned_by_role=:each_assigned_by_role,
    version=:each_version, created_us=:each_created_us, updated_us=:each_updated_us,
    actor_id=:each_actor_id, actor_role=:each_actor_role, past_reason=:each_past_reason,
    must=:each_must, wish=:each_wish, names_tables=:each_names_tables,
    asked_occasion=:each_asked_occasion, channel=:each_channel, minutes=:each_minutes,
    reference=:each_reference, local_start=:each_local_start, seated_us=:each_seated_us,
    left_us=:each_left_us, last_status=:each_last_status, last_start_us=:each_last_start_us,
    last_end_us=:each_last_end_us, last_step_us=:each_last_step_us, is_pinned=:each_is_pinned,
    overrides=:each_overrides, would_refuse=:each_would_refuse,
    wait_earliest_us=:each_wait_earliest_us, wait_latest_us=:each_wait_latest_us,
    wait_until_us=:each_wait_until_us, offers=:each_offers
WHERE bookings.restaurant_id = :restaurant AND bookings.id = :each_id AND bookings.version = :each_old_version;

-- write_assignments_over
-- Delete the table assignments of bookings beyond their new number. Used by: reschedule, move,
-- cancel.
DELETE
FROM booking_table_assignments
WHERE booking_table_assignments.restaurant_id = :restaurant AND booking_table_assignments.booking_id = :each_booking_id
    AND booking_table_assignments.position >= :each_position;

-- load_scope 15
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds. Used by: move, block, table_states.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 21600000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 2678400000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us > 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id IN (
            SELECT bookings.id
            FROM bookings
            WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
        )
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'pending_allocation' AND bookings.occupied_start_us > :w0_start - 2678400000000
            AND bookings.occupied_start_us < :w0_end AND bookings.occupied_end_us > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND bookings.dining_start_us > :w0_start - 136800000000
            AND bookings.dining_start_us < :w0_end + 136800000000 AND bookings.assigned_us IS NULL
            AND coalesce(bookings.wait_earliest_us, bookings.dining_start_us) - (bookings.dining_start_us - bookings.occupied_start_us) < :w0_end
            AND coalesce(bookings.wait_latest_us, bookings.dining_start_us) + (bookings.occupied_end_us - bookings.dining_start_us) > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
    ) AS anon_4
) AS bookings, (
    SELECT '[' || group_concat(anon_7.json_array_3) || ']' AS anon_6
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_8
        ))) AS json_array_3
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :w0_start - 2678400000000
            AND table_holds.occupied_start_us < :w0_end AND table_holds.occupied_end_us > :w0_start
    ) AS anon_7
) AS holds;

-- write_blocks_added
-- Insert blocks. Used by: block.
INSERT INTO table_blocks (restaurant_id, id, tables, start_us, end_us, reason, actor_id,
    actor_role)
VALUES (:restaurant, :each_id, :each_tables, :each_start_us, :each_end_us, :each_reason,
    :each_actor_id, :each_actor_role);

-- load_scope 16
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, blocks. Used by: unblock.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.block_id = :blocks
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(table_blocks.id, json(table_blocks.tables), table_blocks.start_us,
            table_blocks.end_us, table_blocks.reason, table_blocks.actor_id,
            table_blocks.actor_role) AS json_array_2
        FROM table_blocks
        WHERE table_blocks.restaurant_id = :restaurant AND table_blocks.id = :blocks
    ) AS anon_4
) AS blocks;

-- write_blocks_removed
-- Delete blocks. Used by: unblock.
DELETE
FROM table_blocks
WHERE table_blocks.restaurant_id = :restaurant AND table_blocks.id = :each_id;

-- load_scope 17
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: extent. Used by: audit.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(min(allocations.start_us), max(allocations.end_us)) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant
        UNION ALL
        SELECT json_array(min(bookings.dining_start_us), max(bookings.dining_start_us) + 1) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant
    ) AS anon_2
) AS extent;

-- load_scope 18
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings, holds. Used by: audit.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 21600000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us <= 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.start_us > :w0_start - 2678400000000
            AND allocations.start_us < :w0_end AND allocations.end_us > :w0_start AND allocations.end_us - allocations.start_us > 21600000000
        UNION ALL
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id IN (
            SELECT bookings.id
            FROM bookings
            WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
        )
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_4.json_array_2) || ']' AS anon_3
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.dining_start_us >= :s0_start AND bookings.dining_start_us < :s0_end
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'pending_allocation' AND bookings.occupied_start_us > :w0_start - 2678400000000
            AND bookings.occupied_start_us < :w0_end AND bookings.occupied_end_us > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status IN ('pending',
            'waitlisted', 'priority_waitlist') AND bookings.dining_start_us > :w0_start - 136800000000
            AND bookings.dining_start_us < :w0_end + 136800000000 AND bookings.assigned_us IS NULL
            AND coalesce(bookings.wait_earliest_us, bookings.dining_start_us) - (bookings.dining_start_us - bookings.occupied_start_us) < :w0_end
            AND coalesce(bookings.wait_latest_us, bookings.dining_start_us) + (bookings.occupied_end_us - bookings.dining_start_us) > :w0_start
        UNION ALL
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_5."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_5
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
    ) AS anon_4
) AS bookings, (
    SELECT '[' || group_concat(anon_7.json_array_3) || ']' AS anon_6
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_8."each") AS json_group_array_2
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_8
        ))) AS json_array_3
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.state = 'active' AND table_holds.occupied_start_us > :w0_start - 2678400000000
            AND table_holds.occupied_start_us < :w0_end AND table_holds.occupied_end_us > :w0_start
    ) AS anon_7
) AS holds;

-- delete_table_adjacencies
-- Delete the rows of table_adjacencies that an edit of the house removes. Used by: edit_floor.
DELETE
FROM table_adjacencies
WHERE table_adjacencies.restaurant_id = :restaurant AND table_adjacencies.first_table_id = :each_first_table_id
    AND table_adjacencies.second_table_id = :each_second_table_id;

-- update_restaurant
-- Update the name and the other facts of a restaurant. Used by: edit_restaurant.
UPDATE restaurants
SET slug=:new_slug, name=:new_name, timezone=:new_timezone, is_active=:new_is_active
WHERE restaurants.id = :restaurant;

-- list_events
-- Read the events of a restaurant in the order in which they were written. Used by: events.
SELECT json_array(capacity_outbox.type, capacity_outbox.dedupe_key, capacity_outbox.at_us,
    capacity_outbox.actor_id, capacity_outbox.actor_role, capacity_outbox.booking_id,
    capacity_outbox.hold_id, json(capacity_outbox.data)) AS json_array_1
FROM capacity_outbox
WHERE capacity_outbox.restaurant_id = :restaurant
ORDER BY capacity_outbox.sequence;

-- list_events_after
-- Read the events of a restaurant from a sequence on, to follow them without a lease. Used by:
-- events_after.
SELECT json_array(capacity_outbox.sequence, capacity_outbox.type, capacity_outbox.dedupe_key,
    capacity_outbox.at_us, capacity_outbox.actor_id, capacity_outbox.actor_role,
    capacity_outbox.booking_id, capacity_outbox.hold_id, json(capacity_outbox.data)) AS json_array_1
FROM capacity_outbox
WHERE +capacity_outbox.restaurant_id = :restaurant AND capacity_outbox.sequence >= :sequence
ORDER BY capacity_outbox.sequence
LIMIT :limit OFFSET :param_1;

-- find_newest_event
-- Find the sequence of the newest event of a restaurant. Used by: newest event.
SELECT json_array(capacity_outbox.sequence) AS json_array_1
FROM capacity_outbox
WHERE +capacity_outbox.restaurant_id = :restaurant
ORDER BY capacity_outbox.sequence DESC
LIMIT 1 OFFSET :param_1;

-- enter_host_transaction
-- Read the facts of a host's connection. Used by: book in a host's transaction, quote in a host's
-- transaction.
SELECT (
    SELECT file
    FROM pragma_database_list
    WHERE name = 'main'
), (
    SELECT foreign_keys
    FROM pragma_foreign_keys
), (
    SELECT query_only
    FROM pragma_query_only
);

-- lock_file
-- Take the lock of the file in a transaction of the host; change no row. Used by: book in a host's
-- transaction.
UPDATE restaurants
SET latest_us=restaurants.latest_us
WHERE 0 = 1;

-- explain_conflict
-- Read all rows that refused changes touch or overlap, to find the cause. Runs after a refusal, and
-- on SQLite before each write in a transaction of the host. Used by: book in a host's transaction.
SELECT (
    SELECT '[' || group_concat(anon_3.json_array_1) || ']' AS anon_2
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND (allocations.id IN (
            SELECT anon_4.value
            FROM json_each(:rows) AS anon_4
        ) OR allocations.booking_id IN (
            SELECT anon_5.value
            FROM json_each(:removed_bookings) AS anon_5
        ) OR allocations.block_id IN (
            SELECT anon_6.value
            FROM json_each(:removed_blocks) AS anon_6
        ) OR (EXISTS (
            SELECT new_taken.ordinal
            FROM (
                SELECT json_extract(anon_7.value, '$.ordinal') AS ordinal, json_extract(anon_7.value,
                    '$.resource_type') AS resource_type, json_extract(anon_7.value,
                    '$.resource_id') AS resource_id, json_extract(anon_7.value, '$.start_us') AS start_us,
                    json_extract(anon_7.value, '$.end_us') AS end_us
                FROM json_each(:taken) AS anon_7
            ) AS new_taken
            WHERE allocations.resource_type = new_taken.resource_type AND allocations.resource_id = new_taken.resource_id
                AND allocations.end_us > new_taken.start_us AND allocations.start_us < new_taken.end_us
        )))
    ) AS anon_3
) AS anon_1, (
    SELECT '[' || group_concat(anon_10.json_array_2) || ']' AS anon_9
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_11."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_11
        ))) AS json_array_2
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.id IN (
            SELECT anon_12.value
            FROM json_each(:bookings) AS anon_12
        )
    ) AS anon_10
) AS anon_8, (
    SELECT '[' || group_concat(anon_15.json_array_3) || ']' AS anon_14
    FROM (
        SELECT json_array(table_holds.id, table_holds.party_size, table_holds.state,
            table_holds.created_us, table_holds.expires_us, table_holds.fingerprint,
            table_holds.actor_id, table_holds.actor_role, table_holds.booking_id,
            table_holds.session, table_holds.past_reason, json(table_holds.must), json(table_holds.wish),
            table_holds.names_tables, table_holds.asked_occasion, table_holds.channel,
            table_holds.minutes, table_holds.reference, table_holds.life_start_us, json(table_holds.overrides),
            table_holds.would_refuse, table_holds.period, table_holds.service_date,
            table_holds.occasion, table_holds.dining_start_us, table_holds.dining_end_us,
            table_holds.occupied_start_us, table_holds.occupied_end_us, table_holds.turn_minutes,
            table_holds.is_clamped, json((
            SELECT json_group_array(anon_16."each") AS json_group_array_2
            FROM (
                SELECT table_hold_members.table_id AS "each"
                FROM table_hold_members
                WHERE table_hold_members.restaurant_id = table_holds.restaurant_id AND table_hold_members.hold_id = table_holds.id
                ORDER BY table_hold_members.position
            ) AS anon_16
        ))) AS json_array_3
        FROM table_holds
        WHERE table_holds.restaurant_id = :restaurant AND table_holds.id IN (
            SELECT anon_17.value
            FROM json_each(:holds) AS anon_17
        )
    ) AS anon_15
) AS anon_13, (
    SELECT '[' || group_concat(anon_20.json_array_4) || ']' AS anon_19
    FROM (
        SELECT json_array(table_blocks.id, json(table_blocks.tables), table_blocks.start_us,
            table_blocks.end_us, table_blocks.reason, table_blocks.actor_id,
            table_blocks.actor_role) AS json_array_4
        FROM table_blocks
        WHERE table_blocks.restaurant_id = :restaurant AND table_blocks.id IN (
            SELECT anon_21.value
            FROM json_each(:blocks) AS anon_21
        )
    ) AS anon_20
) AS anon_18, (
    SELECT '[' || group_concat(anon_24.json_array_5) || ']' AS anon_23
    FROM (
        SELECT json_array(booking_slots.id, booking_slots.start_us, booking_slots.available,
            booking_slots.reserved, booking_slots.version) AS json_array_5
        FROM booking_slots
        WHERE booking_slots.restaurant_id = :restaurant AND booking_slots.id IN (
            SELECT anon_25.value
            FROM json_each(:slots) AS anon_25
        )
    ) AS anon_24
) AS anon_22, (
    SELECT '[' || group_concat(anon_28.json_array_6) || ']' AS anon_27
    FROM (
        SELECT json_array(booking_confirmation_results.id, booking_confirmation_results.hold_id,
            booking_confirmation_results.booking_id, booking_confirmation_results.idempotency_key,
            booking_confirmation_results.confirmed, booking_confirmation_results.checked_us,
            booking_confirmation_results.occupied_start_us,
            booking_confirmation_results.occupied_end_us, json(booking_confirmation_results.rivals),
            booking_confirmation_results.code, json(booking_confirmation_results.details),
            booking_confirmation_results.actor_id, booking_confirmation_results.actor_role, json((
            SELECT json_group_array(anon_29."each") AS json_group_array_3
            FROM (
                SELECT booking_confirmation_tables.table_id AS "each"
                FROM booking_confirmation_tables
                WHERE booking_confirmation_tables.restaurant_id = booking_confirmation_results.restaurant_id
                    AND booking_confirmation_tables.result_id = booking_confirmation_results.id
                ORDER BY booking_confirmation_tables.position
            ) AS anon_29
        )), json((
            SELECT json_group_array(anon_30."each") AS json_group_array_4
            FROM (
                SELECT booking_confirmation_tables.capacity AS "each"
                FROM booking_confirmation_tables
                WHERE booking_confirmation_tables.restaurant_id = booking_confirmation_results.restaurant_id
                    AND booking_confirmation_tables.result_id = booking_confirmation_results.id
                ORDER BY booking_confirmation_tables.position
            ) AS anon_30
        ))) AS json_array_6
        FROM booking_confirmation_results
        WHERE booking_confirmation_results.restaurant_id = :restaurant AND (booking_confirmation_results.id IN (
            SELECT anon_31.value
            FROM json_each(:results) AS anon_31
        ) OR booking_confirmation_results.hold_id IN (
            SELECT anon_32.value
            FROM json_each(:confirmed_holds) AS anon_32
        ) OR booking_confirmation_results.confirmed = 1 AND booking_confirmation_results.booking_id IN (
            SELECT anon_33.value
            FROM json_each(:confirmed_bookings) AS anon_33
        ))
    ) AS anon_28
) AS anon_26, (
    SELECT '[' || group_concat(anon_36.json_array_7) || ']' AS anon_35
    FROM (
        SELECT json_array(capacity_outbox.dedupe_key) AS json_array_7
        FROM capacity_outbox
        WHERE capacity_outbox.restaurant_id = :restaurant AND capacity_outbox.dedupe_key IN (
            SELECT anon_37.value
            FROM json_each(:events) AS anon_37
        )
    ) AS anon_36
) AS anon_34;

-- list_expired_holds
-- List active holds that have expired. Used by: sweep_holds.
SELECT table_holds.restaurant_id, table_holds.id
FROM table_holds
WHERE table_holds.state = 'active' AND table_holds.expires_us <= :before_us
ORDER BY table_holds.expires_us, table_holds.restaurant_id, table_holds.id
LIMIT :limit OFFSET :param_1;

-- claim_events
-- Lease waiting events: of each subject the first ones or none, oldest first. Used by:
-- relay_outbox.
WITH found AS (
    SELECT capacity_outbox.restaurant_id AS restaurant_id, capacity_outbox.sequence AS sequence
    FROM capacity_outbox
    WHERE coalesce(capacity_outbox.delivered_us, capacity_outbox.dead_us) IS NULL AND (capacity_outbox.lease IS NULL
        OR capacity_outbox.leased_until_us <= :now_us) AND capacity_outbox.next_us <= :now_us AND NOT (EXISTS (
        SELECT earlier.sequence
        FROM capacity_outbox AS earlier
        WHERE earlier.restaurant_id = capacity_outbox.restaurant_id AND earlier.subject = capacity_outbox.subject
            AND earlier.sequence < capacity_outbox.sequence AND earlier.delivered_us IS NULL AND earlier.dead_us IS NULL
            AND NOT ((earlier.lease IS NULL OR earlier.leased_until_us <= :now_us) AND earlier.next_us <= :now_us)
        LIMIT :param_1 OFFSET 0
    ))
    ORDER BY capacity_outbox.sequence, capacity_outbox.restaurant_id
    LIMIT :limit OFFSET :param_2
) UPDATE capacity_outbox
SET lease=:lease, leased_until_us=:until_us
WHERE (capacity_outbox.restaurant_id, capacity_outbox.sequence) IN (
    SELECT found.restaurant_id, found.sequence
    FROM found
)
RETURNING json_array(restaurant_id, sequence, attempts, type, dedupe_key, at_us, actor_id,
    actor_role, booking_id, hold_id, json(data)) AS json_array_1;

-- settle_delivered
-- Mark leased events as delivered. Used by: relay_outbox.
UPDATE capacity_outbox
SET lease=NULL, leased_until_us=NULL, delivered_us=:now_us
WHERE capacity_outbox.restaurant_id = :each_restaurant_id AND capacity_outbox.sequence = :each_sequence
    AND capacity_outbox.lease = :each_lease;

-- list_dead_letters
-- List the events that were given up. Used by: dead_letters.
SELECT json_array(capacity_outbox.restaurant_id, capacity_outbox.sequence,
    capacity_outbox.attempts, capacity_outbox.dead_us, capacity_outbox.type,
    capacity_outbox.dedupe_key, capacity_outbox.at_us, capacity_outbox.actor_id,
    capacity_outbox.actor_role, capacity_outbox.booking_id, capacity_outbox.hold_id, json(capacity_outbox.data)) AS json_array_1
FROM capacity_outbox
WHERE capacity_outbox.dead_us IS NOT NULL
ORDER BY capacity_outbox.dead_us, capacity_outbox.restaurant_id, capacity_outbox.sequence
LIMIT :limit OFFSET :param_1;

-- archive_allocations_1
-- Move the oldest allocations that have ended to the archive. Step 1 of 2. Used by:
-- prune_allocations.
INSERT INTO allocations_archive (restaurant_id, id, resource_type, resource_id, start_us, end_us,
    hold_id, booking_id, block_id, shadow, archived_us)
SELECT allocations.restaurant_id, allocations.id, allocations.resource_type,
    allocations.resource_id, allocations.start_us, allocations.end_us, allocations.hold_id,
    allocations.booking_id, allocations.block_id, allocations.shadow, :now_us AS anon_1
FROM allocations
WHERE allocations.end_us <= :before_us AND allocations.hold_id IS NULL
ORDER BY allocations.end_us, allocations.restaurant_id, allocations.id
LIMIT :limit OFFSET :param_1;

-- archive_allocations_2
-- Move the oldest allocations that have ended to the archive. Step 2 of 2. Used by:
-- prune_allocations.
DELETE
FROM allocations
WHERE (allocations.restaurant_id, allocations.id) IN (
    SELECT found.restaurant_id, found.id
    FROM (
        SELECT allocations.restaurant_id AS restaurant_id, allocations.id AS id
        FROM allocations
        WHERE allocations.end_us <= :before_us AND allocations.hold_id IS NULL
        ORDER BY allocations.end_us, allocations.restaurant_id, allocations.id
        LIMIT :limit OFFSET :param_1
    ) AS found
);

-- list_archived
-- Read archived allocations that overlap a window. Used by: archived.
SELECT json_array(allocations_archive.id, allocations_archive.resource_type,
    allocations_archive.resource_id, allocations_archive.start_us, allocations_archive.end_us,
    allocations_archive.hold_id, allocations_archive.booking_id, allocations_archive.block_id,
    allocations_archive.shadow) AS json_array_1
FROM allocations_archive
WHERE allocations_archive.restaurant_id = :restaurant AND allocations_archive.start_us > :start_us - 2678400000000
    AND allocations_archive.start_us < :end_us AND allocations_archive.end_us > :start_us;

-- delete_confirmations
-- Delete the oldest evidence of confirmations. Used by: prune_confirmations.
DELETE
FROM booking_confirmation_results
WHERE (booking_confirmation_results.restaurant_id, booking_confirmation_results.id) IN (
    SELECT found.restaurant_id, found.id
    FROM (
        SELECT booking_confirmation_results.restaurant_id AS restaurant_id,
            booking_confirmation_results.id AS id
        FROM booking_confirmation_results
        WHERE booking_confirmation_results.checked_us <= :before_us
        ORDER BY booking_confirmation_results.checked_us,
            booking_confirmation_results.restaurant_id, booking_confirmation_results.id
        LIMIT :limit OFFSET :param_1
    ) AS found
);

-- delete_stored_results
-- Delete the oldest stored results to which no evidence refers. Used by: prune_confirmations.
DELETE
FROM command_results
WHERE (command_results.restaurant_id, command_results.command, command_results.idempotency_key) IN (
    SELECT found.restaurant_id, found.command, found.idempotency_key
    FROM (
        SELECT command_results.restaurant_id AS restaurant_id, command_results.command AS command,
            command_results.idempotency_key AS idempotency_key
        FROM command_results
        LEFT OUTER
        JOIN (
            SELECT booking_confirmation_results.restaurant_id AS restaurant_id,
                booking_confirmation_results.idempotency_key AS idempotency_key
            FROM booking_confirmation_results
            WHERE booking_confirmation_results.confirmed = 1
            LIMIT :param_1 OFFSET 0
        ) AS kept ON kept.restaurant_id = command_results.restaurant_id AND kept.idempotency_key = command_results.idempotency_key
        WHERE command_results.stored_us <= :before_us AND kept.restaurant_id IS NULL
        ORDER BY command_results.stored_us, command_results.restaurant_id,
            command_results.command, command_results.idempotency_key
        LIMIT :limit OFFSET :param_2
    ) AS found
);

-- delete_holds_1
-- Delete the oldest ended holds, to which neither rows nor evidence refer. Step 1 of 2. Used by:
-- prune_confirmations.
DELETE
FROM table_hold_members
WHERE (table_hold_members.restaurant_id, table_hold_members.hold_id) IN (
    SELECT found.restaurant_id, found.id
    FROM (
        SELECT table_holds.restaurant_id AS restaurant_id, table_holds.id AS id
        FROM table_holds
        WHERE table_holds.created_us <= :before_us AND table_holds.state != 'active' AND table_holds.created_us >= 0
            AND table_holds.occupied_end_us <= :before_us AND NOT (EXISTS (
            SELECT 1
            FROM allocations
            WHERE allocations.restaurant_id = table_holds.restaurant_id AND allocations.hold_id = table_holds.id
        )) AND NOT (EXISTS (
            SELECT 1
            FROM booking_confirmation_results
            WHERE booking_confirmation_results.restaurant_id = table_holds.restaurant_id AND booking_confirmation_results.hold_id = table_holds.id
        ))
        ORDER BY table_holds.created_us, table_holds.restaurant_id, table_holds.id
        LIMIT :limit OFFSET :param_1
    ) AS found
);

-- delete_holds_2
-- Delete the oldest ended holds, to which neither rows nor evidence refer. Step 2 of 2. Used by:
-- prune_confirmations.
DELETE
FROM table_holds
WHERE (table_holds.restaurant_id, table_holds.id) IN (
    SELECT found.restaurant_id, found.id
    FROM (
        SELECT table_holds.restaurant_id AS restaurant_id, table_holds.id AS id
        FROM table_holds
        WHERE table_holds.created_us <= :before_us AND table_holds.state != 'active' AND table_holds.created_us >= 0
            AND table_holds.occupied_end_us <= :before_us AND NOT (EXISTS (
            SELECT 1
            FROM allocations
            WHERE allocations.restaurant_id = table_holds.restaurant_id AND allocations.hold_id = table_holds.id
        )) AND NOT (EXISTS (
            SELECT 1
            FROM booking_confirmation_results
            WHERE booking_confirmation_results.restaurant_id = table_holds.restaurant_id AND booking_confirmation_results.hold_id = table_holds.id
        ))
        ORDER BY table_holds.created_us, table_holds.restaurant_id, table_holds.id
        LIMIT :limit OFFSET :param_1
    ) AS found
);

-- delete_events
-- Delete the oldest events that were delivered or given up. Used by: prune_outbox.
DELETE
FROM capacity_outbox
WHERE (capacity_outbox.restaurant_id, capacity_outbox.sequence) IN (
    SELECT found.restaurant_id, found.sequence
    FROM (
        SELECT settled.restaurant_id AS restaurant_id, settled.sequence AS sequence
        FROM (
            SELECT anon_1.restaurant_id AS restaurant_id, anon_1.sequence AS sequence,
                anon_1.settled_us AS settled_us
            FROM (
                SELECT capacity_outbox.restaurant_id AS restaurant_id, capacity_outbox.sequence AS sequence,
                    capacity_outbox.delivered_us AS settled_us
                FROM capacity_outbox
                WHERE capacity_outbox.delivered_us <= :before_us
                ORDER BY capacity_outbox.delivered_us, capacity_outbox.restaurant_id,
                    capacity_outbox.sequence
                LIMIT :limit OFFSET :param_1
            ) AS anon_1
            UNION ALL
            SELECT anon_2.restaurant_id AS restaurant_id, anon_2.sequence AS sequence,
                anon_2.settled_us AS settled_us
            FROM (
                SELECT capacity_outbox.restaurant_id AS restaurant_id, capacity_outbox.sequence AS sequence,
                    capacity_outbox.dead_us AS settled_us
                FROM capacity_outbox
                WHERE capacity_outbox.dead_us <= :before_us
                ORDER BY capacity_outbox.dead_us, capacity_outbox.restaurant_id,
                    capacity_outbox.sequence
                LIMIT :limit OFFSET :param_2
            ) AS anon_2
        ) AS settled
        ORDER BY settled.settled_us, settled.restaurant_id, settled.sequence
        LIMIT :limit OFFSET :param_3
    ) AS found
);

-- load_scope 19
-- Load what a decision asks for, as one JSON list per kind of record. The text depends on what that
-- is; here: allocations, bookings. Used by: remove_restaurant.
SELECT (
    SELECT '[' || group_concat(anon_2.json_array_1) || ']' AS anon_1
    FROM (
        SELECT json_array(allocations.id, allocations.resource_type, allocations.resource_id,
            allocations.start_us, allocations.end_us, allocations.hold_id, allocations.booking_id,
            allocations.block_id, allocations.shadow) AS json_array_1
        FROM allocations
        WHERE allocations.restaurant_id = :restaurant AND allocations.booking_id IN (
            SELECT bookings.id
            FROM bookings
            WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
        )
        UNION ALL
        SELECT anon_3.last AS last
        FROM (
            SELECT (
                SELECT json_array(latest.id, latest.resource_type, latest.resource_id,
                    latest.start_us, latest.end_us, latest.hold_id, latest.booking_id,
                    latest.block_id, latest.shadow) AS json_array_2
                FROM allocations AS latest
                WHERE latest.restaurant_id = :restaurant AND latest.resource_type = 'table' AND latest.resource_id = anon_4.value
                    AND NOT latest.shadow AND (latest.hold_id IS NULL OR (EXISTS (
                    SELECT table_holds.id
                    FROM table_holds
                    WHERE table_holds.restaurant_id = latest.restaurant_id AND table_holds.id = latest.hold_id
                        AND table_holds.state = 'active' AND table_holds.expires_us > :now_us
                )))
                ORDER BY latest.start_us DESC
                LIMIT 1 OFFSET :param_1
            ) AS last
            FROM json_each(:tables) AS anon_4
        ) AS anon_3
        WHERE anon_3.last IS NOT NULL
    ) AS anon_2
) AS allocations, (
    SELECT '[' || group_concat(anon_6.json_array_3) || ']' AS anon_5
    FROM (
        SELECT json_array(bookings.id, bookings.party_size, bookings.status, bookings.version,
            bookings.created_us, bookings.updated_us, bookings.actor_id, bookings.actor_role,
            bookings.past_reason, bookings.period, bookings.service_date, bookings.occasion,
            bookings.dining_start_us, bookings.dining_end_us, bookings.occupied_start_us,
            bookings.occupied_end_us, bookings.turn_minutes, bookings.is_clamped,
            bookings.merge_group_id, bookings.assigned_start_us, bookings.assigned_end_us,
            bookings.assigned_us, bookings.assigned_by_id, bookings.assigned_by_role,
            bookings.names_tables, bookings.asked_occasion, bookings.channel, bookings.minutes,
            bookings.reference, bookings.local_start, bookings.seated_us, bookings.left_us,
            bookings.last_status, bookings.last_start_us, bookings.last_end_us,
            bookings.last_step_us, bookings.is_pinned, bookings.would_refuse,
            bookings.wait_earliest_us, bookings.wait_latest_us, bookings.wait_until_us,
            bookings.offers, json(bookings.must), json(bookings.wish), json(bookings.overrides),
            json((
            SELECT json_group_array(anon_7."each") AS json_group_array_1
            FROM (
                SELECT booking_table_assignments.table_id AS "each"
                FROM booking_table_assignments
                WHERE booking_table_assignments.restaurant_id = bookings.restaurant_id AND booking_table_assignments.booking_id = bookings.id
                ORDER BY booking_table_assignments.position
            ) AS anon_7
        ))) AS json_array_3
        FROM bookings
        WHERE bookings.restaurant_id = :restaurant AND bookings.status = 'checked_in'
    ) AS anon_6
) AS bookings;

-- remove_table_set_members
-- Delete all rows of a removed restaurant in table_set_members. Used by: remove_restaurant.
DELETE
FROM table_set_members
WHERE table_set_members.restaurant_id = :restaurant;

-- remove_table_distances
-- Delete all rows of a removed restaurant in table_distances. Used by: remove_restaurant.
DELETE
FROM table_distances
WHERE table_distances.restaurant_id = :restaurant;

-- remove_table_aisles
-- Delete all rows of a removed restaurant in table_aisles. Used by: remove_restaurant.
DELETE
FROM table_aisles
WHERE table_aisles.restaurant_id = :restaurant;

-- remove_table_adjacencies
-- Delete all rows of a removed restaurant in table_adjacencies. Used by: remove_restaurant.
DELETE
FROM table_adjacencies
WHERE table_adjacencies.restaurant_id = :restaurant;

-- remove_restaurant_walk_in_tables
-- Delete all rows of a removed restaurant in restaurant_walk_in_tables. Used by: remove_restaurant.
DELETE
FROM restaurant_walk_in_tables
WHERE restaurant_walk_in_tables.restaurant_id = :restaurant;

-- remove_table_inventory
-- Delete all rows of a removed restaurant in table_inventory. Used by: remove_restaurant.
DELETE
FROM table_inventory
WHERE table_inventory.restaurant_id = :restaurant;

-- remove_table_hold_members
-- Delete all rows of a removed restaurant in table_hold_members. Used by: remove_restaurant.
DELETE
FROM table_hold_members
WHERE table_hold_members.restaurant_id = :restaurant;

-- remove_restaurant_zone_rules
-- Delete all rows of a removed restaurant in restaurant_zone_rules. Used by: remove_restaurant.
DELETE
FROM restaurant_zone_rules
WHERE restaurant_zone_rules.restaurant_id = :restaurant;

-- remove_restaurant_walk_in_rules
-- Delete all rows of a removed restaurant in restaurant_walk_in_rules. Used by: remove_restaurant.
DELETE
FROM restaurant_walk_in_rules
WHERE restaurant_walk_in_rules.restaurant_id = :restaurant;

-- remove_restaurant_period_occasions
-- Delete all rows of a removed restaurant in restaurant_period_occasions. Used by:
-- remove_restaurant.
DELETE
FROM restaurant_period_occasions
WHERE restaurant_period_occasions.restaurant_id = :restaurant;

-- remove_restaurant_pacing_rules
-- Delete all rows of a removed restaurant in restaurant_pacing_rules. Used by: remove_restaurant.
DELETE
FROM restaurant_pacing_rules
WHERE restaurant_pacing_rules.restaurant_id = :restaurant;

-- remove_restaurant_demand_profiles
-- Delete all rows of a removed restaurant in restaurant_demand_profiles. Used by:
-- remove_restaurant.
DELETE
FROM restaurant_demand_profiles
WHERE restaurant_demand_profiles.restaurant_id = :restaurant;

-- remove_restaurant_date_exceptions
-- Delete all rows of a removed restaurant in restaurant_date_exceptions. Used by:
-- remove_restaurant.
DELETE
FROM restaurant_date_exceptions
WHERE restaurant_date_exceptions.restaurant_id = :restaurant;

-- remove_restaurant_channel_shares
-- Delete all rows of a removed restaurant in restaurant_channel_shares. Used by: remove_restaurant.
DELETE
FROM restaurant_channel_shares
WHERE restaurant_channel_shares.restaurant_id = :restaurant;

-- remove_restaurant_capacity_rules
-- Delete all rows of a removed restaurant in restaurant_capacity_rules. Used by: remove_restaurant.
DELETE
FROM restaurant_capacity_rules
WHERE restaurant_capacity_rules.restaurant_id = :restaurant;

-- remove_booking_table_assignments
-- Delete all rows of a removed restaurant in booking_table_assignments. Used by: remove_restaurant.
DELETE
FROM booking_table_assignments
WHERE booking_table_assignments.restaurant_id = :restaurant;

-- remove_allocations
-- Delete all rows of a removed restaurant in allocations. Used by: remove_restaurant.
DELETE
FROM allocations
WHERE allocations.restaurant_id = :restaurant;

-- remove_zones
-- Delete all rows of a removed restaurant in zones. Used by: remove_restaurant.
DELETE
FROM zones
WHERE zones.restaurant_id = :restaurant;

-- remove_table_set_capacities
-- Delete all rows of a removed restaurant in table_set_capacities. Used by: remove_restaurant.
DELETE
FROM table_set_capacities
WHERE table_set_capacities.restaurant_id = :restaurant;

-- remove_table_holds
-- Delete all rows of a removed restaurant in table_holds. Used by: remove_restaurant.
DELETE
FROM table_holds
WHERE table_holds.restaurant_id = :restaurant;

-- remove_table_blocks
-- Delete all rows of a removed restaurant in table_blocks. Used by: remove_restaurant.
DELETE
FROM table_blocks
WHERE table_blocks.restaurant_id = :restaurant;

-- remove_restaurant_service_periods
-- Delete all rows of a removed restaurant in restaurant_service_periods. Used by:
-- remove_restaurant.
DELETE
FROM restaurant_service_periods
WHERE restaurant_service_periods.restaurant_id = :restaurant;

-- remove_restaurant_policies
-- Delete all rows of a removed restaurant in restaurant_policies. Used by: remove_restaurant.
DELETE
FROM restaurant_policies
WHERE restaurant_policies.restaurant_id = :restaurant;

-- remove_restaurant_occasions
-- Delete all rows of a removed restaurant in restaurant_occasions. Used by: remove_restaurant.
DELETE
FROM restaurant_occasions
WHERE restaurant_occasions.restaurant_id = :restaurant;

-- remove_restaurant_booking_windows
-- Delete all rows of a removed restaurant in restaurant_booking_windows. Used by:
-- remove_restaurant.
DELETE
FROM restaurant_booking_windows
WHERE restaurant_booking_windows.restaurant_id = :restaurant;

-- remove_bookings
-- Delete all rows of a removed restaurant in bookings. Used by: remove_restaurant.
DELETE
FROM bookings
WHERE bookings.restaurant_id = :restaurant;

-- remove_booking_slots
-- Delete all rows of a removed restaurant in booking_slots. Used by: remove_restaurant.
DELETE
FROM booking_slots
WHERE booking_slots.restaurant_id = :restaurant;

-- remove_booking_confirmation_tables
-- Delete all rows of a removed restaurant in booking_confirmation_tables. Used by:
-- remove_restaurant.
DELETE
FROM booking_confirmation_tables
WHERE booking_confirmation_tables.restaurant_id = :restaurant;

-- remove_command_results
-- Delete all rows of a removed restaurant in command_results. Used by: remove_restaurant.
DELETE
FROM command_results
WHERE command_results.restaurant_id = :restaurant;

-- remove_capacity_outbox
-- Delete all rows of a removed restaurant in capacity_outbox. Used by: remove_restaurant.
DELETE
FROM capacity_outbox
WHERE capacity_outbox.restaurant_id = :restaurant;

-- remove_booking_confirmation_results
-- Delete all rows of a removed restaurant in booking_confirmation_results. Used by:
-- remove_restaurant.
DELETE
FROM booking_confirmation_results
WHERE booking_confirmation_results.restaurant_id = :restaurant;

-- remove_allocations_archive
-- Delete all rows of a removed restaurant in allocations_archive. Used by: remove_restaurant.
DELETE
FROM allocations_archive
WHERE allocations_archive.restaurant_id = :restaurant;

-- remove_restaurants
-- Delete all rows of a removed restaurant in restaurants. Used by: remove_restaurant.
DELETE
FROM restaurants
WHERE restaurants.id = :restaurant;

-- read_told_time
-- Lock the restaurant's row and read the time that it was told last.
SELECT NULL AS anon_1, restaurants.latest_us
FROM restaurants
WHERE restaurants.id = :restaurant;

-- reset_clock
-- Set the time of a restaurant back after a clock ran ahead.
UPDATE restaurants
SET latest_us=:now_us
WHERE restaurants.id = :restaurant
RETURNING latest_us;

-- list_restaurants_ahead
-- List restaurants that were told a time more than five minutes ahead of the clock.
SELECT restaurants.id
FROM restaurants
WHERE restaurants.latest_us - :now_us > 300000000
ORDER BY restaurants.id
LIMIT 10 OFFSET :param_1;

-- load_house
-- Load a house: the rows of each of its tables.
SELECT (
    SELECT '[' || group_concat(anon_3.json_array_1) || ']' AS anon_2
    FROM (
        SELECT json_array(restaurants.id, restaurants.slug, restaurants.name,
            restaurants.timezone, restaurants.is_active) AS json_array_1
        FROM restaurants
        WHERE restaurants.id = :restaurant
    ) AS anon_3
) AS anon_1, (
    SELECT '[' || group_concat(anon_6.json_array_2) || ']' AS anon_5
    FROM (
        SELECT json_array(zones.id, zones.name, zones.sort_order, zones.area) AS json_array_2
        FROM zones
        WHERE zones.restaurant_id = :restaurant
    ) AS anon_6
) AS anon_4, (
    SELECT '[' || group_concat(anon_9.json_array_3) || ']' AS anon_8
    FROM (
        SELECT json_array(table_inventory.id, table_inventory.number, table_inventory.capacity,
            table_inventory.zone_id, table_inventory.min_party, table_inventory.max_party,
            table_inventory.section, table_inventory.category, table_inventory.seating,
            table_inventory.mobility, table_inventory.out_of_service, table_inventory.active,
            json(table_inventory.features), json(table_inventory.position), table_inventory.notes,
            table_inventory.shape, table_inventory.length_cm, table_inventory.width_cm,
            table_inventory.number_scope) AS json_array_3
        FROM table_inventory
        WHERE table_inventory.restaurant_id = :restaurant
    ) AS anon_9
) AS anon_7, (
    SELECT '[' || group_concat(anon_12.json_array_4) || ']' AS anon_11
    FROM (
        SELECT json_array(table_adjacencies.first_table_id, table_adjacencies.second_table_id,
            table_adjacencies.seat_loss) AS json_array_4
        FROM table_adjacencies
        WHERE table_adjacencies.restaurant_id = :restaurant
    ) AS anon_12
) AS anon_10, (
    SELECT '[' || group_concat(anon_15.json_array_5) || ']' AS anon_14
    FROM (
        SELECT json_array(table_set_capacities.id, table_set_capacities.capacity,
            table_set_capacities.min_party) AS json_array_5
        FROM table_set_capacities
        WHERE table_set_capacities.restaurant_id = :restaurant
    ) AS anon_15
) AS anon_13, (
    SELECT '[' || group_concat(anon_18.json_array_6) || ']' AS anon_17
    FROM (
        SELECT json_array(table_set_members.set_id, table_set_members.table_id) AS json_array_6
        FROM table_set_members
        WHERE table_set_members.restaurant_id = :restaurant
    ) AS anon_18
) AS anon_16, (
    SELECT '[' || group_concat(anon_21.json_array_7) || ']' AS anon_20
    FROM (
        SELECT json_array(table_distances.first_table_id, table_distances.second_table_id) AS json_array_7
        FROM table_distances
        WHERE table_distances.restaurant_id = :restaurant
    ) AS anon_21
) AS anon_19, (
    SELECT '[' || group_concat(anon_24.json_array_8) || ']' AS anon_23
    FROM (
        SELECT json_array(table_aisles.aisle_id, table_aisles.table_id, table_aisles.is_joined) AS json_array_8
        FROM table_aisles
        WHERE table_aisles.restaurant_id = :restaurant
    ) AS anon_24
) AS anon_22, (
    SELECT '[' || group_concat(anon_27.json_array_9) || ']' AS anon_26
    FROM (
        SELECT json_array(restaurant_policies.reservation_interval_minutes,
            restaurant_policies.default_duration_minutes,
            restaurant_policies.last_seating_buffer_minutes,
            restaurant_policies.joins_within_zone, restaurant_policies.numbers_unique_in,
            restaurant_policies.past_grace_minutes, json(restaurant_policies.turn_bands), json(restaurant_policies.closures),
            restaurant_policies.adjacency_mode, restaurant_policies.adjacency_required,
            restaurant_policies.adjacency_min_party, restaurant_policies.max_tables,
            restaurant_policies.slack_budget, restaurant_policies.staff_max_slack, json(restaurant_policies.score),
            restaurant_policies.hold_ttl_seconds, restaurant_policies.hold_rate_limit,
            restaurant_policies.hold_rate_window_seconds, restaurant_policies.hold_max_live,
            restaurant_policies.hold_max_live_per_session,
            restaurant_policies.hold_max_lifetime_seconds, json(restaurant_policies.channels),
            restaurant_policies.guest_stay_least_minutes,
            restaurant_policies.guest_stay_most_minutes, restaurant_policies.early_minutes,
            restaurant_policies.late_minutes, restaurant_policies.no_show_after_minutes,
            restaurant_policies.overstay_minutes, restaurant_policies.reseat_notice_minutes, json(restaurant_policies.scarcities),
            restaurant_policies.enforce_capacity, restaurant_policies.enforce_capacity_percent,
            restaurant_policies.enforce_adjacency, restaurant_policies.enforce_adjacency_percent) AS json_array_9
        FROM restaurant_policies
        WHERE restaurant_policies.restaurant_id = :restaurant
    ) AS anon_27
) AS anon_25, (
    SELECT '[' || group_concat(anon_30.json_array_10) || ']' AS anon_29
    FROM (
        SELECT json_array(restaurant_occasions."key", restaurant_occasions.position, json(restaurant_occasions.turn_bands)) AS json_array_10
        FROM restaurant_occasions
        WHERE restaurant_occasions.restaurant_id = :restaurant
    ) AS anon_30
) AS anon_28, (
    SELECT '[' || group_concat(anon_33.json_array_11) || ']' AS anon_32
    FROM (
        SELECT json_array(restaurant_service_periods."key", restaurant_service_periods.start_time,
            restaurant_service_periods.end_time, json(restaurant_service_periods.weekdays), json(restaurant_service_periods.dates),
            json(restaurant_service_periods.turn_bands),
            restaurant_service_periods.buffer_before_minutes,
            restaurant_service_periods.buffer_after_minutes,
            restaurant_service_periods.last_start_time,
            restaurant_service_periods.last_seating_minutes,
            restaurant_service_periods.overrun_allowed,
            restaurant_service_periods.min_dwell_minutes,
            restaurant_service_periods.interval_minutes, json(restaurant_service_periods.closed_starts)) AS json_array_11
        FROM restaurant_service_periods
        WHERE restaurant_service_periods.restaurant_id = :restaurant
    ) AS anon_33
) AS anon_31, (
    SELECT '[' || group_concat(anon_36.json_array_12) || ']' AS anon_35
    FROM (
        SELECT json_array(restaurant_period_occasions.period,
            restaurant_period_occasions.position, restaurant_period_occasions.occasion) AS json_array_12
        FROM restaurant_period_occasions
        WHERE restaurant_period_occasions.restaurant_id = :restaurant
    ) AS anon_36
) AS anon_34, (
    SELECT '[' || group_concat(anon_39.json_array_13) || ']' AS anon_38
    FROM (
        SELECT json_array(restaurant_capacity_rules.position,
            restaurant_capacity_rules.max_covers, restaurant_capacity_rules.max_parties,
            restaurant_capacity_rules.period, restaurant_capacity_rules.weekday,
            restaurant_capacity_rules.on_date, restaurant_capacity_rules.zone_id,
            restaurant_capacity_rules.kind) AS json_array_13
        FROM restaurant_capacity_rules
        WHERE restaurant_capacity_rules.restaurant_id = :restaurant
    ) AS anon_39
) AS anon_37, (
    SELECT '[' || group_concat(anon_42.json_array_14) || ']' AS anon_41
    FROM (
        SELECT json_array(restaurant_booking_windows.position,
            restaurant_booking_windows.notice_minutes, restaurant_booking_windows.horizon_days,
            restaurant_booking_windows.channel, restaurant_booking_windows.min_party,
            restaurant_booking_windows.max_party) AS json_array_14
        FROM restaurant_booking_windows
        WHERE restaurant_booking_windows.restaurant_id = :restaurant
    ) AS anon_42
) AS anon_40, (
    SELECT '[' || group_concat(anon_45.json_array_15) || ']' AS anon_44
    FROM (
        SELECT json_array(restaurant_date_exceptions.position, restaurant_date_exceptions.on_date,
            restaurant_date_exceptions.period, restaurant_date_exceptions.closed,
            restaurant_date_exceptions.start_time, restaurant_date_exceptions.end_time,
            restaurant_date_exceptions.last_start_time,
            restaurant_date_exceptions.interval_minutes, json(restaurant_date_exceptions.closed_starts)) AS json_array_15
        FROM restaurant_date_exceptions
        WHERE restaurant_date_exceptions.restaurant_id = :restaurant
    ) AS anon_45
) AS anon_43, (
    SELECT '[' || group_concat(anon_48.json_array_16) || ']' AS anon_47
    FROM (
        SELECT json_array(restaurant_pacing_rules.position,
            restaurant_pacing_rules.interval_minutes, restaurant_pacing_rules.max_covers,
            restaurant_pacing_rules.max_parties, restaurant_pacing_rules.spread,
            restaurant_pacing_rules.period, restaurant_pacing_rules.weekday,
            restaurant_pacing_rules.on_date, restaurant_pacing_rules.kind) AS json_array_16
        FROM restaurant_pacing_rules
        WHERE restaurant_pacing_rules.restaurant_id = :restaurant
    ) AS anon_48
) AS anon_46, (
    SELECT '[' || group_concat(anon_51.json_array_17) || ']' AS anon_50
    FROM (
        SELECT json_array(restaurant_channel_shares.position, restaurant_channel_shares.channel,
            restaurant_channel_shares.covers, restaurant_channel_shares.period,
            restaurant_channel_shares.weekday, restaurant_channel_shares.on_date,
            restaurant_channel_shares.release_minutes) AS json_array_17
        FROM restaurant_channel_shares
        WHERE restaurant_channel_shares.restaurant_id = :restaurant
    ) AS anon_51
) AS anon_49, (
    SELECT '[' || group_concat(anon_54.json_array_18) || ']' AS anon_53
    FROM (
        SELECT json_array(restaurant_zone_rules.position, restaurant_zone_rules.zone_id,
            restaurant_zone_rules.closed, restaurant_zone_rules.start_time,
            restaurant_zone_rules.end_time, restaurant_zone_rules.last_start_time, json(restaurant_zone_rules.weekdays),
            json(restaurant_zone_rules.season), json(restaurant_zone_rules.turn_bands)) AS json_array_18
        FROM restaurant_zone_rules
        WHERE restaurant_zone_rules.restaurant_id = :restaurant
    ) AS anon_54
) AS anon_52, (
    SELECT '[' || group_concat(anon_57.json_array_19) || ']' AS anon_56
    FROM (
        SELECT json_array(restaurant_walk_in_rules.position, json(restaurant_walk_in_rules.weekdays),
            json(restaurant_walk_in_rules.dates), restaurant_walk_in_rules.period) AS json_array_19
        FROM restaurant_walk_in_rules
        WHERE restaurant_walk_in_rules.restaurant_id = :restaurant
    ) AS anon_57
) AS anon_55, (
    SELECT '[' || group_concat(anon_60.json_array_20) || ']' AS anon_59
    FROM (
        SELECT json_array(restaurant_demand_profiles.position, restaurant_demand_profiles.name,
            json(restaurant_demand_profiles.multiplier), restaurant_demand_profiles.start_time,
            restaurant_demand_profiles.end_time, json(restaurant_demand_profiles.weekdays),
            restaurant_demand_profiles.period, restaurant_demand_profiles.priority) AS json_array_20
        FROM restaurant_demand_profiles
        WHERE restaurant_demand_profiles.restaurant_id = :restaurant
    ) AS anon_60
) AS anon_58, (
    SELECT '[' || group_concat(anon_63.json_array_21) || ']' AS anon_62
    FROM (
        SELECT json_array(restaurant_walk_in_tables.rule_position,
            restaurant_walk_in_tables.table_id) AS json_array_21
        FROM restaurant_walk_in_tables
        WHERE restaurant_walk_in_tables.restaurant_id = :restaurant
    ) AS anon_63
) AS anon_61;

-- write_table_set_capacities
-- Insert or update the rows of table_set_capacities that an edit of the house changes.
INSERT INTO table_set_capacities (restaurant_id, id, capacity, min_party)
VALUES (:restaurant, :each_id, :each_capacity, :each_min_party)
ON CONFLICT (restaurant_id, id) DO UPDATE
SET capacity = excluded.capacity, min_party = excluded.min_party;

-- write_table_set_members
-- Insert or update the rows of table_set_members that an edit of the house changes.
INSERT INTO table_set_members (restaurant_id, set_id, table_id)
VALUES (:restaurant, :each_set_id, :each_table_id)
ON CONFLICT (restaurant_id, set_id, table_id) DO NOTHING;

-- write_table_distances
-- Insert or update the rows of table_distances that an edit of the house changes.
INSERT INTO table_distances (restaurant_id, first_table_id, second_table_id)
VALUES (:restaurant, :each_first_table_id, :each_second_table_id)
ON CONFLICT (restaurant_id, first_table_id, second_table_id) DO NOTHING;

-- write_table_aisles
-- Insert or update the rows of table_aisles that an edit of the house changes.
INSERT INTO table_aisles (restaurant_id, aisle_id, table_id, is_joined)
VALUES (:restaurant, :each_aisle_id, :each_table_id, :each_is_joined)
ON CONFLICT (restaurant_id, aisle_id, table_id) DO UPDATE
SET is_joined = excluded.is_joined;

-- write_restaurant_occasions
-- Insert or update the rows of restaurant_occasions that an edit of the house changes.
INSERT INTO restaurant_occasions (restaurant_id, "key", position, turn_bands)
VALUES (:restaurant, :each_key, :each_position, :each_turn_bands)
ON CONFLICT (restaurant_id, "key") DO UPDATE
SET position = excluded.position, turn_bands = excluded.turn_bands;

-- write_restaurant_period_occasions
-- Insert or update the rows of restaurant_period_occasions that an edit of the house changes.
INSERT INTO restaurant_period_occasions (restaurant_id, period, position, occasion)
VALUES (:restaurant, :each_period, :each_position, :each_occasion)
ON CONFLICT (restaurant_id, period, position) DO UPDATE
SET occasion = excluded.occasion;

-- write_restaurant_booking_windows
-- Insert or update the rows of restaurant_booking_windows that an edit of the house changes.
INSERT INTO restaurant_booking_windows (restaurant_id, position, notice_minutes, horizon_days,
    channel, min_party, max_party)
VALUES (:restaurant, :each_position, :each_notice_minutes, :each_horizon_days, :each_channel,
    :each_min_party, :each_max_party)
ON CONFLICT (restaurant_id, position) DO UPDATE
SET notice_minutes = excluded.notice_minutes, horizon_days = excluded.horizon_days, channel = excluded.channel,
    min_party = excluded.min_party, max_party = excluded.max_party;

-- write_restaurant_date_exceptions
-- Insert or update the rows of restaurant_date_exceptions that an edit of the house changes.
INSERT INTO restaurant_date_exceptions (restaurant_id, position, on_date, period, closed,
    start_time, end_time, last_start_time, interval_minutes, closed_starts)
VALUES (:restaurant, :each_position, :each_on_date, :each_period, :each_closed, :each_start_time,
    :each_end_time, :each_last_start_time, :each_interval_minutes, :each_closed_starts)
ON CONFLICT (restaurant_id, position) DO UPDATE
SET on_date = excluded.on_date, period = excluded.period, closed = excluded.closed, start_time = excluded.start_time,
    end_time = excluded.end_time, last_start_time = excluded.last_start_time, interval_minutes = excluded.interval_minutes,
    closed_starts = excluded.closed_starts;

-- write_restaurant_pacing_rules
-- Insert or update the rows of restaurant_pacing_rules that an edit of the house changes.
INSERT INTO restaurant_pacing_rules (restaurant_id, position, interval_minutes, max_covers,
    max_parties, spread, period, weekday, on_date, kind)
VALUES (:restaurant, :each_position, :each_interval_minutes, :each_max_covers, :each_max_parties,
    :each_spread, :each_period, :each_weekday, :each_on_date, :each_kind)
ON CONFLICT (restaurant_id, position) DO UPDATE
SET interval_minutes = excluded.interval_minutes, max_covers = excluded.max_covers, max_parties = excluded.max_parties,
    spread = excluded.spread, period = excluded.period, weekday = excluded.weekday, on_date = excluded.on_date,
    kind = excluded.kind;

-- write_restaurant_channel_shares
-- Insert or update the rows of restaurant_channel_shares that an edit of the house changes.
INSERT INTO restaurant_channel_shares (restaurant_id, position, channel, covers, period, weekday,
    on_date, release_minutes)
VALUES (:restaurant, :each_position, :each_channel, :each_covers, :each_period, :each_weekday,
    :each_on_date, :each_release_minutes)
ON CONFLICT (restaurant_id, position) DO UPDATE
SET channel = excluded.channel, covers = excluded.covers, period = excluded.period, weekday = excluded.weekday,
    on_date = excluded.on_date, release_minutes = excluded.release_minutes;

-- write_restaurant_zone_rules
-- Insert or update the rows of restaurant_zone_rules that an edit of the house changes.
INSERT INTO restaurant_zone_rules (restaurant_id, position, zone_id, closed, start_time, end_time,
    last_start_time, weekdays, season, turn_bands)
VALUES (:restaurant, :each_position, :each_zone_id, :each_closed, :each_start_time,
    :each_end_time, :each_last_start_time, :each_weekdays, :each_season, :each_turn_bands)
ON CONFLICT (restaurant_id, position) DO UPDATE
SET zone_id = excluded.zone_id, closed = excluded.closed, start_time = excluded.start_time,
    end_time = excluded.end_time, last_start_time = excluded.last_start_time, weekdays = excluded.weekdays,
    season = excluded.season, turn_bands = excluded.turn_bands;

-- write_restaurant_walk_in_rules
-- Insert or update the rows of restaurant_walk_in_rules that an edit of the house changes.
INSERT INTO restaurant_walk_in_rules (restaurant_id, position, weekdays, dates, period)
VALUES (:restaurant, :each_position, :each_weekdays, :each_dates, :each_period)
ON CONFLICT (restaurant_id, position) DO UPDATE
SET weekdays = excluded.weekdays, dates = excluded.dates, period = excluded.period;

-- write_restaurant_demand_profiles
-- Insert or update the rows of restaurant_demand_profiles that an edit of the house changes.
INSERT INTO restaurant_demand_profiles (restaurant_id, position, name, multiplier, start_time,
    end_time, weekdays, period, priority)
VALUES (:restaurant, :each_position, :each_name, :each_multiplier, :each_start_time,
    :each_end_time, :each_weekdays, :each_period, :each_priority)
ON CONFLICT (restaurant_id, position) DO UPDATE
SET name = excluded.name, multiplier = excluded.multiplier, start_time = excluded.start_time,
    end_time = excluded.end_time, weekdays = excluded.weekdays, period = excluded.period,
    priority = excluded.priority;

-- write_restaurant_walk_in_tables
-- Insert or update the rows of restaurant_walk_in_tables that an edit of the house changes.
INSERT INTO restaurant_walk_in_tables (restaurant_id, rule_position, table_id)
VALUES (:restaurant, :each_rule_position, :each_table_id)
ON CONFLICT (restaurant_id, rule_position, table_id) DO NOTHING;

-- delete_zones
-- Delete the rows of zones that an edit of the house removes.
DELETE
FROM zones
WHERE zones.restaurant_id = :restaurant AND zones.id = :each_id;

-- delete_table_inventory
-- Delete the rows of table_inventory that an edit of the house removes.
DELETE
FROM table_inventory
WHERE table_inventory.restaurant_id = :restaurant AND table_inventory.id = :each_id;

-- delete_table_set_capacities
-- Delete the rows of table_set_capacities that an edit of the house removes.
DELETE
FROM table_set_capacities
WHERE table_set_capacities.restaurant_id = :restaurant AND table_set_capacities.id = :each_id;

-- delete_table_set_members
-- Delete the rows of table_set_members that an edit of the house removes.
DELETE
FROM table_set_members
WHERE table_set_members.restaurant_id = :restaurant AND table_set_members.set_id = :each_set_id
    AND table_set_members.table_id = :each_table_id;

-- delete_table_distances
-- Delete the rows of table_distances that an edit of the house removes.
DELETE
FROM table_distances
WHERE table_distances.restaurant_id = :restaurant AND table_distances.first_table_id = :each_first_table_id
    AND table_distances.second_table_id = :each_second_table_id;

-- delete_table_aisles
-- Delete the rows of table_aisles that an edit of the house removes.
DELETE
FROM table_aisles
WHERE table_aisles.restaurant_id = :restaurant AND table_aisles.aisle_id = :each_aisle_id AND table_aisles.table_id = :each_table_id;

-- delete_restaurant_occasions
-- Delete the rows of restaurant_occasions that an edit of the house removes.
DELETE
FROM restaurant_occasions
WHERE restaurant_occasions.restaurant_id = :restaurant AND restaurant_occasions."key" = :each_key;

-- delete_restaurant_service_periods
-- Delete the rows of restaurant_service_periods that an edit of the house removes.
DELETE
FROM restaurant_service_periods
WHERE restaurant_service_periods.restaurant_id = :restaurant AND restaurant_service_periods."key" = :each_key;

-- delete_restaurant_period_occasions
-- Delete the rows of restaurant_period_occasions that an edit of the house removes.
DELETE
FROM restaurant_period_occasions
WHERE restaurant_period_occasions.restaurant_id = :restaurant AND restaurant_period_occasions.period = :each_period
    AND restaurant_period_occasions.position = :each_position;

-- delete_restaurant_capacity_rules
-- Delete the rows of restaurant_capacity_rules that an edit of the house removes.
DELETE
FROM restaurant_capacity_rules
WHERE restaurant_capacity_rules.restaurant_id = :restaurant AND restaurant_capacity_rules.position = :each_position;

-- delete_restaurant_booking_windows
-- Delete the rows of restaurant_booking_windows that an edit of the house removes.
DELETE
FROM restaurant_booking_windows
WHERE restaurant_booking_windows.restaurant_id = :restaurant AND restaurant_booking_windows.position = :each_position;

-- delete_restaurant_date_exceptions
-- Delete the rows of restaurant_date_exceptions that an edit of the house removes.
DELETE
FROM restaurant_date_exceptions
WHERE restaurant_date_exceptions.restaurant_id = :restaurant AND restaurant_date_exceptions.position = :each_position;

-- delete_restaurant_pacing_rules
-- Delete the rows of restaurant_pacing_rules that an edit of the house removes.
DELETE
FROM restaurant_pacing_rules
WHERE restaurant_pacing_rules.restaurant_id = :restaurant AND restaurant_pacing_rules.position = :each_position;

-- delete_restaurant_channel_shares
-- Delete the rows of restaurant_channel_shares that an edit of the house removes.
DELETE
FROM restaurant_channel_shares
WHERE restaurant_channel_shares.restaurant_id = :restaurant AND restaurant_channel_shares.position = :each_position;

-- delete_restaurant_zone_rules
-- Delete the rows of restaurant_zone_rules that an edit of the house removes.
DELETE
FROM restaurant_zone_rules
WHERE restaurant_zone_rules.restaurant_id = :restaurant AND restaurant_zone_rules.position = :each_position;

-- delete_restaurant_walk_in_rules
-- Delete the rows of restaurant_walk_in_rules that an edit of the house removes.
DELETE
FROM restaurant_walk_in_rules
WHERE restaurant_walk_in_rules.restaurant_id = :restaurant AND restaurant_walk_in_rules.position = :each_position;

-- delete_restaurant_demand_profiles
-- Delete the rows of restaurant_demand_profiles that an edit of the house removes.
DELETE
FROM restaurant_demand_profiles
WHERE restaurant_demand_profiles.restaurant_id = :restaurant AND restaurant_demand_profiles.position = :each_position;

-- delete_restaurant_walk_in_tables
-- Delete the rows of restaurant_walk_in_tables that an edit of the house removes.
DELETE
FROM restaurant_walk_in_tables
WHERE restaurant_walk_in_tables.restaurant_id = :restaurant AND restaurant_walk_in_tables.rule_position = :each_rule_position
    AND restaurant_walk_in_tables.table_id = :each_table_id;

-- identify_database
-- Name the file, to compare it with the one of a host's connection.
SELECT (
    SELECT file
    FROM pragma_database_list
    WHERE name = 'main'
);

-- release_leases
-- End leases without an attempt.
UPDATE capacity_outbox
SET lease=NULL, leased_until_us=NULL
WHERE capacity_outbox.restaurant_id = :each_restaurant_id AND capacity_outbox.sequence = :each_sequence
    AND capacity_outbox.lease = :each_lease;

-- settle_failed
-- Count a failed attempt, end the lease and postpone the next attempt.
UPDATE capacity_outbox
SET attempts=(capacity_outbox.attempts + :attempts_1), next_us=(:now_us + :wait_us), lease=NULL,
    leased_until_us=NULL
WHERE capacity_outbox.restaurant_id = :each_restaurant_id AND capacity_outbox.sequence = :each_sequence
    AND capacity_outbox.lease = :each_lease;

-- settle_dead
-- Count a failed attempt and give the event up.
UPDATE capacity_outbox
SET attempts=(capacity_outbox.attempts + :attempts_1), lease=NULL, leased_until_us=NULL,
    dead_us=:now_us
WHERE capacity_outbox.restaurant_id = :each_restaurant_id AND capacity_outbox.sequence = :each_sequence
    AND capacity_outbox.lease = :each_lease;

-- count_backlog
-- Count the waiting and the dead events, and find the oldest waiting one.
SELECT backlog.waiting, backlog.oldest_us, (
    SELECT count(*) AS count_1
    FROM capacity_outbox
    WHERE capacity_outbox.dead_us IS NOT NULL
) AS dead
FROM (
    SELECT count(*) AS waiting, min(capacity_outbox.at_us) AS oldest_us
    FROM capacity_outbox
    WHERE coalesce(capacity_outbox.delivered_us, capacity_outbox.dead_us) IS NULL
) AS backlog;

-- revive_dead_letters
-- Let events that were given up wait again, with no attempt counted.
UPDATE capacity_outbox
SET attempts=:attempts, next_us=:next_us, dead_us=NULL
WHERE capacity_outbox.restaurant_id = :each_restaurant_id AND capacity_outbox.sequence = :each_sequence
    AND capacity_outbox.dead_us IS NOT NULL;
