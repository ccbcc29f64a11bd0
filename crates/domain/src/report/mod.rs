//! Figures of a time, from what was recorded of work and people. Every figure can be worked out again from the rows it
//! rests on; `docs/routing.md` has the definitions.

mod spans;

pub use spans::{Span, gini, joined};
use spans::{Spans, merged};

use crate::{
    calendar::local,
    ids::{AgentId, QueueId, SkillId, WorkCodeId},
    time::Instant,
};
use chrono::{Days, NaiveDate, TimeDelta, Timelike};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};

/// What one piece of work came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkFact {
    /// Where it came.
    pub queue: QueueId,
    /// Skills it asked for.
    pub skills: Vec<SkillId>,
    /// When it came.
    pub born: Instant,
    /// When somebody took it first, and who.
    pub answered: Option<(Instant, AgentId)>,
    /// When it ended, if it did.
    pub ended: Option<Instant>,
    /// The cap of its queue turned it away.
    pub refused: bool,
    /// The customer took a callback instead of waiting.
    pub callback: bool,
    /// What came of it.
    pub wrap_up: Option<WorkCodeId>,
    /// Who let it pass, and why, if that was said.
    pub declines: Vec<(AgentId, Option<WorkCodeId>)>,
}

/// How long a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// The whole time.
    Whole,
    /// A local hour.
    Hour,
    /// A local day.
    Day,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A queue: its work, its members.
    Queue(QueueId),
    /// A person: the work they took first, they themselves.
    Agent(AgentId),
    /// A skill: the work that asked for it, those who hold it.
    Skill(SkillId),
}

/// By what rows are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Queues.
    Queue,
    /// People.
    Agent,
    /// Skills.
    Skill,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// The zone of hours and days.
    pub zone: Tz,
    /// How long a row is.
    pub bucket: Bucket,
    /// By what.
    pub by: By,
    /// Seconds within which work should be answered.
    pub target_seconds: i64,
}

/// Everything recorded of the time asked for.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Work that came in it.
    pub works: Vec<WorkFact>,
    /// When people had work in hand.
    pub handling: Vec<Span>,
    /// When people were available.
    pub available: Vec<Span>,
    /// Who served a queue in it.
    pub members: BTreeMap<QueueId, BTreeSet<AgentId>>,
    /// Who held a skill in it.
    pub holders: BTreeMap<SkillId, BTreeSet<AgentId>>,
}

/// Figures of one key in one stretch of time. Shares go from 0 to 1; nothing where there is nothing to count.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about.
    pub key: Key,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// Work that came.
    pub offered: u32,
    /// Of it, answered by somebody.
    pub answered: u32,
    /// Of it, ended before anybody answered.
    pub abandoned: u32,
    /// Of it, turned away by the cap of the queue.
    pub refused: u32,
    /// Of it, called back instead.
    pub callbacks: u32,
    /// Answered within the target, of all that was answered, abandoned, or has waited beyond the target.
    pub service_level: Option<f64>,
    /// Mean wait of the answered, seconds.
    pub asa_seconds: Option<f64>,
    /// Abandoned, of the answered and the abandoned.
    pub abandonment: Option<f64>,
    /// Time with work in hand, of the time present, of the people of the key together.
    pub occupancy: Option<f64>,
    /// How unevenly that is spread among them: Gini, 0 = all alike; from two people present.
    pub gini: Option<f64>,
    /// Seconds with work in hand.
    pub handling_seconds: i64,
    /// Seconds present: available, or with work in hand.
    pub present_seconds: i64,
    /// People who were present.
    pub present: u32,
    /// What came of the work, as far as it was said.
    pub wrap_ups: BTreeMap<WorkCodeId, u32>,
    /// Offers that were let pass, by the reason given: in a row of a person theirs, else those of the work.
    pub declines: BTreeMap<Option<WorkCodeId>, u32>,
}

#[derive(Default)]
struct Sum {
    offered: u32,
    answered: u32,
    abandoned: u32,
    refused: u32,
    callbacks: u32,
    within: u32,
    judged: u32,
    waited: f64,
    wrap_ups: BTreeMap<WorkCodeId, u32>,
    declines: BTreeMap<Option<WorkCodeId>, u32>,
}

impl Sum {
    fn add(&mut self, work: &WorkFact, now: Instant, target: TimeDelta) {
        self.offered += 1;
        if let Some(code) = work.wrap_up {
            *self.wrap_ups.entry(code).or_default() += 1;
        }
        if work.refused {
            self.refused += 1;
            return;
        }
        if work.callback {
            self.callbacks += 1;
            return;
        }
        match work.answered {
            Some((at, _)) => {
                let wait = at - work.born;
                self.answered += 1;
                self.judged += 1;
                self.within += u32::from(wait <= target);
                self.waited += (wait.num_milliseconds() as f64 / 1000.0).max(0.0);
            }
            None if work.ended.is_some() => {
                self.abandoned += 1;
                self.judged += 1;
            }
            None => self.judged += u32::from(now - work.born > target),
        }
    }
}

/// Begins of the buckets of a time, and its end: local hours and days, through changes of the clocks.
pub fn edges(ask: &Ask) -> Vec<Instant> {
    let mut edges = vec![ask.from];
    let local_from = ask.from.with_timezone(&ask.zone).naive_local();
    match ask.bucket {
        Bucket::Whole => {}
        Bucket::Hour => {
            // Hours of the wall: where clocks change by half an hour, so does the row.
            let past = i64::from(local_from.minute()) * 60 + i64::from(local_from.second());
            let mut at =
                ask.from + TimeDelta::seconds(3600 - past) - TimeDelta::nanoseconds(local_from.nanosecond().into());
            while at < ask.to {
                edges.push(at);
                at += TimeDelta::hours(1);
            }
        }
        Bucket::Day => {
            let mut day: NaiveDate = local_from.date();
            while let Some(next) = day.checked_add_days(Days::new(1)) {
                day = next;
                match local(ask.zone, day, 0) {
                    Some(at) if at < ask.to => edges.push(at),
                    _ => break,
                }
            }
        }
    }
    edges.dedup();
    edges.push(ask.to);
    edges
}

fn keys(by: By, work: &WorkFact) -> Vec<Key> {
    match by {
        By::Queue => vec![Key::Queue(work.queue)],
        By::Agent => work.answered.iter().map(|(_, agent)| Key::Agent(*agent)).collect(),
        By::Skill => work.skills.iter().map(|skill| Key::Skill(*skill)).collect(),
    }
}

/// The figures of a time, by key and then by time. Keys of which nothing is known have no row.
pub fn report(ask: &Ask, now: Instant, facts: &Facts) -> Vec<Row> {
    let edges = edges(ask);
    let mut sums: BTreeMap<(Key, usize), Sum> = BTreeMap::new();
    let target = TimeDelta::seconds(ask.target_seconds);
    for work in facts.works.iter().filter(|work| (ask.from..ask.to).contains(&work.born)) {
        let place = edges.partition_point(|edge| *edge <= work.born) - 1;
        let keys = keys(ask.by, work);
        for key in &keys {
            sums.entry((*key, place)).or_default().add(work, now, target);
        }
        for (agent, code) in &work.declines {
            let own = [Key::Agent(*agent)];
            for key in if ask.by == By::Agent { &own[..] } else { &keys } {
                *sums.entry((*key, place)).or_default().declines.entry(*code).or_default() += 1;
            }
        }
    }
    let (handling, present) = (merged(&facts.handling), {
        let both: Vec<Span> = facts.handling.iter().chain(&facts.available).copied().collect();
        merged(&both)
    });
    let mut people: BTreeMap<Key, BTreeSet<AgentId>> = match ask.by {
        By::Queue => facts.members.iter().map(|(queue, who)| (Key::Queue(*queue), who.clone())).collect(),
        By::Skill => facts.holders.iter().map(|(skill, who)| (Key::Skill(*skill), who.clone())).collect(),
        By::Agent => present.keys().map(|agent| (Key::Agent(*agent), BTreeSet::from([*agent]))).collect(),
    };
    for (key, _) in sums.keys() {
        people.entry(*key).or_default();
    }
    let mut rows = Vec::new();
    for (key, who) in &people {
        for place in 0..edges.len() - 1 {
            let (from, to) = (edges[place], edges[place + 1]);
            let sum = sums.remove(&(*key, place)).unwrap_or_default();
            let row = row(*key, (from, to), sum, who, (&handling, &present));
            if row.offered > 0 || row.present > 0 || !row.declines.is_empty() {
                rows.push(row);
            }
        }
    }
    rows
}

fn row(
    key: Key,
    (from, to): (Instant, Instant),
    sum: Sum,
    who: &BTreeSet<AgentId>,
    (handling, present): (&Spans, &Spans),
) -> Row {
    let within = |spans: &Spans, agent: &AgentId| spans::seconds(spans, *agent, from, to);
    let (mut busy, mut there, mut each) = (0.0, 0.0, Vec::new());
    for agent in who {
        let on = within(present, agent);
        if on > 0.0 {
            let in_hand = within(handling, agent);
            (busy, there) = (busy + in_hand, there + on);
            each.push(in_hand / on);
        }
    }
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    Row {
        key,
        from,
        to,
        offered: sum.offered,
        answered: sum.answered,
        abandoned: sum.abandoned,
        refused: sum.refused,
        callbacks: sum.callbacks,
        service_level: share(sum.within.into(), sum.judged.into()),
        asa_seconds: share(sum.waited, sum.answered.into()),
        abandonment: share(sum.abandoned.into(), (sum.answered + sum.abandoned).into()),
        occupancy: share(busy, there),
        gini: (each.len() > 1).then(|| gini(&mut each)),
        handling_seconds: busy.round() as i64,
        present_seconds: there.round() as i64,
        present: each.len() as u32,
        wrap_ups: sum.wrap_ups,
        declines: sum.declines,
    }
}

#[cfg(test)]
mod tests;
