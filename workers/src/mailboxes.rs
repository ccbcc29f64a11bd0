//! Mailboxes that are read: each by one process at a time, which holds its lease and waits in IDLE for news.

use crate::Settings;
use meridian_app::{
    accounts,
    pulls::{self, Cursor, PulledRaw},
};
use meridian_channels::{
    StoredRequest,
    email::imap::{Mailbox, Part, Position, folder, nothing_of, reads},
};
use meridian_domain::{
    channel::AccountConfig,
    ids::{ChannelAccountId, TenantId},
    outbound::SendError,
    time::Clock,
};
use meridian_store::{StoreError, cursors, system};
use meridian_telemetry::point;
use sha2::{Digest, Sha256};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often new mailboxes are looked for, and leases extended.
const EVERY: Duration = Duration::from_secs(5);
/// Seconds after which another process may read a mailbox whose reader is gone.
const LEASE_SECONDS: f64 = 30.0;
/// The longest wait in IDLE: lost connections and changed settings are noticed after this time.
const IDLE: Duration = Duration::from_mins(4);
/// The first and the longest wait after a failure.
const WAITS: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(5));

/// Attempts in a row at one mail before its head stands for it, and before a note does: with the waits between them about
/// ten minutes and forty. What is never handed out must not hold up what came after it.
const TRIES: (u32, u32) = (6, 12);

/// The mail that could not be fetched last, and how often in a row.
#[derive(Debug, Default)]
struct HeldUp(Option<(Position, u32)>);

impl HeldUp {
    fn times(&self, at: Position) -> u32 {
        self.0.filter(|(last, _)| *last == at).map_or(0, |(_, times)| times)
    }

    fn failed(&mut self, at: Position) {
        self.0 = Some((at, self.times(at) + 1));
    }

    /// How much of a mail is asked for; `None` when it is given up.
    fn part(&self, at: Position) -> Option<Part> {
        match self.times(at) {
            times if times < TRIES.0 => Some(Part::Whole),
            times if times < TRIES.1 => Some(Part::Head),
            _ => None,
        }
    }
}

/// Why reading ended.
enum Failed {
    /// The provider.
    Provider(SendError),
    /// The database.
    Store(StoreError),
}

impl From<SendError> for Failed {
    fn from(error: SendError) -> Self {
        Self::Provider(error)
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Reads the mailboxes of all tenants that no other process reads.
pub(crate) async fn run(settings: Settings, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let holder = settings.app.db.ids().next();
    let mut readers: HashMap<ChannelAccountId, (CancellationToken, Id)> = HashMap::new();
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
        while let Some(ended) = tasks.try_join_next_with_id() {
            let id = ended.map_or_else(|failed| failed.id(), |(id, ())| id);
            readers.retain(|_, (_, task)| *task != id);
        }
        let held = match hold(&settings, holder).await {
            Ok(held) => held,
            Err(error) => {
                tracing::warn!(%error, "mailboxes could not be looked for, the next round tries again");
                // Leases may be gone meanwhile: what is read twice is recognised, so reading goes on.
                continue;
            }
        };
        readers.retain(|id, (end, _)| {
            let stays = held.iter().any(|(_, account)| account == id);
            if !stays {
                end.cancel();
            }
            stays
        });
        for (tenant, account) in held {
            readers.entry(account).or_insert_with(|| {
                let end = stop.child_token();
                let reader = read(settings.clone(), Arc::clone(&clock), tenant, account);
                let ended = end.clone();
                let task = tasks.spawn(async move {
                    tokio::select! {
                        () = ended.cancelled() => {}
                        () = reader => {}
                    }
                });
                (end, task.id())
            });
        }
        metrics::gauge!("meridian_mailboxes_read").set(readers.len() as f64);
    }
    for (end, _) in readers.values() {
        end.cancel();
    }
    while tasks.join_next().await.is_some() {}
    if let Err(error) = give_back(&settings, holder).await {
        tracing::debug!(%error, "leases of mailboxes run out by themselves");
    }
}

fn lease(account: ChannelAccountId) -> String {
    format!("mailbox.{account}")
}

/// Takes and extends leases; the mailboxes that are ours until the next round.
async fn hold(settings: &Settings, holder: Uuid) -> Result<Vec<(TenantId, ChannelAccountId)>, StoreError> {
    let mut tx = settings.app.db.system("mailboxes of all tenants are shared out among the workers").await?;
    let mut held = Vec::new();
    for (tenant, account) in cursors::mailboxes(&mut tx).await? {
        if system::hold_lease(&mut tx, &lease(account), holder, LEASE_SECONDS).await?.is_some() {
            held.push((tenant, account));
        }
    }
    tx.commit().await?;
    Ok(held)
}

async fn give_back(settings: &Settings, holder: Uuid) -> Result<(), StoreError> {
    let mut tx = settings.app.db.system("a worker that stops hands its mailboxes on").await?;
    for (_, account) in cursors::mailboxes(&mut tx).await? {
        system::drop_leases(&mut tx, &[lease(account)], holder).await?;
    }
    tx.commit().await
}

/// Reads one mailbox until it is no longer to be read.
async fn read(settings: Settings, clock: Arc<dyn Clock>, tenant: TenantId, id: ChannelAccountId) {
    let (mut wait, mut held_up) = (WAITS.0, HeldUp::default());
    loop {
        let account = match accounts::account(&settings.app, id).await {
            Ok(Some((owner, account))) if owner == tenant && reads(&account) => account,
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "the account of a mailbox could not be read");
                tokio::time::sleep(wait).await;
                continue;
            }
        };
        let mut went_well = false;
        match follow(&settings, &*clock, tenant, &account, &mut held_up, &mut went_well).await {
            Ok(()) => {}
            Err(Failed::Provider(error)) => {
                metrics::counter!("meridian_pulls_total", "kind" => "email", "result" => "failed").increment(1);
                tracing::warn!(class = error.class.code(), %tenant, account = %id, "a mailbox cannot be read");
                if let Err(error) = pulls::failed(&settings.app, tenant, id, &error).await {
                    tracing::warn!(%error, "the health of a mailbox could not be noted");
                }
            }
            Err(Failed::Store(error)) => tracing::warn!(%error, %tenant, account = %id, "mail could not be stored"),
        }
        wait = if went_well { WAITS.0 } else { (wait * 2).min(WAITS.1) };
        tokio::time::sleep(wait).await;
    }
}

/// Reads what is there and then what comes, until the connection or the settings change.
async fn follow(
    settings: &Settings,
    clock: &dyn Clock,
    tenant: TenantId,
    account: &AccountConfig,
    held_up: &mut HeldUp,
    went_well: &mut bool,
) -> Result<(), Failed> {
    let app = &settings.app;
    let mut mailbox = Mailbox::open(&settings.http, account).await?;
    let mut cursor = pulls::place(app, tenant, account.id, folder(account)).await?;
    let start = mailbox.start(&cursor.position, clock.now()).await?;
    // Where a mailbox is read from the first time is kept at once: what comes from now on is not missed.
    if !pulls::keep(app, tenant, &mut cursor, &[], &start.to_string()).await? {
        return Ok(());
    }
    loop {
        if !catch_up(settings, tenant, account, (&mut mailbox, &mut *held_up), &mut cursor).await? {
            mailbox.close().await;
            return Ok(());
        }
        pulls::answered(app, tenant, account.id).await?;
        *went_well = true;
        mailbox = mailbox.wait(IDLE).await?;
        let now = accounts::account(app, account.id).await?;
        let same = now.is_some_and(|(_, now)| now.settings == account.settings);
        if !same {
            mailbox.close().await;
            return Ok(());
        }
    }
}

/// Stores what lies after the cursor, a mail and its position in one transaction; false when another process is faster or
/// the mailbox was made anew.
async fn catch_up(
    settings: &Settings,
    tenant: TenantId,
    account: &AccountConfig,
    (mailbox, held_up): (&mut Mailbox, &mut HeldUp),
    cursor: &mut Cursor,
) -> Result<bool, Failed> {
    let app = &settings.app;
    loop {
        let Some(position) = Position::parse(&cursor.position) else { return Ok(false) };
        let (found, through) = mailbox.after(position).await?;
        let last = found.is_empty();
        if through.validity != position.validity {
            return Ok(false);
        }
        for (n, &(uid, size)) in found.iter().enumerate() {
            let place = Position { uid, ..position };
            let at = place.to_string();
            let kept = match fetch(mailbox, held_up, (place, size), found.get(n + 1).copied()).await? {
                Some(mail) => {
                    point("mailbox.fetched");
                    let digest = hex::encode(Sha256::digest(&mail));
                    let (key, part) = (format!("imap:{digest}"), StoredRequest::part_of_pull(&cursor.name));
                    let raw = PulledRaw { account: account.id, dedupe_key: &key, request: &part, body: &mail };
                    pulls::keep(app, tenant, cursor, &[raw], &at).await?
                }
                None => pulls::keep(app, tenant, cursor, &[], &at).await?,
            };
            if !kept {
                return Ok(false);
            }
            metrics::counter!("meridian_pulls_total", "kind" => "email", "result" => "done").increment(1);
        }
        if through.uid > Position::parse(&cursor.position).map_or(0, |now| now.uid)
            && !pulls::keep(app, tenant, cursor, &[], &through.to_string()).await?
        {
            return Ok(false);
        }
        if last {
            return Ok(true);
        }
    }
}

/// A mail, or what stands for one that the server does not hand out though it does the next; `None` when it was taken away
/// meanwhile.
async fn fetch(
    mailbox: &mut Mailbox,
    held_up: &mut HeldUp,
    (at, size): (Position, u32),
    next: Option<(u32, u32)>,
) -> Result<Option<Vec<u8>>, SendError> {
    if held_up.part(at) != Some(Part::Whole) {
        // Perhaps the server hands nothing out just now. A mail that holds nothing up may wait.
        let (uid, size) = next.unwrap_or((at.uid, size));
        let shown = mailbox.fetch(uid, size, Part::Whole).await?;
        if next.is_none() {
            return Ok(shown);
        }
    }
    let Some(part) = held_up.part(at) else {
        tracing::error!(%at, "a mail is not handed out by its server: a note stands for it");
        return Ok(Some(nothing_of(at)));
    };
    let found = mailbox.fetch(at.uid, size, part).await;
    if found.is_err() {
        held_up.failed(at);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_is_never_handed_out_gives_way_to_the_next() {
        let (one, other) = (Position { validity: 1, uid: 7 }, Position { validity: 1, uid: 8 });
        let mut held_up = HeldUp::default();
        let mut asked = Vec::new();
        while let Some(part) = held_up.part(one) {
            asked.push(part);
            held_up.failed(one);
        }
        assert_eq!(asked.iter().filter(|part| **part == Part::Whole).count(), 6);
        assert_eq!((asked.len(), asked.last()), (12, Some(&Part::Head)));
        // Each mail has its own attempts.
        assert_eq!(held_up.part(other), Some(Part::Whole));
        held_up.failed(other);
        assert_eq!((held_up.times(other), held_up.part(one)), (1, Some(Part::Whole)));
    }
}
