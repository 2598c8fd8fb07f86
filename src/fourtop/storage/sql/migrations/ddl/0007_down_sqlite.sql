ALTER TABLE bookings DROP COLUMN is_pinned;

ALTER TABLE bookings DROP COLUMN overrides;

ALTER TABLE table_holds DROP COLUMN overrides;

ALTER TABLE restaurant_policies DROP COLUMN staff_max_slack;
