#!/usr/bin/env bash
# Installs what the tests start of the system, where this is possible; else says what to install.
set -u
PATH=$PATH:/usr/sbin
have() { command -v "$1" >/dev/null 2>&1 || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null; }
fonts() { compgen -G "/usr/share/fonts/*/noto/NotoSansCJK*" >/dev/null; }
wanted=()
have postgres && have initdb || wanted+=(postgresql)
have redis-server || wanted+=(redis-server)
have nginx || wanted+=(nginx-light)
have chromium || [ -n "${LIANCHENG_CHROMIUM:-}" ] || wanted+=(chromium)
fonts || wanted+=(fonts-noto-cjk)
[ ${#wanted[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${wanted[@]}" && exit 0
fi
echo "Please install: ${wanted[*]} (Debian: apt-get install ${wanted[*]})" >&2
exit 1
