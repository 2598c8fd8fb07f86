CREATE TABLE restaurants (
    id TEXT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    floor_version BIGINT NOT NULL,
    policy_version BIGINT NOT NULL,
    occupancy_version BIGINT NOT NULL,
    latest_us BIGINT NOT NULL,
    CONSTRAINT restaurants_pkey PRIMARY KEY (id)
);

CREATE TABLE restaurant_policies (
    restaurant_id TEXT NOT NULL,
    restaurant JSON NOT NULL,
    policy JSON NOT NULL,
    floor JSON NOT NULL,
    CONSTRAINT restaurant_policies_pkey PRIMARY KEY (restaurant_id),
    CONSTRAINT restaurant_policies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE zones (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    name TEXT GENERATED ALWAYS AS (json_extract(document, '$.name')) VIRTUAL,
    CONSTRAINT zones_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT zones_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

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

CREATE TABLE table_adjacencies (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    CONSTRAINT table_adjacencies_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT table_adjacencies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE restaurant_service_periods (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document JSON NOT NULL,
    "key" TEXT GENERATED ALWAYS AS (json_extract(document, '$.key')) VIRTUAL,
    CONSTRAINT restaurant_service_periods_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_service_periods_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

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

CREATE TABLE bookings (
    restaurant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    party INTEGER NOT NULL,
    status TEXT NOT NULL,
    period TEXT NOT NULL,
    service_date TEXT NOT NULL,
    occasion TEXT,
    dining_start_us BIGINT NOT NULL,
    dining_end_us BIGINT NOT NULL,
    block_start_us BIGINT NOT NULL,
    block_end_us BIGINT NOT NULL,
    turn_minutes INTEGER NOT NULL,
    is_clamped BOOLEAN NOT NULL,
    merge_group_id TEXT,
    assigned_start_us BIGINT,
    assigned_end_us BIGINT,
    assigned_us BIGINT,
    assigned_by_id TEXT,
    assigned_by_role TEXT,
    version BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    past_reason TEXT,
    CONSTRAINT bookings_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT bookings_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX bookings_start
    ON bookings (restaurant_id, dining_start_us);

CREATE TABLE booking_table_assignments (
    restaurant_id TEXT NOT NULL,
    booking_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    table_id TEXT NOT NULL,
    CONSTRAINT booking_table_assignments_pkey PRIMARY KEY (restaurant_id, booking_id, position),
    CONSTRAINT booking_table_assignments_booking_fkey FOREIGN KEY (restaurant_id, booking_id)
        REFERENCES bookings (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE table_blocks (
    restaurant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    tables JSON NOT NULL,
    start_us BIGINT NOT NULL,
    end_us BIGINT NOT NULL,
    reason TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    CONSTRAINT table_blocks_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT table_blocks_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE table_holds (
    restaurant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    party INTEGER NOT NULL,
    state TEXT NOT NULL,
    period TEXT NOT NULL,
    service_date TEXT NOT NULL,
    occasion TEXT,
    dining_start_us BIGINT NOT NULL,
    dining_end_us BIGINT NOT NULL,
    block_start_us BIGINT NOT NULL,
    block_end_us BIGINT NOT NULL,
    turn_minutes INTEGER NOT NULL,
    is_clamped BOOLEAN NOT NULL,
    created_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    booking_id TEXT,
    session TEXT,
    past_reason TEXT,
    must JSON NOT NULL,
    wish JSON NOT NULL,
    names_tables BOOLEAN NOT NULL,
    asked_occasion TEXT,
    CONSTRAINT table_holds_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT table_holds_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX table_holds_active
    ON table_holds (restaurant_id, block_start_us)
    WHERE state = 'active';

CREATE INDEX table_holds_booking
    ON table_holds (restaurant_id, booking_id)
    WHERE booking_id IS NOT NULL;

CREATE INDEX table_holds_ended
    ON table_holds (created_us)
    WHERE state <> 'active';

CREATE INDEX table_holds_expiry
    ON table_holds (expires_us)
    WHERE state = 'active';

CREATE TABLE table_hold_members (
    restaurant_id TEXT NOT NULL,
    hold_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    table_id TEXT NOT NULL,
    CONSTRAINT table_hold_members_pkey PRIMARY KEY (restaurant_id, hold_id, position),
    CONSTRAINT table_hold_members_hold_fkey FOREIGN KEY (restaurant_id, hold_id)
        REFERENCES table_holds (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE allocations (
    restaurant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    start_us BIGINT NOT NULL,
    end_us BIGINT NOT NULL,
    hold_id TEXT,
    booking_id TEXT,
    block_id TEXT,
    shadow BOOLEAN NOT NULL,
    CONSTRAINT allocations_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT allocations_hold_fkey FOREIGN KEY (restaurant_id, hold_id)
        REFERENCES table_holds (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT allocations_booking_fkey FOREIGN KEY (restaurant_id, booking_id)
        REFERENCES bookings (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT allocations_block_fkey FOREIGN KEY (restaurant_id, block_id)
        REFERENCES table_blocks (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT allocations_window_check CHECK (start_us < end_us),
    CONSTRAINT allocations_owner_check CHECK (
        CASE WHEN hold_id IS NULL THEN 0 ELSE 1 END
        + CASE WHEN booking_id IS NULL THEN 0 ELSE 1 END
        + CASE WHEN block_id IS NULL THEN 0 ELSE 1 END = 1
    ),
    CONSTRAINT allocations_shadow_check CHECK (hold_id IS NULL OR NOT shadow),
    CONSTRAINT allocations_type_check CHECK (resource_type IN ('table', 'hold', 'merge_group'))
);

CREATE INDEX allocations_block
    ON allocations (restaurant_id, block_id)
    WHERE block_id IS NOT NULL;

CREATE INDEX allocations_booking
    ON allocations (restaurant_id, booking_id)
    WHERE booking_id IS NOT NULL;

CREATE INDEX allocations_end
    ON allocations (end_us);

CREATE INDEX allocations_hold
    ON allocations (restaurant_id, hold_id)
    WHERE hold_id IS NOT NULL;

CREATE INDEX allocations_long
    ON allocations (restaurant_id, start_us)
    WHERE end_us - start_us > 21600000000;

CREATE INDEX allocations_start
    ON allocations (restaurant_id, start_us);

CREATE TABLE allocations_archive (
    restaurant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    start_us BIGINT NOT NULL,
    end_us BIGINT NOT NULL,
    hold_id TEXT,
    booking_id TEXT,
    block_id TEXT,
    shadow BOOLEAN NOT NULL,
    archived_us BIGINT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (number)
);

CREATE INDEX allocations_archive_start
    ON allocations_archive (restaurant_id, start_us);

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

CREATE INDEX booking_confirmation_results_checked
    ON booking_confirmation_results (checked_us);

CREATE INDEX booking_confirmation_results_hold
    ON booking_confirmation_results (restaurant_id, hold_id);

CREATE UNIQUE INDEX booking_confirmation_results_key
    ON booking_confirmation_results (restaurant_id, booking_id, idempotency_key)
    WHERE confirmed;

CREATE UNIQUE INDEX booking_confirmation_results_once
    ON booking_confirmation_results (restaurant_id, hold_id)
    WHERE confirmed;

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

CREATE INDEX command_results_stored
    ON command_results (stored_us);

CREATE TABLE capacity_outbox (
    restaurant_id TEXT NOT NULL,
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    dedupe_key TEXT NOT NULL,
    type TEXT NOT NULL,
    at_us BIGINT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_role TEXT NOT NULL,
    booking_id TEXT,
    hold_id TEXT,
    data JSON NOT NULL,
    subject TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    next_us BIGINT DEFAULT 0 NOT NULL,
    lease TEXT,
    leased_until_us BIGINT,
    delivered_us BIGINT,
    dead_us BIGINT,
    CONSTRAINT capacity_outbox_dedupe_key UNIQUE (restaurant_id, dedupe_key)
);

CREATE INDEX capacity_outbox_dead
    ON capacity_outbox (dead_us)
    WHERE dead_us IS NOT NULL;

CREATE INDEX capacity_outbox_delivered
    ON capacity_outbox (delivered_us)
    WHERE delivered_us IS NOT NULL;

CREATE INDEX capacity_outbox_next
    ON capacity_outbox (sequence)
    WHERE coalesce(delivered_us, dead_us) IS NULL;

CREATE INDEX capacity_outbox_waiting
    ON capacity_outbox (restaurant_id, subject, sequence)
    WHERE delivered_us IS NULL AND dead_us IS NULL;
