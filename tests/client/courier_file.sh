#!/bin/sh
# What is a sealed file, as bytes or as text, and what is none.
. "$(dirname "$0")/run-node"
