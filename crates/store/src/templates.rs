//! Templates of accounts: messages a provider has approved.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    channel::news::TemplateNews,
    ids::{ChannelAccountId, TemplateId},
    template::{Header, TemplateState, Wording},
    time::Instant,
};
use uuid::Uuid;

/// A template.
#[derive(Debug, Clone)]
pub struct Template {
    /// Id.
    pub id: TemplateId,
    /// Its account.
    pub account: ChannelAccountId,
    /// Its words.
    pub wording: Wording,
    /// Where it stands at its provider.
    pub state: TemplateState,
    /// How people take it, in the provider's word; empty when it says nothing.
    pub quality: String,
    /// Why it stands there, in the provider's words; empty when it says nothing.
    pub reason: String,
    /// Kept by hand, or as the provider lists it.
    pub by_hand: bool,
    /// When it was changed here last.
    pub updated_at: Instant,
}

struct Row {
    id: Uuid,
    account_id: Uuid,
    name: String,
    language: String,
    category: String,
    state: String,
    header: String,
    header_text: String,
    body: String,
    footer: String,
    quality: String,
    reason: String,
    source: String,
    updated_at: Instant,
}

impl TryFrom<Row> for Template {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            account: row.account_id.into(),
            wording: Wording {
                name: row.name,
                language: row.language,
                category: row.category,
                header: code("message_template", "header", &row.header, Header::from_code)?,
                header_text: row.header_text,
                body: row.body,
                footer: row.footer,
            },
            state: code("message_template", "state", &row.state, TemplateState::from_code)?,
            quality: row.quality,
            reason: row.reason,
            by_hand: row.source == "manual",
            updated_at: row.updated_at,
        })
    }
}

/// Templates of an account, by name and language; an account has a few hundred at most.
pub async fn of_account(tx: &mut ReadTx, account: ChannelAccountId) -> Result<Vec<Template>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, account_id, name, language, category, state, header, header_text, body, footer, quality,
                reason, source, updated_at
         from message_template where tenant_id = $1 and account_id = $2 order by name, language limit 1000",
        tenant,
        account.0
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Template::try_from).collect()
}

/// One template.
pub async fn find(tx: &mut ReadTx, id: TemplateId) -> Result<Option<Template>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select id, account_id, name, language, category, state, header, header_text, body, footer, quality,
                reason, source, updated_at
         from message_template where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Template::try_from).transpose()
}

/// Keeps a template under its account, name and language: a new one, or in place of what is there.
pub async fn save(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    wording: &Wording,
    state: TemplateState,
    by_hand: bool,
) -> Result<TemplateId, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<TemplateId>());
    let id = sqlx::query_scalar!(
        "insert into message_template
           (tenant_id, id, account_id, name, language, category, state, header, header_text, body, footer, source)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (tenant_id, account_id, name, language) do update set
           category = excluded.category, state = excluded.state, header = excluded.header,
           header_text = excluded.header_text, body = excluded.body, footer = excluded.footer,
           source = excluded.source, updated_at = clock_timestamp(),
           reason = case when message_template.state = excluded.state then message_template.reason else '' end
         returning id",
        tenant,
        id.0,
        account.0,
        wording.name,
        wording.language,
        wording.category,
        state.code(),
        wording.header.code(),
        wording.header_text,
        wording.body,
        wording.footer,
        if by_hand { "manual" } else { "provider" }
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(id.into())
}

/// Takes over what the provider says of a template; the template, if it is known.
pub async fn heard(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    news: &TemplateNews,
) -> Result<Option<TemplateId>, StoreError> {
    let tenant = tx.tenant();
    let known = sqlx::query_scalar!(
        "update message_template set
           state = coalesce($5, state), category = coalesce($6, category), quality = coalesce($7, quality),
           reason = coalesce($8, reason), updated_at = clock_timestamp()
         where tenant_id = $1 and account_id = $2 and name = $3 and language = $4
         returning id",
        tenant,
        account.0,
        news.name,
        news.language,
        news.state.map(TemplateState::code),
        news.category.as_deref(),
        news.quality.as_deref(),
        news.reason.as_deref()
    )
    .fetch_optional(tx.conn())
    .await?
    .map(TemplateId);
    if let Some(gone) = known.filter(|_| news.gone) {
        delete(tx, gone).await?;
    }
    Ok(known)
}

/// Takes a template away; false when there is none.
pub async fn delete(tx: &mut WriteTx, id: TemplateId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!("delete from message_template where tenant_id = $1 and id = $2", tenant, id.0)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes away what the provider does not list any more; what is kept by hand stays.
pub async fn keep_only(tx: &mut WriteTx, account: ChannelAccountId, listed: &[TemplateId]) -> Result<u64, StoreError> {
    let tenant = tx.tenant();
    let listed: Vec<Uuid> = listed.iter().map(|id| id.0).collect();
    let done = sqlx::query!(
        "delete from message_template
         where tenant_id = $1 and account_id = $2 and source = 'provider' and not (id = any($3))",
        tenant,
        account.0,
        &listed
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
