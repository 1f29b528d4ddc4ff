#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetches and unpacks the source of Debian's Lua, for the preset fast. Where packages come from is
# said in a list of its own, so that the system's lists stay as they are.
#
#   tools/lua_source.sh FOLDER [VERSION]      VERSION: 5.4, or 5.3; the source is in FOLDER/lua
set -e
[ $# -ge 1 ] || { echo "usage: tools/lua_source.sh FOLDER [VERSION]" >&2; exit 2; }
version=${2:-5.4}
mkdir -p "$1"
folder=$(CDPATH= cd -- "$1" && pwd)
[ ! -f "$folder/lua/src/lua.h" ] || exit 0

for program in apt-get dpkg-source; do
    command -v "$program" >/dev/null || {
        echo "lua_source: $program is missing; on Debian: apt-get install apt dpkg-dev" >&2
        exit 1
    }
done
. /etc/os-release
mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
    "http://deb.debian.org/debian $VERSION_CODENAME main" >"$folder/sources.list"

apt() {
    apt-get -q -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" \
        -o APT::Sandbox::User="$(id -un)" "$@"
}

apt update
cd "$folder"
apt source --download-only "lua$version"
rm -rf unpacked # of an attempt that was interrupted
dpkg-source -x lua"$version"_*.dsc unpacked
mv unpacked lua
