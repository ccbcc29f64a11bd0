//! Text to sparse features: word 1- and 2-grams, pairs of words further apart, and character 2- to 5-grams inside words.
//!
//! Word and character n-grams are the usual strong linear baseline for short requests (Wang & Manning 2012; Joulin et
//! al. 2017 for the sub-word part). A feature is there or not: how often it is repeated says nothing more in a short
//! request. Features are named by a 32-bit hash, so a model stores no text of its training data.

use crate::understanding::token::{unspaced, words};

/// Which part of the input a feature comes from; each part is normalised by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Words and pairs of neighbours.
    Word,
    /// Characters.
    Char,
    /// The turn before.
    Context,
    /// Two words of the text that are no neighbours, in either order.
    Pair,
}

/// Weight of a part's unit vector in the whole.
pub(super) fn weight(part: Part) -> f32 {
    match part {
        Part::Char | Part::Pair => 1.0,
        Part::Word => 0.7,
        Part::Context => 0.6,
    }
}

/// Words of a text that are paired with each other, the first: pairs are as many as half the square.
const PAIRED: usize = 32;
/// So many known pairs have their part's whole weight. The fewer there are, the less they say that neighbours do not.
const FULL: f32 = 80.0;
/// How fast the weight of pairs falls with their number.
const FALL: f32 = 0.7;

const FNV: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, then the finaliser of MurmurHash3, so that the low half is well mixed.
fn hash(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(seed, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

fn name(h: u64) -> u32 {
    let h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    ((h ^ (h >> 33)) & 0xffff_ffff) as u32
}

/// Features of a text with their part; repeated ones are repeated.
pub(super) fn features(text: &str, context: &str) -> Vec<(Part, u32)> {
    let all = words(text);
    let mut found = Vec::with_capacity(all.len() * 24);
    grams(&all, Part::Word, &mut found);
    pairs(&all[..all.len().min(PAIRED)], &mut found);
    let mut run = String::new();
    for word in &all {
        // Characters of scripts without spaces run on over "words".
        if word.chars().next().is_some_and(unspaced) {
            run.push_str(word);
            continue;
        }
        chars(&std::mem::take(&mut run), 4, &mut found);
        chars(word, 5, &mut found);
    }
    chars(&run, 4, &mut found);
    if !context.is_empty() {
        grams(&words(context), Part::Context, &mut found);
    }
    found
}

/// Words, pairs with the borders of the text, and for single characters also triples.
fn grams(all: &[String], part: Part, found: &mut Vec<(Part, u32)>) {
    let seed = hash(FNV, &[part as u8 + 1]);
    for (i, word) in all.iter().enumerate() {
        let one = hash(seed, word.as_bytes());
        found.push((part, name(one)));
        let next = all.get(i + 1).map_or("$", String::as_str);
        let two = hash(hash(one, b" "), next.as_bytes());
        found.push((part, name(two)));
        if i == 0 {
            found.push((part, name(hash(hash(seed, b"^ "), word.as_bytes()))));
        }
        if let Some(third) = all.get(i + 2)
            && [word, third].iter().all(|word| word.chars().next().is_some_and(unspaced))
        {
            found.push((part, name(hash(hash(two, b" "), third.as_bytes()))));
        }
    }
}

/// All pairs of words that are no neighbours: what belongs together in a long request often stands far apart.
fn pairs(all: &[String], found: &mut Vec<(Part, u32)>) {
    let seed = hash(FNV, &[Part::Pair as u8 + 1]);
    for (i, word) in all.iter().enumerate() {
        for other in all.iter().skip(i + 2) {
            let (first, second) = if word <= other { (word, other) } else { (other, word) };
            found.push((Part::Pair, name(hash(hash(hash(seed, first.as_bytes()), b" "), second.as_bytes()))));
        }
    }
}

fn chars(word: &str, longest: usize, found: &mut Vec<(Part, u32)>) {
    if word.is_empty() || word == "?" {
        return;
    }
    let padded: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
    let seed = hash(FNV, &[Part::Char as u8 + 1]);
    let mut buffer = [0; 4];
    for start in 0..padded.len() {
        let mut h = seed;
        for (length, c) in padded[start..].iter().take(longest).enumerate() {
            h = hash(h, c.encode_utf8(&mut buffer).as_bytes());
            if length > 0 {
                found.push((Part::Char, name(h)));
            }
        }
    }
}

/// A sparse vector: feature index and value, by index.
pub(super) type Vector = Vec<(u32, f32)>;

/// Known features with their inverse document frequency.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Vocabulary {
    /// Hashes in rising order.
    pub names: Vec<u32>,
    /// Weight by rarity: the root of the inverse document frequency. The whole of it makes too much of rare n-grams,
    /// which the learning weighs anyhow.
    pub idf: Vec<f32>,
}

impl Vocabulary {
    /// Of a corpus: features of at least `least` texts, at most `most` of them (the commonest). Pairs seen once teach
    /// nothing: where such features are taken, pairs are left out.
    pub fn of(corpus: &[Vec<(Part, u32)>], least: u32, most: usize) -> Self {
        let mut all: Vec<(u32, u32)> = Vec::new();
        for (number, text) in corpus.iter().enumerate() {
            let taught = text.iter().filter(|(part, _)| *part != Part::Pair || least > 1);
            all.extend(taught.map(|(_, name)| (*name, number as u32)));
        }
        all.sort_unstable();
        all.dedup();
        let mut counts: Vec<(u32, u32)> = Vec::new();
        for (name, _) in all {
            match counts.last_mut() {
                Some(last) if last.0 == name => last.1 += 1,
                _ => counts.push((name, 1)),
            }
        }
        counts.retain(|(_, count)| *count >= least);
        if counts.len() > most {
            counts.sort_unstable_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
            counts.truncate(most);
            counts.sort_unstable();
        }
        let n = corpus.len() as f32;
        let idf = counts.iter().map(|(_, count)| (((1.0 + n) / (1.0 + *count as f32)).ln() + 1.0).sqrt()).collect();
        Self { names: counts.into_iter().map(|(name, _)| name).collect(), idf }
    }

    /// The vector of a text, and the share of its word features that are unknown (0 to 1).
    pub fn vector(&self, text: &[(Part, u32)]) -> (Vector, f32) {
        let mut distinct = text.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let mut found: Vec<(Part, u32, f32)> = Vec::with_capacity(distinct.len());
        let (mut words, mut unknown) = (0_u32, 0_u32);
        for (part, name) in distinct {
            let index = self.names.binary_search(&name).ok();
            if part == Part::Word {
                words += 1;
                unknown += u32::from(index.is_none());
            }
            if let Some(index) = index {
                found.push((part, index as u32, self.idf[index]));
            }
        }
        for part in [Part::Word, Part::Char, Part::Context, Part::Pair] {
            let norm = found.iter().filter(|f| f.0 == part).map(|f| f.2 * f.2).sum::<f32>().sqrt();
            if norm > 0.0 {
                let known = found.iter().filter(|f| f.0 == part).count() as f32;
                let share = if part == Part::Pair { (known / FULL).min(1.0).powf(FALL) } else { 1.0 };
                let scale = weight(part) * share / norm;
                found.iter_mut().filter(|f| f.0 == part).for_each(|f| f.2 *= scale);
            }
        }
        let mut vector: Vector = found.into_iter().map(|(_, index, value)| (index, value)).collect();
        vector.sort_unstable_by_key(|(index, _)| *index);
        (vector, if words == 0 { 1.0 } else { unknown as f32 / words as f32 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_have_unit_parts_and_know_what_is_new() {
        let corpus: Vec<_> = ["pay my bill", "pay my rent", "call me"].iter().map(|t| features(t, "")).collect();
        let vocabulary = Vocabulary::of(&corpus, 1, usize::MAX);
        let (vector, unknown) = vocabulary.vector(&features("pay my bill", ""));
        let norm: f32 = vector.iter().map(|(_, v)| v * v).sum();
        assert!((norm - 1.49).abs() < 1e-4, "{norm}");
        assert!(unknown < 1e-6);
        let (none, unknown) = vocabulary.vector(&features("zzz", ""));
        assert!(none.is_empty() && unknown > 0.99);
        assert!(Vocabulary::of(&corpus, 2, usize::MAX).names.len() < vocabulary.names.len());
    }

    #[test]
    fn pairs_are_learned_from_when_they_come_again_and_in_either_order() {
        let text = |text: &str| -> Vec<_> { features(text, "").into_iter().filter(|f| f.0 == Part::Pair).collect() };
        assert_eq!(text("card not arrived"), text("arrived not card"));
        assert!(text("card arrived").is_empty());
        assert_eq!(text(&"a ".repeat(200)).len(), (PAIRED - 1) * (PAIRED - 2) / 2);
        let corpus = vec![text("card not arrived"); 2];
        assert_eq!((Vocabulary::of(&corpus, 1, 9).names.len(), Vocabulary::of(&corpus, 2, 9).names.len()), (0, 1));
    }

    #[test]
    fn what_is_said_twice_counts_once() {
        let corpus: Vec<_> = ["pay my bill", "pay my rent"].iter().map(|t| features(t, "")).collect();
        let vocabulary = Vocabulary::of(&corpus, 1, usize::MAX);
        let text = features("pay my bill", "");
        assert_eq!(vocabulary.vector(&text), vocabulary.vector(&[text.clone(), text.clone()].concat()));
    }
}
