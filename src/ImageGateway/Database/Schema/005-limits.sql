-- Limits set by the control plane for a tenant, project, key or end user, by the scope's name.
CREATE TABLE limits (
    scope TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    version BIGINT NOT NULL,
    settings TEXT NOT NULL
);
CREATE INDEX limits_tenant ON limits (tenant);
