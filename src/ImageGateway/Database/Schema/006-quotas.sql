-- Which generation of a tenant's counters is in force: a store that shows an older one is built again from the ledger.
CREATE TABLE quota_generations (
    tenant TEXT PRIMARY KEY,
    generation BIGINT NOT NULL
);
