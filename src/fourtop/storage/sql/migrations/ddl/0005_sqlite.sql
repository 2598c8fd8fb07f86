ALTER TABLE bookings ADD COLUMN must JSON DEFAULT '{}' NOT NULL;

ALTER TABLE bookings ADD COLUMN wish JSON DEFAULT '{}' NOT NULL;

ALTER TABLE bookings ADD COLUMN names_tables BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE bookings ADD COLUMN asked_occasion TEXT;

ALTER TABLE bookings ADD COLUMN channel TEXT;

ALTER TABLE bookings ADD COLUMN minutes INTEGER;

ALTER TABLE bookings ADD COLUMN reference TEXT;

ALTER TABLE bookings ADD COLUMN local_start TEXT DEFAULT '' NOT NULL;

ALTER TABLE bookings ADD COLUMN seated_us BIGINT;

ALTER TABLE bookings ADD COLUMN left_us BIGINT;

ALTER TABLE bookings ADD COLUMN last_status TEXT;

ALTER TABLE bookings ADD COLUMN last_start_us BIGINT;

ALTER TABLE bookings ADD COLUMN last_end_us BIGINT;

ALTER TABLE bookings ADD COLUMN last_step_us BIGINT;

ALTER TABLE table_holds ADD COLUMN channel TEXT;

ALTER TABLE table_holds ADD COLUMN minutes INTEGER;

ALTER TABLE table_holds ADD COLUMN reference TEXT;

ALTER TABLE table_holds ADD COLUMN life_start_us BIGINT;

CREATE INDEX bookings_seated
    ON bookings (restaurant_id)
    WHERE status = 'checked_in';
