-- The life of a hold.
ALTER TABLE restaurant_policies
    ADD COLUMN hold_max_lifetime_seconds INTEGER DEFAULT 600 NOT NULL;

-- The channels by which requests come in.
ALTER TABLE restaurant_policies ADD COLUMN channels JSON DEFAULT '[]' NOT NULL;

-- The stays that guests may ask for.
ALTER TABLE restaurant_policies ADD COLUMN guest_stay_least_minutes INTEGER;

ALTER TABLE restaurant_policies ADD COLUMN guest_stay_most_minutes INTEGER;

-- The rules of seating.
ALTER TABLE restaurant_policies ADD COLUMN early_minutes INTEGER DEFAULT 120 NOT NULL;

ALTER TABLE restaurant_policies ADD COLUMN late_minutes INTEGER;

ALTER TABLE restaurant_policies ADD COLUMN no_show_after_minutes INTEGER DEFAULT 15 NOT NULL;

ALTER TABLE restaurant_policies ADD COLUMN overstay_minutes INTEGER DEFAULT 15 NOT NULL;

-- A raster of its own.
ALTER TABLE restaurant_service_periods ADD COLUMN interval_minutes INTEGER;

-- The starts that are not on offer.
ALTER TABLE restaurant_service_periods ADD COLUMN closed_starts JSON DEFAULT '[]' NOT NULL;

-- SQLite adds no foreign key to a table, so that a new one takes its place.
ALTER TABLE restaurant_capacity_rules RENAME TO old_restaurant_capacity_rules;

-- Caps of a zone, and kinds of which the later overrides.
CREATE TABLE restaurant_capacity_rules (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    max_covers INTEGER,
    max_parties INTEGER,
    period TEXT,
    weekday TEXT,
    on_date TEXT,
    zone_id TEXT,
    kind TEXT DEFAULT 'regular' NOT NULL,
    CONSTRAINT restaurant_capacity_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_capacity_rules_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES restaurant_service_periods (restaurant_id, key) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_capacity_rules_zone_fkey FOREIGN KEY (restaurant_id, zone_id)
        REFERENCES zones (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_capacity_rules_cap_check CHECK (
        max_covers IS NOT NULL OR max_parties IS NOT NULL
    ),
    CONSTRAINT restaurant_capacity_rules_scope_check CHECK (weekday IS NULL OR on_date IS NULL),
    CONSTRAINT restaurant_capacity_rules_kind_check CHECK (
        kind IN ('regular', 'holiday', 'event', 'manual', 'emergency')
    ),
    CONSTRAINT restaurant_capacity_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

INSERT INTO restaurant_capacity_rules (
    restaurant_id, position, max_covers, max_parties, period, weekday, on_date
)
SELECT restaurant_id, position, max_covers, max_parties, period, weekday, on_date
FROM old_restaurant_capacity_rules;

DROP TABLE old_restaurant_capacity_rules;

-- How early and how late guests may book; the first that fits applies.
CREATE TABLE restaurant_booking_windows (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    notice_minutes INTEGER NOT NULL,
    horizon_days INTEGER,
    channel TEXT,
    min_party INTEGER NOT NULL,
    max_party INTEGER,
    CONSTRAINT restaurant_booking_windows_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_booking_windows_notice_check CHECK (notice_minutes >= 0),
    CONSTRAINT restaurant_booking_windows_party_check CHECK (
        min_party > 0 AND (max_party IS NULL OR max_party >= min_party)
    ),
    CONSTRAINT restaurant_booking_windows_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Changes of service periods on single dates.
CREATE TABLE restaurant_date_exceptions (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    period TEXT,
    closed BOOLEAN NOT NULL,
    start_time TEXT,
    end_time TEXT,
    last_start_time TEXT,
    interval_minutes INTEGER,
    closed_starts JSON NOT NULL,
    CONSTRAINT restaurant_date_exceptions_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_date_exceptions_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES restaurant_service_periods (restaurant_id, key) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_date_exceptions_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The most covers and parties in each interval of a service.
CREATE TABLE restaurant_pacing_rules (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    interval_minutes INTEGER NOT NULL,
    max_covers INTEGER,
    max_parties INTEGER,
    spread TEXT NOT NULL,
    period TEXT,
    weekday TEXT,
    on_date TEXT,
    kind TEXT NOT NULL,
    CONSTRAINT restaurant_pacing_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_pacing_rules_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES restaurant_service_periods (restaurant_id, key) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_pacing_rules_interval_check CHECK (interval_minutes > 0),
    CONSTRAINT restaurant_pacing_rules_spread_check CHECK (spread IN ('start', 'meal')),
    CONSTRAINT restaurant_pacing_rules_cap_check CHECK (
        max_covers IS NOT NULL OR max_parties IS NOT NULL
    ),
    CONSTRAINT restaurant_pacing_rules_scope_check CHECK (weekday IS NULL OR on_date IS NULL),
    CONSTRAINT restaurant_pacing_rules_kind_check CHECK (
        kind IN ('regular', 'holiday', 'event', 'manual', 'emergency')
    ),
    CONSTRAINT restaurant_pacing_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Covers of a service that are held back for a channel.
CREATE TABLE restaurant_channel_shares (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    channel TEXT NOT NULL,
    covers INTEGER NOT NULL,
    period TEXT,
    weekday TEXT,
    on_date TEXT,
    release_minutes INTEGER NOT NULL,
    CONSTRAINT restaurant_channel_shares_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_channel_shares_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES restaurant_service_periods (restaurant_id, key) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_channel_shares_covers_check CHECK (covers > 0),
    CONSTRAINT restaurant_channel_shares_release_check CHECK (release_minutes >= 0),
    CONSTRAINT restaurant_channel_shares_scope_check CHECK (weekday IS NULL OR on_date IS NULL),
    CONSTRAINT restaurant_channel_shares_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The hours, the season and the turn times of a zone.
CREATE TABLE restaurant_zone_rules (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    zone_id TEXT NOT NULL,
    closed BOOLEAN NOT NULL,
    start_time TEXT,
    end_time TEXT,
    last_start_time TEXT,
    weekdays JSON NOT NULL,
    season JSON,
    turn_bands JSON NOT NULL,
    CONSTRAINT restaurant_zone_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_zone_rules_zone_fkey FOREIGN KEY (restaurant_id, zone_id)
        REFERENCES zones (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_zone_rules_hours_check CHECK ((start_time IS NULL) = (end_time IS NULL)),
    CONSTRAINT restaurant_zone_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- When tables are for walk-ins.
CREATE TABLE restaurant_walk_in_rules (
    restaurant_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    weekdays JSON NOT NULL,
    dates JSON NOT NULL,
    period TEXT,
    CONSTRAINT restaurant_walk_in_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_walk_in_rules_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES restaurant_service_periods (restaurant_id, key) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_walk_in_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- The tables of a rule for walk-ins; a rule without any is for all tables.
CREATE TABLE restaurant_walk_in_tables (
    restaurant_id TEXT NOT NULL,
    rule_position INTEGER NOT NULL,
    table_id TEXT NOT NULL,
    CONSTRAINT restaurant_walk_in_tables_pkey PRIMARY KEY (restaurant_id, rule_position, table_id),
    CONSTRAINT restaurant_walk_in_tables_rule_fkey FOREIGN KEY (restaurant_id, rule_position)
        REFERENCES restaurant_walk_in_rules (restaurant_id, position)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_walk_in_tables_table_fkey FOREIGN KEY (restaurant_id, table_id)
        REFERENCES table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_walk_in_tables_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);
