import { A as NEVER, D as unknown, s as homeAt } from "./secrets-BYExsMwj.js";
import { a as announceSandbox, c as openControlPlane, i as startApi, n as startSlack, o as openQueue, r as apiTokens, s as waitForQueue, t as startWorker } from "./start-worker-OrTPtsPo.js";
import { apiConfig } from "@sleepless/api";
import { createScheduler } from "@sleepless/scheduler";
import { slackGatewayConfig } from "@sleepless/slack-gateway/config";
import { workerConfig } from "@sleepless/worker";

// apps/cli/dist/compose/start-standalone.js
/** The configuration of all apps: they read the same environment. */
const standaloneConfig = unknown().transform((env, context) => {
	const parts = {
		api: apiConfig.safeParse(env),
		worker: workerConfig.safeParse(env),
		slack: slackGatewayConfig.safeParse(env)
	};
	const { api, worker, slack } = parts;
	if (api.success && worker.success && slack.success) return {
		api: api.data,
		worker: worker.data,
		slack: slack.data,
		logLevel: api.data.logLevel
	};
	const issues = Object.values(parts).flatMap((part) => part.error?.issues ?? []);
	const byName = new Map(issues.map((issue) => [issue.path.join("."), issue]));
	for (const { path, message } of byName.values()) context.addIssue({
		code: "custom",
		path: [...path],
		message
	});
	return NEVER;
});
/** Starts everything in this process: api, scheduler, one worker, and Slack where it is configured. */
async function startStandalone({ config, env, logger, resources }) {
	const { home, leaseMs, queueUrl } = config.api;
	const plane = openControlPlane(resources, {
		home: homeAt(home),
		leaseMs,
		use: "alone"
	});
	const queue = openQueue(resources, queueUrl, logger);
	await waitForQueue(queue);
	const tokens = apiTokens(config.api);
	const api = await startApi(resources, {
		config: config.api,
		plane,
		queue,
		logger
	});
	resources.use(createScheduler({
		...plane,
		queue,
		logger
	}));
	announceSandbox(config.worker.sandbox, logger);
	const { url } = api;
	await startWorker(resources, {
		config: config.worker,
		apiUrl: url,
		token: tokens.worker,
		queue,
		env,
		logger
	});
	await startSlack(resources, {
		config: config.slack,
		apiUrl: url,
		token: tokens.api,
		logger
	});
	return api;
}

export { startStandalone as n, standaloneConfig as t };