DROP INDEX {schema}.bookings_seated;

ALTER TABLE {schema}.bookings
    DROP COLUMN must,
    DROP COLUMN wish,
    DROP COLUMN names_tables,
    DROP COLUMN asked_occasion,
    DROP COLUMN channel,
    DROP COLUMN minutes,
    DROP COLUMN reference,
    DROP COLUMN local_start,
    DROP COLUMN seated_us,
    DROP COLUMN left_us,
    DROP COLUMN last_status,
    DROP COLUMN last_start_us,
    DROP COLUMN last_end_us,
    DROP COLUMN last_step_us;

ALTER TABLE {schema}.table_holds
    DROP COLUMN channel,
    DROP COLUMN minutes,
    DROP COLUMN reference,
    DROP COLUMN life_start_us;
