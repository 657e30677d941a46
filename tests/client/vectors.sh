#!/bin/sh
# The known answers of tests/vectors, by the client.
. "$(dirname "$0")/run-node"
