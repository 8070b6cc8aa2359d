import { r as TASK_STATUSES } from "./errors-DwYh6MC4.js";
import { r as globalOptions } from "./find-url-C6-c6oh3.js";
import { t as connect } from "./connect-nsOnqkAa.js";
import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { t as createPrinter } from "./printer-DeXjNSp3.js";
import { a as statusSpan, i as runDuration, r as placeOf, s as waitText } from "./task-text-DtCwZ20C.js";

// apps/cli/dist/views/overview.js
const MAX_COUNT = 100;
const MAX_FINISHED = 5;
async function readOverview(client) {
	const lists = await Promise.all(TASK_STATUSES.map(async (status) => {
		const { items, nextCursor } = await client.tasks({
			status,
			limit: MAX_COUNT
		});
		return {
			status,
			items,
			more: nextCursor !== null
		};
	}));
	const tasksOf = (wanted) => lists.find(({ status }) => status === wanted)?.items ?? [];
	const countOf = (wanted) => ({
		count: tasksOf(wanted).length,
		more: lists.some(({ status, more }) => status === wanted && more)
	});
	return {
		counts: {
			queued: countOf("queued"),
			running: countOf("running"),
			waiting: countOf("waiting"),
			succeeded: countOf("succeeded"),
			failed: countOf("failed"),
			canceled: countOf("canceled")
		},
		running: tasksOf("running"),
		waiting: tasksOf("waiting"),
		queued: tasksOf("queued").toSorted(byTurn),
		finished: [
			...tasksOf("succeeded"),
			...tasksOf("failed"),
			...tasksOf("canceled")
		].toSorted((a, b) => (b.finishedAt ?? "").localeCompare(a.finishedAt ?? "")).slice(0, MAX_FINISHED)
	};
}
/** More important first, then older first. */
function byTurn(a, b) {
	return b.priority - a.priority || a.id.localeCompare(b.id);
}

// apps/cli/dist/commands/check.js
/** Shows how things stand. */
const checkCommand = {
	name: "check",
	examples: [["sleepless check", "what runs, what waits and why, what ended last"], ["sleepless check --json | jq .counts", "for a program"]],
	notes: `Counts go up to 100 of each status; "more" in the JSON, and + in the text, say that there are more.`,
	run: check
};
const MAX_ROWS = 10;
async function check(context, command) {
	const { client } = connect(context, command);
	const overview = await readOverview(client);
	const printer = createPrinter(context.stdout, context.env);
	if (globalOptions(command).json === true) printer.json(overview);
	else if (isEmpty(overview)) printer.line("No tasks yet. Give it something to do: ", ["sleepless think \"…\"", "cyan"]);
	else printOverview(printer, overview, /* @__PURE__ */ new Date());
	return EXIT_CODES.done;
}
function isEmpty({ counts }) {
	return Object.values(counts).every(({ count }) => count === 0);
}
function printOverview(printer, overview, now) {
	const counts = TASK_STATUSES.filter((status) => overview.counts[status].count > 0);
	printer.line(...counts.flatMap((status, index) => [`${index === 0 ? "" : ", "}${countText(overview.counts[status])} `, statusSpan(status)]));
	printSection(printer, overview.running, (task) => runDuration(task, now) ?? "");
	printSection(printer, overview.waiting, reasonOf);
	printSection(printer, overview.queued, reasonOf);
	printSection(printer, overview.finished, (task) => task.failure?.code ?? runDuration(task, now) ?? "");
}
function printSection(printer, tasks, about) {
	if (tasks.length === 0) return;
	printer.line();
	printer.table(tasks.slice(0, MAX_ROWS).map((task) => [
		statusSpan(task.status),
		[task.id, "bold"],
		placeOf(task),
		...printer.isTty ? [shortly(about(task), task)] : [about(task), task.prompt]
	]));
	if (tasks.length > MAX_ROWS) printer.line([`and ${tasks.length - MAX_ROWS} more`, "dim"]);
}
/** In one column, so that it can be cut to what a terminal has room for. */
function shortly(about, { prompt }) {
	return about === "" ? prompt : `${about} · ${prompt}`;
}
function reasonOf({ waitingFor }) {
	return waitingFor === null ? "" : waitText(waitingFor);
}
function countText({ count, more }) {
	return more ? `${count}+` : String(count);
}

export { checkCommand };