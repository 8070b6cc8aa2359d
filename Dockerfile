# One image for every service; the command says which: `api`, `scheduler`, `worker`, `slack`, or `up` for all in
# one process. The layers are in the order in which they change: system, Claude Code, dependencies, own code.

FROM docker.io/library/node:24-bookworm-slim AS pnpm
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false TURBO_TELEMETRY_DISABLED=1
COPY package.json ./
RUN npm install --global "$(node -p 'require("./package.json").packageManager')"

# What an installation depends on and nothing else, so that a change of the sources does not repeat it.
FROM pnpm AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name 'pnpm-*.yaml' -delete && \
    find . -type d -empty -delete && \
    find . -exec touch --date=@0 {} +

# Install scripts are not needed: better-sqlite3 brings its binaries, and Claude Code's is in a package of its own.
FROM pnpm AS modules
COPY --from=manifests /app ./
RUN --mount=type=cache,id=sleepless-pnpm,target=/pnpm \
    pnpm install --frozen-lockfile --ignore-scripts --prod --filter '@sleepless/cli...' --store-dir /pnpm && \
    mkdir -p /claude/node_modules/.pnpm && \
    mv node_modules/.pnpm/@anthropic-ai+claude-code-* /claude/node_modules/.pnpm/ && \
    find /claude -exec touch --no-dereference --date=@0 {} +

FROM pnpm AS build
COPY --from=manifests /app ./
RUN --mount=type=cache,id=sleepless-pnpm,target=/pnpm \
    pnpm install --frozen-lockfile --ignore-scripts --store-dir /pnpm
COPY . .
RUN pnpm --config.verify-deps-before-run=false build
# What runs: the compiled code, the migrations, and the manifests that name both.
RUN find apps packages \( -name node_modules -o -name src -o -name scratch -o -name .turbo \) -prune -exec rm -rf {} + && \
    find apps packages -type f \( -name '*.d.ts' -o -name '*.map' -o -name '.tsbuildinfo' -o -name 'tsconfig*.json' -o -name turbo.json \) -delete

FROM docker.io/library/node:24-bookworm-slim
LABEL org.opencontainers.image.title=sleepless \
      org.opencontainers.image.description="Works through coding tasks around the clock" \
      org.opencontainers.image.licenses=MIT
# tini is process 1: it reaps what agents leave behind, which node would not.
RUN apt-get update && \
    apt-get install --yes --no-install-recommends bubblewrap ca-certificates git openssh-client tini && \
    apt-get clean && rm -rf /var/lib/apt/lists/*
# A container engine's name server may lose a question while containers come and go. With the default of 5 seconds
# for each, asked twice, Redis could be back for half a minute before anybody noticed.
ENV NODE_ENV=production SLEEPLESS_HOME=/var/lib/sleepless RES_OPTIONS="timeout:1 attempts:2"
# A volume that is mounted here for the first time takes the owner from here.
RUN install --directory --owner=node --group=node --mode=0700 \
      "$SLEEPLESS_HOME" "$SLEEPLESS_HOME/secrets" "$SLEEPLESS_HOME/workspace" && \
    ln -s /app/apps/cli/bin/sleepless.js /usr/local/bin/sleepless && \
    ln -s sleepless /usr/local/bin/sle
COPY --from=modules /claude /app
COPY --from=modules /app /app
COPY deploy/container/ /usr/local/lib/sleepless/
COPY --from=build /app/apps /app/apps
COPY --from=build /app/packages /app/packages
# The code belongs to root: what runs here as node cannot change it.
USER node
WORKDIR /var/lib/sleepless
EXPOSE 7300
ENTRYPOINT ["tini", "--", "sleepless"]
