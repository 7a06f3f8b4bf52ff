#!/usr/bin/env bash
# Runs all tests, in parallel, against one private Postgres, which is stopped at the end whatever happens.
# The tests find it by PODIUM_TEST_DATABASE_URL (a superuser's), and make a database each.
# If that is set already, that Postgres is used. What tests need beside it is installed, as far as it is missing: for all of
# them everything, for chosen ones what these need (tests/suite/needs.txt).
#
#   scripts/test.sh [--release] [further arguments for `cargo nextest run`]
#
# With --release it is the optimised server that is tested, and the suite alone: for what measures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
# shellcheck source=scripts/servers.sh
source scripts/servers.sh
# shellcheck source=scripts/needs.sh
source scripts/needs.sh

forget_settings 'PODIUM_TEST_*'

# The folders that tests make must open to the account that Postgres runs as.
umask 022

prefix=/tmp/podium-tests

# Stops the cluster, and those of tests that were killed before they could do it; nothing in them is worth a checkpoint.
stop_clusters() {
    local folder=$1 running
    # A browser that is ending takes its folders away meanwhile, which is no fault of the run.
    { find "$folder" -name postmaster.pid 2>/dev/null || true; } | while IFS= read -r running; do
        as_account "$postgres/pg_ctl" stop -D "${running%/*}" -m immediate -s || true
    done
    rm -rf "$folder"
}

# Clusters whose script was killed before it could stop them. The folder's name says which that was.
stop_orphans() {
    local folder pid
    for folder in "$prefix".*.*; do
        pid=${folder#"$prefix".}
        pid=${pid%%.*}
        if [[ -O $folder && -d $folder ]] && ! kill -0 "$pid" 2>/dev/null; then
            say "stopping what an earlier run left in $folder"
            stop_clusters "$folder"
        fi
    done
}

start_cluster() {
    postgres=$(find_postgres)
    stop_orphans
    cluster=$(mktemp -d "$prefix.$$.XXXXXX")
    trap 'stop_clusters "$cluster"' EXIT
    mkdir -m 1777 "$cluster/tmp"
    start_postgres "$cluster" "" <<SETTINGS
max_connections = 500
shared_buffers = 256MB
# Whole after a crash of Postgres, which tests provoke; not after one of the machine.
fsync = off
full_page_writes = off
max_wal_size = 4GB
autovacuum_naptime = 10min
log_min_messages = fatal
SETTINGS
    # Homebrew's are not on it, and tests use pg_dump.
    PATH=$PATH:$(dirname "$(readlink -f "$postgres/postgres")")
    export TMPDIR=$cluster/tmp
    PODIUM_TEST_DATABASE_URL=$(postgres_url "$cluster" postgres)
    export PODIUM_TEST_DATABASE_URL
}

# shellcheck disable=SC2317 # called by the traps
stop_runner() {
    if [[ -n $runner ]] && kill -TERM "$runner" 2>/dev/null; then
        wait "$runner" || true
    fi
    exit "$1"
}

# A shell hears a signal only after its foreground command has ended, and a test run takes minutes.
runner=
run() {
    "$@" &
    runner=$!
    wait "$runner"
}

trap 'stop_runner 130' INT
trap 'stop_runner 143' TERM HUP

scripts/install.sh rust
what=(--workspace --locked)
if [[ ${1:-} == --release ]]; then
    shift
    what=(--release --locked --test suite)
fi
if cargo nextest --version >/dev/null 2>&1; then
    tests=(cargo nextest run "${what[@]}")
elif [[ ${what[0]} == --release ]]; then
    tests=(cargo test "${what[@]}")
else
    tests=(cargo test "${what[@]}" --lib --bins --tests)
fi
say "building the tests"
"${tests[@]}" --no-run

# Which tests are chosen is known only now; what they need is installed, and no more. All of them need everything.
needed=$everything
if (($# > 0)) && [[ ${tests[1]} == nextest ]] && selection "$@"; then
    chosen=$(cargo nextest list "${what[@]}" --message-format oneline ${selected[@]+"${selected[@]}"})
    needed=$(needs tests/suite/needs.txt <<<"$chosen" | sort | tr '\n' ' ')
    say "the chosen tests need: ${needed:-nothing}"
fi
provide "$needed"
if [[ ${what[0]} == --release && " $needed " == *" web "* ]]; then
    # The client that has just been built is a part of the binary.
    "${tests[@]}" --no-run
fi

if [[ " $needed " != *" postgres "* ]]; then
    :
elif [[ -n ${PODIUM_TEST_DATABASE_URL:-} ]]; then
    say "using the Postgres of PODIUM_TEST_DATABASE_URL"
else
    start_cluster
    say "using $("$postgres/postgres" --version), fsync off, in $cluster"
fi

status=0
# What a whole run sees of pushes and events is noted, and held against what the server declares.
if (($# == 0)); then
    PODIUM_TEST_DECLARED=$(mktemp -d)
    export PODIUM_TEST_DECLARED
fi
# The examples in the documentation come first, so that the summary of the others closes the run.
if (($# == 0)); then
    say "cargo test --doc --workspace"
    run cargo test --doc --workspace --locked --quiet || status=$?
fi
say "${tests[*]} $*"
run "${tests[@]}" "$@" || status=$?
if (($# == 0 && status == 0)); then
    say "looking for what is declared, and was seen by no test"
    if [[ ${tests[1]} == nextest ]]; then
        run "${tests[@]}" --run-ignored only -E 'test(=support::declared::every_declaration_was_seen)' || status=$?
    else
        run "${tests[@]}" --test suite -- --ignored --exact support::declared::every_declaration_was_seen || status=$?
    fi
fi
[[ -z ${PODIUM_TEST_DECLARED:-} ]] || rm -rf "$PODIUM_TEST_DECLARED"
exit "$status"
