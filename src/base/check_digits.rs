//! Check digit rules that several reference schemes share. A passing check is evidence, never proof.

/// Remainder modulo 97 of letters and digits, with A=10 … Z=35 (ISO 7064 MOD 97-10, IBAN, ISO 11649).
/// `None` on any other character or on empty text.
pub fn mod97(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.chars().try_fold(0u32, |rest, c| {
        let value = c.to_digit(36).filter(|_| c.is_ascii_alphanumeric())?;
        Some(if value < 10 { rest * 10 + value } else { rest * 100 + value } % 97)
    })
}

/// The Luhn check digit for a payload of digits (ISO/IEC 7812-1 annex B; Swedish OCR, Danish FIK, Norwegian KID mod 10).
pub fn luhn(payload: &str) -> Option<u32> {
    let digits = digits_of(payload)?;
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(i, d)| if i % 2 == 0 { d * 2 / 10 + d * 2 % 10 } else { *d }).sum();
    Some((10 - sum % 10) % 10)
}

/// The "modulo 10, recursive" check digit (Swiss QR reference and the old ISR).
pub fn mod10_recursive(payload: &str) -> Option<u32> {
    const TABLE: [u32; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
    let carry = digits_of(payload)?.iter().fold(0u32, |carry, d| TABLE[((carry + d) % 10) as usize]);
    Some((10 - carry) % 10)
}

/// The 7-3-1 check digit, weights from the right (Finland, Estonia).
pub fn weights_731(payload: &str) -> Option<u32> {
    let sum: u32 = digits_of(payload)?.iter().rev().zip([7, 3, 1].iter().cycle()).map(|(d, w)| d * w).sum();
    Some((10 - sum % 10) % 10)
}

/// The modulo 11 check value with weights 2 to 7 from the right (Norwegian KID): 0-9, or 10 for `-`.
pub fn mod11_weights_2_to_7(payload: &str) -> Option<u32> {
    let sum: u32 = digits_of(payload)?.iter().rev().zip((2..=7u32).cycle()).map(|(d, w)| d * w).sum();
    Some((11 - sum % 11) % 11)
}

fn digits_of(text: &str) -> Option<Vec<u32>> {
    if text.is_empty() {
        return None;
    }
    text.chars().map(|c| c.to_digit(10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_answers() {
        assert_eq!(mod97("539007547034RF18"), Some(1));
        assert_eq!(mod97("370400440532013000DE89"), Some(1));
        assert_eq!(mod10_recursive("21000000000313947143000901"), Some(7));
        assert_eq!(weights_731("12131295"), Some(2));
        assert_eq!(luhn("60224"), Some(3));
        assert_eq!(mod11_weights_2_to_7("60224"), Some(8));
        assert_eq!(luhn("12a"), None);
        assert_eq!(mod97(""), None);
    }
}
