DROP TABLE {schema}.restaurant_walk_in_tables;

DROP TABLE {schema}.restaurant_walk_in_rules;

DROP TABLE {schema}.restaurant_zone_rules;

DROP TABLE {schema}.restaurant_channel_shares;

DROP TABLE {schema}.restaurant_pacing_rules;

DROP TABLE {schema}.restaurant_date_exceptions;

DROP TABLE {schema}.restaurant_booking_windows;

-- Revision 0005 would take the cap of a zone, or an override, for the cap of every service.
DELETE FROM {schema}.restaurant_capacity_rules
WHERE zone_id IS NOT NULL OR kind <> 'regular';

-- The positions that are left count from 0 without a gap.
UPDATE {schema}.restaurant_capacity_rules AS rule
SET position = -1 - (
    SELECT count(*) FROM {schema}.restaurant_capacity_rules AS other
    WHERE other.restaurant_id = rule.restaurant_id AND other.position < rule.position
);

UPDATE {schema}.restaurant_capacity_rules SET position = -1 - position;

-- Revision 0005 knows holds of 600 seconds at most.
UPDATE {schema}.restaurant_policies SET hold_ttl_seconds = 600 WHERE hold_ttl_seconds > 600;

ALTER TABLE {schema}.restaurant_capacity_rules
    DROP COLUMN zone_id,
    DROP COLUMN kind;

ALTER TABLE {schema}.restaurant_service_periods
    DROP COLUMN interval_minutes,
    DROP COLUMN closed_starts;

ALTER TABLE {schema}.restaurant_policies
    DROP COLUMN hold_max_lifetime_seconds,
    DROP COLUMN channels,
    DROP COLUMN guest_stay_least_minutes,
    DROP COLUMN guest_stay_most_minutes,
    DROP COLUMN early_minutes,
    DROP COLUMN late_minutes,
    DROP COLUMN no_show_after_minutes,
    DROP COLUMN overstay_minutes;
