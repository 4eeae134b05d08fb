#!/usr/bin/env bash
# Publishes the package and the configuration under DIRECTORY/latest as the next version, as a careful
# person writes it, and prints the version's number:
#
#     publish.sh DIRECTORY
#
# One writer at a time, the hash of the bytes that are kept, no version where nothing changed, and a version
# that stands whole or not at all, also after a loss of power.
set -euo pipefail
cd "$1"

exec 9>.lock
flock 9

# What one that was killed has left.
rm -rf .staging
mkdir -p versions .staging

cp latest/code.zip latest/config.json .staging
openssl dgst -sha256 -binary .staging/code.zip | base64 >.staging/code.sha256

last=$(find versions -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)
if [ -n "$last" ] &&
    cmp -s ".staging/code.sha256" "versions/$last/code.sha256" &&
    cmp -s ".staging/config.json" "versions/$last/config.json"; then
    rm -r .staging
    echo "$last"
    exit
fi

next=$((${last:-0} + 1))
chmod 0444 .staging/*
sync .staging/code.zip .staging/config.json .staging/code.sha256 .staging
mv -T .staging "versions/$next"
sync versions .
echo "$next"
