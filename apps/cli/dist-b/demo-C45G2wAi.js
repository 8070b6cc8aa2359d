import { c as loadConfig, i as createLogger, o as ensureHome, s as homeAt, t as ensureSecret, u as createApiClient } from "./secrets-BYExsMwj.js";
import { n as startStandalone, t as standaloneConfig } from "./start-standalone-B3I_73s6.js";
import { t as CliError } from "./cli-error-BwnZIdRU.js";
import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { t as dollars } from "./task-text-DtCwZ20C.js";
import { t as createPrinter } from "./printer-DeXjNSp3.js";
import path from "node:path";
import { createWriteStream } from "node:fs";
import { tmpdir } from "node:os";
import { mkdtemp } from "node:fs/promises";
import { createScriptedModel, writeFileScript } from "@sleepless/testing";

// apps/cli/dist/demo/demo-script.js
const DEMO_PROMPT = "Write a haiku about a service that never sleeps to haiku.md.";
const HAIKU = `Lamps out, doors are closed.
A queue of small commits hums:
morning finds them done.
`;
/** What the scripted model answers: one file, then a closing sentence. */
const demoScript = writeFileScript({
	path: "haiku.md",
	content: HAIKU,
	answer: "I wrote a haiku to haiku.md."
});

// apps/cli/dist/demo/narrate.js
/** Prints what happens to a task, event by event, until it has ended. */
async function narrate(client, taskId, printer) {
	for await (const { type, data } of client.events({
		after: 0,
		taskId
	})) {
		const line = lines[type]?.(data);
		if (line !== void 0) printer.line(["  ✓ ", "green"], line);
		if (ends.has(type)) return;
	}
}
const lines = {
	"task.submitted": () => "submitted: on disk before the 201",
	"attempt.dispatched": () => "dispatched to the queue",
	"attempt.claimed": () => "claimed by a worker",
	"attempt.started": ({ pid }) => `Claude Code started, process ${String(pid)}`,
	"attempt.ready": ({ version }) => `Claude Code ${String(version)} is ready`,
	"attempt.acted": ({ action }) => `the agent acts: ${String(action)}`,
	"attempt.finished": ({ status }) => `attempt ${String(status)}`
};
const ends = /* @__PURE__ */ new Set([
	"task.succeeded",
	"task.failed",
	"task.canceled"
]);

// apps/cli/dist/demo/print-result.js
/** @throws {CliError} unless the task ended in a commit. */
async function printDemoResult(printer, client, { task, home }) {
	const { result, failure } = task;
	if (result === null || result.commit === null) throw new CliError(`the demo's task ended as ${task.status}: ${failure?.message ?? ""}`, {
		exitCode: EXIT_CODES.failed,
		remedy: `Look into ${home.logsPath}`
	});
	const repository = path.join(home.workspacePath, "thoughts", `${task.id}.git`);
	printer.line("");
	printer.text((await client.diff(task.id)).trimEnd());
	printer.line("");
	printer.line(`task ${task.id}`);
	printer.line(`status ${task.status}`);
	printer.line(`commit ${result.commit}`);
	printer.line(`cost ${dollars(result.costUsd)} (by list price; the model was a script)`);
	printer.line(`duration ${(result.durationMs / 1e3).toFixed(1)} s`);
	printer.line(`result ${repository}`);
	printer.line("");
	printer.line("Look at it  ", [`git -C ${repository} show`, "cyan"]);
	printer.line("Remove it   ", [`rm -r ${home.path}`, "cyan"]);
	printer.line("For real    ", ["ANTHROPIC_API_KEY=… npx --yes pnpm@12 start", "cyan"]);
}

// apps/cli/dist/commands/demo.js
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
const demoCommand = {
	name: "demo",
	examples: [["sleepless demo", "one task from an HTTP request to a commit, without an account"]],
	notes: "The agent is the real Claude Code process; only its model is a script. Everything happens on\nthis machine, in a temporary home and on free ports.",
	run: runDemo
};
async function runDemo(context) {
	const env_1 = {
		stack: [],
		error: void 0,
		hasError: false
	};
	try {
		const printer = createPrinter(context.stdout, context.env);
		const resources = __addDisposableResource(env_1, new AsyncDisposableStack(), true);
		const home = homeAt(await mkdtemp(path.join(tmpdir(), "sleepless-demo-")));
		ensureHome(home);
		const logFile = resources.adopt(createWriteStream(path.join(home.logsPath, "sleepless.log")), (stream) => void stream.end());
		printer.line(["Sleepless demo", "bold"], ": one task, from an HTTP request to a commit");
		const model = resources.use(await createScriptedModel({ script: demoScript }));
		printer.line(["  ✓ ", "green"], `scripted model at ${model.url}`);
		const env = demoEnvironment(context, home.path, model.url);
		const { url } = await startStandalone({
			config: loadConfig(standaloneConfig, env),
			env,
			logger: createLogger({
				service: "demo",
				level: "info",
				destination: logFile
			}),
			resources
		});
		printer.line(["  ✓ ", "green"], `service at ${url}`);
		const client = createApiClient({
			url,
			token: ensureSecret(home, "api-token")
		});
		const { id } = await client.submitTask({
			prompt: DEMO_PROMPT,
			requester: "demo"
		});
		printer.line(["  ✓ ", "green"], `POST /v1/tasks ${JSON.stringify(DEMO_PROMPT)} → ${id}`);
		await narrate(client, id, printer);
		await printDemoResult(printer, client, {
			task: await client.task(id),
			home
		});
		return EXIT_CODES.done;
	} catch (e_1) {
		env_1.error = e_1;
		env_1.hasError = true;
	} finally {
		const result_1 = __disposeResources(env_1);
		if (result_1) await result_1;
	}
}
/** The settings of a person's own service must not reach the demo's. */
function demoEnvironment({ env }, home, modelUrl) {
	return {
		PATH: env["PATH"],
		CLAUDE_BIN: env["CLAUDE_BIN"],
		SLEEPLESS_HOME: home,
		SLEEPLESS_API_PORT: "0",
		ANTHROPIC_API_KEY: "demo-needs-no-key",
		ANTHROPIC_BASE_URL: modelUrl
	};
}

export { demoCommand };