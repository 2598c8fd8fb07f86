DROP TABLE restaurant_demand_profiles;

ALTER TABLE restaurant_policies DROP COLUMN scarcities;

ALTER TABLE restaurant_policies DROP COLUMN enforce_capacity;

ALTER TABLE restaurant_policies DROP COLUMN enforce_capacity_percent;

ALTER TABLE restaurant_policies DROP COLUMN enforce_adjacency;

ALTER TABLE restaurant_policies DROP COLUMN enforce_adjacency_percent;

ALTER TABLE bookings DROP COLUMN would_refuse;

ALTER TABLE table_holds DROP COLUMN would_refuse;
