#!/bin/sh
# The resumable upload against the tus project's own server.
. "$(dirname "$0")/run-node"
