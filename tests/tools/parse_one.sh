#!/bin/sh
# parse_one.sh TIEOUT FORMAT FILE: parses, with the profile of the mutants where the format is CSV.
here=$(cd "$(dirname "$0")" && pwd)
case $2 in
csv) out=$("$1" parse --output json --profile "$here/mutants.toml" "$3") || exit $? ;;
*) exec "$1" parse --output json "$3" ;;
esac
# A table with a header and no row may be a quiet day: `parse` says so and goes on, and has no figures to give. Said is not silent.
case $out in
*NO_ENTRIES*)
    echo "NO_ENTRIES at line 1: a header and no row" >&2
    exit 3
    ;;
esac
printf '%s\n' "$out"
