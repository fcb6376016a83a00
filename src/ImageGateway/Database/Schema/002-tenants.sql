-- What the control plane made; what the configuration says is not kept here.

CREATE TABLE tenants (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    settings TEXT NOT NULL
);

CREATE TABLE projects (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    settings TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE tenant_keys (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    prefix TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    disabled BIGINT NOT NULL,
    settings TEXT NOT NULL
);
CREATE INDEX tenant_keys_tenant ON tenant_keys (tenant);

-- One row: counts the changes of the control plane, so that replicas see cheaply whether there are any.
CREATE TABLE control_changes (number BIGINT NOT NULL);
INSERT INTO control_changes (number) VALUES (0);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    before_json TEXT,
    after_json TEXT
);
CREATE INDEX audit_time ON audit (created_at, id);
