"""The contract with those who subscribe, made from the code: schemas, how events travel, what may change."""
