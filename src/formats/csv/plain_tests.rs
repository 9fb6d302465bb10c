//! The short way and the whole reading give the same of any table.

use super::*;
use crate::formats::read_figures_from;
use crate::model::Statement;
use proptest::prelude::*;

const PROFILE: &str = "id = \"own\"\nversion = 1\nevidence = \"T\"\n[detect]\nrequire = [\"Date\", \"Text\", \"Amount\"]\n[columns]\n\
    booking_date = \"Date\"\nvalue_date = \"Value\"\nremittance = [\"Text\"]\namount = \"Amount\"\nbalance = \"Balance\"\n\
    account = \"Account\"\ncurrency = \"Currency\"\ncounterparty_name = \"Name\"\n[format]\n\
    decimal = \",\"\nthousands = \".\"\ndate = [\"%d.%m.%Y\"]\namount = \"signed\"\n\
    [[skip]]\nwhen = { column = \"Info\", in = [\"pending\"] }\nreason = \"pending\"\n\
    [[skip]]\nwhen = { column = \"Amount\", empty = true }\njoin = true\nreason = \"text\"\n\
    [[skip]]\nwhen = { column = \"Text\", starts_with = [\"Total\"], and = { column = \"Date\", empty = true } }\nreason = \"total\"\n\
    [[balance_row]]\nwhen = { column = \"Text\", starts_with = [\"Saldo\"] }\nkind = \"closing\"\n";

const HEADER: &str = "Date;Value;Text;Amount;Balance;Account;Currency;Name;Info";

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    // The first is the usual one.
    prop_oneof![12 => Just(values[0]), 1 => prop::sample::select(values)]
}

fn row() -> impl Strategy<Value = String> {
    let cells = (
        one_of(&["24.04.2026", "25.04.2026", "\"24.04.2026\"", "2026-04-26", "", "30.02.2026", " 24.04.2026", "Date"]),
        one_of(&["24.04.2026", "", "2026-04-24", "x", "\"\""]),
        prop_oneof![
            6 => "[a-z0-9 ]{0,12}",
            1 => prop::sample::select(vec!["Total 1", "Saldo neu", "\"a;b\"", "\"say \"\"hi\"\"\"", "\"two\nlines\"", "\"x\"y", "a\"b", "\"open", "Ü\u{a0}"])
                .prop_map(str::to_owned),
        ],
        prop_oneof![
            8 => "-?[1-9][0-9]{0,3},[0-9]{2}",
            1 => prop::sample::select(vec!["1.234,56", "-12.345,60", "+5,00", "5,00-", "0,00", "", "1,5", "7", "1.190", "3,000", "1,2345", "\"1,00\"", "EUR 1,00", "1e5", "99999999999999999999,00", "1.23,00", ",5", "-"])
                .prop_map(str::to_owned),
        ],
        prop_oneof![
            8 => "-?[1-9][0-9]{0,4},[0-9]{2}",
            1 => prop::sample::select(vec!["", "\"\"", "1.234,56", "x", "10,00 CR", "1,000"]).prop_map(str::to_owned),
        ],
        one_of(&["DE1", "DE2", "\"DE1\"", "", "D=E1", "DE1 "]),
        one_of(&["EUR", "USD", "JPY", "", "eur", "\"EUR\""]),
        one_of(&["Muster", "\"Muster\"", "'Muster'", "=\"1\""]),
        one_of(&["", "pending", "booked", "\u{7}"]),
    );
    let ends = one_of(&["\n", "\r\n", "\r\r\n", "\r", ";\n", ";x\n", "\n\n", "\n;;;;;;;;\n"]);
    (cells, ends, 0u8..60).prop_map(|((a, b, c, d, e, f, g, h, i), end, what)| match what {
        0 => format!("{HEADER}{end}"),
        1 => format!("{a};{b};{c};{d}{end}"),
        _ => format!("{a};{b};{c};{d};{e};{f};{g};{h};{i}{end}"),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]
    #[test]
    fn plain_rows_read_as_all_others_do(rows in prop::collection::vec(row(), 0..14)) {
        let text = format!("{HEADER}\n{}", rows.concat());
        let profile = Profile::from_toml(PROFILE, "own.toml").unwrap();
        let options = ReadOptions { profile: Some(profile), ..ReadOptions::default() };
        let whole = read::read_by(text.as_bytes(), &options, false);
        prop_assert_eq!(&read::read_by(text.as_bytes(), &options, true), &whole);
        // What nothing is said about is proven later.
        let mut options = options;
        options.limits.piece_bytes = 64;
        let figures = read_figures_from(&mut text.as_bytes(), &options);
        let at_once = crate::formats::read_statements(text.as_bytes(), &options);
        let bare = |s: &Statement| {
            let mut s = Statement { entries: vec![], passed: Default::default(), ..s.clone() };
            s.findings.sort_by_key(ToString::to_string);
            s
        };
        let told = |r: &Result<Statements, Error>| {
            r.as_ref().map(|r| r.statements.iter().map(|s| (bare(s), s.movements().count())).collect::<Vec<_>>()).map_err(Clone::clone)
        };
        prop_assert_eq!(told(&figures), told(&at_once));
    }
}

#[test]
fn most_rows_are_plain() {
    let rows: String =
        (0..50).map(|i| format!("24.04.2026;;text {i};1,00;{},00;DE1;EUR;\"A; B\";\n", 100 + i)).collect();
    let text = format!("{HEADER}\n{rows}");
    let profile = Profile::from_toml(PROFILE, "own.toml").unwrap();
    let found = detect::header(&text, &profile).unwrap();
    let cells = read::settled(&text, &profile, &found).unwrap();
    let mut plain = plain::Plain::new(&cells, true).unwrap();
    let body = text.get(HEADER.len() + 1..).unwrap();
    assert!(plain.read(body, &cells).is_none(), "nothing was learned");
    let first = body.split_inclusive('\n').next().unwrap();
    let row = crate::base::CsvRows::new(first, ';', Some('"')).next().unwrap().unwrap();
    let key = map::Key { account: "DE1".to_owned(), currency: crate::base::Currency::EUR };
    let date = cells.date(&row, profile::Role::BookingDate).unwrap();
    let head = map::head(&row, &cells, &key, date, &mut Vec::new()).unwrap().unwrap();
    plain.learn(first, &cells, &head, 0);
    assert!(
        body.split_inclusive('\n').skip(1).all(|row| plain.read(row, &cells).is_some_and(|r| r.length == row.len()))
    );
}
