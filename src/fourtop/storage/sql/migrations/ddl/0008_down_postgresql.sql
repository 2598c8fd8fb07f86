DROP TABLE {schema}.table_aisles;

DROP TABLE {schema}.table_distances;

-- Revision 0007 knows no join that wins seats.
UPDATE {schema}.table_adjacencies SET seat_loss = 0 WHERE seat_loss < 0;

ALTER TABLE {schema}.table_adjacencies
    DROP CONSTRAINT table_adjacencies_seat_loss_check,
    ADD CONSTRAINT table_adjacencies_seat_loss_check CHECK (seat_loss >= 0);

-- Revision 0007 refuses a place far outside of the plan. It is for drawing only.
UPDATE {schema}.table_inventory SET position = NULL
WHERE abs((position ->> 'x')::float8) > 1000 OR abs((position ->> 'y')::float8) > 1000;

DROP INDEX {schema}.table_inventory_number;

-- The number of a table is unique in its restaurant, whatever the case.
CREATE UNIQUE INDEX table_inventory_number
    ON {schema}.table_inventory (restaurant_id, lower(number COLLATE "C"));

ALTER TABLE {schema}.table_inventory
    DROP COLUMN shape,
    DROP COLUMN length_cm,
    DROP COLUMN width_cm,
    DROP COLUMN number_scope;

ALTER TABLE {schema}.restaurant_policies DROP COLUMN numbers_unique_in;
