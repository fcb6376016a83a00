-- Keys that the gateway made for itself, so that all replicas have the same: now those that sign the addresses of pictures.
CREATE TABLE gateway_keys (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
