#!/usr/bin/env bash
# Measures the search for events at 50,000 of them: a costly and an ordinary query, by one client; and `GET /v1/me` alone and
# beside 40 clients that search. See docs/PERFORMANCE.md.
#
#   scripts/bench-search.sh [another podium to measure before it…]
#
# BENCH_EVENTS says another number of events, BENCH_SECONDS how long each is measured, BENCH_PORT the first of two ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
# shellcheck source=scripts/servers.sh
source scripts/servers.sh

port=${BENCH_PORT:-4780}
events=${BENCH_EVENTS:-50000}
seconds=${BENCH_SECONDS:-10}
podium=${BENCH_PODIUM:-}
forget_settings

scripts/install.sh rust postgres node
if [[ -z $podium ]]; then
    say "building"
    cargo build --release --locked --quiet --bin podium
    podium=$PWD/target/release/podium
fi

folder=$(mktemp -d /tmp/podium-bench.XXXXXX)
server=
stop() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    stop_postgres "$folder"
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
psql=$(command -v psql || printf '%s/psql' "$(dirname "$(readlink -f "$(find_postgres)/postgres")")")
[[ -x $psql ]] || fail "this needs psql, of the package postgresql-client"
programs=("$@" "$podium")
names=()
for ((n = 0; n < ${#programs[@]}; n++)); do names+=("bench$n"); done
start_postgres "$folder" "${names[*]}" <<SETTINGS
max_connections = 300
shared_buffers = 256MB
max_wal_size = 2GB
log_min_messages = fatal
SETTINGS
store=$(head -n 1 "$folder/data/postmaster.pid")
PODIUM_JWT_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export PODIUM_JWT_SECRET PODIUM_LOG=error PODIUM_DRAIN=1s

# Each event has a word of ten, one of a hundred and one of a thousand; "city" and "hall" are in all.
fill() {
    cat <<SQL
SET search_path = public;
INSERT INTO profiles (id, display_name) VALUES ('00000000-0000-7000-8000-000000000061', 'Ada');
INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by)
  SELECT podium.uuid_v7(), 'e-' || n,
         (ARRAY['Velvet','Paper','Silver','Broken','Electric','Northern','Quiet','Golden','Hollow','Midnight'])[1 + n % 10]
           || ' ' || substr(md5(n::text), 1, 7), 'City ' || n % 100, 'Hall ' || n % 977,
         now() + (n * 7919::bigint % $events) * interval '10 minutes', '00000000-0000-7000-8000-000000000061'
  FROM generate_series(1, $events) n;
VACUUM ANALYZE;
SQL
}

for ((n = 0; n < ${#programs[@]}; n++)); do
    say "${programs[n]}: $events events"
    env "DATABASE_URL=$(postgres_url "$folder" "bench$n")" PODIUM_NODE=bench PODIUM_LISTEN=127.0.0.1:$port \
        PODIUM_ADMIN_LISTEN=127.0.0.1:$((port + 1)) "${programs[n]}" serve >"$folder/log" 2>&1 &
    server=$!
    wait_for "$port" "$server"
    fill | "$psql" -qX -v ON_ERROR_STOP=1 -h "$folder/data" -U podium "bench$n"
    token=$("${programs[n]}" token --sub 0190d5a0-0000-7000-8000-0000000000ad --name Ada)
    node scripts/bench-search.mjs "http://127.0.0.1:$port" "$token" "$seconds" "$server" "$store"
    kill "$server" && wait "$server" 2>/dev/null || true
    server=
done
