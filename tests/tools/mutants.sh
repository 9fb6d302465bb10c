#!/bin/sh
# Checks tieout against mutants with a balance oracle: mutants.sh MUTATE.PY TIEOUT [MANIFEST-FOLDER…]
# Each folder holds a manifest.jsonl and its files, as `mutate.py gen` and `mutate.py bombs` write them.
set -eu
tool=$1 tieout=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
status=0
for folder in "$@"; do
    python3 "$here/figures.py" --manifest "$folder/manifest.jsonl" "$folder/joined.jsonl"
    python3 "$tool" check --manifest "$folder/joined.jsonl" \
        --cmd "$here/parse_one.sh $tieout {format} {file}" --adapter "python3 $here/figures.py" \
        --accept 0 --refuse 2,3 --same-must-accept --figures --need-location ${MUTANTS_ARGS:-} || status=1
done
exit $status
