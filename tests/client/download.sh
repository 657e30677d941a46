#!/bin/sh
# Large fetches over lines that break, and what a server may lie about.
. "$(dirname "$0")/run-node"
