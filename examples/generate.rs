//! Writes a large statement for measurements: `cargo run --release --example generate -- camt053|mt940|csv ENTRIES > FILE`.
//! The same arguments always give the same bytes, and every statement ties out.

use std::io::{BufWriter, Write, stdout};

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let format = args.next().unwrap_or_default();
    let entries: u64 = args.next().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let out = &mut BufWriter::new(stdout().lock());
    match format.as_str() {
        "camt053" => camt(out, entries),
        "mt940" => mt940(out, entries),
        "csv" => csv(out, entries),
        _ => {
            eprintln!("generate camt053|mt940|csv ENTRIES");
            std::process::exit(2);
        }
    }?;
    out.flush()
}

const IBAN: &str = "DE89370400440532013000";
const NAMES: [&str; 6] =
    ["Muster GmbH", "Beispiel & Sohn AG", "Gärtnerei Grün", "A. Example", "Holzbau KG", "Société Test"];

/// Cents of entry `i`: 1.00 to 9,999.99, by a fixed linear congruence.
fn cents(i: u64) -> u64 {
    100 + i.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) / (1 << 40) % 999_900
}

fn figure(cents: u64, point: char) -> String {
    format!("{}{point}{:02}", cents / 100, cents % 100)
}

fn name(i: u64) -> &'static str {
    NAMES[usize::try_from(i % 6).unwrap_or(0)]
}

fn camt(out: &mut impl Write, n: u64) -> std::io::Result<()> {
    let total: u64 = (0..n).map(cents).sum();
    let balance = |code: &str, cents: u64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <Dt><Dt>2026-04-24</Dt></Dt></Bal>\n",
            figure(cents, '.')
        )
    };
    writeln!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\
         <BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-04-24T20:00:00</CreDtTm></GrpHdr>\n<Stmt><Id>S</Id>\
         <ElctrncSeqNb>1</ElctrncSeqNb><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>\n{}{}",
        balance("OPBD", 0),
        balance("CLBD", total)
    )?;
    for i in 0..n {
        let (amount, name) = (figure(cents(i), '.'), name(i).replace('&', "&amp;"));
        writeln!(
            out,
            "<Ntry>\n  <NtryRef>{i}</NtryRef>\n  <Amt Ccy=\"EUR\">{amount}</Amt>\n  <CdtDbtInd>CRDT</CdtDbtInd>\n  \
             <Sts><Cd>BOOK</Cd></Sts>\n  <BookgDt><Dt>2026-04-24</Dt></BookgDt>\n  <ValDt><Dt>2026-04-24</Dt></ValDt>\n  \
             <AcctSvcrRef>R{i:012}</AcctSvcrRef>\n  <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd>\
             </Fmly></Domn></BkTxCd>\n  <NtryDtls><TxDtls>\n    <Refs><EndToEndId>E2E-{i:09}</EndToEndId></Refs>\n    \
             <Amt Ccy=\"EUR\">{amount}</Amt>\n    <RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>\
             <DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct></RltdPties>\n    \
             <RmtInf><Ustrd>Rechnung RE-2026-{i:06} vom 01.04.2026 Kunde {}</Ustrd></RmtInf>\n  </TxDtls></NtryDtls>\n</Ntry>",
            i % 977
        )?;
    }
    writeln!(out, "</Stmt></BkToCstmrStmt></Document>")
}

fn mt940(out: &mut impl Write, n: u64) -> std::io::Result<()> {
    let total: u64 = (0..n).map(cents).sum();
    write!(out, ":20:S\r\n:25:{IBAN}\r\n:28C:1/1\r\n:60F:C260423EUR0,00\r\n")?;
    for i in 0..n {
        write!(
            out,
            ":61:2604240424C{}NTRFE2E-{i:09}//R{i:012}\r\n:86:166?00GUTSCHRIFT?109310?20EREF+E2E-{i:09}?21SVWZ+Rechnung \
             RE-2026-{i:06}\r\n?22 vom 01.04.2026 Kunde {}?30BYLADEM1001?31DE02120300000000202051\r\n?32{}\r\n",
            figure(cents(i), ','),
            i % 977,
            name(i)
        )?;
    }
    write!(out, ":62F:C260424EUR{}\r\n-\r\n", figure(total, ','))
}

/// The layout of `tests/tools/mutants.toml`: a running balance on each row.
fn csv(out: &mut impl Write, n: u64) -> std::io::Result<()> {
    writeln!(out, "account;currency;date;amount;balance;name;text")?;
    let mut balance = 0;
    for i in 0..n {
        balance += cents(i);
        let (amount, after) = (figure(cents(i), ','), figure(balance, ','));
        writeln!(
            out,
            "{IBAN};EUR;2026-04-24;{amount};{after};\"{}\";\"Rechnung RE-2026-{i:06}; Kunde {}\"",
            name(i),
            i % 977
        )?;
    }
    Ok(())
}
