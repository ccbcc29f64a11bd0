//! An agent begins to type: the customer may see it. Best effort: nothing is stored, and nothing waits for it.

use super::ReplyRefused;
use crate::{App, accounts, authz::Subject, delivery::recipients};
use meridian_domain::{
    amendment::Whom,
    ids::{ConversationId, SessionId},
    people::Permission,
    work::OwnerKind,
};
use meridian_store::conversations;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The longest the provider is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often the provider is told of one session; those that show it briefly show it for five seconds.
const EVERY: Duration = Duration::from_secs(4);
/// Sessions remembered at most.
const MOST: usize = 10_000;

/// When the provider of a session was told last, in this process.
#[derive(Clone, Default)]
pub struct Typing(Arc<Mutex<HashMap<SessionId, Instant>>>);

impl Typing {
    /// Whether it is time to tell the provider again.
    fn due(&self, session: SessionId) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST {
            told.retain(|_, at| at.elapsed() < EVERY);
        }
        if told.get(&session).is_some_and(|at| at.elapsed() < EVERY) {
            return false;
        }
        told.insert(session, Instant::now());
        true
    }
}

/// Shows the customer of the session that the agent holds that somebody types. False where the channel has no such thing.
pub async fn typing(
    app: &App,
    subject: &Subject,
    conversation: ConversationId,
    session: Option<SessionId>,
) -> Result<bool, ReplyRefused> {
    subject.require(Permission::HandleWork)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let found = conversations::find(&mut tx, conversation).await?.ok_or(ReplyRefused::NotFound)?;
    let sessions = conversations::sessions(&mut tx, &[conversation.0]).await?;
    let me = subject.agent_id().map(|id| id.0);
    let mine = |s: &&conversations::Session| {
        s.closed_at.is_none()
            && s.control == OwnerKind::Agent
            && s.control_id == me
            && session.is_none_or(|id| s.id == id)
    };
    let session = sessions.iter().find(mine).ok_or(ReplyRefused::NotHolder)?;
    let to = recipients(&mut tx, session, Some(&found)).await?;
    let whom = Whom { to, thread: session.thread.clone(), last: session.last_external_id.clone() };
    let (id, account) = (session.id, session.account);
    drop(tx);
    let Some((_, account)) = accounts::account(app, account).await? else { return Ok(false) };
    if !app.providers.capabilities_of(&account).typing {
        return Ok(false);
    }
    if app.typing.due(id) {
        let providers = Arc::clone(&app.providers);
        tokio::spawn(async move {
            let told = tokio::time::timeout(PATIENCE, providers.typing(&account, &whom)).await;
            if let Ok(Err(error)) = told {
                tracing::debug!(class = error.class.code(), "nobody was shown typing");
            }
        });
    }
    Ok(true)
}
