//! Finding what was said: the terms of a text as keys of one tenant and one day, what may be asked, and the passage that
//! is shown. Cards, ids and accounts are masked before anything else: they are in no key and in no passage.

use crate::{
    ids::TenantId,
    knowledge::{located_terms, terms},
    time::Instant,
    understanding::{
        redact::{Also, redact},
        token::unspaced,
    },
};
use std::{collections::BTreeSet, ops::Range};

/// Longest question, in characters.
pub const LONGEST: usize = 200;
/// Terms of a question that are looked for.
const ASKED: usize = 12;
/// How much of a text can be found, in characters, and by how many terms.
const READ: usize = 20_000;
const TERMS: usize = 1_000;
/// Longest passage, in characters, and how much of it stands before the first hit.
const PASSAGE: usize = 160;
const BEFORE: usize = 40;
const SECONDS_A_DAY: i64 = 86_400;

/// Why nothing is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsearchable {
    /// Too little to go by.
    #[error("type at least 2 Chinese characters or a word of 3 letters")]
    Short,
    /// Only words that say nothing.
    #[error("these words are in every message: add one that is not")]
    Common,
    /// Too much.
    #[error("search for at most 200 characters")]
    Long,
}

/// The terms of a question.
pub fn asked(text: &str) -> Result<Vec<String>, Unsearchable> {
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return Err(Unsearchable::Long);
    }
    let mut found = terms(&masked(text));
    // The longest say most.
    found.sort_by_key(|term| std::cmp::Reverse(term.chars().count()));
    found.truncate(ASKED);
    let enough = |text: &str| text.chars().count() >= if text.chars().any(unspaced) { 2 } else { 3 };
    if found.iter().any(|term| enough(term)) {
        Ok(found)
    } else if found.is_empty() && enough(text) {
        Err(Unsearchable::Common)
    } else {
        Err(Unsearchable::Short)
    }
}

fn masked(text: &str) -> String {
    redact(text, Also::default()).text
}

/// The key of a term without its day: 48 bits of the FNV-1a hash of tenant and term, mixed. Two terms with one key cost
/// a look at a text that [`passage`] then refuses.
pub fn key(tenant: TenantId, term: &str) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in tenant.0.as_bytes().iter().chain(term.as_bytes()) {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    ((hash ^ (hash >> 33)) & !0xffff).cast_signed()
}

/// The keys by which a text said at a moment is found, each once.
pub fn keys(tenant: TenantId, at: Instant, text: &str) -> Vec<i64> {
    let day = at.timestamp().div_euclid(SECONDS_A_DAY).clamp(0, 0xffff);
    let read: String = text.chars().take(READ).collect();
    let keys: BTreeSet<i64> = terms(&masked(&read)).iter().map(|term| key(tenant, term) | day).collect();
    keys.into_iter().take(TERMS).collect()
}

/// A piece of a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its text.
    pub text: String,
    /// Whether it was asked for.
    pub hit: bool,
}

/// The passage that holds most of the terms asked for, with the hits marked; `None` when the text does not hold them all
/// (any more).
pub fn passage(text: &str, asked: &[String]) -> Option<Vec<Piece>> {
    let read: String = text.chars().take(READ).collect();
    let text: String = masked(&read).chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let hits: Vec<(String, Range<usize>)> =
        located_terms(&text).into_iter().filter(|(term, _)| asked.contains(term)).collect();
    let held = |hits: &[(String, Range<usize>)]| hits.iter().map(|(term, _)| term).collect::<BTreeSet<_>>().len();
    if held(&hits) < asked.iter().collect::<BTreeSet<_>>().len() {
        return None;
    }
    // Where a passage that begins at a hit holds most; the first of those.
    let most = (0..hits.len().min(TERMS)).max_by_key(|first| {
        let end = ahead(&text, hits[*first].1.start, PASSAGE - BEFORE);
        let inside = hits[*first..].iter().take_while(|(_, place)| place.end <= end).count();
        (held(&hits[*first..*first + inside]), std::cmp::Reverse(*first))
    })?;
    let start = back(&text, hits[most].1.start, BEFORE);
    let end = ahead(&text, start, PASSAGE);
    let mut pieces = Vec::new();
    let mut say = |text: &str, hit: bool| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), hit });
        }
    };
    say(if start > 0 { "…" } else { "" }, false);
    let mut at = start;
    for place in joined(&hits).into_iter().filter(|place| place.start >= start && place.end <= end) {
        say(&text[at..place.start], false);
        say(&text[place.clone()], true);
        at = place.end;
    }
    say(&text[at..end], false);
    say(if end < text.len() { "…" } else { "" }, false);
    Some(pieces)
}

/// Places that touch or overlap as one.
fn joined(hits: &[(String, Range<usize>)]) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    for (_, place) in hits {
        match places.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => places.push(place.clone()),
        }
    }
    places
}

/// So many characters after a place, or the end.
fn ahead(text: &str, from: usize, characters: usize) -> usize {
    text[from..].char_indices().nth(characters).map_or(text.len(), |(at, _)| from + at)
}

/// So many characters before a place, or the beginning.
fn back(text: &str, from: usize, characters: usize) -> usize {
    text[..from].char_indices().rev().nth(characters.saturating_sub(1)).map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn shown(text: &str, question: &str) -> Option<String> {
        let pieces = passage(text, &asked(question).unwrap())?;
        Some(pieces.into_iter().map(|p| if p.hit { format!("[{}]", p.text) } else { p.text }).collect())
    }

    #[test]
    fn a_question_says_enough() {
        assert_eq!(asked("退款"), Ok(vec!["退款".to_owned()]));
        assert_eq!(asked("the refunds"), Ok(vec!["refund".to_owned()]));
        assert!(asked("A7 order").is_ok());
        for (text, why) in [
            ("", Unsearchable::Short),
            (" 退 ", Unsearchable::Short),
            ("ab", Unsearchable::Short),
            ("the", Unsearchable::Common),
            ("怎么", Unsearchable::Common),
            (&*"a".repeat(201), Unsearchable::Long),
        ] {
            assert_eq!(asked(text), Err(why), "{text}");
        }
    }

    #[test]
    fn the_passage_marks_what_was_asked_for() {
        assert_eq!(shown("Where are my Refunds?", "refund").unwrap(), "Where are my [Refunds]?");
        assert_eq!(shown("我想申请退款\n谢谢", "申请退款").unwrap(), "我想[申请退款] 谢谢");
        assert_eq!(shown("我想退款，还没申请", "申请退款"), None);
        assert_eq!(shown("parcel lost", "lost parcel").unwrap(), "[parcel] [lost]");
        assert_eq!(shown("parcel", "lost parcel"), None);
        let long = format!("{} parcel {} lost parcel {}", "x ".repeat(200), "y ".repeat(200), "z ".repeat(200));
        let cut = shown(&long, "lost parcel").unwrap();
        assert!(cut.starts_with('…') && cut.ends_with('…') && cut.contains("[lost] [parcel]"), "{cut}");
    }

    #[test]
    fn masked_numbers_are_in_no_key_and_in_no_passage() {
        let tenant = TenantId(Uuid::from_u128(1));
        let at: Instant = "2026-05-04T12:00:00Z".parse().unwrap();
        let text = "my card is 4111 1111 1111 1111 thanks a lot for the parcel";
        let day = at.timestamp() / 86_400;
        let held = keys(tenant, at, text);
        assert!(held.contains(&(key(tenant, "parcel") | day)));
        assert!(!held.contains(&(key(tenant, "4111") | day)));
        assert!(!shown(text, "parcel").unwrap().contains("4111"));
    }

    #[test]
    fn keys_are_of_one_tenant_and_one_day() {
        let at: Instant = "2026-05-04T12:00:00Z".parse().unwrap();
        let of =
            |tenant, hours| keys(TenantId(Uuid::from_u128(tenant)), at + chrono::TimeDelta::hours(hours), "refund");
        assert_eq!(of(1, 0), of(1, 11));
        assert_ne!(of(1, 0), of(1, 12));
        assert_ne!(of(1, 0), of(2, 0));
    }

    proptest! {
        #[test]
        fn what_was_said_is_found_by_its_own_words(words in prop::collection::vec("[a-z]{3,12}|[退款申请物流地址]{2,6}", 1..30), from in 0usize..30) {
            let text = words.join(" ");
            let question = &words[from % words.len()];
            if let Ok(asked) = asked(question) {
                let tenant = TenantId(Uuid::from_u128(1));
                let at = Instant::default();
                let held = keys(tenant, at, &text);
                prop_assert!(asked.iter().all(|term| held.contains(&key(tenant, term))));
                let pieces = passage(&text, &asked).unwrap();
                prop_assert!(pieces.iter().any(|piece| piece.hit));
                prop_assert!(pieces.iter().map(|piece| piece.text.chars().count()).sum::<usize>() <= PASSAGE + 2);
            }
        }
    }
}
