-- The number of people, as everywhere.
ALTER TABLE bookings RENAME COLUMN party TO party_size;

-- The time that the tables are occupied; "block" means tables out of use.
ALTER TABLE bookings RENAME COLUMN block_start_us TO occupied_start_us;

-- The end of that time.
ALTER TABLE bookings RENAME COLUMN block_end_us TO occupied_end_us;

-- The number of people, as everywhere.
ALTER TABLE table_holds RENAME COLUMN party TO party_size;

-- The time that the tables are occupied.
ALTER TABLE table_holds RENAME COLUMN block_start_us TO occupied_start_us;

-- The end of that time.
ALTER TABLE table_holds RENAME COLUMN block_end_us TO occupied_end_us;

-- A slug is the name of one restaurant in web addresses.
CREATE UNIQUE INDEX restaurants_slug ON restaurants (slug);

-- The rules that a restaurant has once: start times, planning, limits on holds.
CREATE TABLE restaurant_policies (
    restaurant_id TEXT NOT NULL,
    reservation_interval_minutes INTEGER NOT NULL,
    default_duration_minutes INTEGER NOT NULL,
    last_seating_buffer_minutes INTEGER NOT NULL,
    joins_within_zone BOOLEAN NOT NULL,
    past_grace_minutes INTEGER NOT NULL,
    turn_bands JSON NOT NULL,
    closures JSON NOT NULL,
    adjacency_mode TEXT NOT NULL,
    adjacency_required BOOLEAN NOT NULL,
    adjacency_min_party INTEGER,
    max_tables INTEGER NOT NULL,
    slack_budget INTEGER,
    score JSON NOT NULL,
    hold_ttl_seconds INTEGER NOT NULL,
    hold_rate_limit INTEGER NOT NULL,
    hold_rate_window_seconds INTEGER NOT NULL,
    hold_max_live INTEGER NOT NULL,
    hold_max_live_per_session INTEGER NOT NULL,
    CONSTRAINT restaurant_policies_pkey PRIMARY KEY (restaurant_id),
    CONSTRAINT restaurant_policies_mode_check CHECK (
        adjacency_mode IN ('connected', 'pairwise', 'neighbors')
    ),
    CONSTRAINT restaurant_policies_interval_check CHECK (reservation_interval_minutes > 0),
    CONSTRAINT restaurant_policies_tables_check CHECK (max_tables > 0),
    CONSTRAINT restaurant_policies_hold_check CHECK (hold_ttl_seconds > 0),
    CONSTRAINT restaurant_policies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The zones of a floor.
CREATE TABLE zones (
    restaurant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    sort_order INTEGER NOT NULL,
    area TEXT NOT NULL,
    CONSTRAINT zones_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT zones_area_check CHECK (area IN ('indoor', 'outdoor', 'bar')),
    CONSTRAINT zones_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The name of a zone is unique in its restaurant, whatever the case.
CREATE UNIQUE INDEX zones_name
    ON zones (restaurant_id, name COLLATE NOCASE);

-- The tables of a floor.
CREATE TABLE table_inventory (
    restaurant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    zone_id TEXT NOT NULL,
    min_party INTEGER NOT NULL,
    max_party INTEGER,
    section TEXT,
    category TEXT NOT NULL,
    seating TEXT NOT NULL,
    mobility TEXT NOT NULL,
    out_of_service BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    features JSON NOT NULL,
    position JSON,
    notes TEXT,
    CONSTRAINT table_inventory_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT table_inventory_zone_fkey FOREIGN KEY (restaurant_id, zone_id)
        REFERENCES zones (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_inventory_capacity_check CHECK (capacity > 0),
    CONSTRAINT table_inventory_party_check CHECK (
        min_party >= 1 AND (max_party IS NULL OR max_party >= min_party)
    ),
    CONSTRAINT table_inventory_mobility_check CHECK (mobility IN ('movable', 'fixed')),
    CONSTRAINT table_inventory_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The number of a table is unique in its restaurant, whatever the case.
CREATE UNIQUE INDEX table_inventory_number
    ON table_inventory (restaurant_id, number COLLATE NOCASE);

-- Find the tables of a zone.
CREATE INDEX table_inventory_zone
    ON table_inventory (restaurant_id, zone_id);

-- The pairs of tables that can be pushed together, the smaller id first.
CREATE TABLE table_adjacencies (
    restaurant_id TEXT NOT NULL,
    first_table_id TEXT NOT NULL,
    second_table_id TEXT NOT NULL,
    seat_loss INTEGER NOT NULL,
    CONSTRAINT table_adjacencies_pkey PRIMARY KEY (restaurant_id, first_table_id, second_table_id),
    CONSTRAINT table_adjacencies_first_fkey FOREIGN KEY (restaurant_id, first_table_id)
        REFERENCES table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_adjacencies_second_fkey FOREIGN KEY (restaurant_id, second_table_id)
        REFERENCES table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_adjacencies_pair_check CHECK (first_table_id < second_table_id),
    CONSTRAINT table_adjacencies_seat_loss_check CHECK (seat_loss >= 0),
    CONSTRAINT table_adjacencies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Find the neighbours of a table from the other side.
CREATE INDEX table_adjacencies_second
    ON table_adjacencies (restaurant_id, second_table_id);

-- The capacities that a house itself gives to sets of tables.
CREATE TABLE table_set_capacities (
    restaurant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    min_party INTEGER,
    CONSTRAINT table_set_capacities_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT table_set_capacities_capacity_check CHECK (capacity > 0),
    CONSTRAINT table_set_capacities_party_check CHECK (
        min_party IS NULL OR (min_party >= 1 AND min_party <= capacity)
    ),
    CONSTRAINT table_set_capacities_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The tables of each set. The id of a set is its table ids joined by plus signs.
CREATE TABLE table_set_members (
    restaurant_id TEXT NOT NULL,
    set_id TEXT NOT NULL,
    table_id TEXT NOT NULL,
    CONSTRAINT table_set_members_pkey PRIMARY KEY (restaurant_id, set_id, table_id),
    CONSTRAINT table_set_members_set_fkey FOREIGN KEY (restaurant_id, set_id)
        REFERENCES table_set_capacities (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_set_members_table_fkey FOREIGN KEY (restaurant_id, table_id)
        REFERENCES table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_set_members_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Find the sets that a table belongs to.
CREATE INDEX table_set_members_table
    ON table_set_members (restaurant_id, table_id);

-- The occasions of a policy, in their order, with their turn times.
CREATE TABLE restaurant_occasions (
    restaurant_id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    position INTEGER NOT NULL,
    turn_bands JSON NOT NULL,
    CONSTRAINT restaurant_occasions_pkey PRIMARY KEY (restaurant_id, "key"),
    CONSTRAINT restaurant_occasions_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The service periods. Times are local, as HH:MM; dates are ISO 8601.
CREATE TABLE restaurant_service_periods (
    restaurant_id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    start_time TEXT NOT NULL,
    end_time TEXT NOT NULL,
    weekdays JSON NOT NULL,
    dates JSON NOT NULL,
    turn_bands JSON NOT NULL,
    buffer_before_minutes INTEGER NOT NULL,
    buffer_after_minutes INTEGER NOT NULL,
    last_start_time TEXT,
    last_seating_minutes INTEGER,
    overrun_allowed BOOLEAN NOT NULL,
    min_dwell_minutes INTEGER NOT NULL,
    CONSTRAINT restaurant_service_periods_pkey PRIMARY KEY (restaurant_id, "key"),
    CONSTRAINT restaurant_service_periods_buffer_check CHECK (
        buffer_before_minutes >= 0 AND buffer_after_minutes >= 0
    ),
    CONSTRAINT restaurant_service_periods_last_check CHECK (
        last_start_time IS NULL OR last_seating_minutes IS NULL
    ),
    CONSTRAINT restaurant_service_periods_dwell_check CHECK (min_dwell_minutes > 0),
    CONSTRAINT restaurant_service_periods_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The occasions that a service period offers, the default one first.
CREATE TABLE restaurant_period_occasions (
    restaurant_id TEXT NOT NULL,
    period TEXT NOT NULL,
    position INTEGER NOT NULL,
    occasion TEXT NOT NULL,
    CONSTRAINT restaurant_period_occasions_pkey PRIMARY KEY (restaurant_id, period, position),
    CONSTRAINT restaurant_period_occasions_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES restaurant_service_periods (restaurant_id, "key")
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_period_occasions_occasion_fkey FOREIGN KEY (restaurant_id, occasion)
        REFERENCES restaurant_occasions (restaurant_id, "key") DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_period_occasions_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The most covers and parties of a period on a date.
CREATE TABLE restaurant_capacity_rules (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    max_covers INTEGER,
    max_parties INTEGER,
    period TEXT,
    weekday TEXT,
    on_date TEXT,
    CONSTRAINT restaurant_capacity_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_capacity_rules_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES restaurant_service_periods (restaurant_id, "key")
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_capacity_rules_cap_check CHECK (
        max_covers IS NOT NULL OR max_parties IS NOT NULL
    ),
    CONSTRAINT restaurant_capacity_rules_scope_check CHECK (weekday IS NULL OR on_date IS NULL),
    CONSTRAINT restaurant_capacity_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The evidence of every attempt to confirm a hold.
CREATE TABLE booking_confirmation_results (
    restaurant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    hold_id TEXT NOT NULL,
    booking_id TEXT,
    idempotency_key TEXT NOT NULL,
    confirmed BOOLEAN NOT NULL,
    checked_us BIGINT NOT NULL,
    occupied_start_us BIGINT,
    occupied_end_us BIGINT,
    rivals JSON NOT NULL,
    code TEXT,
    details JSON NOT NULL,
    actor_id TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    CONSTRAINT booking_confirmation_results_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT booking_confirmation_results_window_check CHECK (
        occupied_start_us < occupied_end_us
    )
);

-- Find old evidence, for the retention job.
CREATE INDEX booking_confirmation_results_checked
    ON booking_confirmation_results (checked_us);

-- Find the evidence of a hold.
CREATE INDEX booking_confirmation_results_hold
    ON booking_confirmation_results (restaurant_id, hold_id);

-- A key confirms a booking once.
CREATE UNIQUE INDEX booking_confirmation_results_key
    ON booking_confirmation_results (restaurant_id, booking_id, idempotency_key)
    WHERE confirmed;

-- A hold is confirmed once.
CREATE UNIQUE INDEX booking_confirmation_results_once
    ON booking_confirmation_results (restaurant_id, hold_id)
    WHERE confirmed;

-- The tables that an attempt looked at, with their capacity then.
CREATE TABLE booking_confirmation_tables (
    restaurant_id TEXT NOT NULL,
    result_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    table_id TEXT NOT NULL,
    capacity INTEGER,
    CONSTRAINT booking_confirmation_tables_pkey PRIMARY KEY (restaurant_id, result_id, position),
    CONSTRAINT booking_confirmation_tables_result_fkey FOREIGN KEY (restaurant_id, result_id)
        REFERENCES booking_confirmation_results (restaurant_id, id)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

-- The stored results of commands, under their idempotency keys.
CREATE TABLE command_results (
    restaurant_id TEXT NOT NULL,
    command TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    result TEXT NOT NULL,
    stored_us BIGINT NOT NULL,
    CONSTRAINT command_results_pkey PRIMARY KEY (restaurant_id, command, idempotency_key)
);

-- Find old results, for the retention job.
CREATE INDEX command_results_stored
    ON command_results (stored_us);
