DROP TABLE {schema}.restaurant_demand_profiles;

ALTER TABLE {schema}.restaurant_policies
    DROP COLUMN scarcities,
    DROP COLUMN enforce_capacity,
    DROP COLUMN enforce_capacity_percent,
    DROP COLUMN enforce_adjacency,
    DROP COLUMN enforce_adjacency_percent;

ALTER TABLE {schema}.bookings DROP COLUMN would_refuse;

ALTER TABLE {schema}.table_holds DROP COLUMN would_refuse;
