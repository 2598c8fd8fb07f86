-- How scarce kinds of tables are, and the modes of enforcement.
ALTER TABLE {schema}.restaurant_policies
    ADD COLUMN scarcities JSON DEFAULT '[]' NOT NULL,
    ADD COLUMN enforce_capacity TEXT DEFAULT 'enforced' NOT NULL,
    ADD COLUMN enforce_capacity_percent INTEGER DEFAULT 100 NOT NULL,
    ADD COLUMN enforce_adjacency TEXT DEFAULT 'enforced' NOT NULL,
    ADD COLUMN enforce_adjacency_percent INTEGER DEFAULT 100 NOT NULL;

-- The rules in shadow mode that would have refused the party.
ALTER TABLE {schema}.bookings ADD COLUMN would_refuse TEXT;

ALTER TABLE {schema}.table_holds ADD COLUMN would_refuse TEXT;

-- When seats left over cost more, or less.
CREATE TABLE {schema}.restaurant_demand_profiles (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    multiplier JSON NOT NULL,
    start_time TEXT,
    end_time TEXT,
    weekdays JSON NOT NULL,
    period TEXT COLLATE "C",
    priority INTEGER NOT NULL,
    CONSTRAINT restaurant_demand_profiles_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_demand_profiles_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES {schema}.restaurant_service_periods (restaurant_id, key)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_demand_profiles_priority_check CHECK (priority >= 0),
    CONSTRAINT restaurant_demand_profiles_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);
