ALTER TABLE {schema}.bookings
    ADD COLUMN is_pinned BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN overrides JSON DEFAULT '[]' NOT NULL;

ALTER TABLE {schema}.table_holds
    ADD COLUMN overrides JSON DEFAULT '[]' NOT NULL;

ALTER TABLE {schema}.restaurant_policies
    ADD COLUMN staff_max_slack INTEGER;
