//! What providers keep until it is fetched: who calls, how far it was read, and what came.

use crate::{App, accounts, authz::Subject, delivery};
use meridian_domain::{
    channel::AccountConfig,
    ids::{ChannelAccountId, CursorId, TenantId},
    jobs::Job,
    outbound::SendError,
};
use meridian_store::{
    StoreError, WriteTx,
    accounts::{heard, well},
    cursors,
};
use std::sync::Arc;

pub use meridian_store::cursors::{Cursor, PulledRaw};

/// A provider says that something waits.
pub(crate) async fn call(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    what: &str,
    hint: &str,
) -> Result<(), StoreError> {
    let cursor = cursors::wanted(tx, account, what, hint).await?;
    tx.job(&Job::Pull { cursor: cursor.id }, account.0);
    Ok(())
}

/// Asks a provider that calls although it did not: a call may be lost.
pub async fn uncalled(app: &App, tenant: TenantId, account: ChannelAccountId, what: &str) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    if !what.is_empty() {
        cursors::wanted(&mut tx, account, what, "").await?;
    }
    for cursor in cursors::of_account(&mut tx, account).await? {
        tx.job(&Job::Pull { cursor }, account.0);
    }
    tx.commit().await
}

/// Where a pull stands, with its account; `None` when the account is gone or switched off.
pub async fn standing(
    app: &App,
    tenant: TenantId,
    id: CursorId,
) -> Result<Option<(Cursor, Arc<AccountConfig>)>, StoreError> {
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let Some(cursor) = cursors::find(&mut tx, id).await? else { return Ok(None) };
    drop(tx);
    let found = accounts::account(app, cursor.account).await?;
    Ok(found.filter(|(owner, _)| *owner == tenant).map(|(_, account)| (cursor, account)))
}

/// Where the reading of something stands; a place to keep it is made when it is new.
pub async fn place(app: &App, tenant: TenantId, account: ChannelAccountId, what: &str) -> Result<Cursor, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let cursor = cursors::wanted(&mut tx, account, what, "").await?;
    tx.commit().await?;
    Ok(cursor)
}

/// Keeps what was pulled and how far, in one transaction: neither is ever there without the other. False when another
/// pull was faster; nothing is kept then, for the other one has it.
pub async fn keep(
    app: &App,
    tenant: TenantId,
    cursor: &mut Cursor,
    pulled: &[PulledRaw<'_>],
    position: &str,
) -> Result<bool, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    if position != cursor.position && !cursors::advance(&mut tx, cursor, position).await? {
        return Ok(false);
    }
    for one in pulled {
        if let Some(raw) = cursors::store(&mut tx, one).await? {
            tx.job(&Job::Ingest { raw }, one.account.0);
        }
    }
    tx.commit().await?;
    position.clone_into(&mut cursor.position);
    Ok(true)
}

/// A provider answered: its account is well, and was heard from.
pub async fn answered(app: &App, tenant: TenantId, account: ChannelAccountId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    well(&mut tx, account).await?;
    heard(&mut tx, account).await?;
    tx.commit().await
}

/// What a failed pull says about its account.
pub async fn failed(
    app: &App,
    tenant: TenantId,
    account: ChannelAccountId,
    error: &SendError,
) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    delivery::note_failure(&mut tx, account, error).await?;
    tx.commit().await
}
