-- The number of people, as everywhere.
ALTER TABLE {schema}.bookings RENAME COLUMN party TO party_size;

-- The time that the tables are occupied; "block" means tables out of use.
ALTER TABLE {schema}.bookings RENAME COLUMN block_start_us TO occupied_start_us;

-- The end of that time.
ALTER TABLE {schema}.bookings RENAME COLUMN block_end_us TO occupied_end_us;

-- The number of people, as everywhere.
ALTER TABLE {schema}.table_holds RENAME COLUMN party TO party_size;

-- The time that the tables are occupied.
ALTER TABLE {schema}.table_holds RENAME COLUMN block_start_us TO occupied_start_us;

-- The end of that time.
ALTER TABLE {schema}.table_holds RENAME COLUMN block_end_us TO occupied_end_us;

-- A slug is the name of one restaurant in web addresses.
CREATE UNIQUE INDEX restaurants_slug ON {schema}.restaurants (slug);

-- The rules that a restaurant has once: start times, planning, limits on holds.
CREATE TABLE {schema}.restaurant_policies (
    restaurant_id TEXT COLLATE "C" NOT NULL,
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
        REFERENCES {schema}.restaurants (id)
);

-- The zones of a floor.
CREATE TABLE {schema}.zones (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    sort_order INTEGER NOT NULL,
    area TEXT NOT NULL,
    CONSTRAINT zones_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT zones_area_check CHECK (area IN ('indoor', 'outdoor', 'bar')),
    CONSTRAINT zones_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The name of a zone is unique in its restaurant, whatever the case.
CREATE UNIQUE INDEX zones_name
    ON {schema}.zones (restaurant_id, lower(name COLLATE "C"));

-- The tables of a floor.
CREATE TABLE {schema}.table_inventory (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    number TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    zone_id TEXT COLLATE "C" NOT NULL,
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
        REFERENCES {schema}.zones (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_inventory_capacity_check CHECK (capacity > 0),
    CONSTRAINT table_inventory_party_check CHECK (
        min_party >= 1 AND (max_party IS NULL OR max_party >= min_party)
    ),
    CONSTRAINT table_inventory_mobility_check CHECK (mobility IN ('movable', 'fixed')),
    CONSTRAINT table_inventory_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The number of a table is unique in its restaurant, whatever the case.
CREATE UNIQUE INDEX table_inventory_number
    ON {schema}.table_inventory (restaurant_id, lower(number COLLATE "C"));

-- Find the tables of a zone.
CREATE INDEX table_inventory_zone
    ON {schema}.table_inventory (restaurant_id, zone_id);

-- The pairs of tables that can be pushed together, the smaller id first.
CREATE TABLE {schema}.table_adjacencies (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    first_table_id TEXT COLLATE "C" NOT NULL,
    second_table_id TEXT COLLATE "C" NOT NULL,
    seat_loss INTEGER NOT NULL,
    CONSTRAINT table_adjacencies_pkey PRIMARY KEY (restaurant_id, first_table_id, second_table_id),
    CONSTRAINT table_adjacencies_first_fkey FOREIGN KEY (restaurant_id, first_table_id)
        REFERENCES {schema}.table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_adjacencies_second_fkey FOREIGN KEY (restaurant_id, second_table_id)
        REFERENCES {schema}.table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_adjacencies_pair_check CHECK (first_table_id < second_table_id),
    CONSTRAINT table_adjacencies_seat_loss_check CHECK (seat_loss >= 0),
    CONSTRAINT table_adjacencies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Find the neighbours of a table from the other side.
CREATE INDEX table_adjacencies_second
    ON {schema}.table_adjacencies (restaurant_id, second_table_id);

-- The capacities that a house itself gives to sets of tables.
CREATE TABLE {schema}.table_set_capacities (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    capacity INTEGER NOT NULL,
    min_party INTEGER,
    CONSTRAINT table_set_capacities_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT table_set_capacities_capacity_check CHECK (capacity > 0),
    CONSTRAINT table_set_capacities_party_check CHECK (
        min_party IS NULL OR (min_party >= 1 AND min_party <= capacity)
    ),
    CONSTRAINT table_set_capacities_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The tables of each set. The id of a set is its table ids joined by plus signs.
CREATE TABLE {schema}.table_set_members (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    set_id TEXT COLLATE "C" NOT NULL,
    table_id TEXT COLLATE "C" NOT NULL,
    CONSTRAINT table_set_members_pkey PRIMARY KEY (restaurant_id, set_id, table_id),
    CONSTRAINT table_set_members_set_fkey FOREIGN KEY (restaurant_id, set_id)
        REFERENCES {schema}.table_set_capacities (restaurant_id, id)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_set_members_table_fkey FOREIGN KEY (restaurant_id, table_id)
        REFERENCES {schema}.table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_set_members_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Find the sets that a table belongs to.
CREATE INDEX table_set_members_table
    ON {schema}.table_set_members (restaurant_id, table_id);

-- The occasions of a policy, in their order, with their turn times.
CREATE TABLE {schema}.restaurant_occasions (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    turn_bands JSON NOT NULL,
    CONSTRAINT restaurant_occasions_pkey PRIMARY KEY (restaurant_id, key),
    CONSTRAINT restaurant_occasions_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The service periods. Times are local, as HH:MM; dates are ISO 8601.
CREATE TABLE {schema}.restaurant_service_periods (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
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
    CONSTRAINT restaurant_service_periods_pkey PRIMARY KEY (restaurant_id, key),
    CONSTRAINT restaurant_service_periods_buffer_check CHECK (
        buffer_before_minutes >= 0 AND buffer_after_minutes >= 0
    ),
    CONSTRAINT restaurant_service_periods_last_check CHECK (
        last_start_time IS NULL OR last_seating_minutes IS NULL
    ),
    CONSTRAINT restaurant_service_periods_dwell_check CHECK (min_dwell_minutes > 0),
    CONSTRAINT restaurant_service_periods_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The occasions that a service period offers, the default one first.
CREATE TABLE {schema}.restaurant_period_occasions (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    period TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    occasion TEXT COLLATE "C" NOT NULL,
    CONSTRAINT restaurant_period_occasions_pkey PRIMARY KEY (restaurant_id, period, position),
    CONSTRAINT restaurant_period_occasions_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES {schema}.restaurant_service_periods (restaurant_id, key)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_period_occasions_occasion_fkey FOREIGN KEY (restaurant_id, occasion)
        REFERENCES {schema}.restaurant_occasions (restaurant_id, key)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_period_occasions_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The most covers and parties of a period on a date.
CREATE TABLE {schema}.restaurant_capacity_rules (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    max_covers INTEGER,
    max_parties INTEGER,
    period TEXT COLLATE "C",
    weekday TEXT,
    on_date TEXT,
    CONSTRAINT restaurant_capacity_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_capacity_rules_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES {schema}.restaurant_service_periods (restaurant_id, key)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_capacity_rules_cap_check CHECK (
        max_covers IS NOT NULL OR max_parties IS NOT NULL
    ),
    CONSTRAINT restaurant_capacity_rules_scope_check CHECK (weekday IS NULL OR on_date IS NULL),
    CONSTRAINT restaurant_capacity_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The evidence of every attempt to confirm a hold.
CREATE TABLE {schema}.booking_confirmation_results (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    hold_id TEXT COLLATE "C" NOT NULL,
    booking_id TEXT COLLATE "C",
    idempotency_key TEXT COLLATE "C" NOT NULL,
    confirmed BOOLEAN NOT NULL,
    checked_us BIGINT NOT NULL,
    occupied_start_us BIGINT,
    occupied_end_us BIGINT,
    rivals JSON NOT NULL,
    code TEXT,
    details JSON NOT NULL,
    actor_id TEXT COLLATE "C" NOT NULL,
    actor_role TEXT COLLATE "C" NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE
        GENERATED ALWAYS AS (
            (TIMESTAMP '1970-01-01 00:00:00' + checked_us * INTERVAL '1 microsecond')
            AT TIME ZONE 'UTC'
        ) STORED NOT NULL,
    CONSTRAINT booking_confirmation_results_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT booking_confirmation_results_window_check CHECK (
        occupied_start_us < occupied_end_us
    )
);

-- Find old evidence, for the retention job.
CREATE INDEX booking_confirmation_results_checked
    ON {schema}.booking_confirmation_results (checked_us);

-- Find the evidence of a hold.
CREATE INDEX booking_confirmation_results_hold
    ON {schema}.booking_confirmation_results (restaurant_id, hold_id);

-- A key confirms a booking once.
CREATE UNIQUE INDEX booking_confirmation_results_key
    ON {schema}.booking_confirmation_results (restaurant_id, booking_id, idempotency_key)
    WHERE confirmed;

-- A hold is confirmed once.
CREATE UNIQUE INDEX booking_confirmation_results_once
    ON {schema}.booking_confirmation_results (restaurant_id, hold_id)
    WHERE confirmed;

-- The tables that an attempt looked at, with their capacity then.
CREATE TABLE {schema}.booking_confirmation_tables (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    result_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    table_id TEXT COLLATE "C" NOT NULL,
    capacity INTEGER,
    CONSTRAINT booking_confirmation_tables_pkey PRIMARY KEY (restaurant_id, result_id, position),
    CONSTRAINT booking_confirmation_tables_result_fkey FOREIGN KEY (restaurant_id, result_id)
        REFERENCES {schema}.booking_confirmation_results (restaurant_id, id) ON DELETE CASCADE
);

-- The stored results of commands, under their idempotency keys.
CREATE TABLE {schema}.command_results (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    command TEXT COLLATE "C" NOT NULL,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT NOT NULL,
    result TEXT NOT NULL,
    stored_us BIGINT NOT NULL,
    CONSTRAINT command_results_pkey PRIMARY KEY (restaurant_id, command, idempotency_key)
);

-- Find old results, for the retention job.
CREATE INDEX command_results_stored
    ON {schema}.command_results (stored_us);
