-- What the agents of a project reach of the network.
ALTER TABLE projects ADD COLUMN egress_registries INTEGER NOT NULL DEFAULT 1
  CHECK (egress_registries IN (0, 1));
ALTER TABLE projects ADD COLUMN egress_hosts TEXT NOT NULL DEFAULT '[]'
  CHECK (json_valid(egress_hosts));
