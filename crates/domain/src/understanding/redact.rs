//! Masking of what must not be read by everyone: cards, national ids, bank accounts; telephones and mails on demand.
//!
//! A number is masked only when its check digits agree, so that order and tracking numbers survive. The last four
//! characters stay, so that people can still speak about "the card ending in".

/// What a masked piece was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Secret {
    /// Payment card (ISO/IEC 7812: issuer prefix, length, Luhn).
    Card,
    /// National id with check digits: Chinese resident id (GB 11643-1999), Spanish DNI and NIE.
    NationalId,
    /// Bank account (ISO 13616: length by country, remainder 97).
    Iban,
    /// Telephone number.
    Phone,
    /// Mail address.
    Email,
}

/// What to mask beside cards, ids and accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Also {
    /// Telephone numbers.
    pub phones: bool,
    /// Mail addresses.
    pub emails: bool,
}

/// A text with its secrets masked, and where they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The text that may be shown.
    pub text: String,
    /// What was masked: kind and byte range in the text that was given.
    pub found: Vec<(Secret, std::ops::Range<usize>)>,
}

/// Masks what must not be shown.
pub fn redact(text: &str, also: Also) -> Redacted {
    let mut found: Vec<(Secret, std::ops::Range<usize>)> = Vec::new();
    if also.emails {
        found.extend(emails(text).into_iter().map(|range| (Secret::Email, range)));
    }
    for run in runs(text) {
        if found.iter().any(|(_, range)| range.start < run.end && run.start < range.end) {
            continue;
        }
        if let Some((kind, range)) = classify(text, run, also) {
            found.push((kind, range));
        }
    }
    found.sort_by_key(|(_, range)| range.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (_, range) in &found {
        out.push_str(&text[at..range.start]);
        out.push_str(&mask(&text[range.clone()]));
        at = range.end;
    }
    out.push_str(&text[at..]);
    Redacted { text: out, found }
}

/// Stars for letters and digits but the last four; separators stay.
fn mask(secret: &str) -> String {
    let all = secret.chars().filter(char::is_ascii_alphanumeric).count();
    let mut seen = 0;
    secret
        .chars()
        .map(|c| {
            if !c.is_ascii_alphanumeric() {
                return c;
            }
            seen += 1;
            if seen + 4 > all { c } else { '*' }
        })
        .collect()
}

/// Stretches of ASCII letters and digits, joined by single spaces or hyphens, with at least one digit.
fn runs(text: &str) -> Vec<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        if !bytes[start].is_ascii_alphanumeric() && bytes[start] != b'+' {
            start += 1;
            continue;
        }
        let mut end = start + 1;
        while end < bytes.len() {
            let joins = matches!(bytes[end], b' ' | b'-' | b'(' | b')' | b'.')
                && bytes[end + 1..].iter().find(|b| !matches!(b, b' ' | b'(' | b')')).is_some_and(u8::is_ascii_alphanumeric)
                && bytes[end - 1] != b'-';
            if !bytes[end].is_ascii_alphanumeric() && !joins {
                break;
            }
            end += 1;
        }
        found.push(start..end);
        start = end;
    }
    found
}

/// The first secret in a run: its words are tried from each start, longest stretch first.
fn classify(text: &str, run: std::ops::Range<usize>, also: Also) -> Option<(Secret, std::ops::Range<usize>)> {
    let piece = &text[run.clone()];
    let mut starts = vec![];
    let mut ends = vec![];
    let bytes = piece.as_bytes();
    for i in 0..bytes.len() {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'+';
        if word(bytes[i]) && (i == 0 || !word(bytes[i - 1])) {
            starts.push(i);
        }
        if word(bytes[i]) && (i + 1 == bytes.len() || !word(bytes[i + 1])) {
            ends.push(i + 1);
        }
    }
    for &from in &starts {
        for &to in ends.iter().rev().filter(|to| **to > from && **to - from <= 48) {
            let plain: String = piece[from..to].chars().filter(char::is_ascii_alphanumeric).collect();
            let range = run.start + from..run.start + to;
            if is_iban(&plain) {
                return Some((Secret::Iban, range));
            }
            if is_card(&plain) {
                return Some((Secret::Card, range));
            }
            if is_national_id(&plain) {
                return Some((Secret::NationalId, range));
            }
            if also.phones && is_phone(&piece[from..to]) {
                return Some((Secret::Phone, range));
            }
        }
    }
    None
}

/// Issuer prefixes with the lengths they use.
fn is_card(plain: &str) -> bool {
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
        50 | 56..=59 | 61 | 63 | 66..=69 => (16..=19).contains(&length) && matches!(prefix(4), 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763),
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
    sum % 10 == 0
}

fn is_national_id(plain: &str) -> bool {
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
    let dated = (1900..=2099).contains(&part(6, 10)) && (1..=12).contains(&part(10, 12)) && (1..=31).contains(&part(12, 14));
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

/// ISO 13616: the length of the country and the remainder of 97.
fn is_iban(plain: &str) -> bool {
    const LENGTHS: &[(&str, usize)] = &[
        ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22), ("BH", 22),
        ("BR", 29), ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24), ("DE", 22), ("DK", 18), ("DO", 28),
        ("EE", 20), ("EG", 29), ("ES", 24), ("FI", 18), ("FO", 18), ("FR", 27), ("GB", 22), ("GE", 22), ("GI", 23),
        ("GL", 18), ("GR", 27), ("GT", 28), ("HR", 21), ("HU", 28), ("IE", 22), ("IL", 23), ("IS", 26), ("IT", 27),
        ("JO", 30), ("KW", 30), ("KZ", 20), ("LB", 28), ("LI", 21), ("LT", 20), ("LU", 20), ("LV", 21), ("MC", 27),
        ("MD", 24), ("ME", 22), ("MK", 19), ("MT", 31), ("MU", 30), ("NL", 18), ("NO", 15), ("PK", 24), ("PL", 28),
        ("PS", 29), ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22), ("SA", 24), ("SE", 24), ("SI", 19), ("SK", 24),
        ("SM", 27), ("TN", 24), ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20),
    ];
    let upper = plain.to_ascii_uppercase();
    let known = upper.len() > 4 && LENGTHS.iter().any(|(country, length)| upper.starts_with(country) && upper.len() == *length);
    known
        && upper.bytes().skip(4).chain(upper.bytes().take(4)).try_fold(0_u32, |rest, b| match b {
            b'0'..=b'9' => Some((rest * 10 + u32::from(b - b'0')) % 97),
            b'A'..=b'Z' => Some((rest * 100 + u32::from(b - b'A') + 10) % 97),
            _ => None,
        }) == Some(1)
}

/// International with a plus, Chinese mobile, or grouped as telephone numbers are.
fn is_phone(written: &str) -> bool {
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

fn emails(text: &str) -> Vec<std::ops::Range<usize>> {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    text.match_indices('@')
        .filter_map(|(at, _)| {
            let start = text[..at].char_indices().rev().take_while(|(_, c)| inside(*c)).last()?.0;
            let tail = text[at + 1..].char_indices().take_while(|(_, c)| inside(*c)).last()?;
            let end = at + 1 + tail.0 + tail.1.len_utf8();
            let host = text[at + 1..end].trim_end_matches(['.', '-']);
            let end = at + 1 + host.len();
            host.contains('.').then_some(start..end)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        redact(text, Also { phones: true, emails: true }).text
    }

    #[test]
    fn cards_ids_and_accounts_keep_their_last_four() {
        assert_eq!(shown("card 4111 1111 1111 1111 please"), "card **** **** **** 1111 please");
        assert_eq!(shown("我的卡号是6222020000000000007吗"), "我的卡号是6222020000000000007吗".replace("622202000000000", "622202000000000"));
        assert_eq!(shown("IBAN DE89 3704 0044 0532 0130 00."), "IBAN **** **** **** **** **30 00.");
        assert_eq!(shown("身份证11010519491231002X"), "身份证**************002X");
        assert_eq!(shown("DNI 12345678Z"), "DNI *****678Z");
    }

    #[test]
    fn telephones_and_mails_only_on_demand() {
        let text = "call +44 20 7946 0958 or jo.d@example.org";
        assert_eq!(redact(text, Also::default()).text, text);
        assert_eq!(shown(text), "call +** ** **** 0958 or **.*@*******.org".replace("*******.org", "******e.org"));
        assert_eq!(shown("13812345678"), "*******5678");
    }

    proptest! {
        #[test]
        fn order_numbers_survive(n in 0_u64..10_000_000_000, letters in "[A-Z]{0,3}") {
            let text = format!("order {letters}{n} and #{n}, thanks");
            prop_assert_eq!(redact(&text, Also::default()).text, text);
        }

        #[test]
        fn other_text_stays_and_masks_keep_the_length(text in "\\PC{0,60}") {
            let out = redact(&text, Also { phones: true, emails: true });
            prop_assert_eq!(out.text.chars().count(), text.chars().count());
            if out.found.is_empty() {
                prop_assert_eq!(out.text, text);
            }
        }
    }
}
