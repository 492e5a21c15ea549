#!/bin/sh
# Installs what the browser tests need (Debian's Chromium, a Japanese font) where this user may; says what is missing
# where not: the tests that need it are then skipped with that reason.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
fc-list :lang=ja 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk fontconfig"
fc-list 2>/dev/null | grep -qi emoji || missing="$missing fonts-noto-color-emoji"
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "The browser tests need:$missing. Install them with your system's package tool; without, they are skipped."
  exit 0
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
  else
    echo "The browser tests need:$missing (apt-get install$missing, as root). Without, they are skipped."
    exit 0
  fi
fi
echo "Installing for the browser tests:$missing ..."
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
  echo "Installing$missing did not work; the tests that need it are skipped."
exit 0
