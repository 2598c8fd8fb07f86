-- How scarce kinds of tables are.
ALTER TABLE restaurant_policies ADD COLUMN scarcities JSON DEFAULT '[]' NOT NULL;

-- The modes of enforcement.
ALTER TABLE restaurant_policies ADD COLUMN enforce_capacity TEXT DEFAULT 'enforced' NOT NULL;

ALTER TABLE restaurant_policies ADD COLUMN enforce_capacity_percent INTEGER DEFAULT 100 NOT NULL;

ALTER TABLE restaurant_policies ADD COLUMN enforce_adjacency TEXT DEFAULT 'enforced' NOT NULL;

ALTER TABLE restaurant_policies ADD COLUMN enforce_adjacency_percent INTEGER DEFAULT 100 NOT NULL;

-- The rules in shadow mode that would have refused the party.
ALTER TABLE bookings ADD COLUMN would_refuse TEXT;

ALTER TABLE table_holds ADD COLUMN would_refuse TEXT;

-- When seats left over cost more, or less.
CREATE TABLE restaurant_demand_profiles (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    multiplier JSON NOT NULL,
    start_time TEXT,
    end_time TEXT,
    weekdays JSON NOT NULL,
    period TEXT,
    priority INTEGER NOT NULL,
    CONSTRAINT restaurant_demand_profiles_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_demand_profiles_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES restaurant_service_periods (restaurant_id, key)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_demand_profiles_priority_check CHECK (priority >= 0),
    CONSTRAINT restaurant_demand_profiles_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);
