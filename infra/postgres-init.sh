#!/bin/sh
# The roles and the four databases on a Postgres of one's own (docs/adr/0002-postgres.md). Run once, as a superuser,
# by the Postgres image itself (compose.yaml) or by hand: PGUSER=postgres ROLES_SQL=… POSTGRES_PASSWORD=… infra/postgres-init.sh
set -eu

: "${POSTGRES_PASSWORD:?the password of the three roles that log in}"
: "${ROLES_SQL:=/roles.sql}"

psql -v ON_ERROR_STOP=1 -d postgres -f "$ROLES_SQL"
# The password goes in through the environment: an argument would show in the list of processes.
psql -v ON_ERROR_STOP=1 -d postgres <<'SQL'
\getenv password POSTGRES_PASSWORD
ALTER ROLE realestate_owner PASSWORD :'password';
ALTER ROLE realestate_app PASSWORD :'password';
ALTER ROLE realestate_tools PASSWORD :'password';
CREATE DATABASE realestate_os OWNER realestate_owner;
REVOKE ALL ON DATABASE realestate_os FROM PUBLIC;
GRANT CONNECT ON DATABASE realestate_os TO realestate_app;
CREATE DATABASE dagster OWNER realestate_tools;
CREATE DATABASE mlflow OWNER realestate_tools;
CREATE DATABASE optuna OWNER realestate_tools;
SQL
