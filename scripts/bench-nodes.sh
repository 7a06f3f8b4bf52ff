#!/usr/bin/env bash
# Measures what several nodes cost beside one: the delay of deliveries, the bus, and the sweep. See docs/PERFORMANCE.md.
#
#   scripts/bench-nodes.sh [short|full]
#
# BENCH_OUT names a folder for the reports; a temporary one if unset. BENCH_PORT is the first of ten ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
# shellcheck source=scripts/servers.sh
source scripts/servers.sh

case ${1:-short} in
    short) seconds=5 rounds=3 ;;
    full) seconds=20 rounds=5 ;;
    *) fail "short or full" ;;
esac
port=${BENCH_PORT:-4720}
out=${BENCH_OUT:-$(mktemp -d /tmp/podium-bench-reports.XXXXXX)}
mkdir -p "$out"
forget_settings

scripts/install.sh rust postgres redis node
say "building"
cargo build --release --locked --quiet --workspace --bins
load=$PWD/target/release/podium-loadtest podium=$PWD/target/release/podium

folder=$(mktemp -d /tmp/podium-bench.XXXXXX)
servers=()
stop() {
    ((${#servers[@]} == 0)) || kill "${servers[@]}" 2>/dev/null || true
    stop_postgres "$folder"
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# As durable as a Postgres is by default.
start_postgres "$folder" "one three" <<SETTINGS
max_connections = 300
shared_buffers = 256MB
max_wal_size = 2GB
log_min_messages = fatal
SETTINGS
store=$(head -n 1 "$folder/data/postmaster.pid")
PODIUM_JWT_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export PODIUM_JWT_SECRET PODIUM_LIMIT_MESSAGES=off PODIUM_LIMIT_TYPING=off PODIUM_LOG=warn PODIUM_HEALTH_INTERVAL=100ms \
    PODIUM_DRAIN=2s

redis-server --port $((port + 9)) --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" >"$out/redis.log" &
redis=$!
servers+=("$redis")
wait_for $((port + 9)) "$redis"

# start_node <number> <database> [settings…]: number 0 is alone. Leaves the process id in nodes[number].
nodes=()
start_node() {
    env "DATABASE_URL=$(postgres_url "$folder" "$2")" PODIUM_NODE="node-$1" \
        PODIUM_LISTEN=127.0.0.1:$((port + 2 * $1)) PODIUM_ADMIN_LISTEN=127.0.0.1:$((port + 2 * $1 + 1)) "${@:3}" \
        "$podium" serve >"$out/node-$1.log" 2>&1 &
    nodes[$1]=$!
    servers+=("$!")
    wait_for $((port + 2 * $1)) "$!"
}
start_node 0 one
for number in 1 2 3; do start_node $number three REDIS_URL=redis://127.0.0.1:$((port + 9)); done
url() { printf 'http://127.0.0.1:%s' $((port + 2 * $1)); }

# metric <number> <name>: a metric of a node; without labels, the sum over them
metric() {
    curl -s "http://127.0.0.1:$((port + 2 * $1 + 1))/metrics" |
        awk -v name="$2" '{ split($1, key, "{") } $1 == name || key[1] == name { sum += $2 } END { printf "%.6f", sum }'
}
# cpu <pid>: user and system time of a process and its children that live, in milliseconds
cpu() {
    local pid sum=0
    for pid in "$1" $(pgrep -P "$1" || true); do
        sum=$((sum + $(awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' "/proc/$pid/stat" 2>/dev/null || echo 0)))
    done
    printf '%s' "$sum"
}

status=0
three="three nodes=$(url 1),url=$(url 2),url=$(url 3),pid=${nodes[1]},pid=${nodes[2]},pid=${nodes[3]},pid=redis:$redis,pid=postgres:$store"
for rate in 1000 4000; do
    say "$rate messages/s: one node, and the members of each pod on three"
    "$load" compare pods --rate $rate --sessions 500 --size 100 --rounds $rounds --seconds $seconds \
        --json "$out/nodes-$rate.json" --server "one node=$(url 0),pid=${nodes[0]},pid=postgres:$store" --server "$three" ||
        status=$?
done
# Each message is five deliveries, and comes to two nodes by the bus.
node -e 'const fs = require("fs");
    console.log("| messages/s | p99 on one node, ms | on three | more CPU of the nodes a message received by the bus, µs |\n| ---: | ---: | ---: | ---: |");
    for (const rate of ["1000", "4000"]) {
        const { servers } = JSON.parse(fs.readFileSync(`${process.argv[1]}/nodes-${rate}.json`));
        const [[, one], [, three]] = servers;
        const range = ({ median, spread }) => `${median.toFixed(1)} (${spread.map((at) => at.toFixed(1)).join("–")})`;
        const more = (three["server µs"].median - one["server µs"].median) * 5 / 2;
        console.log(`| ${rate} | ${range(one["p99 ms"])} | ${range(three["p99 ms"])} | ${more.toFixed(0)} |`);
    }' "$out"

# watch_bus <messages/s>: what the bus costs the first node, by a profile: whatever runs below the crate `redis` or our own part
# of it, to the hand-over to the pod; of that, receiving is what its connections read. What a node has published comes back
# to it by Redis: that is among what it receives.
watch_bus() {
    local running received published spent profile=$out/bus-$1
    "$load" compare pods --rate "$1" --sessions 500 --size 100 --rounds 1 --seconds 30 --server "$three" >"$profile.txt" 2>&1 &
    running=$!
    servers+=("$running")
    sleep 10
    received=$(metric 1 podium_bus_received_total) published=$(metric 1 podium_bus_published_total) spent=$(cpu "${nodes[1]}")
    perf record --quiet --freq 999 --call-graph dwarf,8192 --output "$folder/perf" --pid "${nodes[1]}" -- sleep 15 >"$profile.log" 2>&1
    received=$(awk -v from="$received" -v to="$(metric 1 podium_bus_received_total)" 'BEGIN { print to - from }')
    published=$(awk -v from="$published" -v to="$(metric 1 podium_bus_published_total)" 'BEGIN { print to - from }')
    spent=$(($(cpu "${nodes[1]}") - spent))
    wait $running || status=$?
    perf script --input "$folder/perf" --no-inline --fields comm,tid,time,event,ip,sym 2>>"$profile.log" |
        awk -v rate="$1" -v received="$received" -v published="$published" -v spent="$spent" -v RS= '
            /redis::/ { bus++; if (/PipelineSink<T>::poll_read/) receiving++ }
            END {
                us = spent * 1000 / NR
                printf "| %d | %.1f | %.1f | %.1f | %.1f | %.1f |\n", rate, bus * 100 / NR, receiving * us / received,
                    (bus - receiving) * us / published, bus * us / received, bus * us / (received - published)
            }'
}
if perf record --quiet --output "$folder/perf" -- true >/dev/null 2>&1; then
    say "what the bus costs a node"
    echo "| messages/s | of the node's CPU, % | receiving, µs a message received | publishing, µs a message published | both, µs a message received | both, µs a message of another node |"
    echo "| ---: | ---: | ---: | ---: | ---: | ---: |"
    watch_bus 1000
    watch_bus 4000
else
    say "what the bus costs a node is not measured: perf is not here, or may not be used"
fi

say "what the sweep costs for 10,000 pods"
"$load" idle --sessions 10000 --pod-size 1 --seconds 70 --quiet --url "$(url 1)" >"$out/sweep.txt" 2>&1 &
holding=$!
servers+=("$holding")
until (($(metric 1 podium_pods_live | cut -d . -f 1) == 10000)); do
    kill -0 $holding 2>/dev/null || fail "the sessions could not be opened; see $out/sweep.txt"
    sleep 0.5
done
echo "| bus | pace | looks | Postgres, ms of CPU a look | the node, ms of CPU a look |"
echo "| --- | ---: | ---: | ---: | ---: |"
# watch_sweep <seconds> <bus>
watch_sweep() {
    local looks db node
    sleep 3
    looks=$(metric 1 'podium_sweep_seconds_count{of="heads"}') db=$(cpu "$store") node=$(cpu "${nodes[1]}")
    sleep "$1"
    db=$(($(cpu "$store") - db)) node=$(($(cpu "${nodes[1]}") - node))
    awk -v looks="$looks" -v after="$(metric 1 'podium_sweep_seconds_count{of="heads"}')" -v db=$db -v node=$node -v bus="$2" -v seconds="$1" 'BEGIN {
        looks = after - looks
        printf "| %s | %.0f ms | %d | %.1f | %.1f |\n", bus, seconds * 1000 / looks, looks, db / looks, node / looks }'
}
watch_sweep 20 well
kill -STOP "$redis"
watch_sweep 15 "hangs"
kill -CONT "$redis"
wait $holding || status=$?
say "reports are in $out"
exit "$status"
