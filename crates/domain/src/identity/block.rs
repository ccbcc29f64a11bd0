//! Blocking: which pairs of records are worth comparing.
//!
//! Records meet when they agree in two coarse things (beginning of a name, birth year, postal code ..) or wholly in one
//! selective one. Blocks above a size are left out: what fills them says little, and rarer agreement finds the same
//! pairs elsewhere.

use super::pairing::Records;
use std::{
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
};

/// The largest block that is compared within itself, in records.
const LARGEST: usize = 120;

/// Pairs to compare, each once, the lower record first, ascending.
pub fn candidates(records: &Records) -> Vec<(u32, u32)> {
    let mut blocks: HashMap<u64, Vec<u32>> = HashMap::new();
    for record in 0..records.len() {
        let projections = records.projections(record);
        for (kind, key) in projections.iter().enumerate() {
            let Some(key) = key else { continue };
            add(&mut blocks, record, &(kind, key));
            for (other, with) in projections.iter().enumerate().skip(kind + 1) {
                if let Some(with) = with {
                    add(&mut blocks, record, &(kind, key, other, with));
                }
            }
        }
    }
    let mut partners: Vec<Vec<u32>> = vec![Vec::new(); records.len()];
    for block in blocks.into_values().filter(|block| (2..=LARGEST).contains(&block.len())) {
        for (at, a) in block.iter().enumerate() {
            if let Some(list) = partners.get_mut(*a as usize) {
                list.extend(block.iter().skip(at + 1));
            }
        }
    }
    let mut out = Vec::new();
    for (record, list) in partners.into_iter().enumerate() {
        let unique: BTreeSet<u32> = list.into_iter().collect();
        out.extend(unique.into_iter().map(|other| (record as u32, other)));
    }
    out
}

fn add(blocks: &mut HashMap<u64, Vec<u32>>, record: usize, key: &impl Hash) {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let block = blocks.entry(hasher.finish()).or_default();
    // One more than the largest is enough to know that the block is left out.
    if block.len() <= LARGEST {
        block.push(record as u32);
    }
}
