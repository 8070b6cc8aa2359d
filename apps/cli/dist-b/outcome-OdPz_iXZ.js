import { a as statusSpan, c as formatDuration, t as dollars } from "./task-text-DtCwZ20C.js";
import path from "node:path";
import { existsSync } from "node:fs";

// apps/cli/dist/views/outcome.js
/** How a task ended, what came of it, and where to look. */
function printOutcome(printer, { task, costUsd, home }) {
	const cost = costUsd > 0 ? `, ${dollars(costUsd)}` : "";
	const took = task.result === null ? "" : ` in ${formatDuration(task.result.durationMs)}`;
	printer.line(statusSpan(task.status), `${took}${cost}`);
	if (task.failure !== null) printFailure(printer, task.failure);
	if (task.result !== null) printResult(printer, task.result);
	printer.line("look at it  ", [`sleepless show ${task.id}`, "cyan"]);
	const history = historyOf(task, home);
	if (history !== void 0) printer.line("its commit  ", [history, "cyan"]);
}
function printFailure(printer, failure) {
	printer.line([`${failure.code}: ${failure.message}`, "red"]);
	printer.line(failure.remedy);
}
function printResult(printer, result) {
	printer.text(result.summary);
	for (const warning of result.warnings) printer.line(["warning: ", "yellow"], warning);
	printer.line(result.commit === null ? "nothing was changed, so there is no commit" : `commit ${result.commit}`);
	if (result.branch !== null) printer.line(`branch ${result.branch}`);
	if (result.pullRequestUrl !== null) printer.line(`pull request ${result.pullRequestUrl}`);
}
/** Only where the worker shares this host, and its repository can be looked into. */
function historyOf({ id, project, result }, home) {
	if (project !== null || result === null || result.commit === null) return void 0;
	const repository = path.join(home.workspacePath, "thoughts", `${id}.git`);
	return existsSync(repository) ? `git -C ${repository} show ${result.commit}` : void 0;
}

export { printOutcome as n, printResult as r, printFailure as t };