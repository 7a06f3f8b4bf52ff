#!/usr/bin/env bash
# Builds the web client into web/dist, if anything it is made of is newer than what is there. The server takes it from
# there: a release build when it is built, a debug build when it starts.
#
#   scripts/web.sh            builds it
#   scripts/web.sh check      looks at types and format, and runs the tests of its logic
#   scripts/web.sh types      makes the types of the API from the documents that target/debug/podium prints
#   scripts/web.sh dev        serves it with live reload, with the API of a node at PODIUM_NODE_URL (default: the usual address)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

scripts/install.sh node
cd web
node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
    fail "the web client is built with Node 20.19 or later, and this is $(node --version): see https://nodejs.org"
if [[ ! -d node_modules || package-lock.json -nt node_modules/.package-lock.json ]]; then
    say "installing what the web client is built with"
    npm ci --no-audit --no-fund --loglevel=error
fi

case ${1:-build} in
    build)
        # Removing a file is a change, too: of its folder.
        if [[ ! -f dist/index.html ]] || [[ -n $(find src public scripts index.html vite.config.ts svelte.config.js package-lock.json -newer dist/index.html -print -quit) ]]; then
            say "building the web client"
            npm run --silent build
        fi
        ;;
    check)
        npm run --silent check
        npm test --silent
        ;;
    types) npm run --silent types ;;
    dev) exec npm run dev ;;
    *) fail "unknown: $1 (build, check, types, dev)" ;;
esac
