-- The starts that a party on the waitlist takes, until when it waits, and its offers.
ALTER TABLE {schema}.bookings
    ADD COLUMN wait_earliest_us BIGINT,
    ADD COLUMN wait_latest_us BIGINT,
    ADD COLUMN wait_until_us BIGINT,
    ADD COLUMN offers INTEGER;

-- Covers that are reserved at a start.
CREATE TABLE {schema}.booking_slots (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    start_us BIGINT NOT NULL,
    available INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT booking_slots_pkey PRIMARY KEY (restaurant_id, id),
    CONSTRAINT booking_slots_reserved_check CHECK (reserved BETWEEN 0 AND available),
    CONSTRAINT booking_slots_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The parties that were promised tables.
CREATE INDEX bookings_promised
    ON {schema}.bookings (restaurant_id, occupied_start_us)
    WHERE status = 'pending_allocation';
