#!/bin/sh
# The counting remote: one line for each reference that a push moved.
while read -r before after ref; do
  printf '%s %s %s\n' "$ref" "$before" "$after" >> "$GIT_DIR/pushes.log"
done
