#!/bin/sh
# What the client must not accept or do.
. "$(dirname "$0")/run-node"
