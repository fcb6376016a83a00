-- Times are Unix milliseconds (UTC), money is nano-USD. Text in a key is '' rather than NULL.

CREATE TABLE leases (
    process TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- Write-ahead intents: written before each call to a provider, deleted when the job's entry is written.
CREATE TABLE intents (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL,
    process TEXT NOT NULL,
    tenant TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    worst_case BIGINT NOT NULL,
    entry TEXT NOT NULL
);
CREATE INDEX intents_job ON intents (job);
CREATE INDEX intents_process ON intents (process);

CREATE TABLE entries (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    key_id TEXT NOT NULL,
    end_user TEXT,
    tags TEXT,
    operation TEXT NOT NULL,
    route TEXT,
    tier TEXT,
    requested_model TEXT,
    target TEXT,
    served_model TEXT,
    size TEXT,
    quality TEXT,
    n BIGINT NOT NULL,
    images BIGINT NOT NULL,
    text_input BIGINT NOT NULL,
    image_input BIGINT NOT NULL,
    cached_text_input BIGINT NOT NULL,
    cached_image_input BIGINT NOT NULL,
    image_output BIGINT NOT NULL,
    text_output BIGINT NOT NULL,
    price_book TEXT,
    charge BIGINT NOT NULL,
    basis TEXT NOT NULL,
    list_cost BIGINT NOT NULL,
    billed_cost BIGINT NOT NULL,
    avoided_cost BIGINT NOT NULL,
    worst_case BIGINT NOT NULL,
    status TEXT NOT NULL,
    error_code TEXT,
    stream BIGINT NOT NULL,
    first_byte_ms BIGINT,
    duration_ms BIGINT NOT NULL,
    bytes_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    attempts TEXT NOT NULL,
    corrects TEXT,
    client_request_id TEXT,
    prompt_hash TEXT
);
CREATE INDEX entries_time ON entries (created_at, id);
CREATE INDEX entries_tenant ON entries (tenant, created_at, id);

-- Hourly and daily totals.
CREATE TABLE usage_hours (
    start_at BIGINT NOT NULL,
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    key_id TEXT NOT NULL,
    end_user TEXT NOT NULL,
    model TEXT NOT NULL,
    target TEXT NOT NULL,
    size TEXT NOT NULL,
    quality TEXT NOT NULL,
    operation TEXT NOT NULL,
    jobs BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    images BIGINT NOT NULL,
    text_input BIGINT NOT NULL,
    image_input BIGINT NOT NULL,
    cached_text_input BIGINT NOT NULL,
    cached_image_input BIGINT NOT NULL,
    image_output BIGINT NOT NULL,
    text_output BIGINT NOT NULL,
    charge BIGINT NOT NULL,
    list_cost BIGINT NOT NULL,
    billed_cost BIGINT NOT NULL,
    avoided_cost BIGINT NOT NULL,
    PRIMARY KEY (start_at, tenant, project, key_id, end_user, model, target, size, quality, operation)
);

CREATE TABLE usage_days (
    start_at BIGINT NOT NULL,
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    key_id TEXT NOT NULL,
    end_user TEXT NOT NULL,
    model TEXT NOT NULL,
    target TEXT NOT NULL,
    size TEXT NOT NULL,
    quality TEXT NOT NULL,
    operation TEXT NOT NULL,
    jobs BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    images BIGINT NOT NULL,
    text_input BIGINT NOT NULL,
    image_input BIGINT NOT NULL,
    cached_text_input BIGINT NOT NULL,
    cached_image_input BIGINT NOT NULL,
    image_output BIGINT NOT NULL,
    text_output BIGINT NOT NULL,
    charge BIGINT NOT NULL,
    list_cost BIGINT NOT NULL,
    billed_cost BIGINT NOT NULL,
    avoided_cost BIGINT NOT NULL,
    PRIMARY KEY (start_at, tenant, project, key_id, end_user, model, target, size, quality, operation)
);
