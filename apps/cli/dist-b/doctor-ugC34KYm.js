import { n as environmentFields, r as globalOptions, t as findUrl } from "./find-url-C6-c6oh3.js";
import { c as loadConfig, l as StartupError, n as readSecret, s as homeAt, u as createApiClient, w as object } from "./secrets-BYExsMwj.js";
import { t as readDotenvFile } from "./dotenv-file-RxKlTH97.js";
import { n as failureReasons } from "./failures-Kd8Um9pd.js";
import { t as ApiError } from "./errors-DwYh6MC4.js";
import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { t as createPrinter } from "./printer-DeXjNSp3.js";
import path from "node:path";
import { constants } from "node:fs";
import { access, readdir, stat, statfs } from "node:fs/promises";
import { connect } from "node:net";

// apps/cli/dist/doctor/finding.js
function ok(detail) {
	return {
		status: "ok",
		detail,
		remedy: null
	};
}
function warn(detail, remedy) {
	return {
		status: "warn",
		detail,
		remedy
	};
}
function fail(detail, remedy) {
	return {
		status: "fail",
		detail,
		remedy
	};
}

// apps/cli/dist/doctor/check-home.js
const OPEN_TO_OTHERS = 63;
const checkHome = {
	name: "home",
	async look({ home }) {
		const existing = await nearestExisting(home.path);
		try {
			await access(existing, constants.W_OK | constants.X_OK);
		} catch {
			return fail(`${home.path} cannot be written to`, "Make it writable, or set SLEEPLESS_HOME to a directory that is.");
		}
		if (existing !== home.path) return ok(`${home.path} will be made at the first start`);
		return ok(home.path);
	}
};
const checkSecrets = {
	name: "secrets",
	async look({ home }) {
		const files = await filesIn(home.secretsPath);
		if (files === void 0) return ok("none yet; they are made at the first start");
		const open = [];
		for (const file of [home.secretsPath, ...files]) {
			const { mode } = await stat(file);
			if ((mode & OPEN_TO_OTHERS) !== 0) open.push(file);
		}
		if (open.length === 0) return ok("only their owner may read them");
		return fail(`others may read ${open.join(", ")}`, `Run: chmod -R go= ${home.secretsPath}`);
	}
};
/** Whether there is a database, and this user may use it. */
const checkDatabase = {
	name: "database",
	async look({ home }) {
		try {
			await access(home.databaseFile, constants.R_OK | constants.W_OK);
			return ok(home.databaseFile);
		} catch (error) {
			if (isMissing(error)) return ok("none yet; it is made at the first start");
			return warn(`${home.databaseFile} cannot be read and written by this user`, "Give it to the user that the service runs as.");
		}
	}
};
/** The directory itself, or the closest one above it that is there. */
async function nearestExisting(directory) {
	try {
		await stat(directory);
		return directory;
	} catch (error) {
		const parent = path.dirname(directory);
		if (!isMissing(error) || parent === directory) return directory;
		return nearestExisting(parent);
	}
}
async function filesIn(directory) {
	try {
		return (await readdir(directory)).map((name) => path.join(directory, name));
	} catch (error) {
		if (isMissing(error)) return void 0;
		throw error;
	}
}
function isMissing(error) {
	return error instanceof Error && "code" in error && error.code === "ENOENT";
}

// apps/cli/dist/doctor/check-machine.js
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const LITTLE_DISK_BYTES = 2 * GIB;
const NO_DISK_BYTES = 256 * MIB;
/** An agent takes about 210 MB, without what its tools take. */
const AGENT_BYTES = 300 * MIB;
const SERVICE_BYTES = 200 * MIB;
const checkDisk = {
	name: "disk",
	async look({ home }) {
		const { bavail, bsize } = await statfs(await nearestExisting(home.path));
		const freeBytes = bavail * bsize;
		const detail = `${inGib(freeBytes)} free for ${home.path}`;
		if (freeBytes >= LITTLE_DISK_BYTES) return ok(detail);
		const remedy = "Make room, or set SLEEPLESS_HOME to a larger disk.";
		return freeBytes < NO_DISK_BYTES ? fail(detail, remedy) : warn(detail, remedy);
	}
};
const checkMemory = {
	name: "memory",
	look({ config }) {
		const agents = config.WORKER_CONCURRENCY;
		const availableBytes = process.availableMemory();
		const detail = `${inGib(availableBytes)} available for ${agents} agents at once`;
		const verdict = availableBytes >= SERVICE_BYTES + agents * AGENT_BYTES ? ok(detail) : warn(detail, "Set WORKER_CONCURRENCY lower, or give the machine more memory.");
		return Promise.resolve(verdict);
	}
};
function inGib(bytes) {
	return `${(bytes / GIB).toFixed(1)} GiB`;
}

// apps/cli/dist/doctor/check-programs.js
const MIN_NODE_MAJOR = 22;
/** The version that the whole product was tried with. */
const TESTED_CLAUDE = "2.1.330";
const checkNode = {
	name: "node",
	look() {
		const { version } = process;
		const verdict = Number(/\d+/.exec(version)?.[0]) >= MIN_NODE_MAJOR ? ok(version) : fail(version, `Install Node.js ${MIN_NODE_MAJOR} or newer.`);
		return Promise.resolve(verdict);
	}
};
const checkGit = {
	name: "git",
	async look({ context }) {
		const { probeGit } = await import("@sleepless/git");
		const probe = await probeGit({ env: context.env });
		if ("version" in probe) return ok(probe.version);
		return fail(probe.missing, "Install git: apt install git, or brew install git.");
	}
};
const checkClaude = {
	name: "claude",
	async look({ config }) {
		const { createClaudeExecutor } = await import("@sleepless/executor");
		const agent = await createClaudeExecutor({
			binary: config.CLAUDE_BIN,
			credential: {
				kind: "api-key",
				value: "never-sent"
			},
			toolAccess: "edits-only",
			killGraceMs: 1e3
		}).probe();
		if (!agent.available) return fail(agent.detail, failureReasons.AGENT_NOT_INSTALLED.remedy);
		if (agent.version === TESTED_CLAUDE) return ok(agent.version);
		return warn(`${agent.version}; tested with ${TESTED_CLAUDE}`, "Unset CLAUDE_BIN to use the tested version, or watch the first tasks.");
	}
};
const checkLogin = {
	name: "login",
	look({ config }) {
		const { ANTHROPIC_API_KEY: key, CLAUDE_CODE_OAUTH_TOKEN: token } = config;
		if (key === void 0 && token === void 0) return Promise.resolve(fail("neither ANTHROPIC_API_KEY nor CLAUDE_CODE_OAUTH_TOKEN is set", failureReasons.AGENT_NOT_LOGGED_IN.remedy));
		const name = key === void 0 ? "CLAUDE_CODE_OAUTH_TOKEN" : "ANTHROPIC_API_KEY";
		return Promise.resolve(ok(`${name} is set; only a task shows whether it is accepted`));
	}
};

// apps/cli/dist/doctor/check-queue.js
var __addDisposableResource = void 0 && (void 0).__addDisposableResource || function(env, value, async) {
	if (value !== null && value !== void 0) {
		if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
		var dispose, inner;
		if (async) {
			if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
			dispose = value[Symbol.asyncDispose];
		}
		if (dispose === void 0) {
			if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
			dispose = value[Symbol.dispose];
			if (async) inner = dispose;
		}
		if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
		if (inner) dispose = function() {
			try {
				inner.call(this);
			} catch (e) {
				return Promise.reject(e);
			}
		};
		env.stack.push({
			value,
			dispose,
			async
		});
	} else if (async) env.stack.push({ async: true });
	return value;
};
var __disposeResources = void 0 && (void 0).__disposeResources || (function(SuppressedError) {
	return function(env) {
		function fail(e) {
			env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
			env.hasError = true;
		}
		var r, s = 0;
		function next() {
			while (r = env.stack.pop()) try {
				if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
				if (r.dispose) {
					var result = r.dispose.call(r.value);
					if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) {
						fail(e);
						return next();
					});
				} else s |= 1;
			} catch (e) {
				fail(e);
			}
			if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
			if (env.hasError) throw env.error;
		}
		return next();
	};
})(typeof SuppressedError === "function" ? SuppressedError : function(error, suppressed, message) {
	var e = new Error(message);
	return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});
const DEADLINE_MS$2 = 3e3;
const checkQueue = {
	name: "queue",
	async look({ config }) {
		const env_1 = {
			stack: [],
			error: void 0,
			hasError: false
		};
		try {
			if (config.QUEUE_URL === "memory:") return ok("in the process of the service");
			const { createQueue } = await import("@sleepless/queue");
			const queue = __addDisposableResource(env_1, createQueue(config.QUEUE_URL), true);
			try {
				await queue.waitUntilReady({ timeoutMs: DEADLINE_MS$2 });
				return ok("Redis answers");
			} catch (error) {
				const detail = error instanceof Error ? error.message : String(error);
				return fail(detail, "Start Redis, or correct QUEUE_URL; memory: needs none.");
			}
		} catch (e_1) {
			env_1.error = e_1;
			env_1.hasError = true;
		} finally {
			const result_1 = __disposeResources(env_1);
			if (result_1) await result_1;
		}
	}
};

// apps/cli/dist/doctor/check-sandbox.js
const verdicts = {
	off: warn("off: agents may do all that the user may whom the worker runs as", "Set SLEEPLESS_SANDBOX=auto, unless the machine is there for nothing else."),
	auto: warn("auto: without a sandbox, agents may edit files in their workspace and run no commands", "Where tasks must run commands: SLEEPLESS_SANDBOX=off, on a machine that is there for nothing else."),
	required: fail("required, and this version has no sandbox yet: tasks wait", failureReasons.SANDBOX_UNAVAILABLE.remedy)
};
const checkSandbox = {
	name: "sandbox",
	look: ({ config }) => Promise.resolve(verdicts[config.SLEEPLESS_SANDBOX])
};

// apps/cli/dist/doctor/check-service.js
const DEADLINE_MS$1 = 5e3;
const LOOPBACK = /* @__PURE__ */ new Set([
	"127.0.0.1",
	"localhost",
	"[::1]"
]);
const checkApi = {
	name: "api",
	async look(facts) {
		const { config, home, url } = facts;
		if (!await isReady(url)) return notReady(facts);
		const token = config.SLEEPLESS_API_TOKEN ?? readSecret(home, "api-token");
		if (token === void 0) return fail(`${url} answers, and there is no token for it here`, "Set SLEEPLESS_API_TOKEN to the token of that service.");
		try {
			await createApiClient({
				url,
				token,
				timeoutMs: DEADLINE_MS$1
			}).tasks({ limit: 1 });
			return ok(`${url} answers and takes the token`);
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			return fail(`${url} refuses the token: ${error.message}`, "Use the token of that service, in SLEEPLESS_API_TOKEN or in its home.");
		}
	}
};
function notReady({ config, url }) {
	const detail = `no answer from ${url}`;
	if (config.SLEEPLESS_API_URL === void 0) return warn(detail, "Start it with: sleepless up");
	return fail(detail, "Start the service there, or correct SLEEPLESS_API_URL.");
}
const checkPort = {
	name: "port",
	async look({ url }) {
		const { hostname, port, protocol } = new URL(url);
		const number = port === "" ? protocol === "https:" ? 443 : 80 : Number(port);
		if (!LOOPBACK.has(hostname)) return ok(`${number} of ${hostname}, on another machine`);
		if (!await isTaken(hostname.replaceAll(/[[\]]/g, ""), number)) return ok(`${number} is free`);
		if (await isReady(url)) return ok(`${number} is the service's`);
		return fail(`${number} is taken by another program, or by a service that is not ready`, "Stop that program, or set SLEEPLESS_API_PORT to another port.");
	}
};
async function isReady(url) {
	try {
		return await createApiClient({
			url,
			token: "none",
			timeoutMs: DEADLINE_MS$1
		}).ready();
	} catch {
		return false;
	}
}
function isTaken(host, port) {
	return new Promise((resolve) => {
		const socket = connect({
			host,
			port,
			timeout: DEADLINE_MS$1
		});
		const settle = (taken) => () => {
			socket.destroy();
			resolve(taken);
		};
		socket.once("connect", settle(true));
		socket.once("timeout", settle(true));
		socket.once("error", settle(false));
	});
}

// apps/cli/dist/doctor/doctor-config.js
const doctorFields = {
	...environmentFields,
	SLEEPLESS_API_PORT: environmentFields.SLEEPLESS_API_PORT.unwrap().optional()
};
const doctorConfig = object(doctorFields);
function readDoctorConfig(env) {
	try {
		return {
			config: loadConfig(doctorConfig, env),
			verdict: ok("all variables are well-formed")
		};
	} catch (error) {
		if (!(error instanceof StartupError)) throw error;
		return {
			config: loadConfig(doctorConfig, wellFormed(env)),
			verdict: fail(error.message, "The other checks go on with the defaults.")
		};
	}
}
function wellFormed(env) {
	const fields = Object.entries(doctorFields);
	return Object.fromEntries(fields.flatMap(([name, field]) => field.safeParse(env[name]).success ? [[name, env[name]]] : []));
}

// apps/cli/dist/doctor/examine.js
const DEADLINE_MS = 15e3;
const checks = [
	checkNode,
	checkGit,
	checkClaude,
	checkLogin,
	checkSandbox,
	checkHome,
	checkSecrets,
	checkDatabase,
	checkQueue,
	checkApi,
	checkPort,
	checkDisk,
	checkMemory
];
/** Looks at everything that the service needs. Changes nothing. @param url from the command line. */
async function examine(context, url) {
	const dotenv = readDotenv(context.cwd);
	const { config, verdict } = readDoctorConfig({
		...dotenv.values,
		...context.env
	});
	const home = homeAt(config.SLEEPLESS_HOME);
	const facts = {
		context,
		config,
		home,
		url: findUrl(home, {
			...config,
			url
		})
	};
	return [
		{
			name: "configuration",
			...verdict
		},
		{
			name: ".env",
			...dotenv.verdict
		},
		...await Promise.all(checks.map((check) => look(check, facts)))
	];
}
async function look(check, facts) {
	const late = Promise.withResolvers();
	const timer = setTimeout(() => {
		late.resolve(fail(`it took longer than ${DEADLINE_MS / 1e3} s`, "Look at what blocks it."));
	}, DEADLINE_MS);
	try {
		return {
			name: check.name,
			...await Promise.race([check.look(facts), late.promise])
		};
	} catch (error) {
		const detail = error instanceof Error ? error.message : String(error);
		return {
			name: check.name,
			...fail(detail, "This could not be checked.")
		};
	} finally {
		clearTimeout(timer);
	}
}
function readDotenv(cwd) {
	try {
		const { values, warning } = readDotenvFile(cwd);
		if (warning !== void 0) {
			const [detail = "", command = ""] = warning.split("; run: ");
			return {
				values,
				verdict: warn(detail, `Run: ${command}`)
			};
		}
		const count = Object.keys(values).length;
		return {
			values,
			verdict: ok(count === 0 ? "none here" : `${count} variables`)
		};
	} catch (error) {
		if (!(error instanceof StartupError)) throw error;
		return {
			values: {},
			verdict: fail(error.message, "The other checks go on without it.")
		};
	}
}

// apps/cli/dist/commands/doctor.js
/** Looks for what keeps the service from working. */
const doctorCommand = {
	name: "doctor",
	examples: [["sleepless doctor", "each check with what to do"], ["sleepless doctor --json", "{ok, checks: [{name, status, detail, remedy}]}"]],
	notes: "Changes nothing. The exit code is 1 when a check has failed; warnings do not count.",
	run: doctor
};
const paints = {
	ok: "green",
	warn: "yellow",
	fail: "red"
};
async function doctor(context, command) {
	const { json, url } = globalOptions(command);
	const checks = await examine(context, url);
	const isOk = checks.every(({ status }) => status !== "fail");
	const printer = createPrinter(context.stdout, context.env);
	if (json === true) printer.json({
		ok: isOk,
		checks
	});
	else printFindings(printer, checks);
	return isOk ? EXIT_CODES.done : EXIT_CODES.failed;
}
function printFindings(printer, checks) {
	const width = Math.max(...checks.map(({ name }) => name.length));
	for (const { name, status, detail, remedy } of checks) {
		printer.line([status.padEnd(4), paints[status]], `  ${name.padEnd(width)}  ${detail}`);
		if (remedy !== null) printer.line(" ".repeat(width + 8), ["→ ", "dim"], remedy);
	}
}

export { doctorCommand };