// apps/cli/dist/exit-codes.js
/** What the command tells the shell. The numbers are public. */
const EXIT_CODES = {
	done: 0,
	failed: 1,
	usage: 2,
	notFound: 3,
	conflict: 4,
	unauthorized: 5,
	unreachable: 69,
	waitingForQuota: 75,
	/** Stopped by Ctrl-C. */
	interrupted: 130
};

export { EXIT_CODES as t };