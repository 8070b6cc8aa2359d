#!/bin/sh
# Stands before the real Claude Code: what it does is in the file beside it, and "real" by default.
here=$(dirname "$0")
mode=$(cat "$here/claude-mode" 2> /dev/null || echo real)
case $mode in
  wrong-version) [ "$1" = --version ] && { echo 'Codex 0.0'; exit 0; } ;;
  garbage) [ "$1" = --version ] || { echo '}{"type":"result",'; echo '[1,2'; exit 0; } ;;
  half-line) [ "$1" = --version ] || { printf '{"type":"result","subtype":"succ'; exit 1; } ;;
esac
exec "$(cat "$here/claude-binary")" "$@"
