#!/bin/sh
# Prepares the volumes of docker-compose.yml, which are mounted below /volumes: the tokens, and directories
# that the services may write to. It alone writes tokens, so that all services have the same ones.
# What is there stays: it may run any number of times, also while the services run.
set -eu
umask 077
api=/volumes/api-secrets
worker=/volumes/worker-secrets

# Whole or not at all: a service may look at any moment.
put() { # file, content from standard input
  draft=$(mktemp "$1.XXXXXX")
  cat >"$draft"
  chown node:node "$draft"
  mv "$draft" "$1"
}

make_token() { # file
  [ -s "$1" ] || head -c 32 /dev/urandom | base64 --wrap=0 | tr '+/' '-_' | tr -d '=' | put "$1"
}

for volume in /volumes/*; do
  chown node:node "$volume"
  chmod 0700 "$volume"
done
make_token "$api/api-token"
make_token "$api/worker-token"
cmp -s "$api/worker-token" "$worker/worker-token" || put "$worker/worker-token" <"$api/worker-token"
echo '{"service":"init","msg":"volumes are ready"}'
