import { l as StartupError, n as readSecret, s as homeAt } from "./secrets-BYExsMwj.js";
import { a as announceSandbox, c as openControlPlane, i as startApi, n as startSlack, o as openQueue, s as waitForQueue, t as startWorker } from "./start-worker-OrTPtsPo.js";
import { t as runComposed } from "./run-composed-CtXqV9M7.js";
import { apiConfig } from "@sleepless/api";
import { createScheduler, schedulerConfig } from "@sleepless/scheduler";
import { slackGatewayConfig } from "@sleepless/slack-gateway/config";
import { workerConfig } from "@sleepless/worker";

// apps/cli/dist/commands/serve.js
const apiCommand = {
	name: "api",
	examples: [["QUEUE_URL=redis://127.0.0.1:6379 sleepless api", "the HTTP service alone"]],
	run: (context) => runComposed(context, "api", apiConfig, async ({ config, logger, resources }) => {
		requireRedis(config.queueUrl, "api");
		const home = homeAt(config.home);
		const plane = openControlPlane(resources, {
			home,
			leaseMs: config.leaseMs,
			use: "shared"
		});
		const queue = openQueue(resources, config.queueUrl, logger);
		await startApi(resources, {
			config,
			plane,
			queue,
			logger
		});
	})
};
const schedulerCommand = {
	name: "scheduler",
	examples: [["QUEUE_URL=redis://127.0.0.1:6379 sleepless scheduler", "on the host of the api, with its home"]],
	run: (context) => runComposed(context, "scheduler", schedulerConfig, async ({ config, logger, resources }) => {
		requireRedis(config.queueUrl, "scheduler");
		const home = homeAt(config.home);
		const plane = openControlPlane(resources, {
			home,
			leaseMs: config.leaseMs,
			use: "shared"
		});
		const queue = openQueue(resources, config.queueUrl, logger);
		await waitForQueue(queue);
		resources.use(createScheduler({
			...plane,
			queue,
			logger
		}));
		logger.info({}, "scheduler started");
	})
};
const workerCommand = {
	name: "worker",
	examples: [["QUEUE_URL=redis://10.0.0.5:6379 SLEEPLESS_API_URL=http://10.0.0.5:7300 sleepless worker", "anywhere that reaches both"]],
	notes: "It shows SLEEPLESS_WORKER_TOKEN, or secrets/worker-token of its home, to the api.",
	run: (context) => runComposed(context, "worker", workerConfig, async ({ config, env, logger, resources }) => {
		requireRedis(config.queueUrl, "worker");
		const home = homeAt(config.home);
		const token = config.workerToken ?? readSecret(home, "worker-token");
		if (token === void 0) throw noToken("SLEEPLESS_WORKER_TOKEN", home.secretsPath);
		const queue = openQueue(resources, config.queueUrl, logger);
		await waitForQueue(queue);
		announceSandbox(config.sandbox, logger);
		await startWorker(resources, {
			config,
			apiUrl: config.apiUrl,
			token,
			queue,
			env,
			logger
		});
	})
};
const slackCommand = {
	name: "slack",
	examples: [["SLACK_BOT_TOKEN=… SLACK_APP_TOKEN=… sleepless slack", "the Slack gateway, over Socket Mode"]],
	run: (context) => runComposed(context, "slack", slackServiceConfig, async ({ config, logger, resources }) => {
		const home = homeAt(config.SLEEPLESS_HOME);
		const token = config.SLEEPLESS_API_TOKEN ?? readSecret(home, "api-token");
		if (token === void 0) throw noToken("SLEEPLESS_API_TOKEN", home.secretsPath);
		const apiUrl = config.SLEEPLESS_API_URL ?? `http://127.0.0.1:${config.SLEEPLESS_API_PORT}`;
		if (await startSlack(resources, {
			config,
			apiUrl,
			token,
			logger
		})) return;
		throw new StartupError("Slack is not configured.", "Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN; see docs/slack.md.");
	})
};
const slackServiceConfig = slackGatewayConfig.transform((config) => ({
	...config,
	logLevel: config.SLEEPLESS_LOG_LEVEL
}));
/** Each app as a process of its own. */
const serveCommands = [
	apiCommand,
	schedulerCommand,
	workerCommand,
	slackCommand
];
function requireRedis(queueUrl, service) {
	if (queueUrl !== "memory:") return;
	throw new StartupError(`The ${service} as a process of its own needs a queue that others reach.`, "Set QUEUE_URL to a redis:// address, or run everything in one process with `sleepless up`.");
}
function noToken(variable, secretsPath) {
	return new StartupError(`There is no token in ${variable}, nor in ${secretsPath}.`, "The api makes them at its first start; copy it from there.");
}

export { serveCommands };