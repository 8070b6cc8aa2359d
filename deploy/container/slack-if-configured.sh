#!/bin/sh
# The Slack gateway, where there are tokens for it. Ends well without them: nothing would change by starting again.
set -eu
case "${SLACK_BOT_TOKEN:-}${SLACK_APP_TOKEN:-}" in
*[![:space:]]*) exec sleepless slack ;;
esac
echo '{"service":"slack","msg":"not configured: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN"}'
