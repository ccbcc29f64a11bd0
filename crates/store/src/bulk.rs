//! The owner's view past all scopes, for benches and chores on a database of one's own.

use crate::StoreError;
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::{fmt::Write, str::FromStr};
use uuid::Uuid;

/// The statements that took most of the server's time since they are counted (`pg_stat_statements`), as text.
pub async fn costliest(owner_url: &str, most: i64) -> Result<Vec<String>, StoreError> {
    let mut conn: PgConnection = PgConnectOptions::from_str(owner_url)?.connect().await?;
    sqlx::query("create extension if not exists pg_stat_statements").execute(&mut conn).await?;
    let lines = sqlx::query_scalar(
        r"select format('%8s calls %9s ms %7s ms each  %s', calls, round(total_exec_time::numeric, 0),
                       round(mean_exec_time::numeric, 3), left(regexp_replace(query, '\s+', ' ', 'g'), 150))
         from pg_stat_statements order by total_exec_time desc limit $1",
    )
    .bind(most)
    .fetch_all(&mut conn)
    .await?;
    conn.close().await?;
    Ok(lines)
}

/// How many messages of customers stand in all timelines.
pub async fn customer_messages(owner_url: &str) -> Result<i64, StoreError> {
    let mut conn: PgConnection = PgConnectOptions::from_str(owner_url)?.connect().await?;
    let sql = "select count(*) from timeline_item where kind = 'message' and actor_kind = 'customer'";
    let count = sqlx::query_scalar(sql).fetch_one(&mut conn).await?;
    conn.close().await?;
    Ok(count)
}

/// How much work waits for an agent.
pub async fn waiting(owner_url: &str) -> Result<i64, StoreError> {
    let mut conn: PgConnection = PgConnectOptions::from_str(owner_url)?.connect().await?;
    let count =
        sqlx::query_scalar("select count(*) from work_item where state = 'queued'").fetch_one(&mut conn).await?;
    conn.close().await?;
    Ok(count)
}

/// Where a history is loaded to.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The tenant.
    pub tenant: Uuid,
    /// A branch of it.
    pub branch: Uuid,
    /// A queue of it.
    pub queue: Uuid,
    /// A WhatsApp account of it.
    pub account: Uuid,
}

/// Items of one conversation.
const A_CONVERSATION: u64 = 20;
/// Conversations of the largest customer, whose three addresses were merged.
const LARGEST: u64 = 1000;
/// Conversations that are still open, the newest.
const OPEN: u64 = 5000;
/// Conversations written at a time.
const CHUNK: u64 = 5000;

/// Stable ids of what is loaded: a kind and a number.
pub(crate) fn id(kind: u8, number: u64) -> Uuid {
    let mut bytes = [0_u8; 16];
    bytes[0] = 0x10 + kind;
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The largest customer of a loaded history.
pub fn largest() -> Uuid {
    id(1, 0)
}

/// The customer and the address of a conversation.
fn owner(conversation: u64) -> (u64, u64) {
    match conversation.checked_sub(LARGEST) {
        None => (0, conversation % 3),
        Some(rest) => (1 + rest, 3 + rest),
    }
}

pub(crate) async fn copy(conn: &mut PgConnection, into: &str, rows: &str) -> Result<(), StoreError> {
    let mut sink = conn.copy_in_raw(&format!("copy {into} from stdin")).await?;
    sink.send(rows.as_bytes()).await?;
    sink.finish().await?;
    Ok(())
}

/// Lets the planner know what the tables hold, as the server itself does within a minute, and counts statements from here.
pub async fn analyze(owner_url: &str, counted: bool) -> Result<(), StoreError> {
    let mut conn: PgConnection = PgConnectOptions::from_str(owner_url)?.connect().await?;
    sqlx::query("analyze").execute(&mut conn).await?;
    if counted {
        sqlx::query("create extension if not exists pg_stat_statements").execute(&mut conn).await?;
        sqlx::query("select pg_stat_statements_reset()").execute(&mut conn).await?;
    }
    conn.close().await?;
    Ok(())
}

/// Loads a history of so many items by COPY: conversations of twenty items, one customer with 20,000 of them, the
/// newest conversations open. Constraints are trusted, not checked: what is written keeps them.
pub async fn load(owner_url: &str, into: Place, items: u64) -> Result<(), StoreError> {
    let mut conn: PgConnection = PgConnectOptions::from_str(owner_url)?.connect().await?;
    sqlx::query("set session_replication_role = replica").execute(&mut conn).await?;
    sqlx::query("set synchronous_commit = off").execute(&mut conn).await?;
    let conversations = items.div_ceil(A_CONVERSATION);
    let mut known = 0;
    for from in (0..conversations).step_by(CHUNK as usize) {
        let until = (from + CHUNK).min(conversations);
        known = load_people(&mut conn, into, known, owner(until - 1).0 + 1).await?;
        load_conversations(&mut conn, into, (from, until, conversations)).await?;
    }
    sqlx::query("update tenant set conversation_number = $2 where tenant_id = $1")
        .bind(into.tenant)
        .bind(conversations.cast_signed())
        .execute(&mut conn)
        .await?;
    sqlx::query("vacuum analyze").execute(&mut conn).await?;
    conn.close().await?;
    Ok(())
}

/// Customers from `from` on, with their addresses; returns how many there are then.
async fn load_people(conn: &mut PgConnection, into: Place, from: u64, until: u64) -> Result<u64, StoreError> {
    let (mut customers, mut parties, mut owned, mut identities) =
        (String::new(), String::new(), String::new(), String::new());
    let tenant = into.tenant;
    for customer in from..until {
        let who = id(1, customer);
        let _ = writeln!(customers, "{tenant}\t{who}\tCustomer {customer}");
        let addresses = if customer == 0 { 0..3 } else { customer + 2..customer + 3 };
        for address in addresses {
            let (party, phone) = (id(2, address), format!("4479{address:08}"));
            let _ = writeln!(parties, "{tenant}\t{party}\twa_id\t\t{phone}");
            let _ = writeln!(owned, "{tenant}\t{party}\t{who}");
            let _ = writeln!(identities, "{tenant}\t{}\t{party}\twa_id\t\t{phone}\tchannel\twhatsapp", id(3, address));
        }
    }
    copy(conn, "customer (tenant_id, id, name)", &customers).await?;
    copy(conn, "party (tenant_id, id, scheme, scope, value)", &parties).await?;
    copy(conn, "party_customer (tenant_id, party_id, customer_id)", &owned).await?;
    copy(conn, "customer_identity (tenant_id, id, party_id, scheme, scope, value, verified, source)", &identities)
        .await?;
    Ok(until)
}

/// Conversations with their session and items, a minute apart, the last of all a minute ago.
async fn load_conversations(
    conn: &mut PgConnection,
    into: Place,
    (from, until, all): (u64, u64, u64),
) -> Result<(), StoreError> {
    let (mut conversations, mut sessions, mut items, mut contents) =
        (String::new(), String::new(), String::new(), String::new());
    let Place { tenant, branch, queue, account } = into;
    let newest = meridian_domain::time::Clock::now(&meridian_domain::time::SystemClock);
    for n in from..until {
        let (conversation, session) = (id(4, n), id(5, n));
        let (customer, address) = owner(n);
        let (customer, party) = (id(1, customer), id(2, address));
        let (open, number) = (n + OPEN >= all, n + 1);
        let last = newest - chrono::TimeDelta::minutes((all - n).cast_signed());
        let at = last.to_rfc3339();
        let (lifecycle, owner) = if open { ("open", "queue") } else { ("resolved", "none") };
        let closed = if open { "\\N" } else { &at };
        let _ = writeln!(
            conversations,
            "{tenant}\t{conversation}\t{number}\t{branch}\t{customer}\t{lifecycle}\t{owner}\t{queue}\t{A_CONVERSATION}\t{at}\t{at}\t{closed}"
        );
        // A closed session may be one of many of an address; an open one may not.
        let ended = if open { &at } else { closed };
        let _ = writeln!(sessions, "{tenant}\t{session}\t{conversation}\t{party}\t{account}\twhatsapp\t{at}\t{ended}");
        for seq in 1..=A_CONVERSATION {
            let item = id(6, n * A_CONVERSATION + seq);
            let placed = (last - chrono::TimeDelta::seconds((A_CONVERSATION - seq).cast_signed() * 2)).to_rfc3339();
            let (actor, who) =
                if seq % 2 == 1 { ("customer", party.to_string()) } else { ("system", "\\N".to_owned()) };
            let _ = writeln!(
                items,
                "{tenant}\t{item}\t{conversation}\t{session}\t{party}\t{seq}\tmessage\t{actor}\t{who}\t{placed}"
            );
            let _ =
                writeln!(contents, "{tenant}\t{item}\t1\tmessage {seq} of conversation {number}: where is my parcel?");
        }
    }
    let columns = "conversation (tenant_id, id, number, branch_id, customer_id, lifecycle, owner, queue_id, seq, placed_at, last_activity_at, resolved_at)";
    copy(conn, columns, &conversations).await?;
    let columns = "session (tenant_id, id, conversation_id, party_id, account_id, kind, opened_at, closed_at)";
    copy(conn, columns, &sessions).await?;
    let columns = "timeline_item (tenant_id, id, conversation_id, session_id, party_id, seq, kind, actor_kind, actor_id, placed_at)";
    copy(conn, columns, &items).await?;
    copy(conn, "item_content (tenant_id, item_id, revision, text)", &contents).await
}
