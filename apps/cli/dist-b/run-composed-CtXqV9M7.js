import { c as loadConfig, i as createLogger } from "./secrets-BYExsMwj.js";
import { t as readEnvironment } from "./environment-C_xKs_eW.js";
import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { setMaxListeners } from "node:events";

// packages/runtime/dist/service.js
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
/** Resolves when the process is asked to stop by SIGINT or SIGTERM. A second signal ends it at once. */
function stopSignal() {
	const controller = new AbortController();
	setMaxListeners(0, controller.signal);
	const stop = () => {
		if (controller.signal.aborted) process.exit(130);
		controller.abort();
	};
	process.on("SIGINT", stop);
	process.on("SIGTERM", stop);
	return controller.signal;
}
/**
* Runs a service until it is asked to stop, then closes what it opened, newest first.
* The process ends by draining the event loop, so that the last log lines are written.
*/
async function runService(start, signal = stopSignal()) {
	const env_1 = {
		stack: [],
		error: void 0,
		hasError: false
	};
	try {
		await start(__addDisposableResource(env_1, new AsyncDisposableStack(), true));
		await aborted(signal);
	} catch (e_1) {
		env_1.error = e_1;
		env_1.hasError = true;
	} finally {
		const result_1 = __disposeResources(env_1);
		if (result_1) await result_1;
	}
}
function aborted(signal) {
	if (signal.aborted) return Promise.resolve();
	return new Promise((resolve) => {
		signal.addEventListener("abort", () => resolve(), { once: true });
	});
}

// apps/cli/dist/compose/service-logger.js
const SECRET_VARIABLES = [
	"SLEEPLESS_API_TOKEN",
	"SLEEPLESS_WORKER_TOKEN",
	"ANTHROPIC_API_KEY",
	"CLAUDE_CODE_OAUTH_TOKEN",
	"SLACK_BOT_TOKEN",
	"SLACK_APP_TOKEN",
	"SLACK_SIGNING_SECRET",
	"GITHUB_TOKEN"
];
/** JSON lines on standard output; lines for people where that is a terminal. */
async function serviceLogger({ stdout }, { service, level, env, secrets = [] }) {
	return createLogger({
		service,
		level,
		secrets: [
			...secrets,
			...SECRET_VARIABLES.map((name) => env[name]),
			passwordOf(env["QUEUE_URL"])
		],
		destination: stdout.isTTY === true ? await prettyTo(stdout) : stdout
	});
}
async function prettyTo(stdout) {
	const { build } = await import("pino-pretty");
	return build({
		destination: stdout,
		ignore: "pid,hostname,service",
		translateTime: "HH:MM:ss"
	});
}
function passwordOf(url) {
	const password = url === void 0 ? void 0 : URL.parse(url)?.password;
	return password === "" ? void 0 : password;
}

// apps/cli/dist/compose/run-composed.js
/** Runs services in this process until it is asked to stop. */
async function runComposed(context, service, schema, start) {
	const { values: env, warning } = readEnvironment(context);
	const config = loadConfig(schema, env);
	const logger = await serviceLogger(context, {
		service,
		level: config.logLevel,
		env
	});
	if (warning !== void 0) logger.warn({}, warning);
	await runService(async (resources) => {
		await start({
			config,
			env,
			logger,
			resources
		});
	}, context.signal);
	logger.info({}, "stopped");
	return EXIT_CODES.done;
}

export { runComposed as t };