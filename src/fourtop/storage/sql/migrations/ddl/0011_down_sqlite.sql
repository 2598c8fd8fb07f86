DROP INDEX bookings_promised;

DROP TABLE booking_slots;

-- Revision 0010 does not know the status.
UPDATE bookings SET status = 'priority_waitlist' WHERE status = 'waitlisted';

UPDATE bookings SET last_status = 'priority_waitlist' WHERE last_status = 'waitlisted';

DELETE FROM command_results WHERE result LIKE '%"waitlisted"%';

ALTER TABLE bookings DROP COLUMN wait_earliest_us;

ALTER TABLE bookings DROP COLUMN wait_latest_us;

ALTER TABLE bookings DROP COLUMN wait_until_us;

ALTER TABLE bookings DROP COLUMN offers;
