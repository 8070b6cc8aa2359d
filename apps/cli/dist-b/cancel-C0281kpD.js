import { i as isFinal } from "./errors-DwYh6MC4.js";
import { r as globalOptions } from "./find-url-C6-c6oh3.js";
import { t as connect } from "./connect-nsOnqkAa.js";
import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { t as createPrinter } from "./printer-DeXjNSp3.js";
import { o as statusSpans } from "./task-text-DtCwZ20C.js";

// apps/cli/dist/commands/cancel.js
/** Stops a task. */
const cancelCommand = {
	name: "cancel",
	examples: [["sleepless cancel tsk_0199…", "stop it, whether it waits or runs"]],
	notes: "A task that has ended cannot be canceled: that is exit code 4.",
	configure(command) {
		command.argument("<id>", "the task");
	},
	run: cancel
};
async function cancel(context, command) {
	const [id = ""] = command.args;
	const { client } = connect(context, command);
	const task = await client.cancelTask(id);
	const printer = createPrinter(context.stdout, context.env);
	if (globalOptions(command).json === true) printer.json(task);
	else if (isFinal(task.status)) printer.line(...statusSpans(task));
	else printer.line("The agent is being stopped. See: ", [`sleepless show ${task.id}`, "cyan"]);
	return EXIT_CODES.done;
}

export { cancelCommand };