#!/usr/bin/env bash
# Licences, sources and doubled versions of the dependencies; advisories where their list can be fetched.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

if ! have cargo-deny; then
    say "cargo-deny is not installed: licences and advisories are not looked at"
    exit 0
fi
cargo deny --workspace check bans licenses sources
if cargo deny --workspace fetch db >/dev/null 2>&1; then
    cargo deny --workspace check --disable-fetch advisories
else
    say "the list of advisories cannot be fetched: they are not looked at"
fi
