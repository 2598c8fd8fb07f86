CREATE INDEX allocations_no_overlap
    ON allocations (restaurant_id, resource_type, resource_id, start_us)
    WHERE NOT shadow;

CREATE TRIGGER allocations_no_overlap_insert BEFORE INSERT ON allocations WHEN NOT NEW.shadow
BEGIN
    SELECT RAISE(ABORT, 'allocations_no_overlap') WHERE (
        SELECT end_us FROM allocations
        WHERE restaurant_id = NEW.restaurant_id AND resource_type = NEW.resource_type
            AND resource_id = NEW.resource_id AND NOT shadow AND start_us < NEW.end_us
        ORDER BY start_us DESC LIMIT 1
    ) > NEW.start_us;
END;

CREATE TRIGGER allocations_no_overlap_update
    BEFORE UPDATE OF restaurant_id, resource_type, resource_id, start_us, end_us, shadow ON allocations
    WHEN NOT NEW.shadow
BEGIN
    SELECT RAISE(ABORT, 'allocations_no_overlap') WHERE (
        SELECT end_us FROM allocations
        WHERE restaurant_id = NEW.restaurant_id AND resource_type = NEW.resource_type
            AND resource_id = NEW.resource_id AND NOT shadow AND start_us < NEW.end_us AND rowid <> OLD.rowid
        ORDER BY start_us DESC LIMIT 1
    ) > NEW.start_us;
END;
