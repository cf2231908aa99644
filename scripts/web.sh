#!/bin/sh
# Makes the console: fetches its packages as the lock file names them, checks it, builds it.
#
#     scripts/web.sh build          web/dist, which `cargo build` embeds
#     scripts/web.sh check build    types, words, proofs, and the API as it is published
#
# A build that would write what is there already writes nothing, so that cargo compiles
# nothing anew.
set -eu
cd "$(dirname "$0")/../web"

if ! command -v npm >/dev/null; then
    echo "需要 Node.js 20.19 以上（带 npm）：https://nodejs.org    Node.js 20.19 or later with npm is missing: install it and run this again" >&2
    exit 1
fi

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --silent
fi

for word in "$@"; do
    case "$word" in
    check)
        npx --no-install openapi-typescript ../docs/openapi.json -o node_modules/.schema.d.ts >/dev/null
        if ! cmp -s src/api/schema.d.ts node_modules/.schema.d.ts; then
            echo "web/src/api/schema.d.ts is not what docs/openapi.json says: npm --prefix web run schema" >&2
            exit 1
        fi
        npm run --silent check
        npm run --silent test
        ;;
    build)
        fresh=node_modules/.dist
        npx --no-install vite build --outDir "$fresh" --emptyOutDir --logLevel warn
        SHUYU_DIST="$PWD/$fresh" npm run --silent weights
        if ! diff -rq "$fresh" dist >/dev/null 2>&1; then
            rm -rf dist
            cp -R "$fresh" dist
        fi
        ;;
    *) echo "usage: $0 [check] [build]" >&2; exit 2 ;;
    esac
done
