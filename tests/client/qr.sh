#!/bin/sh
# The QR that the client draws against that of the gateway.
. "$(dirname "$0")/run-node"
