//! Blocking: which pairs of records are worth comparing.
//!
//! Records meet when they agree in two coarse things (beginning of a name, birth year, postal code ..) or wholly in one
//! selective one. Blocks above a size are left out: what fills them says little, and rarer agreement finds the same
//! pairs elsewhere. Of those who meet a record, the ones that do so most often are compared (meta-blocking with common
//! blocks as weights, Papadakis and others 2014), so work per record has a bound however many records there are.

use super::pairing::Records;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The largest block that is compared within itself, in records.
const LARGEST: usize = 120;
/// The most partners of one record, those of lower number aside.
const PARTNERS: usize = 200;
/// The place of a record that stands in no block.
const NOWHERE: u32 = u32::MAX;
/// Marks the last record of a block; records are numbered below it.
const LAST: u32 = 1 << 31;

/// Blocks of all records, one pass for each thing or pair of things to agree in.
#[derive(Debug)]
pub struct Blocks {
    passes: Vec<Pass>,
}

/// Blocks by one key.
#[derive(Debug)]
struct Pass {
    /// Records in the order of their keys, those of one key ascending.
    order: Vec<u32>,
    /// Where each record stands in the order.
    place: Vec<u32>,
}

impl Blocks {
    /// Brings records together; eight bytes a record and pass.
    pub fn new(records: &Records) -> Self {
        let kinds: Vec<Vec<u64>> = hashed(records);
        let mut passes = Vec::new();
        for (at, kind) in kinds.iter().enumerate() {
            passes.extend(Pass::new(kind.iter().copied()));
            for with in kinds.iter().skip(at + 1) {
                passes.extend(Pass::new(
                    kind.iter().zip(with).map(|(a, b)| if *a == 0 || *b == 0 { 0 } else { mixed(*a, *b) }),
                ));
            }
        }
        Self { passes }
    }

    /// Fills in the records of higher number to compare a record with, ascending.
    pub fn partners(&self, record: u32, out: &mut Vec<u32>) {
        out.clear();
        for pass in &self.passes {
            let Some(place) = pass.place.get(record as usize).filter(|place| **place != NOWHERE) else { continue };
            let Some(rest) = pass.order.get(*place as usize..) else { continue };
            let end = rest.iter().position(|entry| entry & LAST != 0).unwrap_or(0);
            out.extend(rest.iter().take(end + 1).skip(1).map(|entry| entry & !LAST));
        }
        out.sort_unstable();
        if out.len() <= PARTNERS {
            out.dedup();
            return;
        }
        let mut often: Vec<(u32, u32)> =
            out.chunk_by(u32::eq).filter_map(|run| Some((run.len() as u32, *run.first()?))).collect();
        if often.len() > PARTNERS {
            often.select_nth_unstable_by_key(PARTNERS, |(times, other)| (std::cmp::Reverse(*times), *other));
            often.truncate(PARTNERS);
            often.sort_unstable_by_key(|(_, other)| *other);
        }
        out.clear();
        out.extend(often.into_iter().map(|(_, other)| other));
    }
}

impl Pass {
    /// From the key of each record, 0 for none; `None` when no two records meet.
    fn new(keys: impl Iterator<Item = u64>) -> Option<Self> {
        let mut sorted: Vec<(u64, u32)> = Vec::new();
        let mut len = 0;
        for (record, key) in (0..LAST).zip(keys) {
            len += 1;
            if key != 0 {
                sorted.push((key, record));
            }
        }
        sorted.sort_unstable();
        let (mut order, mut place) = (Vec::new(), vec![NOWHERE; len]);
        for block in sorted.chunk_by(|a, b| a.0 == b.0).filter(|block| (2..=LARGEST).contains(&block.len())) {
            for (at, (_, record)) in block.iter().enumerate() {
                if let Some(slot) = place.get_mut(*record as usize) {
                    *slot = order.len() as u32;
                }
                order.push(if at + 1 == block.len() { record | LAST } else { *record });
            }
        }
        order.shrink_to_fit();
        (!order.is_empty()).then_some(Self { order, place })
    }
}

/// For each kind of thing to agree in, the hash of what each record has, 0 for nothing.
fn hashed(records: &Records) -> Vec<Vec<u64>> {
    let mut kinds: Vec<Vec<u64>> = Vec::new();
    for record in 0..records.len() {
        let projections = records.projections(record);
        kinds.resize_with(projections.len().max(kinds.len()), Vec::new);
        for ((kind, list), text) in (0u64..).zip(&mut kinds).zip(projections) {
            list.push(text.map_or(0, |text| {
                let mut hasher = DefaultHasher::new();
                (kind, text).hash(&mut hasher);
                hasher.finish() | 1
            }));
        }
    }
    kinds
}

/// One hash of two (the finaliser of SplitMix64, Steele and others 2014), never 0.
fn mixed(a: u64, b: u64) -> u64 {
    let mut z = a.rotate_left(25) ^ b;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) | 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_share_a_block_meet_once() {
        let pass = |keys: &[u64]| Pass::new(keys.iter().copied());
        let blocks = Blocks {
            passes: [pass(&[5, 7, 5, 0, 7, 5]), pass(&[9, 9, 9, 9, 9, 0]), pass(&[0; 6])]
                .into_iter()
                .flatten()
                .collect(),
        };
        let mut out = Vec::new();
        let mut partners = |record| {
            blocks.partners(record, &mut out);
            out.clone()
        };
        assert_eq!(partners(0), [1, 2, 3, 4, 5]);
        assert_eq!((partners(2), partners(3), partners(5)), (vec![3, 4, 5], vec![4], vec![]));
    }

    #[test]
    fn full_blocks_are_left_out() {
        assert!(Pass::new(std::iter::repeat_n(3, LARGEST + 1)).is_none());
        assert!(Pass::new(std::iter::repeat_n(3, LARGEST)).is_some());
    }
}
