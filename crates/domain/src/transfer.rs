//! Passing work on to a site.

use crate::{calendar::Site, ids::QueueId, routing::Agent, time::Instant};
use std::collections::BTreeMap;

/// Where work goes that is passed on to a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToSite {
    /// The queue whose people at the site are asked.
    pub queue: QueueId,
    /// Until when it is for them alone: the site closes. Without it was told to wait for them.
    pub until: Option<Instant>,
}

/// Why work is not passed on to a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteRefused {
    /// Nobody there takes the work of any queue.
    Nobody,
    /// The site is asleep; when it opens, if that is within two weeks.
    Asleep(Option<Instant>),
}

/// Where work of `queue` goes when it is passed on to the people of a site: it stays in its queue when somebody there
/// serves it, else it goes to the queue that most of them serve. A site that sleeps takes nothing, unless the work is
/// told to wait for its people.
pub fn to_site(
    site: &Site,
    people: &[Agent],
    queue: Option<QueueId>,
    now: Instant,
    wait: bool,
) -> Result<ToSite, SiteRefused> {
    let mut served: BTreeMap<QueueId, usize> = BTreeMap::new();
    for queue in people.iter().filter(|agent| agent.site == Some(site.id)).flat_map(|agent| &agent.queues) {
        *served.entry(*queue).or_default() += 1;
    }
    let most = || served.iter().max_by_key(|(queue, people)| (**people, std::cmp::Reverse(**queue)));
    let here = queue.filter(|queue| served.contains_key(queue));
    let queue = here.or_else(|| most().map(|(queue, _)| *queue)).ok_or(SiteRefused::Nobody)?;
    let open_until = site.open_until(now);
    match (open_until, site.next_opening(now)) {
        (None, opens) if !wait || opens.is_none() => Err(SiteRefused::Asleep(opens)),
        // Told to wait, it waits for them whatever the hour.
        (until, _) => Ok(ToSite { queue, until: until.filter(|_| !wait) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::Shift,
        ids::{AgentId, SiteId},
    };
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn queue(n: u128) -> QueueId {
        QueueId(Uuid::from_u128(n))
    }

    fn site() -> Site {
        let shifts = (1..=7).map(|weekday| Shift { weekday, starts_minute: 480, ends_minute: 1020 }).collect();
        let id = SiteId(Uuid::from_u128(1));
        Site { id, zone: chrono_tz::Europe::Lisbon, ring: 0, shifts, exceptions: BTreeMap::new() }
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn agent(n: u128, site: u128, queues: &[u128]) -> Agent {
        Agent {
            id: AgentId(Uuid::from_u128(n)),
            ready: false,
            site: Some(SiteId(Uuid::from_u128(site))),
            queues: queues.iter().map(|n| queue(*n)).collect::<BTreeSet<_>>(),
            skills: BTreeMap::new(),
            languages: BTreeSet::new(),
            load: [(0, 1); 4],
            idle_since: at("2026-03-02T08:00:00Z"),
            outsourced: false,
            knowledge: 0,
            branch: None,
            attributes: BTreeMap::new(),
            capacity: crate::capacity::Capacity::default(),
        }
    }

    #[test]
    fn an_open_site_takes_it_until_it_closes() {
        let people = [agent(1, 1, &[1, 2]), agent(2, 1, &[2]), agent(3, 9, &[3])];
        let noon = at("2026-03-02T12:00:00Z");
        let until = Some(at("2026-03-02T17:00:00Z"));
        assert_eq!(to_site(&site(), &people, Some(queue(1)), noon, false), Ok(ToSite { queue: queue(1), until }));
        // Nobody there serves its queue: it goes where most of them are.
        assert_eq!(to_site(&site(), &people, Some(queue(3)), noon, false), Ok(ToSite { queue: queue(2), until }));
        assert_eq!(to_site(&site(), &people, None, noon, true), Ok(ToSite { queue: queue(2), until: None }));
        assert_eq!(to_site(&site(), &people[2..], Some(queue(3)), noon, true), Err(SiteRefused::Nobody));
    }

    #[test]
    fn a_site_that_sleeps_says_when_it_opens_or_is_waited_for() {
        let people = [agent(1, 1, &[1])];
        let night = at("2026-03-02T22:00:00Z");
        let opens = Some(at("2026-03-03T08:00:00Z"));
        assert_eq!(to_site(&site(), &people, Some(queue(1)), night, false), Err(SiteRefused::Asleep(opens)));
        let waits = Ok(ToSite { queue: queue(1), until: None });
        assert_eq!(to_site(&site(), &people, Some(queue(1)), night, true), waits);
        let never = Site { shifts: Vec::new(), ..site() };
        assert_eq!(to_site(&never, &people, Some(queue(1)), night, true), Err(SiteRefused::Asleep(None)));
    }
}
