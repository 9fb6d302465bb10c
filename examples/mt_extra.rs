//! Temporary.
use tieout::formats::mt940::Mt940Reader;
use tieout::formats::*;
fn main() {
    let mode = std::env::args().nth(1).unwrap();
    if mode == "claims" {
        for path in std::env::args().skip(2) {
            let b = std::fs::read(&path).unwrap();
            if Mt940Reader.recognises(&b, &ReadOptions::default()) {
                println!("claimed {path}");
            }
        }
    } else if mode == "fuzz" {
        let mut seed = 1u64;
        let mut n = 0u64;
        for path in std::env::args().skip(2) {
            let b = std::fs::read(&path).unwrap();
            let step = (b.len() / 300).max(1);
            for i in (0..b.len()).step_by(step) {
                let _ = Mt940Reader.read(&b[..i], &ReadOptions::default());
                let mut c = b.clone();
                for _ in 0..3 {
                    seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let at = (seed >> 33) as usize % c.len();
                    c[at] = match seed >> 60 {
                        0 => 0,
                        1 => b'\n',
                        2 => b':',
                        3 => b'/',
                        4 => b'?',
                        5 => b'{',
                        6 => b'}',
                        7 => b'-',
                        8 => 0xE2,
                        _ => (seed >> 20) as u8,
                    };
                }
                let _ = Mt940Reader.read(&c, &ReadOptions::default());
                n += 2;
            }
        }
        println!("{n} reads, no panic");
    } else {
        let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
        let mut t = String::from(":20:A\r\n:25:DE02120300000000202051\r\n:28C:1/1\r\n:60F:C260101EUR0,00\r\n");
        for i in 0..n {
            t.push_str(&format!(":61:2601020102CR{},50NTRFNONREF//B{i:07}\r\n:86:166?00SEPA GUTSCHRIFT?109310?20EREF+E2E-{i:08}?21SVWZ+RE-2026-{i:06} Kd.?22Nr 4711 vom 24.04.2026?30BANKDE\r\nFFXXX?31DE02120300000000202051?32MUSTER HANDEL GMBH?34000\r\n", 100 + i));
        }
        t.push_str(":62F:C260131EUR0,00\r\n-\r\n");
        let b = t.into_bytes();
        for _ in 0..3 {
            let s = std::time::Instant::now();
            let mut lines = 0;
            let mut pos = 0;
            while let Some(i) = memchr::memchr(b'\n', &b[pos..]) {
                lines += 1;
                pos += i + 1;
            }
            let bare = s.elapsed();
            let s = std::time::Instant::now();
            let r = Mt940Reader.read(&b, &ReadOptions::default()).unwrap();
            let t = s.elapsed();
            println!(
                "{} MB, {} lines bare {:?}; read {:?} = {:.0} MB/s, {:.0} entries/s",
                b.len() / 1_000_000,
                lines,
                bare,
                t,
                b.len() as f64 / 1e6 / t.as_secs_f64(),
                r.statements[0].entries.len() as f64 / t.as_secs_f64()
            );
        }
    }
}
