#!/bin/sh
# Five business days over one ledger, as one command that may be killed at any moment and started again: returns, an undo, decisions of
# people on what was undone and queued, a stale snapshot, an overlapping export. Usage: crash_days.sh TIEOUT FIXTURES [dump]; works in the current folder.
# Every step is safe to repeat, so the whole is; it ends with 0 only when every day is done.
set -e
tieout=$1; from=$2
if [ "$3" = dump ]; then
    # The ledger, proved, and every folder that a day was to write.
    "$tieout" verify --ledger l.db > /dev/null
    "$tieout" dump --ledger l.db
    for day in 1 2 3 4 decided 5; do cat "out$day/manifest.json" "out$day/allocations.csv" "out$day/decisions.jsonl"; done
    ls -A | grep -v '^\.out\|^\.queue\|^queue\|^anna\|^days.lock' || true
    exit 0
fi
day() {
    number=$1; file=$2; items=$3
    "$tieout" run "$from/$file" --open-items "$from/$items" --customers "$from/customers.csv" \
        --ledger l.db --out "out$number" --if-new --wait -q
}
day 1 1_2025-12-29.sta items-1.csv
day 2 2_2025-12-30.sta items-stale.csv
day 3 3_2025-12-30_to_31.sta items-3.csv
day 4 4_2026-01-02.sta items-4.csv
# What people do is looked up first and then done: one copy of this at a time.
exec 9> days.lock
flock 9
# The payment of 357.00 goes back to the queue, once.
id=$(sed -n 's/.*"payment_id":"\(p[0-9a-f]*\)".*"amount":"357.00".*/\1/p' out2/decisions.jsonl)
if ! "$tieout" history "$id" --ledger l.db | grep -q "undid"; then
    "$tieout" undo "$id" --ledger l.db --reason "posted to the wrong year" --by anna --wait -q > /dev/null
fi
# A person applies it again, and puts a payment without reference on account. The file of decisions is made once, from one queue.
if ! "$tieout" history "$id" --ledger l.db | grep -q "said apply"; then
    if [ ! -s anna.csv ]; then
        rm -rf queue
        "$tieout" queue --ledger l.db --out queue -q
        {
            echo "exception_id,row_hash,decision,documents,decided_by"
            sed -n "s/^\(x[^,]*,h[^,]*\),.*$id.*/\1,apply,RE-2025-0104,Anna/p" queue/exceptions.csv
            sed -n "s/^\(x[^,]*,h[^,]*\),NO_REFERENCE,.*/\1,on_account,,Anna/p" queue/exceptions.csv | head -n 1
        } > anna.tmp
        mv anna.tmp anna.csv
    fi
    "$tieout" decide anna.csv --ledger l.db --out outdecided --wait -q
fi
flock -u 9
day 5 5_2026-01-05.sta items-5.csv
