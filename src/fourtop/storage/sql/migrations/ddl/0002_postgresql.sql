ALTER TABLE {schema}.allocations
    ADD CONSTRAINT allocations_no_overlap
    EXCLUDE USING gist (restaurant_id WITH =, resource_type WITH =, resource_id WITH =, "window" WITH &&)
    WHERE (NOT shadow)
    DEFERRABLE INITIALLY IMMEDIATE;
