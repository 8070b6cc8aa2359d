// apps/cli/dist/terminal/duration.js
const SECOND_MS = 1e3;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const UNITS_MS = {
	ms: 1,
	s: SECOND_MS,
	m: MINUTE_MS,
	h: HOUR_MS,
	d: 24 * HOUR_MS
};
/** Reads `90s`, `30m` or `1.5h` as milliseconds; undefined for anything else. */
function parseDuration(text) {
	const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
	const unitMs = UNITS_MS[unit ?? ""];
	return amount === void 0 || unitMs === void 0 ? void 0 : Math.round(Number(amount) * unitMs);
}
/** A duration in its two largest units: `8s`, `4m 10s`, `2h 05m`, `3d 4h`. */
function formatDuration(durationMs) {
	const seconds = Math.max(0, Math.round(durationMs / SECOND_MS));
	if (seconds < 60) return `${seconds}s`;
	if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two$1(seconds % 60)}s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 1440) return `${Math.floor(minutes / 60)}h ${two$1(minutes % 60)}m`;
	return `${Math.floor(minutes / 1440)}d ${Math.floor(minutes / 60) % 24}h`;
}
function two$1(value) {
	return String(value).padStart(2, "0");
}

// apps/cli/dist/views/task-text.js
const paints = {
	queued: "yellow",
	running: "cyan",
	waiting: "yellow",
	succeeded: "green",
	failed: "red",
	canceled: "dim"
};
function statusSpan(status) {
	return [status, paints[status]];
}
/** Such as `queued: All workers are busy.` or `running, attempt 2`. */
function statusSpans(task) {
	const status = statusSpan(task.status);
	if (task.status === "running") {
		const stopping = task.cancelRequestedAt === null ? "" : ", being canceled";
		return [status, task.attempts > 1 ? `, attempt ${task.attempts}${stopping}` : stopping];
	}
	return task.waitingFor === null ? [status] : [status, `: ${waitText(task.waitingFor)}`];
}
/** Why it waits, and until when if that is known. */
function waitText({ reason, until, detail }) {
	const why = detail === "" ? reason : detail;
	return until === null ? why : `${why.replace(/\.$/, "")}, until ${localTime(until)}`;
}
/** How long it took, or has taken by `now`; undefined before its start. */
function runDuration(task, now) {
	if (task.startedAt === null) return void 0;
	const end = task.finishedAt === null ? now : new Date(task.finishedAt);
	return formatDuration(end.getTime() - new Date(task.startedAt).getTime());
}
/** Where it works: its project, or that it is a thought. */
function placeOf(task) {
	return task.project ?? "thought";
}
/** Date and time as the clock on the wall shows them: `2026-01-31 22:00:00`. */
function localTime(instant) {
	const at = new Date(instant);
	return `${`${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
/** Dollars, with more digits for less money. */
function dollars(amountUsd) {
	return `$${amountUsd.toFixed(amountUsd > 0 && amountUsd < .1 ? 4 : 2)}`;
}
function two(value) {
	return String(value).padStart(2, "0");
}

export { statusSpan as a, formatDuration as c, runDuration as i, parseDuration as l, localTime as n, statusSpans as o, placeOf as r, waitText as s, dollars as t };