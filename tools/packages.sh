# SPDX-License-Identifier: MIT
# For the scripts of the root folder: packages_need PACKAGE... installs the Debian packages that are
# missing, as root, or says which they are. Elsewhere than on Debian it does nothing.
packages_need() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    packages_missing=
    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) packages_missing="$packages_missing $package" ;;
        esac
    done
    [ -n "$packages_missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "$packages_for: please install:$packages_missing" \
            "(apt-get install$packages_missing)" >&2
        return 1
    fi
    echo "$packages_for: installing$packages_missing" >&2
    packages_log=$(mktemp) || return 1
    if ! { DEBIAN_FRONTEND=noninteractive apt-get update &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
            $packages_missing; } >"$packages_log" 2>&1; then
        cat "$packages_log" >&2
        rm -f "$packages_log"
        echo "$packages_for: could not install:$packages_missing" >&2
        return 1
    fi
    rm -f "$packages_log"
}
