//! From scored pairs to persons: agglomeration that looks at whole clusters, not at single links.
//!
//! Joining whatever one link connects merges more the more records there are. Here two clusters join only when their
//! members agree on average (group-average linkage, Sokal and Michener 1958), the more so when a hard fact divides them.

use std::collections::HashSet;

/// Facts that tell persons apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Birth date.
    Birth,
    /// Document or account.
    Document,
    /// Given name.
    Given,
    /// Family name.
    Family,
    /// Mail address or phone.
    Reach,
}

/// How many kinds of facts a [`Verdict`] tells of.
pub const FACTS: usize = 5;

/// How two records stand in one fact that both tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Quite another value.
    Unlike,
    /// Some likeness, no more.
    Unsure,
    /// The same, or a slip of the hand away.
    Alike,
}

/// What a pair of records says about a join.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// Log odds that the two are one person.
    pub score: f64,
    /// How many things agree at all, those of few values (gender, occupation ..) aside.
    pub agreeing: usize,
    /// For each [`Fact`], in their order: how the two stand where both tell it.
    pub facts: [Option<Stand>; FACTS],
}

/// When clusters may join.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Lowest score of a link that can start a join, in log odds.
    pub link: f64,
    /// Lowest mean score between the members of two clusters; a little below even, for records that tell little.
    pub mean: f64,
    /// Share of member pairs with an unlike fact from which the two clusters are held to be divided by it.
    pub vetoed: f64,
    /// How much higher the mean score of two clusters must be that a hard fact divides, for each such fact.
    pub despite: f64,
    /// How many things must agree, those of few values aside: a lone name is no person.
    pub agreeing: usize,
    /// Most records of one person.
    pub largest: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { link: 1.0, mean: -1.0, vetoed: 0.5, despite: 6.0, agreeing: 2, largest: 500 }
    }
}

/// At most so many members of a cluster speak for it.
const SPOKESMEN: usize = 16;

/// Cluster numbers by record. `links` are pairs with scores, in any order; `verdict` compares any two records.
pub fn agglomerate(
    len: usize,
    mut links: Vec<(f32, u32, u32)>,
    limits: Limits,
    mut verdict: impl FnMut(u32, u32) -> Verdict,
) -> Vec<usize> {
    links.retain(|(score, _, _)| f64::from(*score) >= limits.link);
    links.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut of: Vec<usize> = (0..len).collect();
    let mut members: Vec<Vec<u32>> = (0..len).map(|record| vec![record as u32]).collect();
    // Cluster pairs that may not join, with their sizes then: the links between them need not be judged one by one.
    let mut refused: HashSet<(usize, usize, usize)> = HashSet::new();
    for (_, a, b) in links {
        let (Some(&x), Some(&y)) = (of.get(a as usize), of.get(b as usize)) else { continue };
        if x == y {
            continue;
        }
        let (Some(ours), Some(theirs)) = (members.get(x), members.get(y)) else { continue };
        let size = ours.len() + theirs.len();
        if size > limits.largest || refused.contains(&(x.min(y), x.max(y), size)) {
            continue;
        }
        if !agree(ours, theirs, limits, &mut verdict) {
            refused.insert((x.min(y), x.max(y), size));
            continue;
        }
        let (keep, gone) = if ours.len() >= theirs.len() { (x, y) } else { (y, x) };
        let moved = members.get_mut(gone).map(std::mem::take).unwrap_or_default();
        for record in &moved {
            if let Some(slot) = of.get_mut(*record as usize) {
                *slot = keep;
            }
        }
        if let Some(kept) = members.get_mut(keep) {
            kept.extend(moved);
        }
    }
    of
}

fn agree(ours: &[u32], theirs: &[u32], limits: Limits, verdict: &mut impl FnMut(u32, u32) -> Verdict) -> bool {
    let (mut sum, mut pairs, mut agreeing) = (0.0, 0u32, 0);
    let mut facts = Facts::default();
    for a in spokesmen(ours) {
        for b in spokesmen(theirs) {
            let said = verdict(a, b);
            // One absurd pair must not outweigh all others.
            sum += said.score.clamp(-20.0, 20.0);
            pairs += 1;
            agreeing = agreeing.max(said.agreeing);
            facts.add(said.facts);
        }
    }
    let Some(dividing) = facts.dividing(limits.vetoed) else { return false };
    agreeing >= limits.agreeing && sum / f64::from(pairs.max(1)) >= limits.mean + f64::from(dividing) * limits.despite
}

/// How many facts divide two persons of whom only this is known; `None` when they cannot be one.
pub(super) fn dividing(facts: [Option<Stand>; FACTS]) -> Option<u32> {
    let mut told = Facts::default();
    told.add(facts);
    told.dividing(Limits::default().vetoed)
}

/// In how many pairs of members each fact is told, unlike and alike.
#[derive(Debug, Default)]
struct Facts([(u32, u32, u32); FACTS]);

impl Facts {
    fn add(&mut self, facts: [Option<Stand>; FACTS]) {
        for ((told, unlike, alike), stand) in self.0.iter_mut().zip(facts) {
            *told += u32::from(stand.is_some());
            *unlike += u32::from(stand == Some(Stand::Unlike));
            *alike += u32::from(stand == Some(Stand::Alike));
        }
    }

    /// How many facts divide two clusters; `None` when they cannot be one person.
    ///
    /// Relatives share an address, a family name, often a mailbox, but not a given name and a birth date: so another
    /// given name needs the birth date or a document to speak for one person, another family name one of these or a
    /// mailbox. A birth date, on the other hand, is often entered wrongly (Christen, *Data Matching*, 2012, section
    /// 3.3): next to the same name and the same mailbox, phone or document it divides nobody.
    fn dividing(self, vetoed: f64) -> Option<u32> {
        let [birth, document, given, family, reach] = self.0;
        let divided = |(told, unlike, _): (u32, u32, u32)| told > 0 && f64::from(unlike) > vetoed * f64::from(told);
        let agreed = |(told, _, alike): (u32, u32, u32)| told > 0 && alike * 2 > told;
        let (another_given, another_family) = (divided(given), divided(family));
        let proof = agreed(birth) || agreed(document);
        if another_given && !proof || another_family && !proof && !agreed(reach) {
            return None;
        }
        let one_name = !another_given && !another_family;
        let forgiven = one_name && (agreed(reach) || agreed(document));
        let counted = [divided(birth) && !forgiven, divided(document), another_given, another_family];
        Some(counted.into_iter().map(u32::from).sum())
    }
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
        Verdict { score, agreeing: 3, facts: [None; FACTS] }
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
        let joined = |stand: Stand| {
            let said = Verdict { facts: [None, Some(stand), None, None, None], ..verdict(4.0) };
            let of = agglomerate(2, vec![(4.0, 0, 1)], Limits::default(), |_, _| said);
            of[0] == of[1]
        };
        assert!(joined(Stand::Alike) && !joined(Stand::Unlike));
    }

    #[test]
    fn the_order_of_links_does_not_matter() {
        let mut links = vec![(3.0, 0, 1), (2.0, 1, 2), (4.0, 2, 3)];
        let first = agglomerate(4, links.clone(), Limits::default(), |_, _| verdict(1.0));
        links.reverse();
        assert_eq!(first, agglomerate(4, links, Limits::default(), |_, _| verdict(1.0)));
    }
}
