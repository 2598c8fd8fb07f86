ALTER TABLE bookings ADD COLUMN is_pinned BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE bookings ADD COLUMN overrides JSON DEFAULT '[]' NOT NULL;

ALTER TABLE table_holds ADD COLUMN overrides JSON DEFAULT '[]' NOT NULL;

ALTER TABLE restaurant_policies ADD COLUMN staff_max_slack INTEGER;
