import { n as ApiUnreachableError, t as ApiError } from "./errors-DwYh6MC4.js";
import { setTimeout } from "node:timers/promises";

// apps/cli/dist/waiting/outage.js
const INITIAL_DELAY_MS = 250;
const MAX_DELAY_MS = 5e3;
const GIVE_UP_AFTER_MS = 6e5;
/** Whether it may pass by itself: the service is gone, starting, or went away in mid-answer. */
function isOutage(error) {
	if (error instanceof ApiError) return error.status >= 500 || error.status === 429;
	return error instanceof ApiUnreachableError || error instanceof TypeError;
}
function createPatience(monotonicMs = () => performance.now()) {
	let failures = 0;
	let outageSince;
	return {
		reset() {
			failures = 0;
			outageSince = void 0;
		},
		nextDelayMs(error) {
			outageSince ??= monotonicMs();
			if (!isOutage(error) || monotonicMs() - outageSince > GIVE_UP_AFTER_MS) throw error;
			failures += 1;
			return Math.min(INITIAL_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
		}
	};
}

// apps/cli/dist/waiting/pause.js
/** Resolves after the time, or as soon as the signal is aborted. */
async function pause(durationMs, signal) {
	try {
		await setTimeout(durationMs, void 0, { signal });
	} catch (error) {
		if (!signal.aborted) throw error;
	}
}

export { createPatience as n, pause as t };