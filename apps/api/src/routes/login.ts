import type { FastifyPluginAsync } from 'fastify'

/**
 * Where a login link leads. The secret is behind the `#`, which browsers send to nobody; only the page's
 * script takes it, so that whatever looks at links in advance does not use it up.
 */
export const loginRoutes: FastifyPluginAsync = async (app) => {
  const headers = { 'cache-control': 'no-store', 'content-security-policy': POLICY }

  app.get('/login', { config: { scope: 'none' } }, (_request, reply) =>
    reply.headers(headers).type('text/html; charset=utf-8').send(PAGE),
  )
  app.get('/login.js', { config: { scope: 'none' } }, (_request, reply) =>
    reply.headers(headers).type('text/javascript; charset=utf-8').send(SCRIPT),
  )
}

const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Sleepless: sign in</title>
    <script type="module" src="/login.js"></script>
  </head>
  <body>
    <p id="state" role="status">Signing in …</p>
    <noscript>This page needs JavaScript to sign you in.</noscript>
  </body>
</html>
`

const SCRIPT = `const state = document.getElementById('state')
const secret = location.hash.slice(1)
// Not in the history either.
history.replaceState(null, '', '/login')
if (secret === '') state.textContent = 'Ask for a link with: sleepless login'
else {
  const answer = await fetch('/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ secret }),
  })
  if (answer.ok) {
    state.textContent = 'You are signed in.'
    location.replace('/')
  } else state.textContent = (await answer.json()).detail
}
`
