//! Names in different scripts: what a Chinese name and one in Latin letters say of each other.
//!
//! Two scripts never contradict by themselves: people write their name one way here and another there. Only pinyin can be
//! read back, and it is weak evidence, for many characters share a syllable. Other romanisations (`Wong Siu Ming`) and
//! chosen names (`Michael`) say nothing, and a contradiction needs a name that is clearly pinyin of other characters: a
//! common surname before or behind one or two syllables, none of it like what the characters sound like. There it matters:
//! on a number that was given out again only the name tells the new owner from the former.

use super::{hanzi::simplified, name::Agreement, nickname::listed};
use pinyin::ToPinyinMulti;
use std::{collections::BTreeSet, sync::LazyLock};

/// Families of letters in which names are written, a bit each.
pub(super) const LATIN: u16 = 1;
pub(super) const HAN: u16 = 2;

/// First and last character of blocks of letters in which names are written, by script: bits above those two.
const BLOCKS: &[(u32, u32, u8)] = &[
    (0x370, 0x3FF, 1),    // Greek
    (0x400, 0x52F, 2),    // Cyrillic
    (0x530, 0x58F, 3),    // Armenian
    (0x590, 0x5FF, 4),    // Hebrew
    (0x600, 0x77F, 5),    // Arabic
    (0x900, 0x97F, 6),    // Devanagari
    (0x980, 0x9FF, 7),    // Bengali
    (0xE00, 0xE7F, 8),    // Thai
    (0x10A0, 0x10FF, 9),  // Georgian
    (0x1100, 0x11FF, 10), // Hangul, taken apart
    (0xAC00, 0xD7AF, 10), // Hangul
    (0x3040, 0x30FF, 11), // Kana
];

/// The scripts of words, as bits; marks and letters of rarer scripts tell nothing.
pub(super) fn scripts<'a>(words: impl Iterator<Item = &'a str>) -> u16 {
    words.flat_map(str::chars).fold(0, |bits, c| bits | script(c))
}

/// The script of a letter, 0 when it tells nothing.
pub(super) fn script(c: char) -> u16 {
    match u32::from(c) {
        0x41..=0x5A | 0x61..=0x7A | 0xC0..=0x24F | 0x1E00..=0x1EFF => LATIN,
        0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF => HAN,
        code => BLOCKS.iter().find(|(from, to, _)| (*from..=*to).contains(&code)).map_or(0, |(.., n)| HAN << n),
    }
}

/// Surnames of two characters, simplified; set down by hand, not complete.
const DOUBLE: &[&str] = &[
    "欧阳", "上官", "皇甫", "令狐", "诸葛", "司徒", "司马", "申屠", "夏侯", "贺兰", "完颜", "慕容", "尉迟", "长孙",
    "端木", "公孙", "东方", "独孤", "宇文", "南宫", "西门", "百里", "呼延", "轩辕", "万俟", "闻人", "澹台", "宗政",
    "濮阳", "淳于",
];

/// How characters are read as a surname, where that is another reading than elsewhere.
const AS_SURNAME: &[(&str, &str)] = &[
    ("单", "shan"),
    ("仇", "qiu"),
    ("解", "xie"),
    ("查", "zha"),
    ("区", "ou"),
    ("曾", "zeng"),
    ("任", "ren"),
    ("盖", "ge"),
    ("朴", "piao"),
    ("缪", "miao"),
    ("乐", "yue"),
    ("种", "chong"),
    ("员", "yun"),
    ("秘", "bi"),
    ("折", "she"),
    ("覃", "qin"),
    ("翟", "zhai"),
    ("繁", "po"),
    ("宓", "fu"),
    ("冼", "xian"),
    ("洗", "xian"),
    ("车", "che"),
    ("谌", "chen"),
    ("隗", "kui"),
    ("牟", "mu"),
    ("祭", "zhai"),
    ("召", "shao"),
    ("佴", "nai"),
    ("尉迟", "yuchi"),
    ("万俟", "moqi"),
    ("长孙", "zhangsun"),
    ("令狐", "linghu"),
    ("澹台", "tantai"),
];

/// Pinyin of common surnames; set down by hand, not complete. One that is missing only makes a contradiction rarer.
const COMMON: &[&str] = &[
    "bai", "cai", "cao", "chang", "chen", "cheng", "cui", "dai", "deng", "ding", "dong", "du", "duan", "fan", "fang",
    "feng", "fu", "gao", "gong", "gu", "guo", "han", "hao", "he", "hou", "hu", "huang", "jia", "jiang", "jin", "kang",
    "kong", "lai", "lei", "li", "liang", "liao", "lin", "liu", "long", "lu", "luo", "lv", "lyu", "ma", "mao", "meng",
    "pan", "peng", "qian", "qin", "qiu", "ren", "shao", "shen", "shi", "song", "su", "sun", "tan", "tang", "tao",
    "tian", "wan", "wang", "wei", "wu", "xia", "xiao", "xie", "xiong", "xu", "xue", "yan", "yang", "yao", "ye", "yi",
    "yin", "yu", "yuan", "zeng", "zhang", "zhao", "zheng", "zhong", "zhou", "zhu", "zou",
];

/// The most characters of a name that are read; longer ones are companies.
const MOST: usize = 6;

/// How a name in Chinese characters relates to one in Latin letters; both are the folded words of a name.
pub(super) fn transliterated(han: &[String], latin: &[String]) -> Agreement {
    let text: Vec<char> = han.iter().flat_map(|word| word.chars()).map(simplified).collect();
    let readings: Vec<Vec<String>> = text.iter().map(|c| readings(*c)).collect();
    let letters = latin.iter().map(String::len).sum::<usize>();
    if text.len() > MOST || latin.len() > MOST || letters > 8 * MOST || readings.iter().any(Vec::is_empty) {
        return Agreement::Unknown;
    }
    let words: Vec<&str> = latin.iter().map(String::as_str).collect();
    if text.len() > 1 && whole(han, &words) {
        return Agreement::Partial;
    }
    let sides = chinese(han);
    sides.iter().map(|side| side.against(&words)).max().unwrap_or(Agreement::Unknown)
}

/// What the family name of a Chinese name sounds like, in all readings.
pub(super) fn family_sounds(han: &[String]) -> BTreeSet<String> {
    chinese(han).into_iter().flat_map(|side| side.family).collect()
}

/// Whether the words are the characters read in order, in whatever order of family and given name; words that are no
/// pinyin may stand beside (`Michael Xiaoming Wang`).
fn whole(han: &[String], words: &[&str]) -> bool {
    let pinyin: Vec<&str> = words.iter().copied().filter(|word| !cuts(word).is_empty()).collect();
    turns(han).into_iter().any(|han| {
        let readings: Vec<Vec<String>> = named(&han.concat());
        [words, &pinyin].into_iter().any(|words| turns(words).into_iter().any(|words| fits(&readings, &words.concat())))
    })
}

/// The rotations of a list.
fn turns<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    let turned = |by: usize| {
        let mut turned = list.to_vec();
        turned.rotate_left(by);
        turned
    };
    (0..list.len()).map(turned).collect()
}

/// Readings of the characters of a name, those of its surname as such included.
fn named(text: &str) -> Vec<Vec<String>> {
    let plain: Vec<char> = text.chars().map(simplified).collect();
    let mut all: Vec<Vec<String>> = plain.iter().map(|c| readings(*c)).collect();
    let text: String = plain.into_iter().collect();
    for (surname, sound) in AS_SURNAME.iter().filter(|(surname, _)| text.starts_with(surname)) {
        let at = cuts(sound).into_iter().find(|cut| cut.len() == surname.chars().count());
        for (readings, syllable) in all.iter_mut().zip(at.unwrap_or_default()) {
            readings.push(syllable.to_owned());
        }
    }
    all
}

/// Whether a text is one reading of each character, in order.
fn fits(readings: &[Vec<String>], text: &str) -> bool {
    match readings.split_first() {
        None => text.is_empty(),
        Some((first, rest)) => {
            first.iter().filter_map(|reading| text.strip_prefix(reading.as_str())).any(|after| fits(rest, after))
        }
    }
}

/// All readings of a character in letters, `ü` as people write it.
fn readings(c: char) -> Vec<String> {
    let mut out = BTreeSet::new();
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let plain = reading.plain().replace(['ü', 'ê'], "v");
        for form in ["v", "u", "yu"] {
            out.insert(plain.replace('v', form));
        }
    }
    out.into_iter().filter(|reading| sounded(reading)).collect()
}

/// Whether there is a vowel: some interjections have none.
fn sounded(reading: &str) -> bool {
    reading.contains(['a', 'e', 'i', 'o', 'u', 'v'])
}

/// All syllables of pinyin.
static SYLLABLES: LazyLock<BTreeSet<String>> = LazyLock::new(|| ('\u{4E00}'..='\u{9FA5}').flat_map(readings).collect());

/// All ways of cutting a word into syllables of pinyin.
fn cuts(word: &str) -> Vec<Vec<&str>> {
    fn cut<'a>(rest: &'a str, done: &mut Vec<&'a str>, out: &mut Vec<Vec<&'a str>>) {
        if rest.is_empty() {
            out.push(done.clone());
            return;
        }
        // No syllable is longer than six letters.
        for end in (1..=rest.len().min(6)).filter(|end| rest.is_char_boundary(*end)) {
            let (head, tail) = rest.split_at(end);
            if done.len() < MOST && out.len() < 32 && SYLLABLES.contains(head) {
                done.push(head);
                cut(tail, done, out);
                done.pop();
            }
        }
    }
    let mut out = Vec::new();
    if !word.is_empty() && word.len() <= 6 * MOST {
        cut(word, &mut Vec::new(), &mut out);
    }
    out
}

/// A Chinese name, one way of telling family from given name.
struct Chinese {
    /// Readings of the family name.
    family: Vec<String>,
    /// Readings of each character of the given name.
    given: Vec<Vec<String>>,
}

/// The ways of telling family from given name.
fn chinese(han: &[String]) -> Vec<Chinese> {
    let mut out = Vec::new();
    for turned in turns(han) {
        let text: String = turned.concat().chars().map(simplified).collect();
        let readings = named(&text);
        let family = |count: usize| -> Vec<String> {
            let heads = readings.get(..count).unwrap_or_default().iter();
            heads.fold(vec![String::new()], |all, next| {
                all.iter().flat_map(|start| next.iter().map(move |end| format!("{start}{end}"))).collect()
            })
        };
        let double = DOUBLE.iter().any(|name| text.starts_with(name));
        for count in [1, 2].into_iter().filter(|count| (*count == 1 || double) && *count <= readings.len()) {
            let given = readings.get(count..).unwrap_or_default().to_vec();
            out.push(Chinese { family: family(count), given });
        }
    }
    out
}

impl Chinese {
    /// How words in Latin letters stand to this name, whichever end the family name stands at.
    fn against(&self, words: &[&str]) -> Agreement {
        let joined = words.concat();
        if words.len() < 2 {
            let part = self.family.contains(&joined) || !self.given.is_empty() && fits(&self.given, &joined);
            return if part { Agreement::Initials } else { Agreement::Unknown };
        }
        let ends = [words.split_first(), words.split_last()];
        let said: Vec<Agreement> = ends
            .into_iter()
            .zip([true, false])
            .filter_map(|(end, first)| end.and_then(|(family, rest)| self.split(family, rest, first)))
            .collect();
        said.into_iter().max().unwrap_or(Agreement::Unknown)
    }

    /// The same with the family name told; nothing when it can be none. `first`: it stands before the given name, as in
    /// Chinese, where chosen names do not stand behind it.
    fn split(&self, family: &str, rest: &[&str], first: bool) -> Option<Agreement> {
        let given = rest.concat();
        let cuts = cuts(&given);
        let known = self.family.iter().any(|reading| reading == family);
        if known {
            let chosen = cuts.is_empty() || rest.iter().any(|word| listed(word));
            if self.given.is_empty() || chosen || self.initials(rest) {
                return Some(Agreement::Initials);
            }
            let shared = || cuts.iter().flatten().any(|syllable| self.given.iter().flatten().any(|r| r == syllable));
            let like = cuts.iter().any(|cut| self.sounds_like(cut));
            return Some(if !like && (first || shared()) { Agreement::Conflict } else { Agreement::Unknown });
        }
        if !COMMON.contains(&family) {
            return None;
        }
        let clear = !self.given.is_empty()
            && !self.family.iter().any(|reading| near(reading, family))
            && cuts.iter().any(|cut| cut.len() <= 2)
            && !cuts.iter().any(|cut| self.sounds_like(cut));
        Some(if clear { Agreement::Conflict } else { Agreement::Unknown })
    }

    /// Whether lone letters are how the characters of the given name begin.
    fn initials(&self, rest: &[&str]) -> bool {
        !self.given.is_empty()
            && rest.iter().all(|word| word.chars().count() == 1)
            && rest.len() <= self.given.len()
            && rest.iter().zip(&self.given).all(|(letter, readings)| readings.iter().any(|r| r.starts_with(*letter)))
    }

    /// Whether syllables may be the given name in another romanisation.
    fn sounds_like(&self, cut: &[&str]) -> bool {
        cut.len() == self.given.len()
            && cut.iter().zip(&self.given).all(|(syllable, readings)| readings.iter().any(|r| near(r, syllable)))
    }
}

/// Whether two syllables may be one in another romanisation or dialect (`chen`, `chan`; `min`, `ming`): they begin in one
/// place of the mouth and both end in a nasal or both do not.
fn near(a: &str, b: &str) -> bool {
    let begins = |syllable: &str| match syllable.as_bytes().first() {
        Some(b'b' | b'p') => 1,
        Some(b'm' | b'w' | b'f') => 2,
        Some(b'd' | b't') => 3,
        Some(b'n' | b'l') => 4,
        Some(b'g' | b'k' | b'h') => 5,
        Some(b'j' | b'q' | b'x' | b'z' | b'c' | b's') => 6,
        _ => 7,
    };
    let nasal = |syllable: &str| syllable.ends_with(['n', 'g']);
    begins(a) == begins(b) && nasal(a) == nasal(b)
}
