#!/bin/bash
# Runs once, when the database server is new. Temporal's main database is made by the image itself.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --command 'create database temporal_visibility'
