-- The roles, run as a superuser; harmless when run again. The embedded server runs it by itself; elsewhere
-- an administrator runs it once and gives the three login roles their passwords (docs/adr/0002-postgres.md).

DO $$
BEGIN
    -- Owns the tables and migrates. Row-level security is forced on it as well.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'realestate_owner') THEN
        CREATE ROLE realestate_owner LOGIN;
    END IF;
    -- Pipelines and web: reads and writes rows, owns nothing.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'realestate_app') THEN
        CREATE ROLE realestate_app LOGIN;
    END IF;
    -- Owns the few functions that act before a tenant is known, and has policies of its own for them.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'realestate_definer') THEN
        CREATE ROLE realestate_definer NOLOGIN;
    END IF;
    -- Owns the databases of Dagster, MLflow and Optuna, and may not enter ours.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'realestate_tools') THEN
        CREATE ROLE realestate_tools LOGIN;
    END IF;
END
$$;

ALTER ROLE realestate_owner NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE realestate_app NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE realestate_definer NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE realestate_tools NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;

-- The owner may become the definer (to create its functions), but does not inherit its view of all tenants.
GRANT realestate_definer TO realestate_owner WITH INHERIT FALSE, SET TRUE;
