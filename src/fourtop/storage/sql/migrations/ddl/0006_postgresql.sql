-- The life of a hold, the channels, the stays that guests may ask for, and the rules of seating.
ALTER TABLE {schema}.restaurant_policies
    ADD COLUMN hold_max_lifetime_seconds INTEGER DEFAULT 600 NOT NULL,
    ADD COLUMN channels JSON DEFAULT '[]' NOT NULL,
    ADD COLUMN guest_stay_least_minutes INTEGER,
    ADD COLUMN guest_stay_most_minutes INTEGER,
    ADD COLUMN early_minutes INTEGER DEFAULT 120 NOT NULL,
    ADD COLUMN late_minutes INTEGER,
    ADD COLUMN no_show_after_minutes INTEGER DEFAULT 15 NOT NULL,
    ADD COLUMN overstay_minutes INTEGER DEFAULT 15 NOT NULL;

-- A raster of its own, and the starts that are not on offer.
ALTER TABLE {schema}.restaurant_service_periods
    ADD COLUMN interval_minutes INTEGER,
    ADD COLUMN closed_starts JSON DEFAULT '[]' NOT NULL;

-- Caps of a zone, and kinds of which the later overrides.
ALTER TABLE {schema}.restaurant_capacity_rules
    ADD COLUMN zone_id TEXT COLLATE "C",
    ADD COLUMN kind TEXT DEFAULT 'regular' NOT NULL,
    ADD CONSTRAINT restaurant_capacity_rules_zone_fkey FOREIGN KEY (restaurant_id, zone_id)
        REFERENCES {schema}.zones (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT restaurant_capacity_rules_kind_check CHECK (
        kind IN ('regular', 'holiday', 'event', 'manual', 'emergency')
    );

-- How early and how late guests may book; the first that fits applies.
CREATE TABLE {schema}.restaurant_booking_windows (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    notice_minutes INTEGER NOT NULL,
    horizon_days INTEGER,
    channel TEXT COLLATE "C",
    min_party INTEGER NOT NULL,
    max_party INTEGER,
    CONSTRAINT restaurant_booking_windows_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_booking_windows_notice_check CHECK (notice_minutes >= 0),
    CONSTRAINT restaurant_booking_windows_party_check CHECK (
        min_party > 0 AND (max_party IS NULL OR max_party >= min_party)
    ),
    CONSTRAINT restaurant_booking_windows_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Changes of service periods on single dates.
CREATE TABLE {schema}.restaurant_date_exceptions (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    period TEXT COLLATE "C",
    closed BOOLEAN NOT NULL,
    start_time TEXT,
    end_time TEXT,
    last_start_time TEXT,
    interval_minutes INTEGER,
    closed_starts JSON NOT NULL,
    CONSTRAINT restaurant_date_exceptions_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_date_exceptions_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES {schema}.restaurant_service_periods (restaurant_id, key)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_date_exceptions_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The most covers and parties in each interval of a service.
CREATE TABLE {schema}.restaurant_pacing_rules (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    interval_minutes INTEGER NOT NULL,
    max_covers INTEGER,
    max_parties INTEGER,
    spread TEXT NOT NULL,
    period TEXT COLLATE "C",
    weekday TEXT,
    on_date TEXT,
    kind TEXT NOT NULL,
    CONSTRAINT restaurant_pacing_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_pacing_rules_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES {schema}.restaurant_service_periods (restaurant_id, key)
        DEFERRABLE INITIALLY DEFERRED,
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
        REFERENCES {schema}.restaurants (id)
);

-- Covers of a service that are held back for a channel.
CREATE TABLE {schema}.restaurant_channel_shares (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    covers INTEGER NOT NULL,
    period TEXT COLLATE "C",
    weekday TEXT,
    on_date TEXT,
    release_minutes INTEGER NOT NULL,
    CONSTRAINT restaurant_channel_shares_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_channel_shares_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES {schema}.restaurant_service_periods (restaurant_id, key)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_channel_shares_covers_check CHECK (covers > 0),
    CONSTRAINT restaurant_channel_shares_release_check CHECK (release_minutes >= 0),
    CONSTRAINT restaurant_channel_shares_scope_check CHECK (weekday IS NULL OR on_date IS NULL),
    CONSTRAINT restaurant_channel_shares_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The hours, the season and the turn times of a zone.
CREATE TABLE {schema}.restaurant_zone_rules (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    zone_id TEXT COLLATE "C" NOT NULL,
    closed BOOLEAN NOT NULL,
    start_time TEXT,
    end_time TEXT,
    last_start_time TEXT,
    weekdays JSON NOT NULL,
    season JSON,
    turn_bands JSON NOT NULL,
    CONSTRAINT restaurant_zone_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_zone_rules_zone_fkey FOREIGN KEY (restaurant_id, zone_id)
        REFERENCES {schema}.zones (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_zone_rules_hours_check CHECK ((start_time IS NULL) = (end_time IS NULL)),
    CONSTRAINT restaurant_zone_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- When tables are for walk-ins.
CREATE TABLE {schema}.restaurant_walk_in_rules (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    weekdays JSON NOT NULL,
    dates JSON NOT NULL,
    period TEXT COLLATE "C",
    CONSTRAINT restaurant_walk_in_rules_pkey PRIMARY KEY (restaurant_id, position),
    CONSTRAINT restaurant_walk_in_rules_period_fkey FOREIGN KEY (restaurant_id, period)
        REFERENCES {schema}.restaurant_service_periods (restaurant_id, key)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_walk_in_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- The tables of a rule for walk-ins; a rule without any is for all tables.
CREATE TABLE {schema}.restaurant_walk_in_tables (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    rule_position INTEGER NOT NULL,
    table_id TEXT COLLATE "C" NOT NULL,
    CONSTRAINT restaurant_walk_in_tables_pkey PRIMARY KEY (restaurant_id, rule_position, table_id),
    CONSTRAINT restaurant_walk_in_tables_rule_fkey FOREIGN KEY (restaurant_id, rule_position)
        REFERENCES {schema}.restaurant_walk_in_rules (restaurant_id, position)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_walk_in_tables_table_fkey FOREIGN KEY (restaurant_id, table_id)
        REFERENCES {schema}.table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_walk_in_tables_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);
