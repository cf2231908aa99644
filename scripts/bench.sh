#!/bin/sh
# Measures us beside our peers and writes bench-out/rows.json; see docs/PERFORMANCE.md.
# The peers: DuckDB from PyPI in an environment of its own, PostgreSQL from Debian.
set -eu
cd "$(dirname "$0")/.."
: "${CARGO_TARGET_DIR:=$HOME/.cache/shuyu/target}"
export CARGO_TARGET_DIR
peers="$HOME/.cache/shuyu/bench-peers"
if ! "$peers/bin/python" -c 'import duckdb' 2>/dev/null; then
    echo "bench: installing DuckDB into $peers"
    python3 -m venv "$peers"
    "$peers/bin/pip" install --quiet duckdb==2.0.0
fi
cargo build --profile measure --workspace --bins
mkdir -p bench-out
export SHUYU_POSTGRES_DURABLE=yes
exec scripts/with-postgres.sh "$CARGO_TARGET_DIR/measure/shuyu-bench" \
    bench-out/rows.json "$peers/bin/python" "$CARGO_TARGET_DIR/measure/shuyu" "$@"
