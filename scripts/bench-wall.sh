#!/usr/bin/env bash
# Measures the wall of an event: posts to 1,000 sessions beside the bare server, and votes and taps on one node and on two,
# of which one is killed. See docs/PERFORMANCE.md.
#
#   scripts/bench-wall.sh [short|full]
#
# BENCH_OUT names a folder for the reports; a temporary one if unset. BENCH_PORT is the first of ten ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
# shellcheck source=scripts/servers.sh
source scripts/servers.sh

case ${1:-short} in
    short) seconds=10 rounds=2 ;;
    full) seconds=30 rounds=5 ;;
    *) fail "short or full" ;;
esac
port=${BENCH_PORT:-4740}
out=${BENCH_OUT:-$(mktemp -d /tmp/podium-bench-reports.XXXXXX)}
mkdir -p "$out"
forget_settings

scripts/install.sh rust postgres redis node
say "building"
cargo build --release --locked --quiet --workspace --bins
load=$PWD/target/release/podium-loadtest podium=$PWD/target/release/podium

# For the posts each server has a core to itself; its store and the load share the rest.
if have taskset && (($(nproc) >= 2)); then
    on_one=(taskset -c 0) on_rest=(taskset -c "1-$(($(nproc) - 1))")
else
    on_one=() on_rest=()
fi

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
start_postgres "$folder" "one two" <<SETTINGS
max_connections = 300
shared_buffers = 256MB
max_wal_size = 2GB
log_min_messages = fatal
SETTINGS
store=$(head -n 1 "$folder/data/postmaster.pid")
PODIUM_JWT_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export PODIUM_JWT_SECRET PODIUM_LIMIT_POSTS=off PODIUM_LIMIT_EVENTS=off PODIUM_LOG=warn PODIUM_DRAIN=2s

redis-server --port $((port + 9)) --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" >"$out/redis.log" &
redis=$!
servers+=("$redis")
wait_for $((port + 9)) "$redis"

# start_node <number> <database> [command and settings…]: number 0 is alone. Leaves the process id in nodes[number].
nodes=()
start_node() {
    env "DATABASE_URL=$(postgres_url "$folder" "$2")" PODIUM_NODE="node-$1" \
        PODIUM_LISTEN=127.0.0.1:$((port + 2 * $1)) PODIUM_ADMIN_LISTEN=127.0.0.1:$((port + 2 * $1 + 1)) "${@:3}" \
        "$podium" serve >"$out/node-$1.log" 2>&1 &
    nodes[$1]=$!
    servers+=("$!")
    wait_for $((port + 2 * $1)) "$!"
}
url() { printf 'http://127.0.0.1:%s' $((port + 2 * $1)); }

start_node 0 one "${on_one[@]}"
"${on_one[@]}" "$load" bare --listen 127.0.0.1:$((port + 8)) 2>"$out/bare.log" &
bare=$!
servers+=("$bare")
wait_for $((port + 8)) "$bare"

status=0
# At 1/s each post is sent by itself; at 20/s about five go together, four times a second.
for rate in 1 20; do
    say "$rate posts/s to 1,000 sessions"
    "${on_rest[@]}" "$load" compare wall --sessions 1000 --rate $rate --size 100 --rounds $rounds --seconds $seconds \
        --json "$out/wall-$rate.json" --server "bare=http://127.0.0.1:$((port + 8)),pid=$bare" \
        --server "Podium=$(url 0),pid=${nodes[0]},pid=postgres:$store" || status=$?
done
kill "${nodes[0]}" "$bare" && wait "${nodes[0]}" "$bare" 2>/dev/null || true

start_node 0 one
start_node 1 two REDIS_URL=redis://127.0.0.1:$((port + 9))
start_node 2 two REDIS_URL=redis://127.0.0.1:$((port + 9))
# count <name> <options…>: votes or taps
count() {
    say "$*"
    "$load" "${@:2}" --json "$out/$1.json" || status=$?
}
one=(--url "$(url 0)" --pid "server=${nodes[0]}" --pid "postgres=$store")
# Names both nodes, of which one may have been started anew.
both() {
    two=(--url "$(url 1)" --url "$(url 2)" --pid "server=${nodes[1]}" --pid "server=${nodes[2]}" --pid "postgres=$store")
}
both
count poll-one poll --sessions 500 --seconds $seconds "${one[@]}"
count poll-ten poll --sessions 500 --seconds $seconds --polls 10 "${one[@]}"
count poll-two poll --sessions 500 --seconds $seconds "${two[@]}"
count hype-one hype --sessions 500 --seconds $seconds --taps 5 "${one[@]}"
# Each of 500 votes once within two seconds, and 250 tap on two devices, 10,000 times in all; in the middle a node is killed.
broken=(--warm-up 0 --tolerate --kill)
count poll-killed poll --sessions 500 --rate 250 --seconds 2 "${broken[@]}" "${nodes[2]}" "${two[@]}"
wait "${nodes[2]}" 2>/dev/null || true
start_node 2 two REDIS_URL=redis://127.0.0.1:$((port + 9))
both
count hype-killed hype --sessions 250 --rate 250 --taps 5 --seconds 8 --hands 32 "${broken[@]}" "${nodes[2]}" "${two[@]}"

say "reports are in $out"
echo
echo "$(nproc) cores; $seconds s a run; posts: medians of $rounds rounds (lowest–highest), each server alone on one core"
for rate in 1 20; do
    printf '\n%s posts/s to 1,000 sessions:\n\n' $rate
    "$load" table "$out/wall-$rate.json"
done
echo
node -e 'const fs = require("fs");
    console.log("| run | requests/s | answer p50, ms | p99, ms | server µs a request | Postgres µs | pushes a session | all show the last after, ms | counted of acknowledged |");
    console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    const number = (value, digits) => value === undefined || value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: digits });
    for (const name of ["poll-one", "poll-ten", "poll-two", "hype-one", "poll-killed", "hype-killed"]) {
        const file = `${process.argv[1]}/${name}.json`;
        if (!fs.existsSync(file)) continue;
        const { answers_per_second, latency_ms, processes, counted } = JSON.parse(fs.readFileSync(file));
        // A process that was killed has taken its CPU time with it.
        const cpu = name.endsWith("-killed") ? {} : processes;
        const row = [name, number(answers_per_second, 0), number(latency_ms.answer?.p50, 1), number(latency_ms.answer?.p99, 1),
            number(cpu.server?.send_us, 0), number(cpu.postgres?.send_us, 0), `${counted.least}–${counted.most}`,
            number(latency_ms.to_all?.max, 0), `${number(counted.counted, 0)} of ${number(counted.expected, 0)}`];
        console.log(`| ${row.join(" | ")} |`);
    }' "$out"
exit "$status"
