#!/bin/sh
# Answers looked up on the device: boards in any pieces, damaged, cut, foreign, out of date.
. "$(dirname "$0")/run-node"
