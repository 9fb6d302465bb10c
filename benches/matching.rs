//! Matching stage and index building, as ratios in one run.
//!
//! ```sh
//! cargo bench --bench matching            # 10,000 and 100,000
//! cargo bench --bench matching -- 1000000 # 10,000 and the number given
//! ```
//!
//! The floor is what any matcher must at least do: cut the digit runs out of every text and look them up in a hash table of
//! all document numbers. One thread, so that time is CPU time; then two threads for the speed-up.

use chrono::NaiveDate;
use std::hint::black_box;
use std::time::{Duration, Instant};
use tieout::base::{Currency, Map, Text, content_id};
use tieout::book::ItemChange;
use tieout::model::{Customer, DiscountTier, ItemKind, ItemMore, ItemStatus, OpenItem, Payment, Policy, Source, Trust};
use tieout::{Engine, OpenItemBook, Outcome};

// The program's allocator.
#[cfg(feature = "cli")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n)
}

fn name(mut n: u64) -> String {
    const A: [&str; 20] = [
        "Ber", "Kol", "Mar", "Sten", "Wal", "Hol", "Fer", "Gar", "Lin", "Tor", "Ven", "Ros", "Kam", "Del", "Nor",
        "Sal", "Bre", "Hag", "Mun", "Zie",
    ];
    const B: [&str; 20] = [
        "mann", "sen", "dorf", "stein", "berg", "ler", "ing", "haus", "wig", "tal", "beck", "kamp", "huis", "veld",
        "ton", "man", "rup", "by", "lund", "ski",
    ];
    const C: [&str; 10] =
        ["Metallbau", "Handel", "Logistik", "Technik", "Bau", "Elektro", "Druck", "Foods", "Pumpen", "Kunststoff"];
    let mut pick = |k: usize| {
        let i = (n % k as u64) as usize;
        n /= k as u64;
        i
    };
    let (a, b, c, d, e) = (pick(20), pick(20), pick(10), pick(20), pick(20));
    format!("{}{} & {}{} {} GmbH", A[a], B[b], A[d], B[e], C[c])
}

fn world(n: u64) -> (Vec<OpenItem>, Vec<Customer>, Vec<Payment>) {
    let mut r = Random(42);
    let customers_n = n / 5;
    let customers: Vec<Customer> = (0..customers_n)
        .map(|k| Customer {
            customer_id: format!("K{k:07}"),
            name: name(k * 7919),
            ibans: vec![format!("DE{:02}37040044{k:010}", k % 97)],
            ..Customer::default()
        })
        .collect();
    let prices = [4990, 9900, 11900, 19900, 25000, 29900, 49900, 59500, 99900, 119_000];
    let items: Vec<OpenItem> = (0..n)
        .map(|k| {
            let amount = if r.below(4) == 0 { prices[r.below(10) as usize] } else { 1_000 + r.below(900_000) as i64 };
            let customer = r.below(customers_n);
            let until = day(r.below(60) + 60);
            OpenItem {
                company: Text::default(),
                item_id: format!("i{k}").into(),
                doc_no: format!("RE-2026-{k:07}").into(),
                kind: ItemKind::Invoice,
                customer_id: format!("K{customer:07}").into(),
                customer_name: Text::default(),
                currency: Currency::EUR,
                open_amount: amount,
                amount,
                doc_date: Some(day(r.below(60))),
                due_date: Some(day(90)),
                payment_reference: None,
                refs: Box::new([format!("AB{:08}", r.below(100_000_000)).into()]),
                discounts: if k % 3 == 0 {
                    Box::new([DiscountTier { until, amount: amount / 50, percent_hundredths: Some(200) }])
                } else {
                    Box::default()
                },
                expected_by: None,
                status: ItemStatus::Open,
                more: ItemMore::default().into(),
                line: 0,
            }
        })
        .collect();
    let payments = (0..n)
        .map(|k| {
            let item = &items[r.below(n) as usize];
            let customer = &customers[item.customer_id[1..].parse::<usize>().unwrap()];
            let tail = &item.doc_no[8..];
            let text = match r.below(10) {
                0 => "Zahlung lt. Rechnung vielen Dank".to_owned(),
                1 => String::new(),
                2 => format!("Rg.-Nr. {} vom 17.04.2026", tail.trim_start_matches('0')),
                3 => format!("RE2026{tail} KD {}", customer.customer_id),
                4 => format!(
                    "Rechnung 2026/{tail} Bestellung 4500{:06} Tel 0421/{:06}",
                    r.below(1_000_000),
                    r.below(1_000_000)
                ),
                _ => format!("Rechnung {} vom 17.04.2026 ueber EUR {}", item.doc_no, item.open_amount / 100),
            };
            let known = r.below(10) < 7;
            Payment {
                payment_id: content_id('p', &[&k.to_string()]),
                company: String::new(),
                account: "DE89370400440532013000".into(),
                statement_id: None,
                entry_ref: None,
                booking_date: day(100),
                value_date: Some(day(100)),
                amount: item.open_amount - if r.below(20) == 0 { r.below(500) as i64 } else { 0 },
                currency: Currency::EUR,
                payer_name: Some(customer.name.to_uppercase().chars().take(27).collect()),
                payer_account: known.then(|| customer.ibans[0].clone()),
                payer_bic: None,
                ultimate_payer: None,
                receiving_account: None,
                remittance: if text.is_empty() { Vec::new() } else { vec![text] },
                bank_text: None,
                structured_refs: Vec::new(),
                documents: Vec::new(),
                end_to_end_id: Some(format!("E{:012}", r.below(1_000_000_000))),
                mandate_id: None,
                batch_id: None,
                bank_code: "PMNT/RCDT/ESCT".into(),
                gvc: None,
                original_amount: None,
                original_currency: None,
                charges: 0,
                reversal: false,
                return_reason: None,
                batch_unsplit: false,
                trust: Trust::Proven,
                source: Source::default(),
            }
        })
        .collect();
    (items, customers, payments)
}

/// Digit runs of every text looked up in a hash table of all numbers; the table is not counted.
fn floor(items: &[OpenItem], payments: &[Payment], times: u32) -> Duration {
    let mut table: Map<u64, u32> = Map::default();
    for (k, item) in items.iter().enumerate() {
        let digits: String = item.doc_no.chars().filter(char::is_ascii_digit).collect();
        table.insert(digits.parse().unwrap(), k as u32);
    }
    let begin = cpu();
    let mut hits = 0u64;
    for payment in (0..times).flat_map(|_| payments) {
        for piece in &payment.remittance {
            let mut value = 0u64;
            let mut any = false;
            for b in piece.bytes().chain([b' ']) {
                if b.is_ascii_digit() {
                    value = value.wrapping_mul(10) + u64::from(b - b'0');
                    any = true;
                } else if any {
                    hits += u64::from(table.contains_key(&value));
                    (value, any) = (0, false);
                }
            }
        }
    }
    black_box(hits);
    (cpu() - begin) / times
}

/// CPU time of the process so far, all threads; wall time where the system does not tell.
fn cpu() -> Duration {
    static BEGIN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the command in brackets: user and system time are the 12th and 13th field, in ticks of 10 ms.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_ascii_whitespace().collect();
    let ticks = |k: usize| fields.get(k).and_then(|t| t.parse::<u64>().ok());
    match (ticks(11), ticks(12)) {
        (Some(user), Some(system)) => Duration::from_millis((user + system) * 10),
        _ => BEGIN.elapsed(),
    }
}

/// CPU and wall time of some work.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration, Duration) {
    let (wall, begin) = (Instant::now(), cpu());
    let made = work();
    (made, cpu() - begin, wall.elapsed())
}

/// The longest that one payment takes with texts and accounts made to be slow, in milliseconds.
fn adversarial() -> Vec<(&'static str, f64)> {
    let (mut items, customers, payments) = world(10_000);
    for (k, item) in items.iter_mut().enumerate().take(5_000) {
        item.customer_id = "K0000007".into();
        (item.open_amount, item.amount) = (59_500, 59_500);
        item.doc_no = format!("RE-2026-{k:07}").into();
    }
    let account = customers[7].ibans[0].clone();
    let book = OpenItemBook::build(items, customers);
    let engine = Engine::new(Policy::default());
    let with = |texts: Vec<String>, amount: i64| Payment {
        remittance: texts,
        amount,
        payer_account: Some(account.clone()),
        payer_name: Some("UNKNOWN".into()),
        ..payments[0].clone()
    };
    let long = "RE 2026 0012345, 0012346-0012399 / 4500123456 + 17.04.2026 EUR 1.190,00 ".repeat(140);
    let cases = [
        ("140 x 9", with(vec!["9".repeat(140)], 59_500)),
        ("10 kB of numbers", with(vec![long.clone()], 59_500)),
        ("10 kB of digits and blanks", with(vec!["1 ".repeat(5_000)], 59_500)),
        ("10 kB of digits and hyphens", with(vec!["2026-".repeat(2_000)], 59_500)),
        ("5,000 equal items, no reference", with(Vec::new(), 59_500)),
        ("5,000 equal items, a sum of two", with(Vec::new(), 119_000)),
        ("5,000 equal items, 10 kB", with(vec![long], 119_000)),
    ];
    let slowest = |payment: &Payment| {
        let times = (0..3).map(|_| {
            let start = Instant::now();
            black_box(engine.propose(&book, payment));
            start.elapsed()
        });
        times.min().unwrap_or_default().as_secs_f64() * 1_000.0
    };
    let mut list: Vec<(&'static str, f64)> = cases.iter().map(|(name, p)| (*name, slowest(p))).collect();
    let thousand: Vec<Payment> = (0..1_000)
        .map(|k| Payment { payment_id: content_id('p', &["a", &k.to_string()]), ..with(Vec::new(), 59_500) })
        .collect();
    let (decisions, spent, _) = timed(|| engine.decide(&book, &thousand));
    black_box(decisions);
    list.push(("1,000 such payments in one run, each", spent.as_secs_f64()));
    list
}

/// A system that asks about one payment at a time, and tells the book what changed: wall time.
fn one_by_one(n: u64) {
    let (items, customers, payments) = world(n);
    let mut book = OpenItemBook::build(items, customers);
    let engine = Engine::new(Policy::default());
    let some: Vec<&Payment> = payments.iter().step_by(payments.len() / 5_000).collect();
    let mut times: Vec<Duration> = some
        .iter()
        .map(|p| {
            let start = Instant::now();
            black_box(engine.propose(&book, p));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |permille: usize| times[(times.len() - 1) * permille / 1_000].as_secs_f64() * 1e6;
    println!("propose at {n}: median {:.1} us, 99.9 % within {:.1} us, longest {:.1} us", at(500), at(999), at(1_000));
    let mut delta = |name: &str, changes: Vec<ItemChange>| {
        let count = changes.len();
        let start = Instant::now();
        black_box(book.apply_delta(changes));
        println!("apply_delta at {n}: {count:>5} {name}: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    };
    let rows = |from: usize, count: usize| payments.len() / 4 * from..payments.len() / 4 * from + count;
    let (items, _, _) = world(n);
    let put = |item: OpenItem| ItemChange::Put(Box::new(item));
    let part = |k: usize| OpenItem { open_amount: items[k].open_amount / 2, ..items[k].clone() };
    delta("changed, the first time", rows(0, 1).map(|k| put(part(k))).collect());
    delta("changed", rows(1, 1).map(|k| put(part(k))).collect());
    delta("changed", rows(1, 1_000).map(|k| put(part(k))).collect());
    let gone = |k: usize| ItemChange::Remove { company: String::new(), item_id: items[k].item_id.to_string() };
    delta("gone", rows(2, 1_000).map(gone).collect());
    let new = |k: usize| OpenItem {
        item_id: format!("n{k}").into(),
        doc_no: format!("RE-2026-9{k:06}").into(),
        ..items[k].clone()
    };
    delta("new", rows(3, 1_000).map(|k| put(new(k))).collect());
    let stranger = |k: usize| OpenItem {
        customer_id: format!("new{k}").into(),
        customer_name: name(k as u64).into(),
        ..new(k + 5_000)
    };
    delta("new, of a customer that no file gave", rows(3, 1).map(|k| put(stranger(k))).collect());
}

fn main() {
    let large: u64 = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(100_000);
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
    let mut per_payment = Vec::new();
    println!(
        "{:>9}  {:>12}  {:>12}  {:>12}  {:>8}  {:>12}  {:>10}  {:>8}",
        "payments", "build/item", "floor/paym.", "match/paym.", "ratio", "with words", "2 threads", "applied"
    );
    for n in [10_000, large] {
        let (items, customers, payments) = world(n);
        // A short floor is repeated, so that ticks of 10 ms can measure it.
        let times = u32::try_from(2_000_000 / n.min(2_000_000)).unwrap_or(1).max(1);
        let floor = floor(&items, &payments, times);
        let (book, build, _) = timed(|| OpenItemBook::build(items, customers));
        let engine = Engine::new(Policy::default());
        let rounds = u32::try_from(100_000 / n.min(100_000)).unwrap_or(1).max(1);
        let alone = pool(1);
        let settle = |pool: &rayon::ThreadPool| {
            pool.install(|| (0..rounds).fold(None, |_, _| Some(engine.settle(&book, &payments)))).unwrap()
        };
        let (settled, one, wall_one) = timed(|| settle(&alone));
        let two = pool(2);
        let (again, _, wall_two) = timed(|| settle(&two));
        let outcome = |s: &tieout::matching::Settled| (0..payments.len()).map(|k| s.outcome(k)).collect::<Vec<_>>();
        assert!(outcome(&settled) == outcome(&again), "two threads decide as one does");
        let applied = outcome(&settled).iter().filter(|o| **o == Some(Outcome::Applied)).count();
        // The words of a million decisions are several gigabytes: a part of them tells what one takes.
        let some = payments.len().min(100_000);
        let words =
            || (0..some).filter_map(|k| engine.explain(&book, &payments, &settled, k)).map(|d| d.candidates.len());
        let (_, words, _) = timed(|| black_box(words().sum::<usize>()));
        let micros = |d: Duration, n: f64| d.as_nanos() as f64 / 1_000.0 / n;
        let n = n as f64;
        let one = one / rounds;
        per_payment.push(micros(one, n));
        println!(
            "{n:>9}  {:>9.2} us  {:>9.3} us  {:>9.2} us  {:>8.1}  {:>9.2} us  {:>9.2}x  {:>7.1}%",
            micros(build, n),
            micros(floor, n),
            micros(one, n),
            one.as_secs_f64() / floor.as_secs_f64(),
            micros(words, some as f64),
            wall_one.as_secs_f64() / wall_two.as_secs_f64(),
            applied as f64 * 100.0 / n
        );
    }
    if let [small, large] = per_payment.as_slice() {
        println!("growth per payment from the small to the large book: {:.2}", large / small);
    }
    one_by_one(500_000);
    for (name, millis) in adversarial() {
        println!("{millis:>9.2} ms  {name}");
    }
}
