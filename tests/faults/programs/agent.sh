#!/bin/sh
# The command that tasks run for volume. It reads "fault-task <token> <mode> <milliseconds>", and
# what was said later as "fault-message <token>", and writes down, beside itself, what it did: in which attempt, and how far it came.
here=$(dirname "$0")
read -r _ token mode holdMs
attempt=$SLEEPLESS_ATTEMPT_ID
note() { printf '%s %s %s %s\n' "$token" "$attempt" "$1" "$$" >> "$here/effects.log"; }

before=$(grep -c "^$token .* began " "$here/effects.log" 2> /dev/null)
note began
while read -r word _; do
  [ "$word" = fault-message ] && note told
done
[ "$mode" = exit-137 ] && [ "${before:-0}" -eq 0 ] && exit 137
[ "$mode" = hang ] && exec sleep 600
case $mode in
  flood) head -c "$holdMs" /dev/zero | tr '\0' 'x' | fold -w 4000 ;;
  quiet) ;;
  *) echo "$token by $attempt" > "$token.txt" && note wrote ;;
esac
[ "$mode" = flood ] || sleep "$(printf '%d.%03d' $((holdMs / 1000)) $((holdMs % 1000)))"
note acted
echo "done $token by $attempt"
