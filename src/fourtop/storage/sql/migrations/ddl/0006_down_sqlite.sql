DROP TABLE restaurant_walk_in_tables;

DROP TABLE restaurant_walk_in_rules;

DROP TABLE restaurant_zone_rules;

DROP TABLE restaurant_channel_shares;

DROP TABLE restaurant_pacing_rules;

DROP TABLE restaurant_date_exceptions;

DROP TABLE restaurant_booking_windows;

ALTER TABLE restaurant_capacity_rules RENAME TO old_restaurant_capacity_rules;

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
        REFERENCES restaurant_service_periods (restaurant_id, key) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT restaurant_capacity_rules_cap_check CHECK (
        max_covers IS NOT NULL OR max_parties IS NOT NULL
    ),
    CONSTRAINT restaurant_capacity_rules_scope_check CHECK (weekday IS NULL OR on_date IS NULL),
    CONSTRAINT restaurant_capacity_rules_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Revision 0005 would take the cap of a zone, or an override, for the cap of every service. The
-- positions that are left count from 0 without a gap.
INSERT INTO restaurant_capacity_rules (
    restaurant_id, position, max_covers, max_parties, period, weekday, on_date
)
SELECT
    restaurant_id,
    row_number() OVER (PARTITION BY restaurant_id ORDER BY position) - 1,
    max_covers, max_parties, period, weekday, on_date
FROM old_restaurant_capacity_rules
WHERE zone_id IS NULL AND kind = 'regular';

DROP TABLE old_restaurant_capacity_rules;

-- Revision 0005 knows holds of 600 seconds at most.
UPDATE restaurant_policies SET hold_ttl_seconds = 600 WHERE hold_ttl_seconds > 600;

ALTER TABLE restaurant_service_periods DROP COLUMN interval_minutes;

ALTER TABLE restaurant_service_periods DROP COLUMN closed_starts;

ALTER TABLE restaurant_policies DROP COLUMN hold_max_lifetime_seconds;

ALTER TABLE restaurant_policies DROP COLUMN channels;

ALTER TABLE restaurant_policies DROP COLUMN guest_stay_least_minutes;

ALTER TABLE restaurant_policies DROP COLUMN guest_stay_most_minutes;

ALTER TABLE restaurant_policies DROP COLUMN early_minutes;

ALTER TABLE restaurant_policies DROP COLUMN late_minutes;

ALTER TABLE restaurant_policies DROP COLUMN no_show_after_minutes;

ALTER TABLE restaurant_policies DROP COLUMN overstay_minutes;
