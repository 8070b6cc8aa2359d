import { r as globalOptions } from "./find-url-C6-c6oh3.js";
import { t as connect } from "./connect-nsOnqkAa.js";
import { t as EXIT_CODES } from "./exit-codes-By8cpJlt.js";
import { t as createPrinter } from "./printer-DeXjNSp3.js";
import path from "node:path";

// apps/cli/dist/commands/projects.js
const PAGE = 200;
const listCommand = {
	name: "list",
	summary: "list the projects",
	examples: [["sleepless projects list", "name, remote and default branch of each"]],
	run: list
};
const addCommand = {
	name: "add",
	summary: "add a project",
	examples: [["sleepless projects add shop git@github.com:acme/shop.git", "a repository on a host"], ["sleepless projects add site ./site --default-branch main", "one on this machine"]],
	notes: "A path is taken relative to the working directory. The worker must reach the remote.",
	configure(command) {
		command.argument("<name>", "lower-case letters, digits and hyphens").argument("<remote>", "address or path of the repository").option("--default-branch <branch>", "branch to start from; else what the remote says");
	},
	run: add
};
/** The repositories that tasks work on. */
const projectsCommand = {
	name: "projects",
	examples: [],
	subcommands: [listCommand, addCommand]
};
async function list(context, command) {
	const { client } = connect(context, command);
	const items = await allProjects(client);
	const printer = createPrinter(context.stdout, context.env);
	if (globalOptions(command).json === true) printer.json({
		items,
		nextCursor: null
	});
	else if (items.length > 0) printer.table(items.map(({ name, remote, defaultBranch }) => [
		[name, "bold"],
		[defaultBranch ?? "-", "dim"],
		remote
	]));
	else createPrinter(context.stderr, context.env).line("No projects yet. Add one: ", ["sleepless projects add <name> <remote>", "cyan"]);
	return EXIT_CODES.done;
}
async function allProjects(client) {
	const items = [];
	let cursor;
	do {
		const page = await client.projects({
			limit: PAGE,
			...cursor !== void 0 && { cursor }
		});
		items.push(...page.items);
		cursor = page.nextCursor ?? void 0;
	} while (cursor !== void 0);
	return items;
}
async function add(context, command) {
	const [name = "", remote = ""] = command.args;
	const { defaultBranch } = command.opts();
	const { client } = connect(context, command);
	const project = await client.createProject({
		name,
		remote: /^\.{1,2}(?:\/|$)/.test(remote) ? path.resolve(context.cwd, remote) : remote,
		...defaultBranch !== void 0 && { defaultBranch }
	});
	const printer = createPrinter(context.stdout, context.env);
	if (globalOptions(command).json === true) {
		printer.json(project);
		return EXIT_CODES.done;
	}
	printer.line("Added ", [project.name, "bold"], ". Give it something to do: ", [`sleepless think -p ${project.name} "…"`, "cyan"]);
	return EXIT_CODES.done;
}

export { projectsCommand };