#!/usr/bin/env bash
# Builds Podium and its web client, and serves both with a Postgres of its own and a small demo event.
#
#   scripts/run.sh [further arguments for `podium serve`]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

if [[ -n ${DATABASE_URL:-} ]]; then
    scripts/install.sh rust
else
    scripts/install.sh rust postgres
fi
# Where it cannot be built, the server says so at its address, and serves everything else.
scripts/web.sh || say "going on without the web client"
say "building"
cargo build --release --locked
# cargo gives its process to the server, so that signals reach it.
exec cargo run --release --locked --quiet -- serve --demo "$@"
