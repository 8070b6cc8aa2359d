import { t as runComposed } from "./run-composed-CtXqV9M7.js";
import { n as startStandalone, t as standaloneConfig } from "./start-standalone-B3I_73s6.js";

// apps/cli/dist/commands/up.js
const upCommand = {
	name: "up",
	examples: [
		["sleepless up", "the whole service in this process, at http://127.0.0.1:7300"],
		["SLEEPLESS_API_PORT=0 sleepless up", "on any free port; the other commands find it"],
		["WORKER_CONCURRENCY=4 sleepless up", "four tasks at once"]
	],
	notes: `It needs no Redis and no Docker. Ctrl-C stops it: what runs is stopped, and goes on with the next start.`,
	run: (context) => runComposed(context, "sleepless", standaloneConfig, async (composition) => {
		const { url } = await startStandalone(composition);
		composition.logger.info({ url }, "ready: hand it a task with `sleepless think`");
	})
};

export { upCommand };