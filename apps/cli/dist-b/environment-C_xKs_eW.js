import { t as readDotenvFile } from "./dotenv-file-RxKlTH97.js";

// apps/cli/dist/connection/environment.js
/** The environment, with what it does not set taken from `.env` in the working directory. */
function readEnvironment({ env, cwd }) {
	const dotenv = readDotenvFile(cwd);
	return {
		values: {
			...dotenv.values,
			...env
		},
		warning: dotenv.warning
	};
}

export { readEnvironment as t };