DROP POLICY listing ON {schema}.restaurants;

REVOKE ALL ON {schema}.fourtop_version FROM fourtop_app, fourtop_jobs;

DROP POLICY everybody ON {schema}.fourtop_version;

ALTER TABLE {schema}.fourtop_version NO FORCE ROW LEVEL SECURITY;

ALTER TABLE {schema}.fourtop_version DISABLE ROW LEVEL SECURITY;

REVOKE USAGE ON SCHEMA {schema} FROM fourtop_app, fourtop_jobs;

DROP FUNCTION {schema}.tenant();
