DROP INDEX {schema}.bookings_promised;

DROP TABLE {schema}.booking_slots;

-- Revision 0010 does not know the status.
UPDATE {schema}.bookings SET status = 'priority_waitlist' WHERE status = 'waitlisted';

UPDATE {schema}.bookings SET last_status = 'priority_waitlist' WHERE last_status = 'waitlisted';

DELETE FROM {schema}.command_results WHERE result LIKE '%"waitlisted"%';

ALTER TABLE {schema}.bookings
    DROP COLUMN wait_earliest_us,
    DROP COLUMN wait_latest_us,
    DROP COLUMN wait_until_us,
    DROP COLUMN offers;
