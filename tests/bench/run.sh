#!/bin/sh
# Durable submits over HTTP (fsync on) at 1, 64 and 256 connections, three runs each. Needs wrk.
set -eu
cd "$(dirname "$0")/../.."
pledged=build/release/pledged
folder=$(mktemp -d)
export PLEDGED_DATA="$folder/data" PLEDGED_LISTEN=127.0.0.1:8429
$pledged serve 2>"$folder/log" &
daemon=$!
trap 'kill -TERM $daemon; wait $daemon || true; rm -rf "$folder"' EXIT
until grep -q '"event":"ready"' "$folder/log"; do sleep 0.1; done
$pledged org add --code BENCH --kind bank --name 压测 >/dev/null
token=$($pledged token add --org BENCH --person bench)
for connections in 1 64 256; do
    for run in 1 2 3; do
        printf '%3d connections: ' "$connections"
        wrk -t1 -c"$connections" -d"${SECONDS_EACH:-6}s" -s tests/bench/submit.lua \
            "http://$PLEDGED_LISTEN" -- "$token" | tail -1
        sleep 1
    done
done
