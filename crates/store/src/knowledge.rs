//! The knowledge base: spaces, articles, revisions, and what is found in them.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{AgentId, ItemId, KnowledgeArticleId, KnowledgeSpaceId},
    time::Instant,
};
use uuid::Uuid;

/// A space of articles.
#[derive(Debug, Clone)]
pub struct Space {
    /// Id.
    pub id: KnowledgeSpaceId,
    /// Name.
    pub name: String,
}

/// All spaces by name, at most 500.
pub async fn spaces(tx: &mut ReadTx) -> Result<Vec<Space>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Space,
        "select id, name from knowledge_space where tenant_id = $1 order by name, id limit 500",
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Adds or renames a space.
pub async fn save_space(tx: &mut WriteTx, id: KnowledgeSpaceId, name: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into knowledge_space (tenant_id, id, name) values ($1, $2, $3)
         on conflict (tenant_id, id) do update set name = excluded.name",
        tenant,
        id.0,
        name
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An article.
#[derive(Debug, Clone)]
pub struct Article {
    /// Id.
    pub id: KnowledgeArticleId,
    /// Its space.
    pub space_id: KnowledgeSpaceId,
    /// Who may read it.
    pub audience: Vec<String>,
    /// When it was taken out of use.
    pub archived_at: Option<Instant>,
    /// Since when.
    pub created_at: Instant,
}

/// Several articles by id.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Article>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Article,
        "select id, space_id, audience, archived_at, created_at from knowledge_article
         where tenant_id = $1 and id = any($2)",
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// A page of a space's articles after one; oldest first.
pub async fn page(
    tx: &mut ReadTx,
    space: KnowledgeSpaceId,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Article>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Article,
        "select id, space_id, audience, archived_at, created_at from knowledge_article
         where tenant_id = $1 and space_id = $2 and ($3::uuid is null or id > $3) order by id limit $4",
        tenant,
        space.0,
        after,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One article under lock: what numbers its revisions.
pub async fn lock(tx: &mut WriteTx, id: KnowledgeArticleId) -> Result<Option<Article>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Article,
        "select id, space_id, audience, archived_at, created_at from knowledge_article
         where tenant_id = $1 and id = $2 for update",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// Adds an article, or changes where it stands and who may read it: also what is published of it.
pub async fn save_article(
    tx: &mut WriteTx,
    id: KnowledgeArticleId,
    space: KnowledgeSpaceId,
    audience: &[String],
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "with text as (update knowledge_text set audience = $4 where tenant_id = $1 and article_id = $2)
         insert into knowledge_article (tenant_id, id, space_id, audience) values ($1, $2, $3, $4)
         on conflict (tenant_id, id) do update set space_id = excluded.space_id, audience = excluded.audience",
        tenant,
        id.0,
        space.0,
        audience
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A revision of an article in one language.
#[derive(Debug, Clone)]
pub struct Revision {
    /// Its article.
    pub article_id: KnowledgeArticleId,
    /// BCP 47.
    pub language: String,
    /// From 1 in each language.
    pub revision: i32,
    /// draft, review, published, superseded.
    pub state: String,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// Who wrote it.
    pub author_id: Option<Uuid>,
    /// Who published it.
    pub reviewer_id: Option<Uuid>,
    /// What changed.
    pub note: String,
    /// When it was written.
    pub created_at: Instant,
    /// When it was published.
    pub published_at: Option<Instant>,
}

/// The revisions of an article, newest first, at most 200.
pub async fn revisions(tx: &mut ReadTx, article: KnowledgeArticleId) -> Result<Vec<Revision>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Revision,
        "select article_id, language, revision, state, title, body, author_id, reviewer_id, note, created_at, published_at
         from knowledge_revision where tenant_id = $1 and article_id = $2 order by language, revision desc limit 200",
        tenant,
        article.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One revision.
pub async fn revision(
    tx: &mut ReadTx,
    article: KnowledgeArticleId,
    language: &str,
    revision: i32,
) -> Result<Option<Revision>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Revision,
        "select article_id, language, revision, state, title, body, author_id, reviewer_id, note, created_at, published_at
         from knowledge_revision where tenant_id = $1 and article_id = $2 and language = $3 and revision = $4",
        tenant,
        article.0,
        language,
        revision
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// Writes the next revision of a language as a draft; its number. The article is locked.
pub async fn draft(
    tx: &mut WriteTx,
    article: KnowledgeArticleId,
    language: &str,
    title: &str,
    body: &str,
    note: &str,
) -> Result<i32, StoreError> {
    let (tenant, author) = (tx.tenant(), tx.scope().actor().id());
    let number = sqlx::query_scalar!(
        "insert into knowledge_revision (tenant_id, article_id, language, revision, title, body, note, author_id)
         select $1, $2, $3, coalesce(max(revision), 0) + 1, $4, $5, $6, $7 from knowledge_revision
         where tenant_id = $1 and article_id = $2 and language = $3
         returning revision",
        tenant,
        article.0,
        language,
        title,
        body,
        note,
        author
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(number)
}

/// Hands a draft in for review, or back; false when it stands otherwise.
pub async fn set_state(tx: &mut WriteTx, one: &Revision, from: &str, to: &str) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update knowledge_revision set state = $6
         where tenant_id = $1 and article_id = $2 and language = $3 and revision = $4 and state = $5",
        tenant,
        one.article_id.0,
        one.language,
        one.revision,
        from,
        to
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Publishes a revision with its terms: it takes the place of the one before. The article is locked.
pub async fn publish(
    tx: &mut WriteTx,
    one: &Revision,
    audience: &[String],
    title_terms: &[String],
    terms: &[String],
) -> Result<(), StoreError> {
    let (tenant, reviewer) = (tx.tenant(), tx.scope().actor().id());
    sqlx::query!(
        "update knowledge_revision set
           state = case when revision = $4 then 'published' else 'superseded' end,
           reviewer_id = case when revision = $4 then $5 else reviewer_id end,
           published_at = case when revision = $4 then clock_timestamp() else published_at end
         where tenant_id = $1 and article_id = $2 and language = $3 and (revision = $4 or state = 'published')",
        tenant,
        one.article_id.0,
        one.language,
        one.revision,
        reviewer
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into knowledge_text (tenant_id, article_id, language, revision, audience, title_terms, terms)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant_id, article_id, language) do update set revision = excluded.revision,
           audience = excluded.audience, title_terms = excluded.title_terms, terms = excluded.terms",
        tenant,
        one.article_id.0,
        one.language,
        one.revision,
        audience,
        title_terms,
        terms
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes an article out of use: it is found no more. False when it was.
pub async fn archive(tx: &mut WriteTx, id: KnowledgeArticleId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "with text as (delete from knowledge_text where tenant_id = $1 and article_id = $2)
         update knowledge_article set archived_at = clock_timestamp()
         where tenant_id = $1 and id = $2 and archived_at is null",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The present revision of the knowledge, as partners must have learned it.
pub async fn current(tx: &mut ReadTx) -> Result<i32, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!("select revision from knowledge_state where tenant_id = $1", tenant)
        .fetch_optional(tx.conn())
        .await?;
    Ok(found.unwrap_or_default())
}

/// Raises the revision of the knowledge; queues whose rule asks for the present one ask for this.
pub async fn raise(tx: &mut WriteTx) -> Result<i32, StoreError> {
    let tenant = tx.tenant();
    let revision = sqlx::query_scalar!(
        "insert into knowledge_state as known (tenant_id, revision) values ($1, 1)
         on conflict (tenant_id) do update set revision = known.revision + 1, changed_at = clock_timestamp()
         returning revision",
        tenant
    )
    .fetch_one(tx.conn())
    .await?;
    sqlx::query!(
        "update queue set overflow = jsonb_set(overflow, '{required_revision}', to_jsonb($2::int))
         where tenant_id = $1 and overflow @> '{\"current_revision\": true}'",
        tenant,
        revision
    )
    .execute(tx.conn())
    .await?;
    Ok(revision)
}

/// A text that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its article.
    pub article: KnowledgeArticleId,
    /// BCP 47.
    pub language: String,
    /// The published revision.
    pub revision: i32,
    /// How well it fits; comparable within one search.
    pub score: f64,
    /// How much of what was asked for it holds, 0 to 1.
    pub share: f64,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
}

/// What is published for a reader and holds any of the terms, best first.
pub async fn search(
    tx: &mut ReadTx,
    terms: &[String],
    reader: &str,
    language: Option<&str>,
    most: i32,
) -> Result<Vec<Hit>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select f.article_id as "article_id!", f.language as "language!", f.revision as "revision!", f.score as "score!",
                  f.share as "share!", r.title, r.body
           from search_knowledge($2, $3, 200) f
           join knowledge_revision r on r.tenant_id = $1 and r.article_id = f.article_id and r.language = f.language
             and r.revision = f.revision
           where $4::text is null or f.language = $4 or f.language like $4 || '-%'
           order by f.score desc, f.article_id, f.language limit $5"#,
        tenant,
        terms,
        reader,
        language,
        i64::from(most)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Hit {
            article: row.article_id.into(),
            language: row.language,
            revision: row.revision,
            score: row.score,
            share: row.share,
            title: row.title,
            body: row.body,
        })
        .collect())
}

/// Records what became of a suggestion; the last word counts.
pub async fn used(
    tx: &mut WriteTx,
    item: ItemId,
    text: &Revision,
    agent: AgentId,
    accepted: bool,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into knowledge_use (tenant_id, item_id, article_id, agent_id, language, revision, accepted)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant_id, item_id, article_id, agent_id) do update set language = excluded.language,
           revision = excluded.revision, accepted = excluded.accepted, at = clock_timestamp()",
        tenant,
        item.0,
        text.article_id.0,
        agent.0,
        text.language,
        text.revision,
        accepted
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How often suggestions of an article were taken, and how often not.
pub async fn uses(tx: &mut ReadTx, article: KnowledgeArticleId) -> Result<(i64, i64), StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select count(*) filter (where accepted) as "taken!", count(*) filter (where not accepted) as "left!"
           from knowledge_use where tenant_id = $1 and article_id = $2"#,
        tenant,
        article.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.taken, row.left))
}
