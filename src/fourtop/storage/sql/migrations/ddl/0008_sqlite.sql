-- Where the numbers of tables are unique.
ALTER TABLE restaurant_policies ADD COLUMN numbers_unique_in TEXT DEFAULT 'restaurant' NOT NULL
    CONSTRAINT restaurant_policies_numbers_check CHECK (
        numbers_unique_in IN ('restaurant', 'zone')
    );

-- Shapes and sizes, for drawing.
ALTER TABLE table_inventory ADD COLUMN shape TEXT
    CONSTRAINT table_inventory_shape_check CHECK (
        shape IN ('round', 'oval', 'square', 'rectangle')
    );

ALTER TABLE table_inventory ADD COLUMN length_cm INTEGER
    CONSTRAINT table_inventory_length_check CHECK (length_cm > 0);

ALTER TABLE table_inventory ADD COLUMN width_cm INTEGER
    CONSTRAINT table_inventory_width_check CHECK (width_cm > 0);

-- The zone of a number that is unique in its zone only.
ALTER TABLE table_inventory ADD COLUMN number_scope TEXT DEFAULT '' NOT NULL;

DROP INDEX table_inventory_number;

-- The number of a table is unique in its scope, whatever the case.
CREATE UNIQUE INDEX table_inventory_number
    ON table_inventory (restaurant_id, number_scope, number COLLATE NOCASE);

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
    CONSTRAINT table_adjacencies_seat_loss_check CHECK (seat_loss BETWEEN -100 AND 100),
    CONSTRAINT table_adjacencies_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

INSERT INTO table_adjacencies (restaurant_id, first_table_id, second_table_id, seat_loss)
SELECT restaurant_id, first_table_id, second_table_id, seat_loss
FROM old_table_adjacencies;

DROP TABLE old_table_adjacencies;

-- Find the neighbours of a table from the other side.
CREATE INDEX table_adjacencies_second
    ON table_adjacencies (restaurant_id, second_table_id);

-- The pairs of tables that different parties may not have at once, the smaller id first.
CREATE TABLE table_distances (
    restaurant_id TEXT NOT NULL,
    first_table_id TEXT NOT NULL,
    second_table_id TEXT NOT NULL,
    CONSTRAINT table_distances_pkey PRIMARY KEY (restaurant_id, first_table_id, second_table_id),
    CONSTRAINT table_distances_first_fkey FOREIGN KEY (restaurant_id, first_table_id)
        REFERENCES table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_distances_second_fkey FOREIGN KEY (restaurant_id, second_table_id)
        REFERENCES table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_distances_pair_check CHECK (first_table_id < second_table_id),
    CONSTRAINT table_distances_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Find the tables that are kept apart from a table, from the other side.
CREATE INDEX table_distances_second
    ON table_distances (restaurant_id, second_table_id);

-- The tables of each aisle: those that are joined, and those behind it. The id of an aisle is the
-- ids of its joined tables, joined by plus signs.
CREATE TABLE table_aisles (
    restaurant_id TEXT NOT NULL,
    aisle_id TEXT NOT NULL,
    table_id TEXT NOT NULL,
    is_joined BOOLEAN NOT NULL,
    CONSTRAINT table_aisles_pkey PRIMARY KEY (restaurant_id, aisle_id, table_id),
    CONSTRAINT table_aisles_table_fkey FOREIGN KEY (restaurant_id, table_id)
        REFERENCES table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_aisles_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (id) DEFERRABLE INITIALLY DEFERRED
);

-- Find the aisles that a table belongs to.
CREATE INDEX table_aisles_table
    ON table_aisles (restaurant_id, table_id);
