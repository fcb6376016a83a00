-- The generation of a tenant's counters that is in force: a store with an older one rebuilds them from the ledger.
CREATE TABLE quota_generations (
    tenant TEXT PRIMARY KEY,
    generation BIGINT NOT NULL
);
