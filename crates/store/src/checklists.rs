//! Checklists of next steps, the intents they are kept for, and what is done of them in conversations.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    checklist::{Answer, Answered, Marks, Step},
    ids::{AgentId, ChecklistId, ConversationId},
    time::Instant,
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// A checklist.
#[derive(Debug, Clone)]
pub struct Checklist {
    /// Id.
    pub id: ChecklistId,
    /// Title.
    pub title: String,
    /// Title in Chinese; empty = as `title`.
    pub title_zh: String,
    /// Intents it is for.
    pub intents: Vec<String>,
    /// What is to be done, in order.
    pub steps: Vec<Step>,
    /// Rises with every change.
    pub version: i32,
    /// When it was taken out of use.
    pub archived_at: Option<Instant>,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Who changed it, when a person did.
    pub updated_by: Option<AgentId>,
}

#[derive(Deserialize)]
struct Row {
    id: Uuid,
    title: String,
    title_zh: String,
    intents: Vec<String>,
    steps: Value,
    version: i32,
    archived_at: Option<Instant>,
    updated_at: Instant,
    updated_by: Option<Uuid>,
}

impl From<Row> for Checklist {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            title: row.title,
            title_zh: row.title_zh,
            intents: row.intents,
            steps: serde_json::from_value(row.steps).unwrap_or_default(),
            version: row.version,
            archived_at: row.archived_at,
            updated_at: row.updated_at,
            updated_by: row.updated_by.map(AgentId),
        }
    }
}

/// All checklists by title, those out of use last and only when asked for; at most 1,000.
pub async fn all(tx: &mut ReadTx, archived: bool) -> Result<Vec<Checklist>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, title, title_zh, intents, steps, version, archived_at, updated_at, updated_by from checklist
         where tenant_id = $1 and (archived_at is null or $2)
         order by archived_at is not null, lower(title), id limit 1000",
        tenant,
        archived
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(Checklist::from).collect())
}

/// One checklist.
pub async fn find(tx: &mut ReadTx, id: ChecklistId) -> Result<Option<Checklist>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select id, title, title_zh, intents, steps, version, archived_at, updated_at, updated_by from checklist
         where tenant_id = $1 and id = $2",
        tenant,
        id.0
    );
    Ok(row.fetch_optional(tx.conn()).await?.map(Checklist::from))
}

/// One checklist under lock.
pub async fn lock(tx: &mut WriteTx, id: ChecklistId) -> Result<Option<Checklist>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select id, title, title_zh, intents, steps, version, archived_at, updated_at, updated_by from checklist
         where tenant_id = $1 and id = $2 for update",
        tenant,
        id.0
    );
    Ok(row.fetch_optional(tx.conn()).await?.map(Checklist::from))
}

/// How many checklists are in use.
pub async fn in_use(tx: &mut ReadTx) -> Result<i64, StoreError> {
    let tenant = tx.tenant();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from checklist where tenant_id = $1 and archived_at is null"#,
        tenant
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

/// Of intents, those that another checklist in use is kept for, with its title.
pub async fn taken(
    tx: &mut ReadTx,
    intents: &[String],
    besides: ChecklistId,
) -> Result<Vec<(String, String)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select i.label, l.title from checklist_intent i
         join checklist l on l.tenant_id = i.tenant_id and l.id = i.checklist_id
         where i.tenant_id = $1 and i.label = any($2) and i.checklist_id <> $3",
        tenant,
        intents,
        besides.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.label, row.title)).collect())
}

/// What a checklist says.
#[derive(Debug, Clone, Copy)]
pub struct Says<'a> {
    /// Title.
    pub title: &'a str,
    /// Title in Chinese; empty = as `title`.
    pub title_zh: &'a str,
    /// Intents it is for.
    pub intents: &'a [String],
    /// What is to be done, in order.
    pub steps: &'a [Step],
}

/// Adds a checklist or changes one. An intent that another one has is a broken constraint.
pub async fn save(tx: &mut WriteTx, id: ChecklistId, says: Says<'_>) -> Result<(), StoreError> {
    let (tenant, author) = (tx.tenant(), tx.scope().actor().agent().map(|agent| agent.0));
    let archived = sqlx::query_scalar!(
        r#"insert into checklist (tenant_id, id, title, title_zh, intents, steps, updated_by)
           values ($1, $2, $3, $4, $5, $6, $7)
           on conflict (tenant_id, id) do update set title = excluded.title, title_zh = excluded.title_zh,
             intents = excluded.intents, steps = excluded.steps, version = checklist.version + 1,
             updated_at = clock_timestamp(), updated_by = excluded.updated_by
           returning archived_at is not null as "archived!""#,
        tenant,
        id.0,
        says.title,
        says.title_zh,
        says.intents,
        json!(says.steps),
        author
    )
    .fetch_one(tx.conn())
    .await?;
    keep_for(tx, id, if archived { &[] } else { says.intents }).await
}

/// Takes a checklist out of use, or into use again for its intents.
pub async fn set_archived(tx: &mut WriteTx, checklist: &Checklist, archived: bool) -> Result<(), StoreError> {
    let (tenant, author) = (tx.tenant(), tx.scope().actor().agent().map(|agent| agent.0));
    sqlx::query!(
        "update checklist set archived_at = case when $3 then clock_timestamp() end, version = version + 1,
           updated_at = clock_timestamp(), updated_by = $4
         where tenant_id = $1 and id = $2",
        tenant,
        checklist.id.0,
        archived,
        author
    )
    .execute(tx.conn())
    .await?;
    keep_for(tx, checklist.id, if archived { &[] } else { &checklist.intents }).await
}

async fn keep_for(tx: &mut WriteTx, id: ChecklistId, intents: &[String]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "delete from checklist_intent where tenant_id = $1 and checklist_id = $2 and label <> all($3)",
        tenant,
        id.0,
        intents
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into checklist_intent (tenant_id, label, checklist_id) select $1, n.label, $2 from unnest($3::text[]) as n(label)
         where not exists (select from checklist_intent k
           where k.tenant_id = $1 and k.label = n.label and k.checklist_id = $2)",
        tenant,
        id.0,
        intents
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What became of a checklist where it was suggested or chosen; the last word counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Conversations in which it is or was followed.
    pub accepted: i64,
    /// Conversations in which it was ignored or put away.
    pub ignored: i64,
    /// Of those that followed it, the ones in which every step is done.
    pub completed: i64,
}

/// What became of several checklists.
pub async fn counts(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<(ChecklistId, Counts)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select checklist_id, count(*) filter (where state = 'followed') as "accepted!",
                  count(*) filter (where state = 'ignored') as "ignored!",
                  count(*) filter (where state = 'followed' and completed_at is not null) as "completed!"
           from checklist_use where tenant_id = $1 and checklist_id = any($2) group by checklist_id"#,
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    let told = rows.into_iter().map(|row| (row.checklist_id.into(), (row.accepted, row.ignored, row.completed)));
    Ok(told.map(|(id, (accepted, ignored, completed))| (id, Counts { accepted, ignored, completed })).collect())
}

/// A checklist in a conversation.
#[derive(Debug, Clone)]
pub struct Use {
    /// Which.
    pub checklist: ChecklistId,
    /// The last answer.
    pub answer: Answer,
    /// Version of the checklist when it was answered.
    pub version: i32,
    /// What it was suggested for; none when it was chosen by hand.
    pub intent: Option<String>,
    /// Intents it was ignored for.
    pub ignored_for: Vec<String>,
    /// Its title then.
    pub title: String,
    /// The same in Chinese; empty = as `title`.
    pub title_zh: String,
    /// Its steps then.
    pub steps: Vec<Step>,
    /// What was said of them.
    pub marks: Marks,
    /// Who answered, when a person did.
    pub agent: Option<AgentId>,
    /// When.
    pub answered_at: Instant,
    /// When every step was done.
    pub completed_at: Option<Instant>,
    /// Why steps that must be done were left open at the end; empty = they were not.
    pub open_reason: String,
}

impl Use {
    /// As far as it decides what is suggested.
    pub fn answered(&self) -> Answered<'_> {
        Answered { checklist: self.checklist, answer: self.answer, ignored_for: &self.ignored_for }
    }
}

#[derive(Deserialize)]
struct UseRow {
    checklist_id: Uuid,
    state: String,
    version: i32,
    intent: Option<String>,
    ignored_for: Vec<String>,
    title: String,
    title_zh: String,
    steps: Value,
    marks: Value,
    agent_id: Option<Uuid>,
    answered_at: Instant,
    completed_at: Option<Instant>,
    open_reason: String,
}

impl TryFrom<UseRow> for Use {
    type Error = StoreError;
    fn try_from(row: UseRow) -> Result<Self, StoreError> {
        Ok(Self {
            checklist: row.checklist_id.into(),
            answer: code("checklist_use", "state", &row.state, Answer::from_code)?,
            version: row.version,
            intent: row.intent,
            ignored_for: row.ignored_for,
            title: row.title,
            title_zh: row.title_zh,
            steps: serde_json::from_value(row.steps).unwrap_or_default(),
            marks: serde_json::from_value(row.marks).unwrap_or_default(),
            agent: row.agent_id.map(AgentId),
            answered_at: row.answered_at,
            completed_at: row.completed_at,
            open_reason: row.open_reason,
        })
    }
}

/// Checklists answered in a conversation, oldest answer first.
pub async fn uses(tx: &mut ReadTx, conversation: ConversationId) -> Result<Vec<Use>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        UseRow,
        "select checklist_id, state, version, intent, ignored_for, title, title_zh, steps, marks, agent_id, answered_at,
                completed_at, open_reason
         from checklist_use where tenant_id = $1 and conversation_id = $2 order by answered_at, checklist_id",
        tenant,
        conversation.0
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Use::try_from).collect()
}

/// What decides the next steps of a conversation.
#[derive(Debug, Clone)]
pub struct Told {
    /// The conversation.
    pub conversation: ConversationId,
    /// What the customer asked for: by engagement, the one used last first, the newest intent last.
    pub heard: Vec<Vec<String>>,
    /// What the newest brief says.
    pub brief: Option<String>,
    /// Checklists in use of any of these intents.
    pub kept: Vec<Checklist>,
    /// What was answered, oldest first.
    pub uses: Vec<Use>,
}

/// What decides the next steps of several conversations.
pub async fn told(tx: &mut ReadTx, conversations: &[Uuid]) -> Result<Vec<Told>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select c.id, coalesce(h.heard, '[]') as "heard!", b.intent as "brief?",
             coalesce((select jsonb_agg(to_jsonb(l)) from checklist l where l.tenant_id = $1 and l.id in (
               select i.checklist_id from checklist_intent i where i.tenant_id = $1 and i.label in (
                 select b.intent union all
                 select jsonb_array_elements_text(one) from jsonb_array_elements(h.heard) one))), '[]') as "kept!",
             coalesce((select jsonb_agg(to_jsonb(u) order by u.answered_at, u.checklist_id) from checklist_use u
               where u.tenant_id = $1 and u.conversation_id = c.id), '[]') as "uses!"
           from conversation c
           left join lateral (
             select jsonb_agg(s.heard->'intents' order by coalesce(s.last_customer_at, s.opened_at) desc, s.id desc) as heard
             from session s where s.tenant_id = $1 and s.conversation_id = c.id and s.heard ? 'intents') h on true
           left join lateral (
             select f.brief->>'intent' as intent from handoff f where f.tenant_id = $1 and f.conversation_id = c.id
             order by f.created_at desc, f.id desc limit 1) b on true
           where c.tenant_id = $1 and c.id = any($2)"#,
        tenant,
        conversations
    )
    .fetch_all(tx.conn())
    .await?;
    let read = |value| serde_json::from_value::<Vec<Row>>(value).unwrap_or_default();
    let mut found = Vec::new();
    for row in rows {
        let uses = serde_json::from_value::<Vec<UseRow>>(row.uses).unwrap_or_default();
        found.push(Told {
            conversation: row.id.into(),
            heard: serde_json::from_value(row.heard).unwrap_or_default(),
            brief: row.brief,
            kept: read(row.kept).into_iter().map(Checklist::from).collect(),
            uses: uses.into_iter().map(Use::try_from).collect::<Result<_, _>>()?,
        });
    }
    Ok(found)
}

/// Keeps an answer to a checklist as it says now. Its ticks stay while its steps are the same as before. Ignored, it is not
/// suggested again for `intent`.
pub async fn answer(
    tx: &mut WriteTx,
    conversation: ConversationId,
    checklist: &Checklist,
    answer: Answer,
    intent: Option<&str>,
) -> Result<(), StoreError> {
    let (tenant, agent) = (tx.tenant(), tx.scope().actor().agent().map(|agent| agent.0));
    let ignored: Vec<String> = intent.filter(|_| answer == Answer::Ignored).map(str::to_owned).into_iter().collect();
    sqlx::query!(
        "insert into checklist_use as u (tenant_id, conversation_id, checklist_id, state, version, intent, ignored_for, title,
                title_zh, steps, agent_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (tenant_id, conversation_id, checklist_id) do update set state = excluded.state,
           version = case when excluded.state = 'followed' then excluded.version else u.version end,
           marks = case when excluded.state = 'followed' and u.steps <> excluded.steps then '{}' else u.marks end,
           completed_at = case when excluded.state = 'followed' and u.steps <> excluded.steps then null else u.completed_at end,
           title = case when excluded.state = 'followed' then excluded.title else u.title end,
           title_zh = case when excluded.state = 'followed' then excluded.title_zh else u.title_zh end,
           steps = case when excluded.state = 'followed' then excluded.steps else u.steps end,
           intent = excluded.intent,
           ignored_for = u.ignored_for || array(select unnest(excluded.ignored_for) except select unnest(u.ignored_for)),
           agent_id = excluded.agent_id, answered_at = clock_timestamp(), open_reason = ''",
        tenant,
        conversation.0,
        checklist.id.0,
        answer.code(),
        checklist.version,
        intent,
        &ignored,
        checklist.title,
        checklist.title_zh,
        json!(checklist.steps),
        agent
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks a step, by its place from 1; `complete` tells whether every step is done then.
pub async fn mark(
    tx: &mut WriteTx,
    conversation: ConversationId,
    checklist: ChecklistId,
    (place, done, remark): (usize, bool, &str),
    complete: bool,
) -> Result<(), StoreError> {
    let (tenant, agent) = (tx.tenant(), tx.scope().actor().agent());
    let said = json!({ "done": done, "by": agent, "remark": remark });
    sqlx::query!(
        "update checklist_use set
           marks = marks || jsonb_build_object($4::text, jsonb_strip_nulls($5) || jsonb_build_object('at', clock_timestamp())),
           completed_at = case when $6 then coalesce(completed_at, clock_timestamp()) end
         where tenant_id = $1 and conversation_id = $2 and checklist_id = $3",
        tenant,
        conversation.0,
        checklist.0,
        place.to_string(),
        said,
        complete
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps why steps that must be done were left open.
pub async fn left_open(
    tx: &mut WriteTx,
    conversation: ConversationId,
    checklists: &[Uuid],
    reason: &str,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update checklist_use set open_reason = $4
         where tenant_id = $1 and conversation_id = $2 and checklist_id = any($3)",
        tenant,
        conversation.0,
        checklists,
        reason
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
