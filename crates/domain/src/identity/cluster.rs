//! From scored pairs to persons: agglomeration that looks at whole clusters, not at single links.
//!
//! Joining whatever one link connects merges more the more records there are. Here two clusters join only when their
//! members agree on average (group-average linkage, Sokal and Michener 1958), the more so when a hard fact divides them.

use std::collections::HashMap;

/// How many kinds of hard facts a [`Verdict`] tells of.
pub const FACTS: usize = 4;

/// What a pair of records says about a join.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// Log odds that the two are one person.
    pub score: f64,
    /// For each hard fact (birth date, document, given name, family name) told by both: whether the two are unlike.
    pub unlike: [Option<bool>; FACTS],
}

/// When clusters may join.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Lowest score of a link that can start a join, in log odds.
    pub link: f64,
    /// Lowest mean score between the members of two clusters.
    pub mean: f64,
    /// Share of member pairs with an unlike fact from which the two clusters are held to be divided by it.
    pub vetoed: f64,
    /// How much higher the mean score of two clusters must be that a hard fact divides, for each such fact.
    pub despite: f64,
    /// Most records of one person.
    pub largest: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { link: 1.0, mean: 0.0, vetoed: 0.5, despite: 6.0, largest: 500 }
    }
}

/// At most so many members of a cluster speak for it.
const SPOKESMEN: usize = 16;

/// Cluster numbers by record. `links` are pairs with scores, in any order; `verdict` compares any two records.
pub fn agglomerate(
    len: usize,
    mut links: Vec<(f64, u32, u32)>,
    limits: Limits,
    mut verdict: impl FnMut(u32, u32) -> Verdict,
) -> Vec<usize> {
    links.retain(|(score, _, _)| *score >= limits.link);
    links.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut of: Vec<usize> = (0..len).collect();
    let mut members: HashMap<usize, Vec<u32>> = (0..len).map(|record| (record, vec![record as u32])).collect();
    for (_, a, b) in links {
        let (Some(&x), Some(&y)) = (of.get(a as usize), of.get(b as usize)) else { continue };
        if x == y {
            continue;
        }
        let (Some(ours), Some(theirs)) = (members.get(&x), members.get(&y)) else { continue };
        if ours.len() + theirs.len() > limits.largest || !agree(ours, theirs, limits, &mut verdict) {
            continue;
        }
        let (keep, gone) = if ours.len() >= theirs.len() { (x, y) } else { (y, x) };
        let moved = members.remove(&gone).unwrap_or_default();
        for record in &moved {
            if let Some(slot) = of.get_mut(*record as usize) {
                *slot = keep;
            }
        }
        members.entry(keep).or_default().extend(moved);
    }
    of
}

fn agree(ours: &[u32], theirs: &[u32], limits: Limits, verdict: &mut impl FnMut(u32, u32) -> Verdict) -> bool {
    let (mut sum, mut pairs) = (0.0, 0u32);
    // How many pairs tell a fact, and in how many of them it is unlike.
    let mut facts = [(0u32, 0u32); FACTS];
    for a in spokesmen(ours) {
        for b in spokesmen(theirs) {
            let said = verdict(a, b);
            // One absurd pair must not outweigh all others.
            sum += said.score.clamp(-20.0, 20.0);
            pairs += 1;
            for (fact, unlike) in facts.iter_mut().zip(said.unlike) {
                fact.0 += u32::from(unlike.is_some());
                fact.1 += u32::from(unlike == Some(true));
            }
        }
    }
    let divides = |(told, unlike): &&(u32, u32)| f64::from(*unlike) > limits.vetoed * f64::from(*told);
    let dividing = facts.iter().filter(divides).count();
    sum / f64::from(pairs.max(1)) >= limits.mean + dividing as f64 * limits.despite
}

/// Members spread evenly over a cluster.
fn spokesmen(members: &[u32]) -> impl Iterator<Item = u32> + '_ {
    let step = members.len().div_ceil(SPOKESMEN).max(1);
    members.iter().step_by(step).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(score: f64) -> Verdict {
        Verdict { score, unlike: [None; FACTS] }
    }

    #[test]
    fn one_link_does_not_join_two_crowds() {
        let same = |a: u32, b: u32| (a < 3) == (b < 3);
        let links = vec![(9.0, 0, 1), (9.0, 1, 2), (9.0, 3, 4), (9.0, 4, 5), (5.0, 2, 3)];
        let of = agglomerate(6, links, Limits::default(), |a, b| verdict(if same(a, b) { 9.0 } else { -4.0 }));
        assert!(of[0] == of[1] && of[1] == of[2] && of[3] == of[4] && of[4] == of[5] && of[0] != of[3]);
    }

    #[test]
    fn another_document_divides() {
        let joined = |unlike: bool| {
            let said = Verdict { unlike: [None, Some(unlike), None, None], ..verdict(5.0) };
            let of = agglomerate(2, vec![(5.0, 0, 1)], Limits::default(), |_, _| said);
            of[0] == of[1]
        };
        assert!(joined(false) && !joined(true));
    }

    #[test]
    fn the_order_of_links_does_not_matter() {
        let mut links = vec![(3.0, 0, 1), (2.0, 1, 2), (4.0, 2, 3)];
        let first = agglomerate(4, links.clone(), Limits::default(), |_, _| verdict(1.0));
        links.reverse();
        assert_eq!(first, agglomerate(4, links, Limits::default(), |_, _| verdict(1.0)));
    }
}
