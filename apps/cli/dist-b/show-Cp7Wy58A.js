import { r as globalOptions } from "./find-url-C6-c6oh3.js";
import { t as connect } from "./connect-nsOnqkAa.js";
import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { c as formatDuration, i as runDuration, n as localTime, o as statusSpans, r as placeOf, t as dollars } from "./task-text-DtCwZ20C.js";
import { t as createPrinter } from "./printer-DeXjNSp3.js";
import { r as printResult, t as printFailure } from "./outcome-OdPz_iXZ.js";

// apps/cli/dist/commands/show.js
/** Shows one task. */
const showCommand = {
	name: "show",
	examples: [["sleepless show tsk_0199…", "status, attempts, result"], ["sleepless show tsk_0199… --json", "the task as the API gives it"]],
	configure(command) {
		command.argument("<id>", "the task");
	},
	run: show
};
async function show(context, command) {
	const [id = ""] = command.args;
	const { client } = connect(context, command);
	const printer = createPrinter(context.stdout, context.env);
	if (globalOptions(command).json === true) {
		printer.json(await client.task(id));
		return EXIT_CODES.done;
	}
	const [task, { items }] = await Promise.all([client.task(id), client.attempts(id)]);
	printTask(printer, task, /* @__PURE__ */ new Date());
	if (items.length > 0) printAttempts(printer, items);
	if (task.failure !== null) {
		printer.line();
		printFailure(printer, task.failure);
	}
	if (task.result !== null) {
		printer.line();
		printResult(printer, task.result);
	}
	return EXIT_CODES.done;
}
function printTask(printer, task, now) {
	const took = runDuration(task, now);
	const fields = [
		["place", placeOf(task)],
		["priority", String(task.priority)],
		["model", task.model ?? void 0],
		["budget", task.budgetUsd === null ? void 0 : dollars(task.budgetUsd)],
		["time limit", formatDuration(task.timeoutMs)],
		["asked by", task.requester ?? void 0],
		["submitted", localTime(task.createdAt)],
		["started", task.startedAt === null ? void 0 : localTime(task.startedAt)],
		["ended", task.finishedAt === null ? void 0 : localTime(task.finishedAt)],
		["took", took],
		["cost", task.result === null ? void 0 : dollars(task.result.costUsd)]
	];
	printer.line([task.id, "bold"], "  ", ...statusSpans(task));
	printer.table(fields.flatMap(([name, value]) => value === void 0 ? [] : [[dim(name), value]]));
	printer.line();
	printer.text(task.prompt);
}
function printAttempts(printer, attempts) {
	printer.line();
	printer.table([[
		"attempt",
		"status",
		"started",
		"cost",
		"failure"
	].map(dim), ...attempts.map(({ number, status, startedAt, costUsd, failure }) => [
		String(number),
		status,
		startedAt === null ? "" : localTime(startedAt),
		dollars(costUsd),
		failure === null ? "" : `${failure.code}: ${failure.message}`
	])]);
}
function dim(text) {
	return [text, "dim"];
}

export { showCommand };