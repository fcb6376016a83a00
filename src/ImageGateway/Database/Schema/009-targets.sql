-- What an operator last did with a target, by its name: drained it (1) or enabled it again (0), for all replicas. A name that no configuration has does nothing.
CREATE TABLE target_switches (
    target TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    drained BIGINT NOT NULL
);

-- Limits of keys that were deleted before limits went with them: nothing could remove them. Ids of the configuration have a slash.
DELETE FROM limits WHERE scope LIKE 'key:%' AND scope NOT LIKE 'key:%/%' AND SUBSTR(scope, 5) NOT IN (SELECT id FROM tenant_keys);
