#!/usr/bin/env bash
# Measures Podium beside the bare server and Socket.IO, in turn on this machine, and prints one table.
# See docs/PERFORMANCE.md.
#
#   scripts/bench.sh          the short form, some minutes
#   scripts/bench.sh full     what docs/PERFORMANCE.md shows
#
# BENCH_OUT names a folder for the reports and pages; a temporary one if unset. BENCH_PORT is the first of five ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
# shellcheck source=scripts/servers.sh
source scripts/servers.sh

case ${1:-short} in
    short) seconds=4 rounds=2 sessions=2000 ;;
    full) seconds=10 rounds=3 sessions=10000 ;;
    *) fail "short or full" ;;
esac
port=${BENCH_PORT:-4700}
out=${BENCH_OUT:-$(mktemp -d /tmp/podium-bench-reports.XXXXXX)}
mkdir -p "$out"

forget_settings

scripts/install.sh rust postgres node
say "building"
cargo build --release --locked --quiet --workspace --bins
peer=loadtest/peers/socketio
if [[ ! -d $peer/node_modules || $peer/package-lock.json -nt $peer/node_modules/.package-lock.json ]]; then
    (cd $peer && npm ci --no-audit --no-fund --loglevel=error)
fi
load=$PWD/target/release/podium-loadtest podium=$PWD/target/release/podium

# Each server has a core to itself; its store and the load share the rest.
if have taskset && (($(nproc) >= 2)); then
    on_one=(taskset -c 0) on_rest=(taskset -c "1-$(($(nproc) - 1))")
else
    on_one=() on_rest=()
fi

cluster=$(mktemp -d /tmp/podium-bench.XXXXXX)
servers=()
stop() {
    ((${#servers[@]} == 0)) || kill "${servers[@]}" 2>/dev/null || true
    stop_postgres "$cluster"
    rm -rf "$cluster"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# As durable as a Postgres is by default.
start_postgres "$cluster" "podium peer" "${on_rest[@]}" <<SETTINGS
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
log_min_messages = fatal
SETTINGS
store=$(head -n 1 "$cluster/data/postmaster.pid")
secret=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')

# started <port>: keeps $server, which was just started, and waits for it
started() {
    servers+=("$server")
    wait_for "$1" "$server"
}

# start_podium, start_bare, start_memory, start_stored: leave the process id in $server
start_podium() {
    DATABASE_URL=$(postgres_url "$cluster" podium) PODIUM_JWT_SECRET=$secret PODIUM_LISTEN=127.0.0.1:$port \
        PODIUM_ADMIN_LISTEN=127.0.0.1:$((port + 1)) PODIUM_LIMIT_MESSAGES=off PODIUM_LIMIT_TYPING=off PODIUM_LOG=warn \
        PODIUM_HEALTH_INTERVAL=100ms PODIUM_DRAIN=2s "${on_one[@]}" "$podium" serve >"$out/podium.log" 2>&1 &
    server=$!
    started $port
}
start_bare() {
    "${on_one[@]}" "$load" bare --listen 127.0.0.1:$((port + 2)) 2>"$out/bare.log" &
    server=$!
    started $((port + 2))
}
start_memory() {
    PORT=$((port + 3)) JWT_SECRET=$secret "${on_one[@]}" node $peer/server.js 2>"$out/socketio.log" &
    server=$!
    started $((port + 3))
}
start_stored() {
    # pg takes the folder of the socket in a parameter.
    PORT=$((port + 4)) JWT_SECRET=$secret DATABASE_URL="postgres://podium@/peer?host=$cluster/data" \
        "${on_one[@]}" node $peer/server.js 2>"$out/socketio-stored.log" &
    server=$!
    started $((port + 4))
}

start_bare; bare=$server
start_podium; ours=$server
start_memory; memory=$server
start_stored; stored=$server
peers=(
    --server "bare=http://127.0.0.1:$((port + 2)),pid=$bare"
    --server "Podium=http://127.0.0.1:$port,pid=$ours,pid=postgres:$store"
    --server "Socket.IO=socketio+http://127.0.0.1:$((port + 3)),pid=$memory"
    --server "Socket.IO, stored=socketio+http://127.0.0.1:$((port + 4)),pid=$stored,pid=postgres:$store"
)
status=0
# Whether Podium's runs in a report are proved right. What the checks find of the others is told, and is theirs.
is_right() {
    node -e 'const { reports } = JSON.parse(require("fs").readFileSync(process.argv[1]));
        const ours = reports.filter(({ name }) => name === "Podium");
        process.exit(ours.length && ours.every(({ findings, refused, ended }) => ![findings.counts, refused, ended].some((all) => Object.keys(all).length)) ? 0 : 1)' "$1"
}
# compare <scenario> [options]: a scenario on all servers, in turn
compare() {
    local code=0
    say "$*"
    "${on_rest[@]}" "$load" compare "$1" --rounds "$rounds" --secret "$secret" --seconds "$seconds" --json "$out/$1.json" \
        --html "$out/$1.html" "${peers[@]}" "${@:2}" || code=$?
    if ((code == 1)) && is_right "$out/$1.json"; then code=0; fi
    ((code == 0)) || status=$code
}
compare pods --sessions 500 --rate 2000 --size 100
compare flat-out --sessions 500 --size 100
# What is not stored has no store.
peers=("${peers[@]:0:6}")
compare typing --sessions 500 --rate 2000
kill "${servers[@]}" && wait "${servers[@]}" 2>/dev/null || true
servers=()

# Memory a session is that of servers that nobody has used yet.
start_bare; bare=$server
start_podium; ours=$server
start_memory; memory=$server
peers=(
    --server "bare=http://127.0.0.1:$((port + 2)),pid=$bare"
    --server "Podium=http://127.0.0.1:$port,pid=$ours"
    --server "Socket.IO=socketio+http://127.0.0.1:$((port + 3)),pid=$memory"
)
turns=$rounds rounds=1
compare idle --sessions "$sessions"

say "reports and pages are in $out"
echo
echo "$(nproc) cores; $seconds s a run; medians of $turns rounds (lowest–highest); idle once, with $sessions sessions"
echo
"$load" table "$out/pods.json" "$out/flat-out.json" "$out/typing.json" "$out/idle.json"
exit "$status"
