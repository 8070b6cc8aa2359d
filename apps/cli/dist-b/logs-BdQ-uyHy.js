import { r as globalOptions } from "./find-url-C6-c6oh3.js";
import { t as connect } from "./connect-nsOnqkAa.js";
import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { i as isFinal, t as ApiError } from "./errors-DwYh6MC4.js";
import { n as createPatience, t as pause } from "./pause-CP-rH8LM.js";
import { n as safeJson, r as safeText } from "./printer-DeXjNSp3.js";
import { once } from "node:events";

// apps/cli/dist/output/follow-output.js
const RANGE_NOT_SATISFIABLE = 416;
const AGAIN_AFTER_MS = 250;
/**
* The output of a task as it grows, each byte once, until the task has ended or the signal is
* aborted. A connection that ends or breaks is made again from the byte reached.
*
* @throws {ApiUnreachableError} when the service stays away for ten minutes.
*/
async function* followOutput(client, taskId, signal) {
	const patience = createPatience();
	let offset = 0;
	while (!signal.aborted) {
		let pauseMs = AGAIN_AFTER_MS;
		try {
			const { status } = await client.task(taskId);
			for await (const bytes of await openOutput(client, taskId, {
				offset,
				signal
			})) {
				patience.reset();
				offset += bytes.byteLength;
				yield bytes;
			}
			if (isFinal(status)) return;
		} catch (error) {
			if (signal.aborted) return;
			pauseMs = patience.nextDelayMs(error);
		}
		await pause(pauseMs, signal);
	}
}
async function openOutput(client, taskId, { offset, signal }) {
	try {
		const fromByte = offset === 0 ? {} : { fromByte: offset };
		return await client.output(taskId, {
			follow: true,
			signal,
			...fromByte
		});
	} catch (error) {
		if (error instanceof ApiError && error.status === RANGE_NOT_SATISFIABLE) return nothing();
		throw error;
	}
}
async function* nothing() {}

// apps/cli/dist/terminal/safe-text-stream.js
const ESCAPE = "\x1B";
/** Longer ones are not waited for. */
const MAX_SEQUENCE = 256;
const UNFINISHED = /^(?:\[[0-?]*[ -/]*|\][^\p{Cc}]*|[ -/]*)$/u;
/** Makes bytes safe for a terminal as they come: see `safeText`. */
function safeTextStream() {
	const decoder = new TextDecoder();
	let held = "";
	return new TransformStream({
		transform(bytes, controller) {
			const text = held + decoder.decode(bytes, { stream: true });
			const end = unfinishedFrom(text);
			held = text.slice(end);
			controller.enqueue(safeText(text.slice(0, end)));
		},
		flush(controller) {
			controller.enqueue(safeText(held + decoder.decode()));
		}
	});
}
/** Where something begins that the end of the chunk has cut; the length of the text when nothing does. */
function unfinishedFrom(text) {
	if (text.endsWith("\r")) return text.length - 1;
	const escape = text.lastIndexOf(ESCAPE);
	const tail = escape === -1 ? void 0 : text.slice(escape + 1);
	return tail !== void 0 && tail.length < MAX_SEQUENCE && UNFINISHED.test(tail) ? escape : text.length;
}

// apps/cli/dist/commands/logs.js
/** Prints the output of a task. */
const logsCommand = {
	name: "logs",
	examples: [
		["sleepless logs tsk_0199…", "what there is"],
		["sleepless logs tsk_0199… -f", "go on until the task has ended"],
		["sleepless logs tsk_0199… > output.txt", "the bytes as they are"]
	],
	notes: `On a terminal escape sequences and control characters are taken out, so that an agent cannot
steer it; through a pipe or into a file the bytes go as they are. With --json each line is
{"text"}, a piece of the output.`,
	configure(command) {
		command.argument("<id>", "the task").option("-f, --follow", "go on until the task has ended, across restarts of the service");
	},
	run: logs
};
async function logs(context, command) {
	const [id = ""] = command.args;
	const { client } = connect(context, command);
	const follow = command.opts().follow === true;
	const chunks = follow ? followOutput(client, id, context.signal) : await client.output(id);
	if (globalOptions(command).json === true) await write(jsonLines(chunks), context.stdout);
	else if (context.stdout.isTTY === true) await write(safeTexts(chunks), context.stdout);
	else await write(chunks, context.stdout);
	return follow && context.signal.aborted ? EXIT_CODES.interrupted : EXIT_CODES.done;
}
async function* safeTexts(chunks) {
	yield* ReadableStream.from(chunks).pipeThrough(safeTextStream());
}
async function* jsonLines(chunks) {
	const decoder = new TextDecoder();
	for await (const bytes of chunks) {
		const text = decoder.decode(bytes, { stream: true });
		if (text !== "") yield `${safeJson({ text })}\n`;
	}
}
/** No faster than the reader takes it. */
async function write(pieces, stream) {
	for await (const piece of pieces) if (!stream.write(piece)) await once(stream, "drain");
}

export { logsCommand };