-- Objects created by the control plane; those of the configuration are not stored. A project or a key may belong to a tenant of
-- the configuration, so nothing references tenants. Times are Unix seconds (UTC). A version is the number of the last change.

CREATE TABLE tenants (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    settings TEXT NOT NULL
);

CREATE TABLE projects (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    settings TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE tenant_keys (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    version BIGINT NOT NULL,
    settings TEXT NOT NULL
);
CREATE INDEX tenant_keys_tenant ON tenant_keys (tenant);

-- The secrets of a key: its own, and earlier ones until valid_until.
CREATE TABLE key_secrets (
    hash TEXT PRIMARY KEY,
    key_id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    valid_until BIGINT
);
CREATE INDEX key_secrets_tenant ON key_secrets (tenant);

-- One row: numbers the changes of the control plane, so that replicas can cheaply detect new ones.
CREATE TABLE control_changes (number BIGINT NOT NULL);
INSERT INTO control_changes (number) VALUES (0);

-- Every change, never altered: its author, its subject and its effect. Replicas read here which tenants changed.
CREATE TABLE audit (
    number BIGINT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_scope TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    tenant TEXT,
    before_json TEXT,
    after_json TEXT
);
CREATE INDEX audit_subject ON audit (subject, number);
CREATE INDEX audit_actor ON audit (actor, number);
CREATE INDEX audit_tenant ON audit (tenant, number);
