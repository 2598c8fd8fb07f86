DROP TABLE table_aisles;

DROP TABLE table_distances;

-- SQLite changes no check of a table, so that a new table takes its place.
ALTER TABLE table_adjacencies RENAME TO old_table_adjacencies;

DROP INDEX table_adjacencies_second;

CREATE TABLE table_adjacencies (
    restaurant_id TEXT NOT NULL,
    first_table_id TEXT NOT NULL,
    second_table_id TEXT NOT NULL,
    seat_loss INTEGER NOT NULL,
    CONSTRAINT table_adjacencies_pkey PRIMARY KEY (restaurant_id, first_table_id, second_table_id),
    CONSTRAINT table_adjacencies_first_fkey FOREIGN KEY (restaurant_id, first_table_id)
        REFERENCES table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_adjacencies_second_fkey FOREIGN KEY (restaurant_id, second_table_id)
        REFERENCES table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_adjacencies_pair_check CHECK (first_table_id < second_table_id),
    CONSTRAINT table_adjacencies_seat_loss_check CHECK (seat_loss >= 0),
    CONSTRAINT table_adjacencies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Revision 0007 knows no join that wins seats.
INSERT INTO table_adjacencies (restaurant_id, first_table_id, second_table_id, seat_loss)
SELECT restaurant_id, first_table_id, second_table_id, max(seat_loss, 0)
FROM old_table_adjacencies;

DROP TABLE old_table_adjacencies;

-- Find the neighbours of a table from the other side.
CREATE INDEX table_adjacencies_second
    ON table_adjacencies (restaurant_id, second_table_id);

-- Revision 0007 refuses a place far outside of the plan. It is for drawing only.
UPDATE table_inventory SET position = NULL
WHERE abs(json_extract(position, '$.x')) > 1000 OR abs(json_extract(position, '$.y')) > 1000;

DROP INDEX table_inventory_number;

-- The number of a table is unique in its restaurant, whatever the case.
CREATE UNIQUE INDEX table_inventory_number
    ON table_inventory (restaurant_id, number COLLATE NOCASE);

ALTER TABLE table_inventory DROP COLUMN shape;

ALTER TABLE table_inventory DROP COLUMN length_cm;

ALTER TABLE table_inventory DROP COLUMN width_cm;

ALTER TABLE table_inventory DROP COLUMN number_scope;

ALTER TABLE restaurant_policies DROP COLUMN numbers_unique_in;
