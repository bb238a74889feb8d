#!/bin/sh
# Makes the namespace, unless it is there. Finished workflows stay visible for 30 days. Compose tries again if it fails.
set -eu
# By number: the command line tool does not always find names of containers.
number=$(getent hosts temporal | awk '{ print $1; exit }')
export TEMPORAL_ADDRESS="$number:7233"
temporal operator namespace describe --namespace default \
    || temporal operator namespace create --namespace default --retention 720h
