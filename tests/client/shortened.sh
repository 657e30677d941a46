#!/bin/sh
# Packages that are not as the bundles know them.
. "$(dirname "$0")/run-node"
