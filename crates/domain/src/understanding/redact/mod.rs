//! Masking of what must not be read by everyone: cards, national ids, bank accounts; telephones and mails on demand.
//!
//! A number is masked only when its check digits agree, so that order and tracking numbers survive. The last four
//! characters stay, so that people can still speak about "the card ending in".

mod checks;

use std::ops::Range;

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
    pub found: Vec<(Secret, Range<usize>)>,
}

/// Longest secret, in characters.
const LONGEST: usize = 48;

/// Masks what must not be shown.
pub fn redact(text: &str, also: Also) -> Redacted {
    let mut found: Vec<(Secret, Range<usize>)> = Vec::new();
    if also.emails {
        found.extend(emails(text).into_iter().map(|range| (Secret::Email, range)));
    }
    let numbers = numbers(text, also);
    let apart = |range: &Range<usize>| !found.iter().any(|(_, mail)| mail.start < range.end && range.start < mail.end);
    let numbers: Vec<_> = numbers.into_iter().filter(|(_, range)| apart(range)).collect();
    found.extend(numbers);
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

/// Full-width forms as the plain ones.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// Stars for letters and digits but the last four; separators stay.
fn mask(secret: &str) -> String {
    let all = secret.chars().filter(|c| plain(*c).is_ascii_alphanumeric()).count();
    let mut seen = 0;
    secret
        .chars()
        .map(|c| {
            if !plain(c).is_ascii_alphanumeric() {
                return c;
            }
            seen += 1;
            if seen + 4 > all { c } else { '*' }
        })
        .collect()
}

/// Cards, ids, accounts and telephones: from each word the longest stretch of words that is one.
fn numbers(text: &str, also: Also) -> Vec<(Secret, Range<usize>)> {
    let chars: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, plain(c))).collect();
    let words = words(&chars);
    let mut found = Vec::new();
    let mut first = 0;
    while first < words.len() {
        let from = words[first].start;
        let reach = (first + 1..words.len())
            .take_while(|next| {
                words[*next].end - from <= LONGEST && joined(&chars[words[*next - 1].end..words[*next].start])
            })
            .last()
            .unwrap_or(first);
        let hit = (first..=reach).rev().find_map(|last| {
            let written: String = chars[from..words[last].end].iter().map(|(_, c)| *c).collect();
            kind(&written, also).map(|kind| (kind, last))
        });
        if let Some((kind, last)) = hit {
            let end = chars.get(words[last].end).map_or(text.len(), |(at, _)| *at);
            found.push((kind, chars[from].0..end));
            first = last;
        }
        first += 1;
    }
    found
}

/// Stretches of ASCII letters and digits, with a plus before them, as indices into `chars`.
fn words(chars: &[(usize, char)]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = None;
    for (i, (_, c)) in chars.iter().enumerate() {
        match (start, c.is_ascii_alphanumeric()) {
            (None, true) => start = Some(if i > 0 && chars[i - 1].1 == '+' { i - 1 } else { i }),
            (Some(from), false) => {
                found.push(from..i);
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|from| from..chars.len()));
    found
}

/// What may stand between the groups of one number.
fn joined(gap: &[(usize, char)]) -> bool {
    gap.len() <= 2 && gap.iter().all(|(_, c)| matches!(c, ' ' | '\u{a0}' | '-' | '(' | ')' | '.'))
}

fn kind(written: &str, also: Also) -> Option<Secret> {
    let plain: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
    if !plain.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    if checks::is_iban(&plain) {
        Some(Secret::Iban)
    } else if checks::is_card(&plain) {
        Some(Secret::Card)
    } else if checks::is_national_id(&plain) {
        Some(Secret::NationalId)
    } else if also.phones && checks::is_phone(written) {
        Some(Secret::Phone)
    } else {
        None
    }
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
        assert_eq!(shown("我的卡号是4111111111111111吗"), "我的卡号是************1111吗");
        assert_eq!(shown("卡号４１１１１１１１１１１１１１１１"), "卡号************１１１１");
        assert_eq!(shown("IBAN DE89 3704 0044 0532 0130 00."), "IBAN **** **** **** **** **30 00.");
        assert_eq!(shown("身份证11010519491231002X"), "身份证**************002X");
        assert_eq!(shown("DNI 12345678Z"), "DNI *****678Z");
    }

    #[test]
    fn all_of_several_are_masked_and_what_fails_its_check_is_not() {
        let both = "use 4111 1111 1111 1111 or 5500 0000 0000 0004, exp 12 27";
        assert_eq!(shown(both), "use **** **** **** 1111 or **** **** **** 0004, exp 12 27");
        assert_eq!(redact(both, Also::default()).found.len(), 2);
        let wrong = "card 4111 1111 1111 1112, id 110105194912310021, DE88 3704 0044 0532 0130 00, 12345678A";
        assert_eq!(redact(wrong, Also::default()).text, wrong);
    }

    #[test]
    fn telephones_and_mails_only_on_demand() {
        let text = "call +44 20 7946 0958 or jo.d@example.org";
        assert_eq!(redact(text, Also::default()).text, text);
        assert_eq!(shown(text), "call +** ** **** 0958 or **.*@******e.org");
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
