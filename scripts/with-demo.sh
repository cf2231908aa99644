#!/bin/sh
# Runs a command beside a demonstration server that has told its story, and ends the server
# afterwards. The command finds it at $SHUYU_URL.
#
#     scripts/with-demo.sh npm --prefix web run browser
set -eu

binary="${CARGO_TARGET_DIR:-$HOME/.cache/shuyu/target}/debug/shuyu"
data=$(mktemp -d)
"$binary" demo --listen 127.0.0.1:0 --data "$data" --residents 400 >"$data.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null && wait "$server" || true; rm -rf "$data" "$data.log"' EXIT INT TERM

waited=0
until grep -q "Ctrl-C" "$data.log"; do
    if ! kill -0 "$server" 2>/dev/null || [ "$waited" -ge 300 ]; then
        echo "演示服务器没有起来 the demonstration did not come up:" >&2
        tail -n 20 "$data.log" >&2
        exit 1
    fi
    sleep 1
    waited=$((waited + 1))
done
SHUYU_URL=$(sed -n 's|.*stays at \(http://[^/]*\)/.*|\1|p' "$data.log") "$@"
