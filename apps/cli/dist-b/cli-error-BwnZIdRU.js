// apps/cli/dist/cli-error.js
/** The command cannot go on, and knows what the person can do about it. */
var CliError = class extends Error {
	name = "CliError";
	exitCode;
	remedy;
	/** @param message one line, without a full stop at the end. */
	constructor(message, { exitCode, remedy, ...options }) {
		super(message, options);
		this.exitCode = exitCode;
		this.remedy = remedy;
	}
};

export { CliError as t };