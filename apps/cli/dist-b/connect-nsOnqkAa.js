import { c as loadConfig, n as readSecret, s as homeAt, u as createApiClient, w as object } from "./secrets-BYExsMwj.js";
import { n as environmentFields, r as globalOptions, t as findUrl } from "./find-url-C6-c6oh3.js";
import { t as CliError } from "./cli-error-BwnZIdRU.js";
import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { t as createPrinter } from "./printer-DeXjNSp3.js";
import { t as readEnvironment } from "./environment-C_xKs_eW.js";
import path from "node:path";
import { readFileSync } from "node:fs";

// apps/cli/dist/connection/find-token.js
/** @throws {CliError} when there is no token. */
function findToken(home, sources) {
	const token = sources.tokenFile === void 0 ? sources.SLEEPLESS_API_TOKEN ?? readSecret(home, "api-token") : readTokenFile(path.resolve(sources.cwd, sources.tokenFile));
	if (token !== void 0) return token;
	throw new CliError(`no API token in SLEEPLESS_API_TOKEN, nor in ${home.secretsPath}/api-token`, {
		exitCode: EXIT_CODES.unauthorized,
		remedy: "Start the service with: sleepless up (it makes one), or set SLEEPLESS_API_TOKEN"
	});
}
function readTokenFile(file) {
	const token = contentOf(file);
	if (token !== void 0 && token !== "") return token;
	throw new CliError(`there is no token to be read in ${file}`, {
		exitCode: EXIT_CODES.unauthorized,
		remedy: "Give --token-file a readable file that holds the token and nothing else"
	});
}
function contentOf(file) {
	try {
		return readFileSync(file, "utf8").trim();
	} catch {
		return;
	}
}

// apps/cli/dist/connection/connect.js
const clientConfig = object({
	SLEEPLESS_HOME: environmentFields.SLEEPLESS_HOME,
	SLEEPLESS_API_URL: environmentFields.SLEEPLESS_API_URL,
	SLEEPLESS_API_PORT: environmentFields.SLEEPLESS_API_PORT.unwrap().optional(),
	SLEEPLESS_API_TOKEN: environmentFields.SLEEPLESS_API_TOKEN
});
/**
* Finds the service and the token for it. Nothing is sent yet.
*
* @throws {CliError} without a token, {StartupError} for a bad variable.
*/
function connect(context, command) {
	const { values, warning } = readEnvironment(context);
	if (warning !== void 0) createPrinter(context.stderr, context.env).line(["warning: ", "yellow"], warning);
	const config = loadConfig(clientConfig, values);
	const { url: given, tokenFile } = globalOptions(command);
	const home = homeAt(config.SLEEPLESS_HOME);
	const url = findUrl(home, {
		...config,
		url: given === void 0 ? void 0 : httpUrl(given)
	});
	const token = findToken(home, {
		...config,
		tokenFile,
		cwd: context.cwd
	});
	return {
		client: createApiClient({
			url,
			token
		}),
		url,
		home
	};
}
function httpUrl(text) {
	if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text;
	throw new CliError(`${JSON.stringify(text)} is no http or https address`, {
		exitCode: EXIT_CODES.usage,
		remedy: "Give --url an address such as http://127.0.0.1:7300"
	});
}

export { connect as t };