import { E as string, O as url, _ as _enum, a as DEFAULT_HOME, g as number, r as LOG_LEVELS, w as object } from "./secrets-BYExsMwj.js";
import path from "node:path";
import { readFileSync } from "node:fs";

// apps/cli/dist/cli-command.js
function globalOptions(command) {
	return command.optsWithGlobals();
}

// packages/runtime/dist/fields.js
const wholeNumber = (least, most) => number(`expected a whole number from ${least} to ${most}`).int(`expected a whole number from ${least} to ${most}`).min(least, `expected a whole number from ${least} to ${most}`).max(most, `expected a whole number from ${least} to ${most}`);
const httpUrl = url({
	protocol: /^https?$/,
	error: "expected an http or https address"
});
const tokenField = string().min(8, "expected at least 8 characters").max(500).regex(/^[\x21-\x7e]+$/, "expected printable characters without spaces");
/** The environment variables of the services, each with its form and its default. */
const environmentFields = {
	SLEEPLESS_HOME: string().default(DEFAULT_HOME),
	SLEEPLESS_API_HOST: string().default("127.0.0.1"),
	SLEEPLESS_API_PORT: wholeNumber(0, 65535).default(7300),
	SLEEPLESS_API_URL: httpUrl.optional(),
	SLEEPLESS_API_TOKEN: tokenField.optional(),
	SLEEPLESS_WORKER_TOKEN: tokenField.optional(),
	SLEEPLESS_SANDBOX: _enum([
		"auto",
		"required",
		"off"
	], "expected auto, required or off").default("auto"),
	SLEEPLESS_LOG_LEVEL: _enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(", ")}`).default("info"),
	SLEEPLESS_LEASE_MS: wholeNumber(500, 6e5).default(15e3),
	QUEUE_URL: string().regex(/^(?:memory:|rediss?:\/\/.+)$/, "expected memory:, redis://… or rediss://…").default("memory:"),
	/** `s3://bucket?region=…&endpoint=…`; credentials as the AWS SDK finds them. */
	SLEEPLESS_RESULTS_URL: string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]+(?:\?.*)?$/, "expected s3://bucket?region=…&endpoint=…").optional(),
	WORKER_CONCURRENCY: wholeNumber(1, 256).default(2),
	WORKER_LABELS: string().default("").transform((text) => text.split(",").map((label) => label.trim()).filter((label) => label !== "")),
	CLAUDE_BIN: string().optional(),
	CLAUDE_MODEL: string().optional(),
	ANTHROPIC_API_KEY: string().optional(),
	CLAUDE_CODE_OAUTH_TOKEN: string().optional(),
	ANTHROPIC_BASE_URL: httpUrl.optional(),
	SLACK_BOT_TOKEN: string().optional(),
	SLACK_APP_TOKEN: string().optional(),
	SLACK_SIGNING_SECRET: string().optional(),
	SLACK_API_URL: httpUrl.optional()
};

// apps/cli/dist/connection/find-url.js
const DEFAULT_PORT = 7300;
const addressFile = object({ url: url({ protocol: /^https?$/ }) });
/** Where the service is: as told, else where it wrote that it is, else where it is by default. */
function findUrl(home, sources) {
	const told = sources.url ?? sources.SLEEPLESS_API_URL;
	if (told !== void 0) return told;
	const port = sources.SLEEPLESS_API_PORT;
	if (port !== void 0 && port !== 0) return loopback(port);
	return writtenUrl(home) ?? loopback(DEFAULT_PORT);
}
function loopback(port) {
	return `http://127.0.0.1:${port}`;
}
function writtenUrl(home) {
	try {
		return addressFile.parse(JSON.parse(readFileSync(path.join(home.path, "api.json"), "utf8"))).url;
	} catch {
		return;
	}
}

export { environmentFields as n, globalOptions as r, findUrl as t };