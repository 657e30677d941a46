#!/bin/sh
# Sizes, times and codes in words.
. "$(dirname "$0")/run-node"
