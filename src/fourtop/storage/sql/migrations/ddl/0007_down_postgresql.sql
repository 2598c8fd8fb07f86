ALTER TABLE {schema}.bookings
    DROP COLUMN is_pinned,
    DROP COLUMN overrides;

ALTER TABLE {schema}.table_holds
    DROP COLUMN overrides;

ALTER TABLE {schema}.restaurant_policies
    DROP COLUMN staff_max_slack;
