CREATE FUNCTION {schema}.tenant() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    named text := pg_catalog.current_setting('fourtop.restaurant_id', true);
BEGIN
    IF named IS NULL OR named = '' THEN
        RAISE EXCEPTION 'no restaurant is named in fourtop.restaurant_id' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN named;
END
$$;

GRANT USAGE ON SCHEMA {schema} TO fourtop_app, fourtop_jobs;

CREATE POLICY listing ON {schema}.restaurants FOR SELECT TO fourtop_app
    USING ((SELECT {schema}.tenant()) = '*');

ALTER TABLE {schema}.fourtop_version ENABLE ROW LEVEL SECURITY;

ALTER TABLE {schema}.fourtop_version FORCE ROW LEVEL SECURITY;

CREATE POLICY everybody ON {schema}.fourtop_version USING (true) WITH CHECK (true);

GRANT SELECT ON {schema}.fourtop_version TO fourtop_app, fourtop_jobs;
