-- An operator's last switch of a target, by its name: drained (1) or enabled again (0), for all replicas. A name unknown to the
-- configuration has no effect.
CREATE TABLE target_switches (
    target TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    drained BIGINT NOT NULL
);

-- Limits of keys that were deleted before limits were deleted with them, and could not be removed. Ids of the configuration
-- contain a slash.
DELETE FROM limits WHERE scope LIKE 'key:%' AND scope NOT LIKE 'key:%/%' AND SUBSTR(scope, 5) NOT IN (SELECT id FROM tenant_keys);
