#!/usr/bin/env bash
# Installs the servers that the tests start, where this is possible; else says what to install.
set -u
missing=()
have() { command -v "$1" >/dev/null 2>&1 || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null; }
have postgres && have initdb || missing+=(postgresql)
have redis-server || missing+=(redis-server)
have chromium || missing+=(chromium fonts-noto-cjk)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" && exit 0
fi
echo "Please install: ${missing[*]}   (Debian: apt-get install ${missing[*]})" >&2
exit 1
