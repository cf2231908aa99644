#!/bin/sh
# Installs what this machine lacks, says what and why, and touches nothing else.
#
#     scripts/setup.sh build         what it takes to compile and play the demo
#     scripts/setup.sh build test    and what it takes to run the tests
#     scripts/setup.sh build web     and what it takes to look at the console's pages
#
# Debian packages come by apt-get, as root or through sudo. Rust is expected
# (https://rustup.rs); the least version stands in Cargo.toml as rust-version.
set -eu

nextest_version=0.9.143

missing=
need() { # need PACKAGE "why": one more Debian package
    missing="$missing $1"
    echo "  需要 needs $1: $2"
}

if ! command -v cargo >/dev/null; then
    echo "需要 Rust：https://rustup.rs    Rust is missing: install it from https://rustup.rs and run this again" >&2
    exit 1
fi

wants_test=no
wants_web=no
for word in "$@"; do
    case "$word" in
    build) ;;
    test) wants_test=yes ;;
    web) wants_web=yes ;;
    *) echo "usage: $0 [build] [test] [web]" >&2; exit 2 ;;
    esac
done

command -v cc >/dev/null || need gcc "compiles SQLite, zstd and the linker's driver for Rust"
[ -e /usr/include/stdio.h ] || need libc6-dev "the C library's headers, for the same"
command -v bwrap >/dev/null || need bubblewrap "confines the Python programs that train models"
[ -e /usr/bin/python3 ] || need python3 "runs them"
[ -e /usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc ] || need fonts-noto-cjk "Chinese fonts (SIL OFL) for documents as PDF"
if [ "$wants_test" = yes ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null; then
    need postgresql "storage tests run on PostgreSQL too; no server is left running"
fi

if [ "$wants_web" = yes ]; then
    [ -e /usr/bin/chromium ] || need chromium "looks at every page of the console, as people do"
fi

if [ -n "$missing" ]; then
    root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "请以 root 安装 as root, install:$missing" >&2; exit 1; }
        root=sudo
    fi
    command -v apt-get >/dev/null || { echo "not Debian; install by hand what gives:$missing" >&2; exit 1; }
    echo "安装 installing:$missing"
    $root apt-get update -q
    case "$missing" in
    *postgresql*)
        # First the common part alone, told not to make and start a cluster.
        $root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql-common
        echo "create_main_cluster = false" | $root tee -a /etc/postgresql-common/createcluster.conf >/dev/null
        ;;
    esac
    # shellcheck disable=SC2086 # a list of words on purpose
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
fi

if [ "$wants_test" = yes ] && ! cargo nextest --version >/dev/null 2>&1; then
    echo "安装 installing cargo-nextest $nextest_version: runs each test in a process of its own, all crates at once"
    env -u CARGO_TARGET_DIR cargo install cargo-nextest --locked --version "$nextest_version"
fi
