#!/bin/sh
# Starts a PostgreSQL of its own, runs a command with it, and takes it away again.
#
#     scripts/with-postgres.sh cargo nextest run --workspace
#
# The command sees SHUYU_TEST_POSTGRES, the URL of a server on which it may
# CREATE DATABASE. The server listens on a socket in a scratch folder and on no
# port; it syncs nothing to disk, so it is for tests only, unless
# SHUYU_POSTGRES_DURABLE=yes asks for a server as one would run it (for benches).
# PostgreSQL refuses to run as root, so root lends it to the user `postgres` (or
# else `nobody`).
set -eu

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT...]" >&2
    exit 2
fi

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ] && command -v postgres >/dev/null; then
    bin=$(dirname "$(command -v postgres)")
fi
if [ ! -x "$bin/initdb" ]; then
    echo "no PostgreSQL server binaries found; 'make setup' installs them" >&2
    exit 1
fi

# The path of a socket may have 107 bytes, so the folder lies directly in /tmp.
scratch=$(mktemp -d /tmp/shuyu-postgres.XXXXXX)
if [ "$(id -u)" -eq 0 ]; then
    owner=postgres
    id "$owner" >/dev/null 2>&1 || owner=nobody
    chown "$owner" "$scratch"
    as_owner() { (cd "$scratch" && setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups -- "$@"); }
else
    as_owner() { (cd "$scratch" && "$@"); }
fi

command_pid=
stop() {
    status=$?
    trap - EXIT
    trap '' HUP INT TERM
    [ -z "$command_pid" ] || kill "$command_pid" 2>/dev/null || true
    as_owner "$bin/pg_ctl" stop -s -m immediate -D "$scratch/data" >/dev/null 2>&1 || true
    rm -rf "$scratch"
    exit "$status"
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

as_owner "$bin/initdb" -D "$scratch/data" -U shuyu --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$scratch/initdb.log" 2>&1 \
    || { cat "$scratch/initdb.log" >&2; exit 1; }
hasty="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
[ "${SHUYU_POSTGRES_DURABLE:-no}" = no ] || hasty=
as_owner "$bin/pg_ctl" start -s -w -t 60 -D "$scratch/data" -l "$scratch/postgres.log" \
    -o "-k $scratch -c listen_addresses='' -c unix_socket_permissions=0700 -c max_connections=300 $hasty" \
    || { cat "$scratch/postgres.log" >&2; exit 1; }

SHUYU_TEST_POSTGRES="postgres://shuyu@localhost/postgres?host=$scratch"
export SHUYU_TEST_POSTGRES

# In the background, so that a signal to this script is heard while it waits.
exec 3<&0
"$@" <&3 3<&- &
command_pid=$!
code=0
wait "$command_pid" || code=$?
command_pid=
exit "$code"
