#!/usr/bin/env bash
# Installs the server that the tests start, where this is possible; else says what to install.
set -u
have() { command -v "$1" >/dev/null 2>&1 || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null; }
have postgres && have initdb && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql && exit 0
fi
echo "Please install PostgreSQL 15 or newer (Debian: apt-get install postgresql)" >&2
exit 1
