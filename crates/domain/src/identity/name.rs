//! Names of persons: parts, and whether two of them may name one person.
//!
//! Nothing here knows a language: order of given and family name, initials, typing errors and short forms are handled
//! by shape. The one table of short forms (`nickname`) only ever adds agreement.

use super::{
    hanzi::simplified,
    nickname::same_given_name,
    script::{HAN, LATIN, script, scripts, transliterated},
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
            .map(|word| word.chars().filter(|c| c.is_alphabetic() || is_mark(*c)).map(simplified).collect::<String>())
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

    /// How the two relate; symmetric. In two scripts they agree in part at most, see the module `script`.
    pub fn agreement(&self, other: &Self) -> Agreement {
        if !self.mixed() && !other.mixed() {
            return self.in_one(other);
        }
        let (mine, theirs) = (self.views(), other.views());
        strongest(mine.iter().flat_map(|mine| theirs.iter().map(|theirs| mine.in_one(theirs))))
    }

    /// The scripts it is written in.
    fn scripts(&self) -> u16 {
        scripts(self.parts.iter().map(String::as_str))
    }

    /// Whether it is written in Chinese characters and Latin letters beside each other.
    fn mixed(&self) -> bool {
        !self.is_latin() && self.scripts() & (LATIN | HAN) == LATIN | HAN
    }

    /// Whether all letters are of ASCII, as most are.
    fn is_latin(&self) -> bool {
        self.parts.iter().all(|part| part.is_ascii())
    }

    /// What stands in Latin letters, and the rest, as names of their own.
    fn views(&self) -> Vec<Self> {
        let view = |latin: bool| {
            let of = |c: &char| (script(*c) == LATIN) == latin;
            let parts = self.parts.iter().map(|part| part.chars().filter(of).collect::<String>());
            Self { parts: parts.filter(|part| !part.is_empty()).collect(), generation: self.generation }
        };
        if !self.mixed() {
            return vec![self.clone()];
        }
        [view(true), view(false)].into_iter().filter(|view| !view.parts.is_empty()).collect()
    }

    /// How the two relate, neither of them in Chinese and Latin at once.
    fn in_one(&self, other: &Self) -> Agreement {
        if !(self.is_latin() && other.is_latin()) {
            let (mine, theirs) = (self.scripts(), other.scripts());
            if mine != 0 && theirs != 0 && mine & theirs == 0 {
                return match (mine, theirs) {
                    (han, latin) if han & HAN != 0 && latin & LATIN != 0 => transliterated(&self.parts, &other.parts),
                    (latin, han) if han & HAN != 0 && latin & LATIN != 0 => transliterated(&other.parts, &self.parts),
                    _ => Agreement::Unknown,
                };
            }
            if mine == HAN && theirs == HAN {
                return self.characters(other).max(self.alphabetic(other));
            }
        }
        self.alphabetic(other)
    }

    /// How two names in Chinese characters relate, which are seldom written as words: the whole, or a part of it (`王`
    /// of `王先生`, `小明`).
    fn characters(&self, other: &Self) -> Agreement {
        let (mine, theirs) = (self.parts.concat(), other.parts.concat());
        let (short, long) = if mine.len() <= theirs.len() { (&mine, &theirs) } else { (&theirs, &mine) };
        let turned = |name: &Self| match name.parts.as_slice() {
            [given, family] => format!("{family}{given}"),
            _ => name.parts.concat(),
        };
        if mine == theirs || turned(self) == theirs || mine == turned(other) {
            Agreement::Same
        } else if short.chars().count() == 1 && long.starts_with(short.as_str()) {
            Agreement::Initials
        } else if short.chars().count() > 1 && (2..=4).contains(&long.chars().count()) && long.ends_with(short.as_str())
        {
            Agreement::Partial
        } else {
            Agreement::Conflict
        }
    }

    /// The same by words.
    fn alphabetic(&self, other: &Self) -> Agreement {
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

/// What several comparisons of one person's names say together: the best that says anything.
pub(super) fn strongest(all: impl Iterator<Item = Agreement>) -> Agreement {
    all.filter(|agreement| *agreement != Agreement::Unknown).max().unwrap_or(Agreement::Unknown)
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

    #[test]
    fn a_chinese_name_and_its_pinyin_agree_in_part() {
        for (han, latin) in [
            ("王小明", "Wang Xiaoming"),
            ("王小明", "Xiaoming Wang"),
            ("王小明", "XIAO-MING WANG"),
            ("王小明", "Wang Xiao Ming"),
            ("王小明", "wangxiaoming"),
            ("王小明", "Wáng Xiǎomíng"),
            ("小明 王", "Wang, Xiaoming"),
            ("王曉明", "Wang Xiaoming"),
            ("王小明", "Michael Xiaoming Wang"),
            ("吕布", "Lü Bu"),
            ("吕布", "Lv Bu"),
            ("吕布", "LYU BU"),
            ("单雄信", "Shan Xiongxin"),
            ("曾国藩", "Zeng Guofan"),
            ("欧阳修", "Ouyang Xiu"),
            ("尉迟恭", "Yuchi Gong"),
            ("万俟雪", "Xue Moqi"),
            ("仇英", "Qiu Ying"),
            ("西安", "Xi'an"),
            ("王小明先生", "Mr Xiaoming Wang"),
        ] {
            assert_eq!(agreement(han, latin), Agreement::Partial, "{han} / {latin}");
            assert_eq!(agreement(latin, han), Agreement::Partial, "{han} / {latin}");
        }
    }

    #[test]
    fn other_romanisations_and_chosen_names_are_no_contradiction() {
        for (one, other, expected) in [
            ("王小明", "Michael Wang", Agreement::Initials),
            ("王小明", "Susan Wang", Agreement::Initials),
            ("王小明", "X. M. Wang", Agreement::Initials),
            ("王小明", "Wang Hsiao-ming", Agreement::Initials),
            ("王小明", "Xiaoming", Agreement::Initials),
            ("王先生", "Wang Xiaoming", Agreement::Initials),
            ("王小明", "Wong Siu Ming", Agreement::Unknown),
            ("陈文", "Chan Man", Agreement::Unknown),
            ("陈伟明", "Tan Wei Ming", Agreement::Unknown),
            ("王小明", "Michael", Agreement::Unknown),
            ("王小明", "Anna", Agreement::Unknown),
            ("李伟", "Lina Li", Agreement::Unknown),
            ("田中太郎", "Taro Tanaka", Agreement::Unknown),
            ("森健", "Mori Ken", Agreement::Unknown),
            ("Иван Петров", "Ivan Petrov", Agreement::Unknown),
            ("김민수", "Kim Minsu", Agreement::Unknown),
            ("田中", "たなか", Agreement::Unknown),
            // Pinyin of other characters.
            ("王小明", "Li Na", Agreement::Conflict),
            ("王小明", "Na Li", Agreement::Conflict),
            ("王小明", "Zhang Wei", Agreement::Conflict),
            ("李伟", "Li Na", Agreement::Conflict),
            ("王晓明", "Xiaohong Wang", Agreement::Conflict),
            // Both forms of characters, parts of a name, both scripts in one.
            ("王曉明", "王晓明", Agreement::Same),
            ("小明 王", "王小明", Agreement::Same),
            ("王先生", "王小明", Agreement::Initials),
            ("小明", "王小明", Agreement::Partial),
            ("王小明", "李小明", Agreement::Conflict),
            ("王小明", "王晓明", Agreement::Conflict),
            ("王小明 Michael", "Xiaoming Wang", Agreement::Partial),
            ("王小明Michael", "王小明", Agreement::Same),
            ("王小明 Michael", "Josh Webb", Agreement::Conflict),
        ] {
            assert_eq!(agreement(one, other), expected, "{one} / {other}");
            assert_eq!(agreement(other, one), expected, "{one} / {other}");
        }
    }

    proptest! {
        #[test]
        fn two_scripts_agree_in_part_at_most(
            han in "[王小明李伟曾单乐吕欧阳長孫]{1,5}( [王小明])?", latin in "(wang|xiao|ming|li|wei|lv|zeng|ou|yang|anna|wong| |-){1,5}",
        ) {
            prop_assert_eq!(agreement(&han, &latin), agreement(&latin, &han));
            prop_assert!(agreement(&han, &latin) <= Agreement::Partial);
        }

        #[test]
        fn agreement_is_symmetric_and_reflexive(a in "\\PC{0,20}", b in "\\PC{0,20}") {
            prop_assert_eq!(agreement(&a, &b), agreement(&b, &a));
            if let Some(name) = Name::parse(&a) {
                prop_assert!(name.agreement(&name) >= Agreement::Initials);
            }
        }
    }
}
