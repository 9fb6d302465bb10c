//! Temporary.
use tieout::formats::*;
use tieout::model::*;
fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).unwrap();
        let name = std::path::Path::new(&path).file_name().unwrap().to_str().unwrap().to_owned();
        match read_statements(&bytes, &ReadOptions::for_file(name.clone())) {
            Err(e) => println!("{}", serde_json::json!({"file": name, "error": format!("{e} {:?}", e.hint())})),
            Ok(r) => {
                for f in &r.findings {
                    eprintln!("{name}: {f}");
                }
                let st: Vec<_> = r.statements.iter().map(|s| {
                    for f in &s.findings { eprintln!("{name}: {f}"); }
                    eprintln!("{name}: dialect {} {:?} acct {} seq {:?} page {:?} totals {:?} {:?}", s.dialect, s.kind, s.account, s.sequence, s.page, s.totals.debits, s.servicer);
                    let bal = |b: &Option<Balance>| b.as_ref().map(|b| b.amount.figure());
                    let entries: Vec<_> = s.entries.iter().map(|e| {
                        let d = &e.details[0];
                        let p = if e.amount.is_negative() { &d.creditor } else { &d.debtor };
                        serde_json::json!({"booking_date": e.booking_date.map(|d| d.to_string()), "value_date": e.value_date.map(|d| d.to_string()),
                          "amount": e.amount.figure(), "reversal": e.reversal, "remittance": d.remittance.unstructured.concat(),
                          "counterparty_name": p.name, "counterparty_account": p.account, "end_to_end_id": d.end_to_end_id})
                    }).collect();
                    serde_json::json!({"account": s.account, "currency": s.currency.code(), "opening_balance": bal(&s.opening), "closing_balance": bal(&s.closing), "entries": entries})
                }).collect();
                println!("{}", serde_json::json!({"file": name, "statements": st}));
            }
        }
    }
}
