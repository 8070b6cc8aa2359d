import { n as ApiUnreachableError } from "./errors-DwYh6MC4.js";
import { r as globalOptions } from "./find-url-C6-c6oh3.js";
import { t as connect } from "./connect-nsOnqkAa.js";
import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { t as createPrinter } from "./printer-DeXjNSp3.js";
import { l as parseDuration, o as statusSpans } from "./task-text-DtCwZ20C.js";
import { n as InvalidArgumentError } from "./error-D0PN79pD.js";
import { f as MAX_PROMPT_BYTES } from "./secrets-BYExsMwj.js";
import { t as CliError } from "./cli-error-BwnZIdRU.js";
import path from "node:path";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

// apps/cli/dist/commands/option-values.js
/** @returns milliseconds. */
function durationOption(text) {
	const durationMs = parseDuration(text);
	if (durationMs === void 0) throw new InvalidArgumentError("Expected 90s, 30m or 2h.");
	return durationMs;
}
function priorityOption(text) {
	const priority = Number(text);
	if (!/^\d+$/.test(text) || priority > 100) throw new InvalidArgumentError("Expected a whole number from 0 to 100.");
	return priority;
}
/** @returns dollars. */
function dollarsOption(text) {
	const dollars = Number(text.replace(/^\$/, ""));
	if (!/^\$?\d*\.?\d+$/.test(text) || dollars <= 0) throw new InvalidArgumentError("Expected an amount in dollars, such as 2.50.");
	return dollars;
}
/** Reads an ISO date, in local time where it names no zone. @returns the instant in UTC. */
function instantOption(text) {
	const at = new Date(text);
	if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(at.getTime())) throw new InvalidArgumentError("Expected a date such as 2026-01-31T22:00.");
	return at.toISOString();
}

// apps/cli/dist/commands/think-prompt.js
/**
* The prompt: from the command line, else from the file, else from standard input where that is no
* terminal.
*
* @throws {CliError} when there is none, two, or one that is too large.
*/
async function readPrompt(sources, context) {
	const { words, file } = sources;
	if (file !== void 0 && words.length > 0) throw usage("both --file and a text were given", "Give one of them");
	const prompt = await read(sources, context);
	if (prompt.trim() === "") throw usage("the prompt is empty", "See: sleepless think --help");
	if (Buffer.byteLength(prompt) > 65536) throw tooLarge();
	return prompt;
}
function read({ words, file }, { stdin, cwd }) {
	if (file !== void 0 && file !== "-") return readPromptFile(path.resolve(cwd, file));
	const isTold = file === "-" || words.length === 1 && words[0] === "-";
	if (words.length > 0 && !isTold) return Promise.resolve(words.join(" "));
	if (isTold || stdin.isTTY !== true) return readAll(stdin);
	throw usage("there is no prompt", "Give it as text, with --file, or through a pipe");
}
async function readPromptFile(file) {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		throw usage(`${file} cannot be read`, "Check the path given to --file", error);
	}
}
async function readAll(stdin) {
	const chunks = [];
	let sizeBytes = 0;
	for await (const chunk of stdin) {
		sizeBytes += chunk.byteLength;
		if (sizeBytes > 65536) throw tooLarge();
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}
function tooLarge() {
	return usage(`the prompt is larger than ${MAX_PROMPT_BYTES} bytes`, "Put the material into the project, and name it in the prompt");
}
function usage(message, remedy, cause) {
	return new CliError(message, {
		exitCode: EXIT_CODES.usage,
		remedy,
		cause
	});
}

// apps/cli/dist/commands/think.js
/** Hands over a task. */
const thinkCommand = {
	name: "think",
	examples: [
		["sleepless think \"Which sorting algorithm suits a linked list?\"", "a thought"],
		["sleepless think -p shop \"Add a test for the empty cart\" --wait", "work on a project"],
		["sleepless think --file plan.md --priority 80 --budget 2.50", "a prompt from a file"],
		["git diff | sleepless think -", "a prompt through a pipe"],
		["sleepless think --not-before 2026-01-31T22:00 \"Go through the log\"", "at night"]
	],
	notes: `Prints the id of the task; what is said besides goes to standard error.
With --wait the exit code tells how the task ended: 0 done, 1 failed or canceled, 75 when it waits
for quota. Ctrl-C then ends the waiting, never the task.`,
	configure(command) {
		command.argument("[text...]", "the prompt, or - to read it from standard input").option("-p, --project <name>", "the project to work on; without one it is a thought").option("--file <file>", "read the prompt from a file").option("--priority <number>", "0 to 100, larger goes first", priorityOption).option("--model <model>", "such as opus, sonnet or haiku").option("--timeout <duration>", "limit of each attempt, such as 30m", durationOption).option("--budget <dollars>", "limit of each attempt", dollarsOption).option("--not-before <date>", "earliest start, as an ISO date", instantOption).option("--wait", "wait until the task has ended");
	},
	run: think
};
async function think(context, command) {
	const options = command.opts();
	const { json } = globalOptions(command);
	const prompt = await readPrompt({
		words: command.args,
		file: options.file
	}, context);
	const connection = connect(context, command);
	const task = await submit(connection.client, bodyOf(prompt, options));
	const stdout = createPrinter(context.stdout, context.env);
	const stderr = createPrinter(context.stderr, context.env);
	if (json !== true) stdout.line(task.id);
	if (options.wait === true) {
		const { waitForOutcome } = await import("./wait-for-outcome-BNF6ftid.js");
		return waitForOutcome(task, {
			context,
			connection,
			json: json === true
		});
	}
	if (json === true) stdout.json(task);
	else printNextSteps(stderr, task);
	return EXIT_CODES.done;
}
function bodyOf(prompt, options) {
	const { project, priority, model, timeout, budget, notBefore } = options;
	return {
		prompt,
		...project !== void 0 && { project },
		...priority !== void 0 && { priority },
		...model !== void 0 && { model },
		...timeout !== void 0 && { timeoutMs: timeout },
		...budget !== void 0 && { budgetUsd: budget },
		...notBefore !== void 0 && { notBefore }
	};
}
/** A connection that broke leaves it open whether the task was taken; the key makes asking again safe. */
async function submit(client, body) {
	const idempotencyKey = randomUUID();
	try {
		return await client.submitTask(body, { idempotencyKey });
	} catch (error) {
		if (!(error instanceof ApiUnreachableError)) throw error;
		return client.submitTask(body, { idempotencyKey });
	}
}
function printNextSteps(printer, task) {
	printer.line(...statusSpans(task));
	printer.line("  follow it   ", [`sleepless logs ${task.id} -f`, "cyan"]);
	printer.line("  look at it  ", [`sleepless show ${task.id}`, "cyan"]);
	printer.line("  stop it     ", [`sleepless cancel ${task.id}`, "cyan"]);
}

export { thinkCommand };