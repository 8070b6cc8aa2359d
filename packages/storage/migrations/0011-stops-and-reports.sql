-- When somebody asked that a worker take nothing new.
ALTER TABLE workers ADD COLUMN drain_requested_at INTEGER;
-- When an attempt's agent was to stop because the whole service was.
ALTER TABLE attempts ADD COLUMN stop_requested_at INTEGER;

-- What ended within a time, and how, without a look at the tasks themselves. Tasks that have not ended are
-- not in it, so that none is dearer to submit, start or requeue.
CREATE INDEX tasks_ended ON tasks (finished_at, status, project) WHERE finished_at IS NOT NULL;
