//! What differs by country: language, currency, account numbers, and the syllables that names are built of. All names are made up by
//! the generator; a likeness to a company that exists is chance.

use super::random::Random;
use crate::base::mod97;

/// Language of a payer's words; also the index of wording tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    German,
    English,
    Dutch,
    French,
    Italian,
    Spanish,
    Polish,
    Swedish,
    Finnish,
}

pub(super) struct Country {
    pub(super) code: &'static str,
    pub(super) language: Language,
    pub(super) currency: &'static str,
    /// `n` digit, `a` letter.
    bban: &'static str,
    pub(super) words: &'static NameWords,
    pub(super) forms: &'static [&'static str],
}

pub(super) struct NameWords {
    heads: &'static [&'static str],
    middles: &'static [&'static str],
    tails: &'static [&'static str],
    pub(super) trades: &'static [&'static str],
    pub(super) cities: &'static [&'static str],
    pub(super) first: &'static [&'static str],
}

static GERMANIC: NameWords = NameWords {
    heads: &[
        "Brem", "Kall", "Stein", "Wolf", "Hart", "Lind", "Eich", "Rosen", "Alt", "Neu", "Falk", "Grün", "Mühl", "Wein",
        "Ost", "Bär", "Käm", "Schön", "Dorn", "Vogel", "Traun", "Zell", "Quell", "Ried", "Igel", "Jöst", "Über",
        "Nord", "Hilt", "Kreuz",
    ],
    middles: &["", "en", "er", "el", "in", "ow", "s", "ich"],
    tails: &[
        "tal", "berg", "mann", "feld", "hausen", "bach", "dorf", "wald", "meier", "hoff", "stadt", "rode", "burg",
        "brück", "heim",
    ],
    trades: &[
        "Metallbau",
        "Logistik",
        "Maschinenbau",
        "Elektrotechnik",
        "Bau",
        "Handel",
        "Textil",
        "Medizintechnik",
        "Druck",
        "Möbel",
        "Sanitär",
        "Software",
        "Lebensmittel",
        "Garten",
        "Verpackung",
        "Dachtechnik",
    ],
    cities: &["Ulm", "Kiel", "Linz", "Chur", "Jena", "Graz", "Hamm", "Köln"],
    first: &["Anna", "Peter", "Jürgen", "Sabine", "Lukas", "Maria", "Stefan", "Karin", "Tobias", "Ute"],
};
static DUTCH: NameWords = NameWords {
    heads: &[
        "Van Daal", "De Wit", "Hoog", "Klaver", "Zand", "Molen", "Vries", "Bos", "Kamp", "Water", "Linde", "Drie",
        "Oost", "Berk", "Goud", "Ruys", "Ster", "Wijk", "Dijk", "Velt", "Holt", "Brand", "Smeed", "Kerk",
    ],
    middles: &["", "en", "er", "s", "el"],
    tails: &[
        "man", "stra", "huis", "ink", "veld", "meer", "dam", "beek", "horst", "laar", "sen", "akker", "wouden", "zicht",
    ],
    trades: &[
        "Bouw",
        "Transport",
        "Installatie",
        "Groothandel",
        "Techniek",
        "Tuinbouw",
        "Interieur",
        "Advies",
        "Drukkerij",
        "Metaal",
        "Schilders",
        "Automatisering",
        "Zuivel",
    ],
    cities: &["Zwolle", "Breda", "Gent", "Arnhem", "Leuven", "Delft"],
    first: &["Jan", "Pieter", "Sanne", "Willem", "Lotte", "Bram", "Femke", "Joris"],
};
static ROMANCE: NameWords = NameWords {
    heads: &[
        "Mar", "Bel", "Cor", "Val", "Ros", "Tor", "Mont", "Fer", "Cast", "Luc", "Ber", "Gal", "Pal", "San", "Ver",
        "Dur", "Col", "Bar", "Mor", "Sal", "Ner", "Fon", "Alb", "Cav",
    ],
    middles: &["", "in", "en", "el", "ar", "ol", "et"],
    tails: &[
        "ier", "ault", "ini", "etti", "ez", "ano", "ard", "ose", "ella", "ero", "ado", "aine", "on", "osa", "ieri",
    ],
    trades: &[
        "Transports",
        "Bâtiment",
        "Costruzioni",
        "Industrie",
        "Alimentación",
        "Logística",
        "Impianti",
        "Distribution",
        "Tessuti",
        "Maderas",
        "Électricité",
        "Servizi",
        "Imprenta",
        "Mécanique",
    ],
    cities: &["Lyon", "Torino", "Sevilla", "Nantes", "Parma", "Vigo", "Lille", "Lugo"],
    first: &["Luc", "Chiara", "Jorge", "Amélie", "Paolo", "Lucía", "Marco", "Hélène", "Núria"],
};
static ENGLISH: NameWords = NameWords {
    heads: &[
        "Ash", "Brook", "Carl", "Dun", "East", "Fair", "Glen", "Hamp", "Ivy", "Kings", "Lang", "Mill", "North", "Oak",
        "Pem", "Red", "Stan", "Thorn", "West", "Wood", "Hather", "Bram", "Cross", "Lock",
    ],
    middles: &["", "er", "ing", "s", "en", "le"],
    tails: &[
        "ton", "field", "ford", "by", "ham", "ley", "well", "worth", "gate", "wick", "bury", "mere", "stone", "croft",
    ],
    trades: &[
        "Engineering",
        "Haulage",
        "Foods",
        "Interiors",
        "Plumbing",
        "Print",
        "Textiles",
        "Logistics",
        "Dairy",
        "Software",
        "Joinery",
        "Supplies",
        "Packaging",
        "Tools",
    ],
    cities: &["Leeds", "Derby", "Cork", "Perth", "Bath", "Hull"],
    first: &["Emma", "Jack", "Sarah", "Oliver", "Grace", "Harry", "Helen"],
};
static SLAVIC: NameWords = NameWords {
    heads: &[
        "Kowal", "Nowa", "Zielin", "Dąb", "Brzoz", "Jastrz", "Lip", "Ostr", "Wiśn", "Krak", "Bor", "Mal", "Sok", "Wil",
        "Żur", "Piask", "Czar", "Gór", "Klon", "Jawor",
    ],
    middles: &["", "ow", "ew", "in", "ar"],
    tails: &["ski", "ska", "czyk", "owicz", "ak", "ek", "icz", "or", "ina", "bud", "pol"],
    trades: &[
        "Budowa",
        "Transport",
        "Meble",
        "Hurtownia",
        "Elektro",
        "Stal",
        "Drukarnia",
        "Żywność",
        "Usługi",
        "Tkaniny",
        "Technika",
    ],
    cities: &["Łódź", "Opole", "Gdynia", "Lublin", "Radom"],
    first: &["Jan", "Agnieszka", "Paweł", "Zofia", "Łukasz", "Ewa"],
};
static NORDIC: NameWords = NameWords {
    heads: &[
        "Berg", "Lind", "Sand", "Ek", "Sjö", "Hög", "Norr", "Väst", "Björk", "Ås", "Koski", "Lehto", "Mäki", "Ranta",
        "Salo", "Virta", "Hall", "Ström", "Gran", "Kall",
    ],
    middles: &["", "e", "a", "er", "in", "s"],
    tails: &["ström", "gren", "qvist", "nen", "la", "vik", "dal", "lund", "stad", "järvi", "holm", "by", "mo"],
    trades: &[
        "Bygg",
        "Åkeri",
        "Teknik",
        "Rakennus",
        "Kuljetus",
        "Sähkö",
        "Trä",
        "Mekaniska",
        "Livs",
        "Data",
        "Paino",
        "Kyl",
    ],
    cities: &["Luleå", "Oulu", "Malmö", "Turku", "Växjö"],
    first: &["Erik", "Aino", "Lars", "Sofia", "Matti", "Åsa"],
};

/// All countries of the generator.
pub(super) static COUNTRIES: &[Country] = &[
    Country {
        code: "DE",
        language: Language::German,
        currency: "EUR",
        bban: "nnnnnnnnnnnnnnnnnn",
        words: &GERMANIC,
        forms: &["GmbH", "GmbH & Co. KG", "AG", "KG", "e.K.", "UG (haftungsbeschränkt)", "OHG"],
    },
    Country {
        code: "AT",
        language: Language::German,
        currency: "EUR",
        bban: "nnnnnnnnnnnnnnnn",
        words: &GERMANIC,
        forms: &["GmbH", "Ges.m.b.H.", "AG", "KG"],
    },
    Country {
        code: "CH",
        language: Language::German,
        currency: "CHF",
        bban: "nnnnnnnnnnnnnnnnn",
        words: &GERMANIC,
        forms: &["AG", "GmbH", "Sàrl", "SA"],
    },
    Country {
        code: "NL",
        language: Language::Dutch,
        currency: "EUR",
        bban: "aaaannnnnnnnnn",
        words: &DUTCH,
        forms: &["B.V.", "BV", "V.O.F.", "N.V."],
    },
    Country {
        code: "BE",
        language: Language::Dutch,
        currency: "EUR",
        bban: "nnnnnnnnnnnn",
        words: &DUTCH,
        forms: &["BV", "NV", "BVBA", "VZW"],
    },
    Country {
        code: "FR",
        language: Language::French,
        currency: "EUR",
        bban: "nnnnnnnnnnnnnnnnnnnnnnn",
        words: &ROMANCE,
        forms: &["SARL", "SAS", "SA", "EURL"],
    },
    Country {
        code: "IT",
        language: Language::Italian,
        currency: "EUR",
        bban: "annnnnnnnnnnnnnnnnnnnnn",
        words: &ROMANCE,
        forms: &["S.r.l.", "S.p.A.", "Srl", "S.n.c."],
    },
    Country {
        code: "ES",
        language: Language::Spanish,
        currency: "EUR",
        bban: "nnnnnnnnnnnnnnnnnnnn",
        words: &ROMANCE,
        forms: &["S.L.", "S.A.", "SLU"],
    },
    Country {
        code: "PL",
        language: Language::Polish,
        currency: "PLN",
        bban: "nnnnnnnnnnnnnnnnnnnnnnnn",
        words: &SLAVIC,
        forms: &["Sp. z o.o.", "S.A.", "Sp.j."],
    },
    Country {
        code: "GB",
        language: Language::English,
        currency: "GBP",
        bban: "aaaannnnnnnnnnnnnn",
        words: &ENGLISH,
        forms: &["Ltd", "Limited", "PLC", "LLP"],
    },
    Country {
        code: "SE",
        language: Language::Swedish,
        currency: "SEK",
        bban: "nnnnnnnnnnnnnnnnnnnn",
        words: &NORDIC,
        forms: &["AB", "HB", "AB (publ)"],
    },
    // Norwegian and Danish payers write much as Swedish ones do; what differs are references, currency and accounts.
    Country {
        code: "NO",
        language: Language::Swedish,
        currency: "NOK",
        bban: "nnnnnnnnnnn",
        words: &NORDIC,
        forms: &["AS", "ASA", "ANS"],
    },
    Country {
        code: "DK",
        language: Language::Swedish,
        currency: "DKK",
        bban: "nnnnnnnnnnnnnn",
        words: &NORDIC,
        forms: &["A/S", "ApS", "I/S"],
    },
    Country {
        code: "FI",
        language: Language::Finnish,
        currency: "EUR",
        bban: "nnnnnnnnnnnnnn",
        words: &NORDIC,
        forms: &["Oy", "Oyj", "Ky"],
    },
];

impl Country {
    /// An account number with right check digits.
    pub(super) fn iban(&self, r: &mut Random) -> String {
        let bban: String = self
            .bban
            .chars()
            .map(|c| match c {
                'a' => char::from(b'A' + u8::try_from(r.below(26)).unwrap_or(0)),
                _ => char::from(b'0' + u8::try_from(r.below(10)).unwrap_or(0)),
            })
            .collect();
        let rest = mod97(&format!("{bban}{}00", self.code)).unwrap_or(0);
        format!("{}{:02}{bban}", self.code, 98 - rest)
    }

    /// The distinctive word of a name.
    pub(super) fn family_name(&self, r: &mut Random) -> String {
        let w = self.words;
        format!("{}{}{}", r.pick(w.heads), r.pick(w.middles), r.pick(w.tails))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_number_is_valid() {
        let mut r = Random::new(7);
        for country in COUNTRIES {
            let iban = country.iban(&mut r);
            assert!(crate::base::is_valid_iban(&iban), "{iban}");
        }
    }
}
