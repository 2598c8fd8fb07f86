-- Where the numbers of tables are unique.
ALTER TABLE {schema}.restaurant_policies
    ADD COLUMN numbers_unique_in TEXT DEFAULT 'restaurant' NOT NULL,
    ADD CONSTRAINT restaurant_policies_numbers_check
        CHECK (numbers_unique_in IN ('restaurant', 'zone'));

-- Shapes and sizes for drawing; the zone of a number that is unique in its zone only.
ALTER TABLE {schema}.table_inventory
    ADD COLUMN shape TEXT,
    ADD COLUMN length_cm INTEGER,
    ADD COLUMN width_cm INTEGER,
    ADD COLUMN number_scope TEXT COLLATE "C" DEFAULT '' NOT NULL,
    ADD CONSTRAINT table_inventory_shape_check
        CHECK (shape IN ('round', 'oval', 'square', 'rectangle')),
    ADD CONSTRAINT table_inventory_length_check CHECK (length_cm > 0),
    ADD CONSTRAINT table_inventory_width_check CHECK (width_cm > 0);

DROP INDEX {schema}.table_inventory_number;

-- The number of a table is unique in its scope, whatever the case.
CREATE UNIQUE INDEX table_inventory_number
    ON {schema}.table_inventory (restaurant_id, number_scope, lower(number COLLATE "C"));

-- A join may win seats: its loss is negative then.
ALTER TABLE {schema}.table_adjacencies
    DROP CONSTRAINT table_adjacencies_seat_loss_check,
    ADD CONSTRAINT table_adjacencies_seat_loss_check CHECK (seat_loss BETWEEN -100 AND 100);

-- The pairs of tables that different parties may not have at once, the smaller id first.
CREATE TABLE {schema}.table_distances (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    first_table_id TEXT COLLATE "C" NOT NULL,
    second_table_id TEXT COLLATE "C" NOT NULL,
    CONSTRAINT table_distances_pkey PRIMARY KEY (restaurant_id, first_table_id, second_table_id),
    CONSTRAINT table_distances_first_fkey FOREIGN KEY (restaurant_id, first_table_id)
        REFERENCES {schema}.table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_distances_second_fkey FOREIGN KEY (restaurant_id, second_table_id)
        REFERENCES {schema}.table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_distances_pair_check CHECK (first_table_id < second_table_id),
    CONSTRAINT table_distances_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Find the tables that are kept apart from a table, from the other side.
CREATE INDEX table_distances_second
    ON {schema}.table_distances (restaurant_id, second_table_id);

-- The tables of each aisle: those that are joined, and those behind it. The id of an aisle is the
-- ids of its joined tables, joined by plus signs.
CREATE TABLE {schema}.table_aisles (
    restaurant_id TEXT COLLATE "C" NOT NULL,
    aisle_id TEXT COLLATE "C" NOT NULL,
    table_id TEXT COLLATE "C" NOT NULL,
    is_joined BOOLEAN NOT NULL,
    CONSTRAINT table_aisles_pkey PRIMARY KEY (restaurant_id, aisle_id, table_id),
    CONSTRAINT table_aisles_table_fkey FOREIGN KEY (restaurant_id, table_id)
        REFERENCES {schema}.table_inventory (restaurant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT table_aisles_restaurant_fkey FOREIGN KEY (restaurant_id)
        REFERENCES {schema}.restaurants (id)
);

-- Find the aisles that a table belongs to.
CREATE INDEX table_aisles_table
    ON {schema}.table_aisles (restaurant_id, table_id);
