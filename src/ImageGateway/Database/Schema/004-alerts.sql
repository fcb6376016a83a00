-- One row per crossing, so that it is reported once, whichever replica sees it.
CREATE TABLE alerts (
    crossing TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    delivered_at BIGINT
);
CREATE INDEX alerts_due ON alerts (delivered_at, due_at);
