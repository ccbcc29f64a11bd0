//! Which languages the people of a queue speak, as it was known a moment ago.

use crate::{ReadTx, StoreError};
use meridian_domain::ids::QueueId;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long what was read is taken to hold: new work is frequent, new languages of agents are not.
const FRESH: Duration = Duration::from_mins(1);
/// Queues kept at most.
const MOST: usize = 20_000;

/// What was read of queues, and when.
#[derive(Clone, Default)]
pub(crate) struct Spoken(Arc<Mutex<HashMap<QueueId, Known>>>);

/// When it was read, and the languages; none where those of somebody are not on record.
type Known = (Instant, BTreeSet<String>);

/// Whether a queue can ask for a language: one of its members speaks it, and what the others speak is known of each.
/// Who has no languages on record would be passed over for that.
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
    let members = sqlx::query_scalar!(
        "select distinct a.languages from queue_member m join agent a on a.tenant_id = $1 and a.id = m.agent_id
         where m.tenant_id = $1 and m.queue_id = $2 and m.valid_to is null and a.status = 'active'",
        tenant,
        queue.0
    )
    .fetch_all(tx.conn())
    .await?;
    let complete = members.iter().all(|languages| !languages.is_empty());
    let languages: BTreeSet<String> = members.into_iter().filter(|_| complete).flatten().collect();
    let asked = languages.contains(language);
    let mut queues = spoken.0.lock().unwrap_or_else(PoisonError::into_inner);
    if queues.len() >= MOST {
        queues.clear();
    }
    queues.insert(queue, (Instant::now(), languages));
    Ok(asked)
}
