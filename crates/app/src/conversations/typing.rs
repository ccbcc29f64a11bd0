//! Somebody begins to type: the other side may see it. Best effort: nothing is stored, and nothing waits for it.

use super::{ReplyRefused, holder};
use crate::{App, accounts, authz::Subject, delivery::recipients};
use meridian_domain::{
    amendment::Whom,
    channel::ChannelKind,
    event::Sender,
    identity::party_key,
    ids::{ChannelAccountId, ConversationId, SessionId, TenantId},
    live::{self, Writer},
    people::Permission,
};
use meridian_store::{ReadTx, StoreError, conversations};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

/// The longest the provider is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often the provider is told of one session; those that show it briefly show it for five seconds.
const EVERY: Duration = Duration::from_secs(4);
/// How often sockets are told of one who writes: well below what one sign lasts, and no burden however often it is said.
const OFTEN: Duration = Duration::from_secs(1);
/// Sessions remembered before those told longer ago are forgotten.
const MOST: usize = 10_000;

/// Told that somebody of a tenant writes.
type Tell = Box<dyn Fn(TenantId, live::Typing) + Send + Sync>;

/// When who was told of a session last, in this process, and the way to the sockets.
#[derive(Clone, Default)]
pub struct Typing(Arc<Inner>);

#[derive(Default)]
struct Inner {
    told: Mutex<Told>,
    tell: OnceLock<Tell>,
}

#[derive(Default)]
struct Told {
    at: HashMap<(SessionId, Writer), Instant>,
    swept: Option<Instant>,
}

impl Typing {
    /// Has signs told to sockets by somebody. The first call counts; without one nobody hears of them.
    pub fn on_sign(&self, tell: impl Fn(TenantId, live::Typing) + Send + Sync + 'static) {
        let _ = self.0.tell.set(Box::new(tell));
    }

    /// Whether it is time to tell again.
    fn due(&self, session: SessionId, by: Writer, every: Duration) -> bool {
        let mut told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.at.len() >= MOST && told.swept.is_none_or(|at| at.elapsed() >= EVERY) {
            told.at.retain(|_, at| at.elapsed() < EVERY);
            told.swept = Some(Instant::now());
        }
        if told.at.get(&(session, by)).is_some_and(|at| at.elapsed() < every) {
            return false;
        }
        told.at.insert((session, by), Instant::now());
        true
    }

    /// Tells what is said as often as somebody likes, once in a while.
    pub(crate) fn tell_seldom(&self, tenant: TenantId, sign: live::Typing) {
        if self.due(sign.session, sign.by, OFTEN) {
            self.tell(tenant, sign);
        }
    }

    fn tell(&self, tenant: TenantId, sign: live::Typing) {
        if let Some(tell) = self.0.tell.get() {
            tell(tenant, sign);
        }
    }
}

/// Shows the other side that somebody types: the customer of the session that the agent holds; a visitor, who names
/// nothing, those who look at their conversation. False where the channel has no such thing.
pub async fn typing(
    app: &App,
    subject: &Subject,
    conversation: Option<ConversationId>,
    session: Option<SessionId>,
) -> Result<bool, ReplyRefused> {
    if let Some(own) = subject.visitor_session() {
        return Ok(visitor_types(app, subject, own).await?);
    }
    subject.require(Permission::HandleWork)?;
    let conversation = conversation.ok_or(ReplyRefused::NotFound)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let found = conversations::find(&mut tx, conversation).await?.ok_or(ReplyRefused::NotFound)?;
    let sessions = conversations::sessions(&mut tx, &[conversation.0]).await?;
    let mine = |s: &&conversations::Session| holder(subject, s) && session.is_none_or(|id| s.id == id);
    let session = sessions.iter().find(mine).ok_or(ReplyRefused::NotHolder)?;
    if session.kind == ChannelKind::WebChat {
        let sign = live::Typing { conversation, session: session.id, by: Writer::Agent };
        app.typing.tell_seldom(subject.scope().tenant(), sign);
        return Ok(true);
    }
    let to = recipients(&mut tx, session, Some(&found)).await?;
    let whom = Whom { to, thread: session.thread.clone(), last: session.last_external_id.clone() };
    let (id, account) = (session.id, session.account);
    drop(tx);
    let Some((_, account)) = accounts::account(app, account).await? else { return Ok(false) };
    if !app.providers.capabilities_of(&account).typing {
        return Ok(false);
    }
    if app.typing.due(id, Writer::Agent, EVERY) {
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

/// The visitor of a session writes. Said too often it costs nothing: nothing is read for it.
async fn visitor_types(app: &App, subject: &Subject, session: SessionId) -> Result<bool, StoreError> {
    if !app.typing.due(session, Writer::Customer, OFTEN) {
        return Ok(true);
    }
    let mut tx = app.db.read(subject.scope()).await?;
    let found = customer_types(&mut tx, session).await?;
    drop(tx);
    if let Some(sign) = found {
        app.typing.tell(subject.scope().tenant(), sign);
    }
    Ok(found.is_some())
}

/// The sign that the customer of a session writes; none when it has ended.
async fn customer_types(tx: &mut ReadTx, session: SessionId) -> Result<Option<live::Typing>, StoreError> {
    let open = conversations::session(tx, session).await?.filter(|session| session.closed_at.is_none());
    Ok(open.map(|open| live::Typing { conversation: open.conversation, session, by: Writer::Customer }))
}

/// The sign that a provider reports of a customer; none when they have no open session on the account.
pub(crate) async fn reported(
    tx: &mut ReadTx,
    account: ChannelAccountId,
    sender: &Sender,
) -> Result<Option<live::Typing>, StoreError> {
    let Some((key, _)) = party_key(sender) else { return Ok(None) };
    match conversations::session_of_visitor(tx, account, &key).await? {
        Some((session, _)) => customer_types(tx, session).await,
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use uuid::Uuid;

    #[test]
    fn each_side_of_each_session_has_its_own_pace() {
        let (typing, one) = (Typing::default(), SessionId(Uuid::from_u128(1)));
        assert!(typing.due(one, Writer::Agent, EVERY) && !typing.due(one, Writer::Agent, EVERY));
        assert!(typing.due(one, Writer::Customer, EVERY));
        assert!(typing.due(SessionId(Uuid::from_u128(2)), Writer::Agent, EVERY));
        assert!(typing.due(one, Writer::Agent, Duration::ZERO));
    }

    #[test]
    fn signs_go_the_first_way_that_was_given() {
        let (typing, told) = (Typing::default(), Arc::new(AtomicUsize::new(0)));
        let sign = live::Typing { conversation: Uuid::nil().into(), session: Uuid::nil().into(), by: Writer::Agent };
        typing.tell(TenantId(Uuid::nil()), sign);
        for weight in [1, 10] {
            let told = Arc::clone(&told);
            typing.on_sign(move |_, _| {
                told.fetch_add(weight, Ordering::SeqCst);
            });
        }
        typing.tell(TenantId(Uuid::nil()), sign);
        assert_eq!(told.load(Ordering::SeqCst), 1);
        typing.tell_seldom(TenantId(Uuid::nil()), sign);
        typing.tell_seldom(TenantId(Uuid::nil()), sign);
        assert_eq!(told.load(Ordering::SeqCst), 2);
    }
}
