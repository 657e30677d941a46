#!/bin/sh
# The resumable upload on lines that break, with a clock that jumps.
. "$(dirname "$0")/run-node"
