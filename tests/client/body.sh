#!/bin/sh
# The length of a browser's multipart, known beforehand.
. "$(dirname "$0")/run-node"
