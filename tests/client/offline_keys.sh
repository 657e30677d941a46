#!/bin/sh
# For whom the offline page can seal, by its keys and by the clock of the device.
. "$(dirname "$0")/run-node"
