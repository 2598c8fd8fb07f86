ALTER TABLE {schema}.bookings
    ADD COLUMN must JSON DEFAULT '{}' NOT NULL,
    ADD COLUMN wish JSON DEFAULT '{}' NOT NULL,
    ADD COLUMN names_tables BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN asked_occasion TEXT,
    ADD COLUMN channel TEXT COLLATE "C",
    ADD COLUMN minutes INTEGER,
    ADD COLUMN reference TEXT COLLATE "C",
    ADD COLUMN local_start TEXT DEFAULT '' NOT NULL,
    ADD COLUMN seated_us BIGINT,
    ADD COLUMN left_us BIGINT,
    ADD COLUMN last_status TEXT,
    ADD COLUMN last_start_us BIGINT,
    ADD COLUMN last_end_us BIGINT,
    ADD COLUMN last_step_us BIGINT;

ALTER TABLE {schema}.table_holds
    ADD COLUMN channel TEXT COLLATE "C",
    ADD COLUMN minutes INTEGER,
    ADD COLUMN reference TEXT COLLATE "C",
    ADD COLUMN life_start_us BIGINT;

CREATE INDEX bookings_seated
    ON {schema}.bookings (restaurant_id)
    WHERE status = 'checked_in';
