-- What an operator last did with a target, by its name: drained it (1) or enabled it again (0), for all replicas. A name that no configuration has does nothing.
CREATE TABLE target_switches (
    target TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    drained BIGINT NOT NULL
);
