-- The name of revision 0003.
ALTER TABLE {schema}.bookings RENAME COLUMN party_size TO party;

-- The name of revision 0003.
ALTER TABLE {schema}.bookings RENAME COLUMN occupied_start_us TO block_start_us;

-- The name of revision 0003.
ALTER TABLE {schema}.bookings RENAME COLUMN occupied_end_us TO block_end_us;

-- The name of revision 0003.
ALTER TABLE {schema}.table_holds RENAME COLUMN party_size TO party;

-- The name of revision 0003.
ALTER TABLE {schema}.table_holds RENAME COLUMN occupied_start_us TO block_start_us;

-- The name of revision 0003.
ALTER TABLE {schema}.table_holds RENAME COLUMN occupied_end_us TO block_end_us;

-- Revision 0003 lets restaurants share a slug.
DROP INDEX {schema}.restaurants_slug;

-- Restaurant policies, as revision 0003 has it.
CREATE TABLE {schema}.restaurant_policies (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    restaurant JSON NOT NULL,
    policy JSON NOT NULL,
    floor JSON NOT NULL,
    CONSTRAINT restaurant_policies_pkey PRIMARY KEY (restaurant_id),
    CONSTRAINT restaurant_policies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Zones, as revision 0003 has it.
CREATE TABLE {schema}.zones (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    name TEXT GENERATED ALWAYS AS (document ->> 'name') STORED,
    CONSTRAINT zones_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT zones_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Table inventory, as revision 0003 has it.
CREATE TABLE {schema}.table_inventory (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    number TEXT GENERATED ALWAYS AS (document ->> 'number') STORED,
    capacity INTEGER GENERATED ALWAYS AS ((document ->> 'capacity')::integer) STORED,
    zone TEXT GENERATED ALWAYS AS (document ->> 'zone') STORED,
    CONSTRAINT table_inventory_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT table_inventory_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Table adjacencies, as revision 0003 has it.
CREATE TABLE {schema}.table_adjacencies (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    CONSTRAINT table_adjacencies_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT table_adjacencies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Restaurant service periods, as revision 0003 has it.
CREATE TABLE {schema}.restaurant_service_periods (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    key TEXT GENERATED ALWAYS AS (document ->> 'key') STORED,
    CONSTRAINT restaurant_service_periods_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_service_periods_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Restaurant capacity rules, as revision 0003 has it.
CREATE TABLE {schema}.restaurant_capacity_rules (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    max_covers INTEGER GENERATED ALWAYS AS ((document ->> 'max_covers')::integer) STORED,
    max_parties INTEGER GENERATED ALWAYS AS ((document ->> 'max_parties')::integer) STORED,
    CONSTRAINT restaurant_capacity_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_capacity_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Booking confirmation results, as revision 0003 has it.
CREATE TABLE {schema}.booking_confirmation_results (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    hold_id TEXT COLLATE "C" NOT NULL,
    booking_id TEXT COLLATE "C",
    idempotency_key TEXT COLLATE "C" NOT NULL,
    confirmed BOOLEAN NOT NULL,
    checked_us BIGINT NOT NULL,
    tables JSON NOT NULL,
    rivals JSON NOT NULL,
    code TEXT,
    details JSON NOT NULL,
    actor_id TEXT COLLATE "C" NOT NULL,
    actor_role TEXT COLLATE "C" NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE
        GENERATED ALWAYS AS (
            (TIMESTAMP '1970-01-01 00:00:00' + checked_us * INTERVAL '1 microsecond') AT TIME ZONE 'UTC'
        ) STORED NOT NULL,
    CONSTRAINT booking_confirmation_results_pkey PRIMARY KEY (restaurant_id, id)
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

-- Command results, as revision 0003 has it.
CREATE TABLE {schema}.command_results (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    command TEXT COLLATE "C" NOT NULL,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT NOT NULL,
    kind TEXT NOT NULL,
    answer JSON NOT NULL,
    stored_us BIGINT NOT NULL,
    CONSTRAINT command_results_pkey PRIMARY KEY (restaurant_id, command, idempotency_key)
);

-- Find old results, for the retention job.
CREATE INDEX command_results_stored
    ON {schema}.command_results (stored_us);
