//! Stretches of time of people.

use crate::{ids::AgentId, time::Instant};
use std::collections::BTreeMap;

/// A stretch of time of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Who.
    pub agent: AgentId,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
}

/// Stretches by person, in order and apart from each other.
pub(super) type Spans = BTreeMap<AgentId, Vec<(Instant, Instant)>>;

/// Joins stretches that overlap: who has three chats in hand is busy once.
pub(super) fn merged(spans: &[Span]) -> Spans {
    let mut all: Spans = BTreeMap::new();
    for span in spans.iter().filter(|span| span.from < span.to) {
        all.entry(span.agent).or_default().push((span.from, span.to));
    }
    for spans in all.values_mut() {
        spans.sort_unstable();
        let mut joined: Vec<(Instant, Instant)> = Vec::with_capacity(spans.len());
        for (from, to) in spans.drain(..) {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        *spans = joined;
    }
    all
}

/// Stretches cut to a time and joined where they overlap, by person and then by time.
pub fn joined(spans: &[Span], from: Instant, to: Instant) -> Vec<Span> {
    let cut: Vec<Span> =
        spans.iter().map(|span| Span { from: span.from.max(from), to: span.to.min(to), ..*span }).collect();
    let apart = merged(&cut).into_iter();
    apart.flat_map(|(agent, spans)| spans.into_iter().map(move |(from, to)| Span { agent, from, to })).collect()
}

/// Seconds of somebody's stretches between two moments.
pub(super) fn seconds(spans: &Spans, agent: AgentId, from: Instant, to: Instant) -> f64 {
    let Some(spans) = spans.get(&agent) else { return 0.0 };
    let first = spans.partition_point(|(_, end)| *end <= from);
    let inside = spans[first..].iter().take_while(|(start, _)| *start < to);
    inside.map(|(start, end)| ((*end).min(to) - (*start).max(from)).num_milliseconds() as f64 / 1000.0).sum()
}

/// Gini coefficient: 0 = all alike, towards 1 = one has it all. Sorts what it is given.
pub fn gini(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let (count, sum) = (values.len() as f64, values.iter().sum::<f64>());
    let spread: f64 = values.iter().enumerate().map(|(n, value)| (2.0 * n as f64 - count + 1.0) * value).sum();
    if sum > 0.0 { spread / (count * sum) } else { 0.0 }
}
