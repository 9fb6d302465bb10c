use tieout::run::*;
fn main() { let a: Vec<String> = std::env::args().collect();
 let f = |p: &str| InputFile { name: p.rsplit('/').next().unwrap().into(), bytes: std::fs::read(p).unwrap() };
 let r = run(&RunInputs { statements: a[2..].iter().map(|s| f(&format!("{}/{}", a[1], s))).collect(), items: f(&format!("{}/items.csv", a[1])), customers: Some(f(&format!("{}/customers.csv", a[1]))), ..Default::default() }).unwrap();
 for o in r.outputs { if o.name=="decisions.jsonl" { print!("{}", String::from_utf8(o.bytes).unwrap()) } } }
