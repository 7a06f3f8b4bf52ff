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

port=${PODIUM_CLUSTER_PORT:-4000}
podium=${PODIUM_CLUSTER_BIN:-target/release/podium} built=${PODIUM_CLUSTER_BIN:+yes}

# What a developer's shell has set must not reach the nodes.
for name in "${!PODIUM_@}" DATABASE_URL REDIS_URL; do
    [[ $name == PODIUM_POSTGRES_BIN ]] || unset "$name"
done
umask 022

scripts/install.sh postgres redis haproxy
if [[ -z $built ]]; then
    scripts/install.sh rust
    scripts/web.sh || say "going on without the web client"
    say "building"
    cargo build --release --locked
fi

postgres=$(find_postgres)
folder=$(mktemp -d /tmp/podium-cluster.XXXXXX)
started=()
# Nodes first, so that they can say good-bye; then what they stand on.
end() {
    trap - EXIT INT TERM HUP
    say "stopping"
    ((${#started[@]} == 0)) || kill -TERM "${started[@]}" 2>/dev/null || true
    ((${#started[@]} == 0)) || wait "${started[@]}" 2>/dev/null || true
    [[ -z ${redis:-} ]] || kill -TERM "$redis" 2>/dev/null || true
    [[ ! -f $folder/data/postmaster.pid ]] || as_account "$postgres/pg_ctl" stop -D "$folder/data" -m fast -s || true
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

chmod 711 "$folder"
mkdir -m 700 "$folder/data"
((EUID != 0)) || chown "$(account)" "$folder/data"
as_account env LC_ALL=C "$postgres/initdb" -D "$folder/data" --username=podium --encoding=UTF8 --locale=C.UTF-8 \
    --auth-local=trust --auth-host=reject --no-sync --no-instructions >/dev/null
cat >>"$folder/data/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$folder/data'
max_connections = 200
jit = off
SETTINGS
printf 'CREATE DATABASE podium;\n' | as_account "$postgres/postgres" --single -D "$folder/data" postgres >/dev/null
as_account "$postgres/pg_ctl" start -D "$folder/data" -l "$folder/data/log" -w -s

# Each in a session of its own, so that Ctrl-C reaches this script alone, which ends them in their order.
(exec setsid redis-server --port "$((port + 9))" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" \
    --loglevel warning >"$folder/redis.log") &
redis=$!

export DATABASE_URL="postgres://podium@${folder//\//%2F}%2Fdata/podium"
export REDIS_URL="redis://127.0.0.1:$((port + 9))"
PODIUM_JWT_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export PODIUM_JWT_SECRET PODIUM_PUBLIC_URL="http://127.0.0.1:$port" PODIUM_TRUSTED_PROXIES=127.0.0.1
export PODIUM_HEALTH_INTERVAL=2500ms PODIUM_DRAIN=3s

wait_for() {
    for _ in $(seq 600); do
        sleep 0.1
        kill -0 "$2" 2>/dev/null || fail "what should listen on port $1 has ended"
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    done
    fail "nobody listens on port $1"
}

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
