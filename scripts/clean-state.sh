#!/usr/bin/env bash
# Removes the state of `podium serve` in this checkout: its Postgres with all data, its logs, its secret.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

# Beside the default, where the server of root puts it if Postgres's account may not enter this checkout.
here=$(pwd -P)
elsewhere=${here#/}
for state in "$here/.podium" "/var/lib/podium/${elsewhere//\//-}"; do
    [[ -d $state ]] || continue
    if have flock && [[ -f $state/podium.lock ]] && ! flock -n "$state/podium.lock" true; then
        fail "a podium uses $state: stop it first"
    fi
    if [[ -f $state/postgres/postmaster.pid ]] && postgres=$(find_postgres); then
        # Left behind by a podium that was killed; or the file is stale, and nothing is to be stopped.
        as_account "$postgres/pg_ctl" stop -D "$state/postgres" -m immediate -s || true
    fi
    rm -rf "$state"
    say "removed $state"
done
