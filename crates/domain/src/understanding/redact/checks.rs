//! What makes a piece of text a card, an id, an account, a telephone: prefix, length and check digits.

/// Issuer prefixes with the lengths they use.
pub(super) fn is_card(plain: &str) -> bool {
    if !plain.bytes().all(|b| b.is_ascii_digit()) || !(12..=19).contains(&plain.len()) {
        return false;
    }
    let prefix = |n: usize| plain[..n].parse::<u32>().unwrap_or(0);
    let length = plain.len();
    let issued = match prefix(2) {
        40..=49 => matches!(length, 13 | 16 | 19),
        51..=55 => length == 16,
        22..=27 => length == 16 && (2221..=2720).contains(&prefix(4)),
        34 | 37 => length == 15,
        30 | 36 | 38 | 39 => (14..=19).contains(&length),
        35 => (16..=19).contains(&length) && (3528..=3589).contains(&prefix(4)),
        60 | 64 | 65 => (16..=19).contains(&length) && (prefix(4) == 6011 || prefix(2) != 60),
        62 | 81 => (16..=19).contains(&length),
        50 | 56..=59 | 61 | 63 | 66..=69 => {
            (16..=19).contains(&length) && matches!(prefix(4), 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763)
        }
        _ => false,
    };
    issued && luhn(plain)
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let d = u32::from(b - b'0');
            if i % 2 == 0 { d } else { d * 2 / 10 + d * 2 % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

pub(super) fn is_national_id(plain: &str) -> bool {
    chinese_id(plain) || spanish_id(plain)
}

/// GB 11643-1999: region, date of birth, serial, check character (ISO 7064 MOD 11-2).
fn chinese_id(plain: &str) -> bool {
    const CHECK: &[u8; 11] = b"10X98765432";
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let bytes = plain.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let part = |from: usize, to: usize| plain[from..to].parse::<u32>().unwrap_or(0);
    let dated =
        (1900..=2099).contains(&part(6, 10)) && (1..=12).contains(&part(10, 12)) && (1..=31).contains(&part(12, 14));
    let sum: u32 = bytes[..17].iter().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    dated && (11..=91).contains(&part(0, 2)) && CHECK[(sum % 11) as usize] == bytes[17].to_ascii_uppercase()
}

/// Spanish DNI (eight digits and a letter) and NIE (X, Y or Z first): the letter is the remainder of 23.
fn spanish_id(plain: &str) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let bytes = plain.to_ascii_uppercase().into_bytes();
    if bytes.len() != 9 || !bytes[1..8].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let first = match bytes[0] {
        b'X' => 0,
        b'Y' => 1,
        b'Z' => 2,
        b if b.is_ascii_digit() => usize::from(b - b'0'),
        _ => return false,
    };
    let number = bytes[1..8].iter().fold(first, |n, b| n * 10 + usize::from(b - b'0'));
    LETTERS[number % 23] == bytes[8]
}

/// Countries by the length of their account numbers.
const LENGTHS: &[(usize, &[&str])] = &[
    (15, &["NO"]),
    (16, &["BE"]),
    (18, &["DK", "FI", "FO", "GL", "NL"]),
    (19, &["MK", "SI"]),
    (20, &["AT", "BA", "EE", "KZ", "LT", "LU", "XK"]),
    (21, &["CH", "HR", "LI", "LV"]),
    (22, &["BG", "BH", "CR", "DE", "GB", "GE", "IE", "ME", "RS", "VA"]),
    (23, &["AE", "GI", "IL"]),
    (24, &["AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"]),
    (25, &["PT"]),
    (26, &["IS", "TR"]),
    (27, &["FR", "GR", "IT", "MC", "SM"]),
    (28, &["AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "PL"]),
    (29, &["BR", "EG", "PS", "QA", "UA"]),
    (30, &["JO", "KW", "MU"]),
    (31, &["MT"]),
];

/// ISO 13616: the length of the country and the remainder of 97.
pub(super) fn is_iban(plain: &str) -> bool {
    let upper = plain.to_ascii_uppercase();
    let known = upper.len() > 4
        && LENGTHS.iter().any(|(length, countries)| upper.len() == *length && countries.contains(&&upper[..2]));
    known
        && upper.bytes().skip(4).chain(upper.bytes().take(4)).try_fold(0_u32, |rest, b| match b {
            b'0'..=b'9' => Some((rest * 10 + u32::from(b - b'0')) % 97),
            b'A'..=b'Z' => Some((rest * 100 + u32::from(b - b'A') + 10) % 97),
            _ => None,
        }) == Some(1)
}

/// International with a plus, Chinese mobile, or grouped as telephone numbers are.
pub(super) fn is_phone(written: &str) -> bool {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    if written.chars().any(|c| c.is_ascii_alphabetic()) {
        return false;
    }
    let groups = written.split([' ', '-', '(', ')', '.']).filter(|g| !g.is_empty()).count();
    let mobile = digits.len() == 11 && digits.starts_with('1') && digits.as_bytes().get(1).is_some_and(|b| *b >= b'3');
    (written.starts_with('+') && (8..=15).contains(&digits.len()))
        || (mobile && !written.contains('+'))
        || (groups >= 2 && written.starts_with(['0', '(']) && (9..=12).contains(&digits.len()))
        || (groups == 3 && digits.len() == 10)
}
