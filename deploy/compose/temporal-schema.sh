#!/bin/sh
# Brings the tables of both Temporal databases up to date. Fine to repeat. Address and password: SQL_* in the environment.
set -eu
versions=/etc/temporal/schema/postgresql/v12
for pair in temporal:temporal temporal_visibility:visibility; do
    database=${pair%:*}
    temporal-sql-tool --db "$database" setup-schema -v 0.0
    temporal-sql-tool --db "$database" update-schema -d "$versions/${pair#*:}/versioned"
done
