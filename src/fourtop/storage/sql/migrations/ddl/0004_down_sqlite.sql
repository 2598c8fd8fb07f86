-- The name of revision 0003.
ALTER TABLE bookings RENAME COLUMN party_size TO party;

-- The name of revision 0003.
ALTER TABLE bookings RENAME COLUMN occupied_start_us TO block_start_us;

-- The name of revision 0003.
ALTER TABLE bookings RENAME COLUMN occupied_end_us TO block_end_us;

-- The name of revision 0003.
ALTER TABLE table_holds RENAME COLUMN party_size TO party;

-- The name of revision 0003.
ALTER TABLE table_holds RENAME COLUMN occupied_start_us TO block_start_us;

-- The name of revision 0003.
ALTER TABLE table_holds RENAME COLUMN occupied_end_us TO block_end_us;

-- Revision 0003 lets restaurants share a slug.
DROP INDEX restaurants_slug;

-- Restaurant policies, as revision 0003 has it.
CREATE TABLE restaurant_policies (
    restaurant_id TEXT NOT NULL,
    restaurant JSON NOT NULL,
    policy JSON NOT NULL,
    floor JSON NOT NULL,
    CONSTRAINT restaurant_policies_pkey PRIMARY KEY (restaurant_id),
    CONSTRAINT restaurant_policies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Zones, as revision 0003 has it.
CREATE TABLE zones (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    name TEXT GENERATED ALWAYS AS (json_extract(document, '$.name')) VIRTUAL,
    CONSTRAINT zones_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT zones_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Table inventory, as revision 0003 has it.
CREATE TABLE table_inventory (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    number TEXT GENERATED ALWAYS AS (json_extract(document, '$.number')) VIRTUAL,
    capacity INTEGER GENERATED ALWAYS AS (json_extract(document, '$.capacity')) VIRTUAL,
    zone TEXT GENERATED ALWAYS AS (json_extract(document, '$.zone')) VIRTUAL,
    CONSTRAINT table_inventory_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT table_inventory_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Table adjacencies, as revision 0003 has it.
CREATE TABLE table_adjacencies (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    CONSTRAINT table_adjacencies_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT table_adjacencies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Restaurant service periods, as revision 0003 has it.
CREATE TABLE restaurant_service_periods (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    "key" TEXT GENERATED ALWAYS AS (json_extract(document, '$.key')) VIRTUAL,
    CONSTRAINT restaurant_service_periods_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_service_periods_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Restaurant capacity rules, as revision 0003 has it.
CREATE TABLE restaurant_capacity_rules (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    max_covers INTEGER GENERATED ALWAYS AS (json_extract(document, '$.max_covers')) VIRTUAL,
    max_parties INTEGER GENERATED ALWAYS AS (json_extract(document, '$.max_parties')) VIRTUAL,
    CONSTRAINT restaurant_capacity_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_capacity_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Booking confirmation results, as revision 0003 has it.
CREATE TABLE booking_confirmation_results (
    restaurant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    hold_id TEXT NOT NULL,
    booking_id TEXT,
    idempotency_key TEXT NOT NULL,
    confirmed BOOLEAN NOT NULL,
    checked_us BIGINT NOT NULL,
    tables JSON NOT NULL,
    rivals JSON NOT NULL,
    code TEXT,
    details JSON NOT NULL,
    actor_id TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    CONSTRAINT booking_confirmation_results_pkey PRIMARY KEY (restaurant_id, id)
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

-- Command results, as revision 0003 has it.
CREATE TABLE command_results (
    restaurant_id TEXT NOT NULL,
    command TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    kind TEXT NOT NULL,
    answer JSON NOT NULL,
    stored_us BIGINT NOT NULL,
    CONSTRAINT command_results_pkey PRIMARY KEY (restaurant_id, command, idempotency_key)
);

-- Find old results, for the retention job.
CREATE INDEX command_results_stored
    ON command_results (stored_us);
