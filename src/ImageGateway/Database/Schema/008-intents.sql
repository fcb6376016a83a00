-- Every call to a provider updated this index, and no query used it.
DROP INDEX intents_process;
