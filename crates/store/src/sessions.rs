//! Opening sessions, and what is kept of the customer's words in them.

use crate::{ReadTx, StoreError, WriteTx, conversations::Session};
use meridian_domain::{
    ids::{SessionId, WorkItemId},
    understanding::message::Heard,
};
use serde_json::json;
use uuid::Uuid;

/// Opens a session; the customer, and the bot that holds it, take part from the start. Of a customer who is `known` the
/// language of an earlier engagement is kept, and told.
pub async fn insert(tx: &mut WriteTx, session: &Session, known: bool) -> Result<Option<String>, StoreError> {
    let tenant = tx.tenant();
    let language = sqlx::query_scalar!(
        r#"with s as (
           insert into session (tenant_id, id, conversation_id, party_id, account_id, kind, thread, control, control_id,
                                heard)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $10 then coalesce((
             select jsonb_build_object('lang', e.heard->'lang')
             from party_customer p
             cross join lateral (
               select id from conversation where tenant_id = $1 and customer_id = p.customer_id
               order by last_activity_at desc, id desc limit 5 offset 0
             ) c
             join session e on e.tenant_id = $1 and e.conversation_id = c.id
             where p.tenant_id = $1 and p.party_id = $4 and e.heard->'lang' is not null
             order by e.last_customer_at desc nulls last limit 1
           ), '{}') else '{}' end)
           returning heard->>'lang' as language
         ), p as (
           insert into participant (tenant_id, session_id, kind, actor_id, role)
           select $1, $2, p.kind, p.actor, p.kind from (values ('customer', $4), ('bot', $9)) as p(kind, actor)
           where p.kind = 'customer' or $8 = 'bot'
         )
         select language from s"#,
        tenant,
        session.id.0,
        session.conversation.0,
        session.party.0,
        session.account.0,
        session.kind.code(),
        session.thread,
        session.control.code(),
        session.control_id,
        known
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(language)
}

/// Keeps what was heard in a session.
pub async fn set_heard(tx: &mut WriteTx, session: SessionId, heard: &Heard) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!("update session set heard = $3 where tenant_id = $1 and id = $2", tenant, session.0, json!(heard))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Open work of sessions, where they have any.
pub async fn open_work(tx: &mut ReadTx, sessions: &[SessionId]) -> Result<Vec<(SessionId, WorkItemId)>, StoreError> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.0).collect();
    let rows = sqlx::query!(
        "select w.session_id, w.id from unnest($2::uuid[]) as asked(id)
         join work_item w on w.tenant_id = $1 and w.session_id = asked.id
           and w.state in ('queued', 'offered', 'active', 'wrapping', 'parked')",
        tenant,
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.session_id.into(), row.id.into())).collect())
}
