#!/bin/bash
# Runs once, when the database server is new: the case file and the two sandbox registers, each with a role of its own
# that cannot reach the others' databases.
set -euo pipefail

make() { # NAME PASSWORD
    psql --set ON_ERROR_STOP=1 --set name="$1" --set password="$2" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
create role :"name" login nosuperuser nocreatedb nocreaterole password :'password';
create database :"name" owner :"name";
revoke connect, temporary on database :"name" from public;
SQL
}

make newborn "$NEWBORN_PASSWORD"
make province "$PROVINCE_PASSWORD"
make federal "$FEDERAL_PASSWORD"
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --command 'revoke connect, temporary on database postgres, template1 from public'
