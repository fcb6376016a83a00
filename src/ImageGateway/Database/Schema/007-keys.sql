-- Keys that the gateway generated for itself, so that all replicas share them: currently the key that signs image URLs.
CREATE TABLE gateway_keys (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
