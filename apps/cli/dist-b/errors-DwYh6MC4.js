// packages/domain/dist/task.js
const TASK_STATUSES = [
	"queued",
	"running",
	"waiting",
	"succeeded",
	"failed",
	"canceled"
];
/** Every legal move. What is absent is illegal; a status with no moves is final. */
const taskTransitions = {
	queued: {
		start: "running",
		cancel: "canceled",
		fail: "failed",
		"ask-person": "waiting"
	},
	running: {
		succeed: "succeeded",
		fail: "failed",
		cancel: "canceled",
		requeue: "queued",
		"ask-person": "waiting"
	},
	waiting: {
		"hear-person": "queued",
		cancel: "canceled",
		fail: "failed"
	},
	succeeded: {},
	failed: {},
	canceled: {}
};
/** A task that is over stays so: asking for more is a follow-up task. */
function isFinal(status) {
	return Object.keys(taskTransitions[status]).length === 0;
}

// packages/contracts/dist/client/errors.js
/** The service answered with an error. */
var ApiError = class extends Error {
	name = "ApiError";
	code;
	status;
	problem;
	constructor(problem) {
		super(problem.field === void 0 ? problem.detail : `${problem.field}: ${problem.detail}`);
		this.code = problem.code;
		this.status = problem.status;
		this.problem = problem;
	}
};
/** No answer came: the service is not running, or not reachable from here. */
var ApiUnreachableError = class extends Error {
	name = "ApiUnreachableError";
	code = "API_UNREACHABLE";
	constructor(url, options) {
		super(`no answer from ${url}`, options);
	}
};

export { isFinal as i, ApiUnreachableError as n, TASK_STATUSES as r, ApiError as t };