//! Names of persons: parts, and whether two of them may name one person.
//!
//! Nothing here knows a language: order of given and family name, initials, typing errors and short forms are handled
//! by shape. The one table of short forms (`nickname`) only ever adds agreement.

use super::{
    nickname::same_given_name,
    text::{edits, fold},
    title::{beside, untitled},
};

/// A name in comparable form: its words, folded, given name first when a comma told.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    parts: Vec<String>,
    generation: Option<u8>,
}

/// How two names relate, from contradiction to agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agreement {
    /// They name two persons.
    Conflict,
    /// Nothing can be said.
    Unknown,
    /// Initials fit, nothing more.
    Initials,
    /// One word is the same, the other missing or an initial.
    Partial,
    /// Given and family name are the same, give or take typing errors.
    Same,
}

impl Name {
    /// Reads a name; `None` when no word of it has a letter.
    ///
    /// `Webb, M` is read as `M Webb`; digits and signs of chat handles are dropped, and titles (`Dr`, `先生`).
    pub fn parse(text: &str) -> Option<Self> {
        let folded = fold(text);
        let ordered = match folded.split_once([',', '，']) {
            Some((family, given)) if !given.trim().is_empty() && !beside(given) => format!("{given} {family}"),
            _ => folded,
        };
        let words = ordered.split(|c: char| c.is_whitespace() || matches!(c, '.' | '_' | '/' | '·' | '・'));
        let (words, generation) = untitled(words.filter(|word| !word.is_empty()));
        let parts: Vec<String> = words
            .into_iter()
            .map(|word| word.chars().filter(|c| c.is_alphabetic() || is_mark(*c)).collect::<String>())
            .filter(|word: &String| !word.is_empty())
            .collect();
        (!parts.is_empty()).then_some(Self { parts, generation })
    }

    /// The words.
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// The first word, and the last when there are two or more.
    pub fn given_and_family(&self) -> (&str, Option<&str>) {
        let first = self.parts.first().map_or("", String::as_str);
        (first, self.parts.last().filter(|_| self.parts.len() > 1).map(String::as_str))
    }

    /// Whether it has both a given and a family name of more than a letter.
    pub fn is_full(&self) -> bool {
        let (given, family) = self.given_and_family();
        !is_initial(given) && family.is_some_and(|family| !is_initial(family))
    }

    /// How the two relate; symmetric.
    pub fn agreement(&self, other: &Self) -> Agreement {
        if self.generation.zip(other.generation).is_some_and(|(mine, theirs)| mine != theirs) {
            return Agreement::Conflict;
        }
        let ((g1, f1), (g2, f2)) = (self.given_and_family(), other.given_and_family());
        match (f1, f2) {
            (Some(f1), Some(f2)) => pair((g1, f1), (g2, f2)).max(pair((g1, f1), (f2, g2))),
            (None, Some(_)) => other.single(g1),
            (Some(_), None) => self.single(g2),
            (None, None) => match words(g1, g2) {
                Word::Alike => Agreement::Partial,
                Word::Initial => Agreement::Initials,
                Word::Different => Agreement::Conflict,
            },
        }
    }

    /// How a lone word relates to this name.
    fn single(&self, word: &str) -> Agreement {
        match self.parts.iter().map(|part| words(part, word)).max() {
            Some(Word::Alike) => Agreement::Partial,
            Some(Word::Initial) => Agreement::Initials,
            _ if self.parts.concat() == word => Agreement::Same,
            _ if self.parts.iter().any(|part| near(part, word)) => Agreement::Initials,
            _ => Agreement::Conflict,
        }
    }
}

/// How two pairs of words relate: a word may be badly mistyped when the other stands.
fn pair((g1, f1): (&str, &str), (g2, f2): (&str, &str)) -> Agreement {
    let (given, family) = (words(g1, g2), words(f1, f2));
    match (given, family) {
        (Word::Different, Word::Alike) if near(g1, g2) => Agreement::Partial,
        (Word::Alike, Word::Different) if near(f1, f2) => Agreement::Partial,
        _ => both(given, family),
    }
}

/// Vowel signs and joiners inside words of other scripts.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// An alphabetic single letter; one character is a whole name in Chinese or Korean.
fn is_initial(word: &str) -> bool {
    let mut chars = word.chars();
    matches!((chars.next(), chars.next()), (Some(c), None) if u32::from(c) < 0x1100)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Different,
    Initial,
    Alike,
}

fn words(a: &str, b: &str) -> Word {
    if is_initial(a) || is_initial(b) {
        let same = a.chars().next() == b.chars().next();
        return if !same {
            Word::Different
        } else if a == b || (is_initial(a) || is_initial(b)) {
            Word::Initial
        } else {
            Word::Alike
        };
    }
    if similar(a, b) || same_given_name(a, b) { Word::Alike } else { Word::Different }
}

/// Whether two words are one, typed differently.
pub fn similar(a: &str, b: &str) -> bool {
    let (short, long) = if a.chars().count() <= b.chars().count() { (a, b) } else { (b, a) };
    let (least, most) = (short.chars().count(), long.chars().count());
    if a == b || (least >= 3 && long.starts_with(short)) {
        return true;
    }
    match most {
        0..=3 => false,
        // A changed letter in a short word is another name more often than a slip (Sean, Dean); a swap or a lost
        // letter is a slip.
        4 => edits(a, b, 1).is_some() && (least < most || sorted(a) == sorted(b)),
        5..=7 => edits(a, b, 1).is_some() || (most >= 6 && edits(a, b, 2).is_some() && first(a) == first(b)),
        _ => edits(a, b, 2).is_some(),
    }
}

/// Whether two words may still be one: a slip in a short word, two in a longer one, or another ending (Lachlan, Lachie).
fn near(a: &str, b: &str) -> bool {
    let (least, most) = (a.chars().count().min(b.chars().count()), a.chars().count().max(b.chars().count()));
    let begins = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    least >= 3
        && (most >= 4 && edits(a, b, 1).is_some()
            || most >= 5 && edits(a, b, 2).is_some() && first(a) == first(b)
            || begins >= 4)
}

fn first(word: &str) -> Option<char> {
    word.chars().next()
}

/// The letters of a word in their order.
pub(super) fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

fn both(given: Word, family: Word) -> Agreement {
    match (given, family) {
        (Word::Different, _) | (_, Word::Different) => Agreement::Conflict,
        (Word::Alike, Word::Alike) => Agreement::Same,
        (Word::Initial, Word::Initial) => Agreement::Initials,
        _ => Agreement::Partial,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agreement(a: &str, b: &str) -> Agreement {
        Name::parse(a).zip(Name::parse(b)).map_or(Agreement::Unknown, |(a, b)| a.agreement(&b))
    }

    #[test]
    fn order_initials_slips_and_short_forms_agree() {
        for (a, b, expected) in [
            ("Webb, Makenzie", "makenzie webb", Agreement::Same),
            ("Webb Makenzie", "makenzie webb", Agreement::Same),
            ("Clakre, Cooper", "Cooper Clarke", Agreement::Same),
            ("M Webb", "Makenzie Webb", Agreement::Partial),
            ("M W", "Makenzie Webb", Agreement::Initials),
            ("makenzie5", "Makenzie Webb", Agreement::Partial),
            ("Tom Muller", "Thomas Müller", Agreement::Same),
            ("王 小明", "小明 王", Agreement::Same),
            ("Josh Webb", "Makenzie Webb", Agreement::Conflict),
            ("Makenzie Dixon", "Makenzie Webb", Agreement::Conflict),
            ("Sean", "Peter", Agreement::Conflict),
            ("Nmma White", "Emma White", Agreement::Partial),
            ("Dr. Makenzie Webb", "Makenzie Webb", Agreement::Same),
            ("Makenzie Webb, Jr.", "Makenzie Webb", Agreement::Same),
            ("Makenzie Webb, Jr.", "Makenzie Webb Senior", Agreement::Conflict),
            ("王 小明先生", "王 小明", Agreement::Same),
        ] {
            assert_eq!(agreement(a, b), expected, "{a} / {b}");
        }
        assert_eq!(Name::parse(" 123 - "), None);
    }

    proptest! {
        #[test]
        fn agreement_is_symmetric_and_reflexive(a in "\\PC{0,20}", b in "\\PC{0,20}") {
            prop_assert_eq!(agreement(&a, &b), agreement(&b, &a));
            if let Some(name) = Name::parse(&a) {
                prop_assert!(name.agreement(&name) >= Agreement::Initials);
            }
        }
    }
}
