#!/bin/sh
# parse_one.sh TIEOUT FORMAT FILE: parses, with the profile of the mutants where the format is CSV.
here=$(cd "$(dirname "$0")" && pwd)
case $2 in
csv) exec "$1" parse --output json --profile "$here/mutants.toml" "$3" ;;
*) exec "$1" parse --output json "$3" ;;
esac
