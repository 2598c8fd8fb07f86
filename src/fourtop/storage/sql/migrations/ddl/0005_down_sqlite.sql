DROP INDEX bookings_seated;

ALTER TABLE bookings DROP COLUMN must;

ALTER TABLE bookings DROP COLUMN wish;

ALTER TABLE bookings DROP COLUMN names_tables;

ALTER TABLE bookings DROP COLUMN asked_occasion;

ALTER TABLE bookings DROP COLUMN channel;

ALTER TABLE bookings DROP COLUMN minutes;

ALTER TABLE bookings DROP COLUMN reference;

ALTER TABLE bookings DROP COLUMN local_start;

ALTER TABLE bookings DROP COLUMN seated_us;

ALTER TABLE bookings DROP COLUMN left_us;

ALTER TABLE bookings DROP COLUMN last_status;

ALTER TABLE bookings DROP COLUMN last_start_us;

ALTER TABLE bookings DROP COLUMN last_end_us;

ALTER TABLE bookings DROP COLUMN last_step_us;

ALTER TABLE table_holds DROP COLUMN channel;

ALTER TABLE table_holds DROP COLUMN minutes;

ALTER TABLE table_holds DROP COLUMN reference;

ALTER TABLE table_holds DROP COLUMN life_start_us;
