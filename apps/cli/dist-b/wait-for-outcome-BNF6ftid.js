import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { t as createPrinter } from "./printer-DeXjNSp3.js";
import { n as printOutcome } from "./outcome-OdPz_iXZ.js";
import { c as formatDuration, o as statusSpans, s as waitText, t as dollars } from "./task-text-DtCwZ20C.js";
import { i as isFinal } from "./errors-DwYh6MC4.js";
import { n as createPatience, t as pause } from "./pause-CP-rH8LM.js";
import { clearLine, cursorTo } from "node:readline";

// apps/cli/dist/terminal/live-line.js
const FRAMES = [
	"⠋",
	"⠙",
	"⠹",
	"⠸",
	"⠼",
	"⠴",
	"⠦",
	"⠧",
	"⠇",
	"⠏"
];
const FRAME_MS = 120;
/** One line of a terminal that is drawn over and over. `render` must return less than a line. */
function createLiveLine(stream) {
	let render;
	let ticks = 0;
	const draw = () => {
		if (render === void 0) return;
		cursorTo(stream, 0);
		stream.write(render(FRAMES[ticks % FRAMES.length] ?? ""));
		clearLine(stream, 1);
	};
	const timer = setInterval(() => {
		ticks += 1;
		draw();
	}, FRAME_MS);
	timer.unref();
	const erase = () => {
		if (render === void 0) return;
		render = void 0;
		cursorTo(stream, 0);
		clearLine(stream, 0);
	};
	return {
		show(next) {
			render = next;
			draw();
		},
		erase,
		[Symbol.dispose]() {
			clearInterval(timer);
			erase();
		}
	};
}

// apps/cli/dist/waiting/progress.js
const LOST = [["no answer from the service; trying again", "yellow"]];
/** On a terminal one line that stays up to date, elsewhere a line for each change. */
function createProgress({ stderr, env }) {
	const printer = createPrinter(stderr, env);
	return printer.isTty ? liveProgress(stderr, printer) : plainProgress(printer);
}
function plainProgress(printer) {
	let last;
	const print = (...spans) => {
		const line = printer.render(spans);
		if (line !== last) printer.line(line);
		last = line;
	};
	return {
		show: (task) => print(...statusSpans(task)),
		act: (action) => print("  ", action),
		lost: () => print(...LOST),
		[Symbol.dispose]() {}
	};
}
function liveProgress(stream, printer) {
	const line = createLiveLine(stream);
	const begunAtMs = performance.now();
	let status = [];
	let cost = "";
	let action = "";
	const draw = () => line.show((frame) => {
		const rest = [
			formatDuration(performance.now() - begunAtMs),
			cost,
			action
		].filter((part) => part !== "").join(" · ");
		return printer.render([
			[frame, "cyan"],
			" ",
			...status,
			` · ${rest}`
		], printer.columns - 1);
	});
	return {
		show(task, costUsd) {
			status = statusSpans(task);
			cost = costUsd > 0 ? dollars(costUsd) : "";
			if (task.status !== "running") action = "";
			draw();
		},
		act(next) {
			action = next;
			draw();
		},
		lost() {
			status = LOST;
			draw();
		},
		[Symbol.dispose]: () => line[Symbol.dispose]()
	};
}

// apps/cli/dist/waiting/follow-events.js
const INITIAL_DELAY_MS = 250;
const MAX_DELAY_MS = 5e3;
/**
* The events of a task until the signal is aborted, each once and in order. A connection that ends
* or breaks is made again from the last event on; whether the service is there at all is for the
* caller to notice.
*/
async function* followEvents(client, { taskId, after, signal, onDisconnect }) {
	let last = after;
	let delayMs = INITIAL_DELAY_MS;
	while (!signal.aborted) {
		try {
			for await (const event of client.events({
				after: last,
				taskId,
				signal
			})) {
				delayMs = INITIAL_DELAY_MS;
				last = event.id;
				yield event;
			}
		} catch {}
		onDisconnect();
		await pause(delayMs, signal);
		delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
	}
}

// apps/cli/dist/waiting/wait-for-task.js
const POLL_MS = 3e3;
/**
* Waits for the end of a task, across restarts of the service.
*
* @throws {ApiUnreachableError} when the service stays away for ten minutes, and whatever the
* service answers that waiting cannot mend.
*/
async function waitForTask(task, options) {
	const { signal } = options;
	const finished = new AbortController();
	const stop = AbortSignal.any([signal, finished.signal]);
	try {
		return await Promise.race([poll(task, {
			...options,
			signal: stop
		}), interruption(signal)]);
	} finally {
		finished.abort();
	}
}
async function poll(submitted, options) {
	const { client, progress, signal } = options;
	const patience = createPatience();
	let nap = new AbortController();
	const listening = listen(submitted.id, options, () => nap.abort());
	let task = submitted;
	while (!signal.aborted) {
		nap = new AbortController();
		let pauseMs = POLL_MS;
		try {
			task = await client.task(task.id);
			const costUsd = await costOf(client, task);
			patience.reset();
			progress.show(task, costUsd);
			if (isFinal(task.status)) return {
				kind: "ended",
				task,
				costUsd
			};
			if (task.waitingFor?.reason === "quota") return {
				kind: "waiting-for-quota",
				task
			};
		} catch (error) {
			if (signal.aborted) break;
			pauseMs = patience.nextDelayMs(error);
			progress.lost();
		}
		await pause(pauseMs, AbortSignal.any([signal, nap.signal]));
	}
	await listening;
	return { kind: "interrupted" };
}
/** Calls back for every event that may have changed the task, and when events stop coming. */
async function listen(taskId, { client, progress, signal }, onChange) {
	const options = {
		taskId,
		after: 0,
		signal,
		onDisconnect: onChange
	};
	for await (const event of followEvents(client, options)) if (event.type === "attempt.acted") progress.act(actionOf(event));
	else if (event.type !== "attempt.output") onChange();
}
function actionOf({ data }) {
	return typeof data["action"] === "string" ? data["action"] : "";
}
async function costOf(client, task) {
	if (task.result !== null) return task.result.costUsd;
	if (task.attempts === 0) return 0;
	const { items } = await client.attempts(task.id);
	return items.reduce((sum, { costUsd }) => sum + costUsd, 0);
}
function interruption(signal) {
	if (signal.aborted) return Promise.resolve({ kind: "interrupted" });
	return new Promise((resolve) => {
		signal.addEventListener("abort", () => resolve({ kind: "interrupted" }), { once: true });
	});
}

// apps/cli/dist/waiting/wait-for-outcome.js
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
/** Waits for the end of a task and says how it ended; the exit code says it too. */
async function waitForOutcome(submitted, { context, connection, json }) {
	const stdout = createPrinter(context.stdout, context.env);
	const stderr = createPrinter(context.stderr, context.env);
	const end = await waitWithProgress(submitted, context, connection);
	if (end.kind === "interrupted") {
		stderr.line("Stopped waiting; the task goes on.");
		stderr.line("  look at it  ", [`sleepless show ${submitted.id}`, "cyan"]);
		stderr.line("  stop it     ", [`sleepless cancel ${submitted.id}`, "cyan"]);
		return EXIT_CODES.interrupted;
	}
	const { task } = end;
	if (json) stdout.json(task);
	if (end.kind === "waiting-for-quota") {
		const why = task.waitingFor === null ? "" : `: ${waitText(task.waitingFor)}`;
		stderr.line(["waiting for quota", "yellow"], `${why}. It goes on by itself.`);
		return EXIT_CODES.waitingForQuota;
	}
	if (!json) printOutcome(stdout, {
		task,
		costUsd: end.costUsd,
		home: connection.home
	});
	return task.status === "succeeded" ? EXIT_CODES.done : EXIT_CODES.failed;
}
async function waitWithProgress(task, context, { client }) {
	const env_1 = {
		stack: [],
		error: void 0,
		hasError: false
	};
	try {
		const progress = __addDisposableResource(env_1, createProgress(context), false);
		return await waitForTask(task, {
			client,
			progress,
			signal: context.signal
		});
	} catch (e_1) {
		env_1.error = e_1;
		env_1.hasError = true;
	} finally {
		__disposeResources(env_1);
	}
}

export { waitForOutcome };