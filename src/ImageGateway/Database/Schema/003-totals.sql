-- The daily totals with fewer keys: finance's most frequent queries read a hundredth of the rows.
CREATE TABLE usage_totals (
    start_at BIGINT NOT NULL,
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    model TEXT NOT NULL,
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
    PRIMARY KEY (start_at, tenant, project, model)
);

INSERT INTO usage_totals
SELECT start_at, tenant, project, model,
    CAST(SUM(jobs) AS BIGINT), CAST(SUM(requests) AS BIGINT), CAST(SUM(images) AS BIGINT), CAST(SUM(text_input) AS BIGINT),
    CAST(SUM(image_input) AS BIGINT), CAST(SUM(cached_text_input) AS BIGINT), CAST(SUM(cached_image_input) AS BIGINT),
    CAST(SUM(image_output) AS BIGINT), CAST(SUM(text_output) AS BIGINT), CAST(SUM(charge) AS BIGINT),
    CAST(SUM(list_cost) AS BIGINT), CAST(SUM(billed_cost) AS BIGINT), CAST(SUM(avoided_cost) AS BIGINT)
FROM usage_days GROUP BY start_at, tenant, project, model;

-- Corrections are rare, and the index contains only them.
CREATE INDEX entries_corrects ON entries (corrects) WHERE corrects IS NOT NULL;
