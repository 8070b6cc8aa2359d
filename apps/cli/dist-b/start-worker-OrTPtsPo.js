import { C as number, E as string, S as literal, T as strictObject, _ as _enum, b as discriminatedUnion, d as createTransport, g as number$1, h as workerIdField, k as uuid, l as StartupError, m as instantField, o as ensureHome, p as attemptIdField, s as homeAt, t as ensureSecret, u as createApiClient, v as array, w as object, x as int, y as boolean } from "./secrets-BYExsMwj.js";
import { t as FAILURE_CODES } from "./failures-Kd8Um9pd.js";
import path from "node:path";
import { rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { createApi } from "@sleepless/api";
import { slackTokensOf } from "@sleepless/slack-gateway/config";
import { createWorker } from "@sleepless/worker";
import { defaultPolicy } from "@sleepless/engine";
import { createOutputSpool, createResultsStore, lockHome, openStore } from "@sleepless/storage";
import { createQueue } from "@sleepless/queue";
import { createClaudeExecutor } from "@sleepless/executor";
import { createWorkspaces } from "@sleepless/git";

// packages/domain/dist/errors.js
/** Base of every failure the domain can name. `code` is stable: HTTP bodies, logs and metrics use it. */
var DomainError = class extends Error {};
/** The text is not an id of that kind. */
var InvalidIdError = class extends DomainError {
	name = "InvalidIdError";
	code = "INVALID_ID";
	constructor(kind, raw) {
		super(`expected a ${kind} id, got ${JSON.stringify(raw.slice(0, 60))}`);
	}
};

// packages/domain/dist/ids.js
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const isTaskId = (raw) => hasForm("tsk_", raw);
const isAttemptId = (raw) => hasForm("att_", raw);
const isWorkerId = (raw) => hasForm("wrk_", raw);
function hasForm(prefix, raw) {
	return raw.startsWith(prefix) && UUID_V7.test(raw.slice(prefix.length));
}
/** @throws {InvalidIdError} unless `raw` is `tsk_` and a lower-case UUIDv7. */
function taskId(raw) {
	if (!isTaskId(raw)) throw new InvalidIdError("task", raw);
	return raw;
}
/** @throws {InvalidIdError} unless `raw` is `att_` and a lower-case UUIDv7. */
function attemptId(raw) {
	if (!isAttemptId(raw)) throw new InvalidIdError("attempt", raw);
	return raw;
}
/** @throws {InvalidIdError} unless `raw` is `wrk_` and a lower-case UUIDv7. */
function workerId(raw) {
	if (!isWorkerId(raw)) throw new InvalidIdError("worker", raw);
	return raw;
}

// packages/contracts/dist/internal/worker.js
const fenceField = int().positive();
const agentAvailabilityBody = discriminatedUnion("available", [strictObject({
	available: literal(true),
	version: string().max(200)
}), strictObject({
	available: literal(false),
	code: _enum([
		"AGENT_NOT_INSTALLED",
		"AGENT_NOT_LOGGED_IN",
		"SANDBOX_UNAVAILABLE"
	]),
	detail: string().max(2e3)
})]);
/** One request of a worker renews its own lease and those of all its attempts. The first one joins. */
const heartbeatBody = strictObject({
	name: string().min(1).max(200),
	concurrency: int().min(1).max(256),
	labels: array(string().max(100)).max(50),
	agent: agentAvailabilityBody,
	draining: boolean(),
	attempts: array(attemptIdField).max(256)
});
const heartbeatAnswer = object({
	/** Send the next heartbeat after this long. */
	heartbeatMs: number().positive(),
	/** Attempts of the request that somebody wants stopped. */
	canceled: array(attemptIdField),
	/** Attempts of the request that are no longer this worker's: stop their agents. */
	lost: array(attemptIdField)
});
/** Proof that the sender holds the attempt. */
const holder = {
	workerId: workerIdField,
	fence: fenceField
};
const claimBody = strictObject(holder);
const claimAnswer = object({
	attempt: object({
		number: int(),
		sessionId: uuid()
	}),
	task: object({
		prompt: string(),
		model: string().nullable(),
		timeoutMs: number(),
		budgetMicroUsd: number().nullable(),
		requester: string().nullable()
	}),
	project: object({
		name: string(),
		remote: string(),
		defaultBranch: string().nullable()
	}).nullable()
});

// packages/contracts/dist/internal/report.js
const at = instantField;
const report = discriminatedUnion("type", [
	strictObject({
		type: literal("started"),
		at,
		pid: int()
	}),
	strictObject({
		type: literal("ready"),
		at,
		model: string().max(200),
		version: string().max(200)
	}),
	strictObject({
		type: literal("acted"),
		at,
		action: string().max(500)
	}),
	strictObject({
		type: literal("warned"),
		at,
		message: string().max(2e3)
	})
]);
/** Reports in order; those with numbers that were taken before are skipped. */
const reportBatch = strictObject({
	...holder,
	/** Number of the first report, from 1 within the attempt. */
	firstSeq: int().positive(),
	reports: array(report).min(1).max(500)
});
/** The last number that is on disk; send the next ones from there. */
const reportAnswer = object({ acknowledgedSeq: int() });
const usage = strictObject({
	costMicroUsd: int().nonnegative(),
	inputTokens: int().nonnegative(),
	outputTokens: int().nonnegative()
});
const outcome = discriminatedUnion("kind", [
	strictObject({
		kind: literal("succeeded"),
		summary: string().max(4e3),
		commit: string().regex(/^[0-9a-f]{40}$/).optional(),
		branch: string().max(300).optional(),
		warnings: array(string().max(2e3)).max(50)
	}),
	strictObject({
		kind: literal("failed"),
		failure: strictObject({
			code: _enum(FAILURE_CODES),
			message: string().max(4e3)
		})
	}),
	strictObject({ kind: literal("canceled") }),
	strictObject({ kind: literal("interrupted") })
]);
const finishBody = strictObject({
	...holder,
	outcome,
	usage
});
/** Where a chunk of output belongs; repeated bytes are skipped, a gap is refused. */
const outputQuery = strictObject({
	workerId: holder.workerId,
	fence: number$1().int().positive(),
	offset: number$1().int().nonnegative()
});
const outputAnswer = object({ lengthBytes: int() });
const artifactQuery = strictObject({
	workerId: holder.workerId,
	fence: number$1().int().positive(),
	/** Of the content, as hex; an upload that does not match is refused. */
	sha256: string().regex(/^[0-9a-f]{64}$/)
});

// packages/contracts/dist/client/worker-client.js
const UPLOAD_TIMEOUT_MS = 6e5;
function createWorkerClient(workerId, options) {
	const transport = createTransport(options);
	const worker = `/internal/workers/${workerId}`;
	const proof = ({ fence }) => ({
		workerId,
		fence
	});
	return {
		heartbeat: (json) => transport.json(heartbeatAnswer, `${worker}/heartbeat`, {
			method: "POST",
			json
		}),
		async leave() {
			await transport.request(worker, { method: "DELETE" });
		},
		claim: (held) => transport.json(claimAnswer, `${attempt(held)}/claim`, {
			method: "POST",
			json: proof(held)
		}),
		async report(held, batch) {
			return (await transport.json(reportAnswer, `${attempt(held)}/reports`, {
				method: "POST",
				json: {
					...proof(held),
					...batch
				}
			})).acknowledgedSeq;
		},
		async appendOutput(held, offset, chunk) {
			return (await transport.json(outputAnswer, `${attempt(held)}/output`, {
				method: "PUT",
				query: {
					...proof(held),
					offset
				},
				body: chunk,
				headers: { "content-type": "application/octet-stream" }
			})).lengthBytes;
		},
		async uploadArtifact(held, { name, content, sha256 }) {
			await transport.request(`${attempt(held)}/artifacts/${encodeURIComponent(name)}`, {
				method: "PUT",
				query: {
					...proof(held),
					sha256
				},
				body: content,
				timeoutMs: UPLOAD_TIMEOUT_MS,
				headers: { "content-type": "application/octet-stream" }
			});
		},
		async finish(held, body) {
			await transport.request(`${attempt(held)}/finish`, {
				method: "POST",
				json: {
					...proof(held),
					...body
				}
			});
		}
	};
}
function attempt({ attemptId }) {
	return `/internal/attempts/${attemptId}`;
}

// packages/runtime/dist/clock.js
/** The machine's own clocks. */
const systemClock = {
	now: () => /* @__PURE__ */ new Date(),
	monotonicMs: () => performance.now()
};

// node_modules/.pnpm/uuid@14.0.3/node_modules/uuid/dist-node/stringify.js
const byteToHex = [];
for (let i = 0; i < 256; ++i) byteToHex.push((i + 256).toString(16).slice(1));
function unsafeStringify(arr, offset = 0) {
	return (byteToHex[arr[offset + 0]] + byteToHex[arr[offset + 1]] + byteToHex[arr[offset + 2]] + byteToHex[arr[offset + 3]] + "-" + byteToHex[arr[offset + 4]] + byteToHex[arr[offset + 5]] + "-" + byteToHex[arr[offset + 6]] + byteToHex[arr[offset + 7]] + "-" + byteToHex[arr[offset + 8]] + byteToHex[arr[offset + 9]] + "-" + byteToHex[arr[offset + 10]] + byteToHex[arr[offset + 11]] + byteToHex[arr[offset + 12]] + byteToHex[arr[offset + 13]] + byteToHex[arr[offset + 14]] + byteToHex[arr[offset + 15]]).toLowerCase();
}

// node_modules/.pnpm/uuid@14.0.3/node_modules/uuid/dist-node/rng.js
const rnds8 = /* @__PURE__ */ new Uint8Array(16);
function rng() {
	return crypto.getRandomValues(rnds8);
}

// node_modules/.pnpm/uuid@14.0.3/node_modules/uuid/dist-node/v7.js
const _state = {};
function v7(options, buf, offset) {
	let bytes;
	if (options) bytes = v7Bytes(options.random ?? options.rng?.() ?? rng(), options.msecs, options.seq, buf, offset);
	else {
		const now = Date.now();
		const rnds = rng();
		updateV7State(_state, now, rnds);
		bytes = v7Bytes(rnds, _state.msecs, _state.seq, buf, offset);
	}
	return buf ?? unsafeStringify(bytes);
}
function updateV7State(state, now, rnds) {
	state.msecs ??= -Infinity;
	state.seq ??= 0;
	if (now > state.msecs) {
		state.seq = v7Sequence(rnds);
		state.msecs = now;
	} else {
		state.seq = state.seq + 1 | 0;
		if (state.seq === 0) state.msecs++;
	}
	return state;
}
function v7Bytes(rnds, msecs, seq, buf, offset = 0) {
	if (rnds.length < 16) throw new Error("Random bytes length must be >= 16");
	if (!buf) {
		buf = /* @__PURE__ */ new Uint8Array(16);
		offset = 0;
	} else if (offset < 0 || offset + 16 > buf.length) throw new RangeError(`UUID byte range ${offset}:${offset + 15} is out of buffer bounds`);
	msecs ??= Date.now();
	seq ??= v7Sequence(rnds);
	buf[offset++] = msecs / 1099511627776 & 255;
	buf[offset++] = msecs / 4294967296 & 255;
	buf[offset++] = msecs / 16777216 & 255;
	buf[offset++] = msecs / 65536 & 255;
	buf[offset++] = msecs / 256 & 255;
	buf[offset++] = msecs & 255;
	buf[offset++] = 112 | seq >>> 28 & 15;
	buf[offset++] = seq >>> 20 & 255;
	buf[offset++] = 128 | seq >>> 14 & 63;
	buf[offset++] = seq >>> 6 & 255;
	buf[offset++] = seq << 2 & 255 | rnds[10] & 3;
	buf[offset++] = rnds[11];
	buf[offset++] = rnds[12];
	buf[offset++] = rnds[13];
	buf[offset++] = rnds[14];
	buf[offset++] = rnds[15];
	return buf;
}
function v7Sequence(rnds) {
	return (rnds[6] & 127) << 24 | rnds[7] << 16 | rnds[8] << 8 | rnds[9];
}

// packages/runtime/dist/uuid.js
/** A UUIDv7: time-ordered, and larger as text than those made before by this process. */
function uuidV7() {
	return v7();
}

// apps/cli/dist/compose/control-plane.js
const ids = {
	taskId: () => taskId(`tsk_${uuidV7()}`),
	attemptId: () => attemptId(`att_${uuidV7()}`),
	workerId: () => workerId(`wrk_${uuidV7()}`)
};
/** @throws {StartupError} when the home is not writable, in use, or from a newer version. */
function openControlPlane(resources, { home, leaseMs, use }) {
	ensureHome(home);
	try {
		resources.use(lockHome(path.join(home.path, "home.lock"), use));
		return {
			store: resources.use(openStore(home.databaseFile)),
			engine: {
				clock: systemClock,
				ids,
				policy: defaultPolicy(leaseMs)
			}
		};
	} catch (error) {
		throw cannotOpen(home, error);
	}
}
async function openFiles(home, location) {
	return {
		spool: await createOutputSpool(path.join(home.path, "spool")),
		results: await createResultsStore(location)
	};
}
function cannotOpen(home, error) {
	if (!(error instanceof Error && "code" in error)) return error;
	if (error.code === "HOME_LOCKED" || error.code === "SCHEMA_TOO_NEW") return new StartupError(error.message, "", { cause: error });
	return new StartupError(`The database ${home.databaseFile} cannot be opened (${String(error.code)}).`, "Check the disk and its permissions, or restore a backup.", { cause: error });
}

// apps/cli/dist/compose/open-queue.js
const START_DEADLINE_MS = 3e4;
function openQueue(resources, url, logger) {
	return resources.use(createQueue(url, { logger }));
}
/**
* For services that are of no use without the queue. Once they run, an outage does not end them.
*
* @throws {StartupError} when it has not answered within 30 seconds.
*/
async function waitForQueue(queue) {
	try {
		await queue.waitUntilReady({ timeoutMs: START_DEADLINE_MS });
	} catch (error) {
		throw new StartupError(`Redis has not answered for ${START_DEADLINE_MS / 1e3} seconds.`, "Start it, or correct QUEUE_URL.", { cause: error });
	}
}

// apps/cli/dist/compose/sandboxed.js
const NO_SANDBOX = {
	available: false,
	code: "SANDBOX_UNAVAILABLE",
	detail: "SLEEPLESS_SANDBOX is \"required\", and this version has no sandbox yet."
};
/** Where a sandbox is required, no agent is available while there is none. */
function sandboxed(executor, mode) {
	return mode === "required" ? {
		...executor,
		probe: () => Promise.resolve(NO_SANDBOX)
	} : executor;
}
/** Says at every start what agents may do on this machine. */
function announceSandbox(mode, logger) {
	if (mode === "off") logger.warn({}, "SLEEPLESS_SANDBOX=off: agents run commands with all rights of this user");
	else if (mode === "auto") logger.info({}, "agents may edit files in their workspace, and run no commands");
}

// apps/cli/dist/compose/results-location.js
/**
* Where results are kept.
*
* @param url `s3://bucket?region=…&endpoint=…`, already checked; undefined for the home's directory.
*/
function resultsLocation(home, url) {
	if (url === void 0) return {
		kind: "directory",
		path: home.resultsPath
	};
	const { hostname, searchParams } = new URL(url);
	return {
		kind: "s3",
		bucket: hostname,
		region: searchParams.get("region") ?? "us-east-1",
		endpoint: searchParams.get("endpoint") ?? void 0
	};
}

// apps/cli/dist/compose/start-api.js
/** The tokens from the environment, else those of the home, which are made when they are not there. */
function apiTokens(config) {
	const home = homeAt(config.home);
	return {
		api: config.apiToken ?? ensureSecret(home, "api-token"),
		worker: config.workerToken ?? ensureSecret(home, "worker-token")
	};
}
/** Starts the api, and writes down where it listens for commands that look for it. */
async function startApi(resources, { config, plane, queue, logger }) {
	const home = homeAt(config.home);
	const files = await openFiles(home, resultsLocation(home, config.resultsUrl));
	const { host, port } = config;
	const tokens = apiTokens(config);
	const api = resources.use(await createApi({
		...plane,
		...files,
		queue,
		tokens,
		logger,
		host,
		port
	}));
	resources.use(announce(home, api.url));
	logger.info({ url: api.url }, "api listens");
	return api;
}
function announce(home, url) {
	const file = path.join(home.path, "api.json");
	writeFileSync(file, `${JSON.stringify({
		url,
		pid: process.pid
	})}\n`, { mode: 384 });
	return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

// apps/cli/dist/compose/start-slack.js
/** @returns false when Slack is not configured: then nothing runs. */
async function startSlack(resources, { config, apiUrl, token, logger }) {
	const tokens = slackTokensOf(config);
	if (tokens === void 0) return false;
	const { createSlackGateway } = await import("@sleepless/slack-gateway");
	const slackApiUrl = config.SLACK_API_URL;
	resources.use(await createSlackGateway({
		...tokens,
		api: createApiClient({
			url: apiUrl,
			token
		}),
		logger,
		...slackApiUrl !== void 0 && { slackApiUrl }
	}));
	return true;
}

// apps/cli/dist/compose/start-worker.js
const KILL_GRACE_MS = 5e3;
async function startWorker(resources, { config, apiUrl, token, queue, env, logger }) {
	const id = ids.workerId();
	const { claude, sandbox } = config;
	const executor = createClaudeExecutor({
		binary: claude.binary,
		credential: credentialOf(claude),
		baseUrl: claude.baseUrl,
		defaultModel: claude.model,
		toolAccess: sandbox === "off" ? "all" : "edits-only",
		killGraceMs: KILL_GRACE_MS,
		path: config.path
	});
	const worker = await createWorker({
		id,
		api: createWorkerClient(id, {
			url: apiUrl,
			token
		}),
		queue,
		executor: sandboxed(executor, sandbox),
		workspaces: createWorkspaces({
			root: homeAt(config.home).workspacePath,
			env
		}),
		logger
	}, {
		name: `${hostname()}:${process.pid}`,
		concurrency: config.concurrency,
		labels: config.labels
	});
	resources.use(worker);
}
function credentialOf({ apiKey, oauthToken }) {
	if (apiKey !== void 0) return {
		kind: "api-key",
		value: apiKey
	};
	if (oauthToken !== void 0) return {
		kind: "oauth-token",
		value: oauthToken
	};
}

export { announceSandbox as a, openControlPlane as c, startApi as i, startSlack as n, openQueue as o, apiTokens as r, waitForQueue as s, startWorker as t };