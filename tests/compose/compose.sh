#!/usr/bin/env bash
# Builds the image, and runs docker-compose.yml for real: see compose.test.ts. Afterwards only the image is left.
# Needs `docker compose` with a daemon, or podman and podman-compose.
set -euo pipefail
cd "$(dirname "$0")/../.."

if docker compose ls >/dev/null 2>&1; then
  docker compose build
else
  # Builds also where containers may not have a network or namespaces of their own, as on many CI machines.
  podman-compose --podman-build-args='--network=host --isolation=chroot' build
  # podman-compose 1.0 does not say whether it worked.
  podman image exists "${SLEEPLESS_IMAGE:-sleepless}"
fi
SLEEPLESS_TEST_COMPOSE=1 npx vitest run tests/compose
