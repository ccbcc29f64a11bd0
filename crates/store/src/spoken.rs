//! Which languages the people of a queue speak, as it was known a moment ago.

use crate::{ReadTx, StoreError, plans, routing};
use meridian_domain::{
    calendar::Site,
    ids::{QueueId, SiteId},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How long what was read is taken to hold: new work is frequent, people who come and go are not.
const FRESH: Duration = Duration::from_secs(5);
/// Queues kept at most.
const MOST: usize = 20_000;

/// What was read of queues, and when.
#[derive(Clone, Default)]
pub(crate) struct Spoken(Arc<Mutex<HashMap<QueueId, Known>>>);

/// When it was read, and the languages; none where those of somebody are not on record.
type Known = (Instant, BTreeSet<String>);

/// Whether a queue can ask for a language: one of its people who are on duty (at their desk, of a site that the first step
/// of the queue's plan asks at this hour) speaks it, of all of them when nobody is; and what each of them speaks is on
/// record. Who has no languages there would be passed over for that.
pub(crate) async fn asked_for(
    tx: &mut ReadTx,
    spoken: &Spoken,
    queue: QueueId,
    language: &str,
) -> Result<bool, StoreError> {
    let known = |spoken: &Spoken| {
        let queues = spoken.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, languages) = queues.get(&queue)?;
        (at.elapsed() < FRESH).then(|| languages.contains(language))
    };
    if let Some(known) = known(spoken) {
        return Ok(known);
    }
    let tenant = tx.tenant();
    let members = sqlx::query!(
        r#"select distinct a.languages, a.site_id, coalesce(s.live and s.chosen <> 'offline', false) as "present!"
         from queue_member m join agent a on a.tenant_id = $1 and a.id = m.agent_id
         left join agent_state s on s.tenant_id = $1 and s.agent_id = a.id
         where m.tenant_id = $1 and m.queue_id = $2 and m.valid_to is null and a.status = 'active'"#,
        tenant,
        queue.0
    )
    .fetch_all(tx.conn())
    .await?;
    let asleep = if members.iter().any(|member| member.present) { asleep(tx, queue).await? } else { BTreeSet::new() };
    let on_duty = |present: bool, site: Option<Uuid>| present && !site.is_some_and(|id| asleep.contains(&SiteId(id)));
    let complete = members.iter().all(|member| !member.languages.is_empty());
    let somebody = members.iter().any(|member| on_duty(member.present, member.site_id));
    let asked = members.into_iter().filter(|member| complete && (on_duty(member.present, member.site_id) || !somebody));
    let languages: BTreeSet<String> = asked.flat_map(|member| member.languages).collect();
    let asked = languages.contains(language);
    if !somebody {
        // The first who comes to their desk counts at once.
        return Ok(asked);
    }
    let mut queues = spoken.0.lock().unwrap_or_else(PoisonError::into_inner);
    if queues.len() >= MOST {
        queues.clear();
    }
    queues.insert(queue, (Instant::now(), languages));
    Ok(asked)
}

/// Sites that the first step of a queue's plan does not ask at this hour.
async fn asleep(tx: &mut ReadTx, queue: QueueId) -> Result<BTreeSet<SiteId>, StoreError> {
    let plan = plans::version(tx, queue, None).await?.map(|version| version.plan).unwrap_or_default();
    let now = routing::now(tx).await?;
    let asks = |site: &Site| plan.steps.first().is_none_or(|step| step.serves(site, now));
    Ok(routing::sites(tx).await?.iter().filter(|site| !asks(site)).map(|site| site.id).collect())
}
