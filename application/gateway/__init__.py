"""The gateway: models for whoever speaks the common API, under the budgets and the record of Z2."""
