#!/bin/sh
# The client and the C implementation on random cases. SEED=n repeats a run.
. "$(dirname "$0")/run-node"
