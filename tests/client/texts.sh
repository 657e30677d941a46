#!/bin/sh
# The scripts get the texts that they use, and no others.
. "$(dirname "$0")/run-node"
