#!/usr/bin/env bash
# Three nodes, a Postgres, a Redis, and HAProxy before them, on loopback. Ctrl-C ends all of it, and what was stored
# goes with it.
#
#   scripts/cluster.sh
#
# PODIUM_CLUSTER_PORT is the balancer's port (4000); the next ones are taken by the rest. PODIUM_CLUSTER_BIN names a server
# that is built already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
# shellcheck source=scripts/servers.sh
source scripts/servers.sh

port=${PODIUM_CLUSTER_PORT:-4000}
podium=${PODIUM_CLUSTER_BIN:-target/release/podium} built=${PODIUM_CLUSTER_BIN:+yes}

forget_settings
umask 022

scripts/install.sh postgres redis haproxy
if [[ -z $built ]]; then
    scripts/install.sh rust
    scripts/web.sh || say "going on without the web client"
    say "building"
    cargo build --release --locked
fi

folder=$(mktemp -d /tmp/podium-cluster.XXXXXX)
started=()
# Nodes first, so that they can say good-bye; then what they stand on.
end() {
    trap - EXIT INT TERM HUP
    say "stopping"
    ((${#started[@]} == 0)) || kill -TERM "${started[@]}" 2>/dev/null || true
    ((${#started[@]} == 0)) || wait "${started[@]}" 2>/dev/null || true
    [[ -z ${redis:-} ]] || kill -TERM "$redis" 2>/dev/null || true
    stop_postgres "$folder" fast
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

start_postgres "$folder" podium <<<'max_connections = 200'

# Each in a session of its own, so that Ctrl-C reaches this script alone, which ends them in their order.
(exec setsid redis-server --port "$((port + 9))" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" \
    --loglevel warning >"$folder/redis.log") &
redis=$!

DATABASE_URL=$(postgres_url "$folder" podium)
export DATABASE_URL REDIS_URL="redis://127.0.0.1:$((port + 9))"
PODIUM_JWT_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export PODIUM_JWT_SECRET PODIUM_PUBLIC_URL="http://127.0.0.1:$port" PODIUM_TRUSTED_PROXIES=127.0.0.1
export PODIUM_HEALTH_INTERVAL=2500ms PODIUM_DRAIN=3s

export BALANCER="127.0.0.1:$port"
for number in 1 2 3; do
    listen=$((port + 2 * number - 1)) admin=$((port + 2 * number))
    demo=()
    ((number > 1)) || demo=(--demo)
    (PODIUM_NODE=node-$number PODIUM_LISTEN=127.0.0.1:$listen PODIUM_ADMIN_LISTEN=127.0.0.1:$admin \
        exec setsid "$podium" serve "${demo[@]}") &
    started+=($!)
    export "NODE_$number=127.0.0.1:$listen" "ADMIN_$number=127.0.0.1" "ADMIN_PORT_$number=$admin"
    wait_for "$listen" "${started[-1]}"
done
haproxy -q -db -f deploy/haproxy.cfg &
started+=($!)
wait_for "$port" "${started[-1]}"
say "three nodes behind http://127.0.0.1:$port; /readyz and /metrics of each at 127.0.0.1:$((port + 2)), $((port + 4)) and $((port + 6))"
wait "${started[@]}"
