"""What knows the machine: adapters, the local stack, the counterparty sandbox, the command line."""
