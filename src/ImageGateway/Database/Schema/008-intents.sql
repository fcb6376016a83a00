-- Every call to a provider wrote it, and no query used it.
DROP INDEX intents_process;
