//! Characters of all scripts, brought to a form that rules can compare.

use unicode_normalization::UnicodeNormalization;

/// The first character of every run of ten decimal digits (Unicode 16, general category `Nd`), in code-point order.
const DIGIT_ZEROS: &[u32] = &[
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136,
    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0,
    0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8,
    0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// The first character of every enclosed run of the digits 1 to 9 (circled, parenthesised, with full stop ..), and the
/// enclosed zeros. They are not `Nd`, but people who copy from pretty lists type them.
const ENCLOSED_ONES: &[u32] = &[0x2460, 0x2474, 0x2488, 0x24F5, 0x2776, 0x2780, 0x278A];
const ENCLOSED_ZEROS: &[u32] = &[0x24EA, 0x24FF, 0x1F100, 0x1F10B, 0x1F10C];

/// The value, 0 to 9, of a digit of any script, full width and enclosed forms included.
pub fn digit_value(c: char) -> Option<u32> {
    let code = u32::from(c);
    if c.is_ascii() {
        return c.to_digit(10);
    }
    let at = DIGIT_ZEROS.partition_point(|zero| *zero <= code);
    let zero = at.checked_sub(1).and_then(|at| DIGIT_ZEROS.get(at));
    if let Some(value) = zero.map(|zero| code - zero).filter(|value| *value < 10) {
        return Some(value);
    }
    if ENCLOSED_ZEROS.contains(&code) {
        return Some(0);
    }
    ENCLOSED_ONES.iter().find(|one| (**one..**one + 9).contains(&code)).map(|one| code - one + 1)
}

/// The character with its digit value written in ASCII; anything else as it is.
pub fn ascii_digit(c: char) -> char {
    digit_value(c).and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

/// Whether the character shows nothing: zero-width and direction marks, soft hyphen, variation selectors.
pub fn invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{20E3}')
}

/// Lower case, without accents, compatibility forms resolved, letters that only look accented spelt out.
///
/// Marks of scripts in which they are vowels (Devanagari, Thai, Arabic ..) are kept.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36F}' => {}
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'ı' => out.push('i'),
            'ё' => out.push('е'),
            c if invisible(c) => {}
            c => out.push(ascii_digit(c)),
        }
    }
    out
}

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours, in characters.
/// `None` when it is above `limit`.
pub fn edits(a: &str, b: &str, limit: usize) -> Option<usize> {
    if a.is_ascii() && b.is_ascii() {
        return bounded(a.as_bytes(), b.as_bytes(), limit);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    bounded(&a, &b, limit)
}

/// Signs whose rows stand on the stack.
const SHORT: usize = 64;

/// The distance by dynamic programming, only in the band that `limit` leaves (Ukkonen 1985).
fn bounded<T: Copy + Eq>(a: &[T], b: &[T], limit: usize) -> Option<usize> {
    let before = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(before..)?, b.get(before..)?);
    let after = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(..a.len() - after)?, b.get(..b.len() - after)?);
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    if a.is_empty() || b.is_empty() {
        return Some(a.len().max(b.len()));
    }
    if b.len() < SHORT {
        let mut rows = [[0; SHORT]; 3];
        banded(a, b, limit, rows.each_mut().map(<[usize; SHORT]>::as_mut_slice))
    } else {
        let mut rows = [(); 3].map(|()| vec![0; b.len() + 1]);
        banded(a, b, limit, rows.each_mut().map(Vec::as_mut_slice))
    }
}

/// Fills the rows, each of more cells than `b` has signs.
fn banded<T: Copy + Eq>(a: &[T], b: &[T], limit: usize, rows: [&mut [usize]; 3]) -> Option<usize> {
    let [mut before, mut last, mut row] = rows;
    let beyond = limit + 1;
    last.iter_mut().zip(0..).for_each(|(cell, j)| *cell = j);
    let mut least_before = 0;
    for (i, x) in a.iter().enumerate() {
        let (from, until) = (i.saturating_sub(limit), (i + limit + 1).min(b.len()));
        let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(beyond);
        let mut left = if from == 0 { i + 1 } else { beyond };
        if let Some(cell) = row.get_mut(from) {
            *cell = left;
        }
        let mut least = left;
        for (j, y) in b.iter().enumerate().take(until).skip(from) {
            let above = if j + 1 > i + limit { beyond } else { at(last, j + 1) };
            let mut best = (at(last, j) + usize::from(x != y)).min(above + 1).min(left + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x) {
                best = best.min(at(before, j - 1) + 1);
            }
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = best;
            }
            left = best;
            least = least.min(best);
        }
        // A swap still reaches back by two rows.
        if least > limit && least_before >= limit {
            return None;
        }
        least_before = least;
        (before, last, row) = (last, row, before);
    }
    last.get(b.len()).copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_many_scripts_have_values() {
        let sevens = ['7', '７', '٧', '۷', '७', '৭', '๗', '⑦', '➆', '❼', '𝟕', '𞥗'];
        assert!(sevens.into_iter().all(|c| digit_value(c) == Some(7)));
        assert_eq!(
            [digit_value('⓪'), digit_value('０'), digit_value('x'), digit_value('½')],
            [Some(0), Some(0), None, None]
        );
    }

    #[test]
    fn folding_forgets_case_and_accents() {
        assert_eq!(fold("ŁÓDŹ Straße Ångström Żółć"), "lodz strasse angstrom zolc");
        assert_eq!(fold("Ｍａｘ ٣"), "max 3");
    }

    #[test]
    fn edits_count_swaps_once() {
        assert_eq!(edits("dominic", "odminic", 2), Some(1));
        assert_eq!(edits("clarke", "clakr", 3), Some(2));
        assert_eq!(edits("anna", "peter", 2), None);
    }

    /// The distance by the definition, all cells of it.
    fn slowly(a: &[char], b: &[char]) -> usize {
        let mut d = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                d[i][j] = match (i, j) {
                    (0, n) | (n, 0) => n,
                    _ => {
                        let mut best = (d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                            .min(d[i - 1][j] + 1)
                            .min(d[i][j - 1] + 1);
                        if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                            best = best.min(d[i - 2][j - 2] + 1);
                        }
                        best
                    }
                };
            }
        }
        d[a.len()][b.len()]
    }

    proptest::proptest! {
        #[test]
        fn edits_are_those_of_the_definition(a in "[a-cé]{0,9}", b in "[a-cé]{0,9}", limit in 0_usize..6) {
            let slow = slowly(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
            proptest::prop_assert_eq!(edits(&a, &b, limit), (slow <= limit).then_some(slow));
            // Long ones have their rows elsewhere.
            let (x, y) = (format!("{}{a}{}", "x".repeat(70), "yz".repeat(40)), format!("{}{b}{}", "w".repeat(2), "zy".repeat(40)));
            let slow = slowly(&x.chars().collect::<Vec<_>>(), &y.chars().collect::<Vec<_>>());
            proptest::prop_assert_eq!(edits(&x, &y, 200), Some(slow));
            proptest::prop_assert_eq!(edits(&x, &y, limit), (slow <= limit).then_some(slow));
        }
    }

    #[test]
    fn runs_of_digits_are_sorted_and_do_not_overlap() {
        assert!(DIGIT_ZEROS.windows(2).all(|pair| pair[1] - pair[0] >= 10));
    }
}
