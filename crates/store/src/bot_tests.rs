//! Dialogues that administrators play with a bot.

use crate::{ReadTx, StoreError, SystemTx, WriteTx};
use meridian_domain::{
    bot::{dialogue::Step, test::Test},
    ids::{BotId, BotTestId},
    time::Instant,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A test.
#[derive(Debug, Clone)]
pub struct BotTest {
    /// Id: also the session and the conversation that the bot is told of.
    pub id: BotTestId,
    /// The bot.
    pub bot: BotId,
    /// How it stands.
    pub test: Test,
    /// The recorded dialogue that is played again.
    pub dialogue: Option<Vec<Step>>,
    /// Whether the bot is told something right now.
    pub busy: bool,
    /// When it began.
    pub created_at: Instant,
}

struct Row {
    id: Uuid,
    bot_id: Uuid,
    test: Value,
    dialogue: Option<Value>,
    busy: bool,
    created_at: Instant,
}

impl TryFrom<Row> for BotTest {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let wrong = |column| StoreError::Inconsistent { table: "bot_test", column, value: row.id.to_string() };
        Ok(Self {
            id: row.id.into(),
            bot: row.bot_id.into(),
            test: serde_json::from_value(row.test).map_err(|_| wrong("test"))?,
            dialogue: row.dialogue.map(serde_json::from_value).transpose().map_err(|_| wrong("dialogue"))?,
            busy: row.busy,
            created_at: row.created_at,
        })
    }
}

/// One test.
pub async fn find(tx: &mut ReadTx, id: BotTestId) -> Result<Option<BotTest>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        r#"select id, bot_id, test, dialogue, coalesce(busy_until > clock_timestamp(), false) as "busy!", created_at
           from bot_test where tenant_id = $1 and id = $2"#,
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(BotTest::try_from).transpose()
}

/// The newest tests of a bot.
pub async fn newest(tx: &mut ReadTx, bot: BotId, limit: i64) -> Result<Vec<BotTest>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        r#"select id, bot_id, test, dialogue, coalesce(busy_until > clock_timestamp(), false) as "busy!", created_at
           from bot_test where tenant_id = $1 and bot_id = $2 order by created_at desc, id desc limit $3"#,
        tenant,
        bot.0,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(BotTest::try_from).collect()
}

/// Whether there is such a test.
pub async fn exists(tx: &mut ReadTx, id: BotTestId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!("select 1 from bot_test where tenant_id = $1 and id = $2", tenant, id.0);
    Ok(found.fetch_optional(tx.conn()).await?.is_some())
}

/// Begins a test; of the tenant's others only the newest stay, so that there are at most so many.
pub async fn insert(
    tx: &mut WriteTx,
    bot: BotId,
    test: &Test,
    dialogue: Option<&[Step]>,
    most: i64,
) -> Result<BotTestId, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<BotTestId>());
    let dialogue = dialogue.map(|steps| json!(steps));
    sqlx::query!(
        "delete from bot_test where tenant_id = $1 and id in (
           select id from bot_test where tenant_id = $1 order by created_at desc, id desc offset $2
         )",
        tenant,
        most - 1
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into bot_test (tenant_id, id, bot_id, test, dialogue) values ($1, $2, $3, $4, $5)",
        tenant,
        id.0,
        bot.0,
        json!(test),
        dialogue
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// How much the tenant's tests tell bots.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Events of this minute.
    pub events: i64,
    /// Tests that tell their bot something right now.
    pub busy: i64,
}

/// How much the tenant's tests tell bots now.
pub async fn load(tx: &mut ReadTx) -> Result<Load, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select coalesce(sum(events) filter (where minute = date_trunc('minute', clock_timestamp())), 0)::bigint as "events!",
                  count(*) filter (where busy_until > clock_timestamp()) as "busy!"
           from bot_test where tenant_id = $1"#,
        tenant
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Load { events: row.events, busy: row.busy })
}

/// Takes a test to tell its bot something, for so many seconds at the longest; the version that [`settle`] wants. None
/// while somebody else has it.
pub async fn claim(tx: &mut WriteTx, id: BotTestId, seconds: f64) -> Result<Option<i32>, StoreError> {
    let tenant = tx.tenant();
    let version = sqlx::query_scalar!(
        "update bot_test set version = version + 1, busy_until = clock_timestamp() + make_interval(secs => $3)
         where tenant_id = $1 and id = $2 and coalesce(busy_until, '-infinity') < clock_timestamp()
         returning version",
        tenant,
        id.0,
        seconds
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(version)
}

/// Gives a test back as it stands now, after so many events; false when another has taken it meanwhile.
pub async fn settle(
    tx: &mut WriteTx,
    id: BotTestId,
    version: i32,
    test: &Test,
    events: i32,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update bot_test set test = $4, busy_until = null,
                events = $5 + case when minute = date_trunc('minute', clock_timestamp()) then events else 0 end,
                minute = date_trunc('minute', clock_timestamp())
         where tenant_id = $1 and id = $2 and version = $3",
        tenant,
        id.0,
        version,
        json!(test),
        events
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets tests that are a day old.
pub async fn forget(tx: &mut SystemTx, most: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from bot_test where (tenant_id, id) in (
           select tenant_id, id from bot_test where created_at < now() - interval '1 day' order by created_at limit $1
         )",
        most
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
