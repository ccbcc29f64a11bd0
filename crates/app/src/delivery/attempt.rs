//! One attempt to send: claimed before anything leaves, recorded when the provider answered.

use crate::{
    App,
    authz::Subject,
    bots::take_over,
    conversations::{PASSED, said_enough, silenced, topics},
    inbound::about,
};
use meridian_domain::{
    actor::Actor,
    button::{self, Button},
    channel::{
        AccountConfig, Capabilities, ChannelKind,
        health::{self, Verdict},
    },
    event::{Identifier, Verification},
    ids::{ChannelAccountId, DeliveryId, SessionId, TenantId},
    jobs::Job,
    live::Change,
    media,
    outbound::{Accepted, DeliveryState, ErrorClass, OutboundFile, OutboundMessage, SendError},
};
use meridian_store::{
    ReadTx, StoreError, WriteTx, accounts, arrivals, attachments,
    conversations::{self, Session},
    deliveries::{self, Delivery},
    identity,
    items::{self, Item},
    passed,
};
use serde_json::Value;

/// What the worker should do.
#[derive(Debug)]
pub enum Claimed {
    /// Send this now; the attempt is committed.
    Send(Box<(AccountConfig, OutboundMessage)>),
    /// Shown by our own subscription: nothing leaves the house.
    Inside,
    /// An older message of the session goes first: try again shortly.
    NotYet,
    /// Nothing to do now: sent before, in doubt, or it has its turn later.
    Done,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// The provider has it.
    Accepted,
    /// Refused for now: try again after this many seconds.
    Retry(u32),
    /// It will not arrive, or nobody knows whether it did.
    Over,
}

/// What a send failed with that no person wrote, to mail that only people may answer.
const AUTOMATIC: &str = "automatic";

/// Messages of a session among which the customer's last one is looked for.
const LOOKED_BACK: i64 = 50;

/// Attempts before a message that is refused for now counts as failed.
pub(super) const ATTEMPTS: i32 = 8;

/// Claims a send. A claim that finds the send under way comes from a worker that died in between: nobody knows
/// whether the request left, so it is never sent again by itself.
pub async fn claim(app: &App, tenant: TenantId, id: DeliveryId) -> Result<Claimed, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(delivery) = deliveries::lock(&mut tx, id).await? else { return Ok(Claimed::Done) };
    match delivery.state {
        DeliveryState::Queued => {}
        DeliveryState::Sending => {
            doubt(&mut tx, &delivery).await?;
            tx.commit().await?;
            return Ok(Claimed::Done);
        }
        _ => return Ok(Claimed::Done),
    }
    if deliveries::older_pending(&mut tx, &delivery).await? {
        return Ok(Claimed::NotYet);
    }
    let Some(session) = conversations::session(&mut tx, delivery.session).await? else { return Ok(Claimed::Done) };
    if session.kind == ChannelKind::WebChat {
        set(&mut tx, &delivery, DeliveryState::Accepted, None).await?;
        tx.commit().await?;
        return Ok(Claimed::Inside);
    }
    if !accounts::standing(&mut tx, delivery.account).await?.0 {
        let off = ("auth", "the channel account is switched off");
        set(&mut tx, &delivery, DeliveryState::Failed, Some(off)).await?;
        tx.commit().await?;
        return Ok(Claimed::Done);
    }
    // What was meant for the former owner of a number never reaches the new one.
    if passed::of_session(&mut tx, session.id).await? {
        let passed = (ErrorClass::BadRecipient.code(), PASSED);
        set(&mut tx, &delivery, DeliveryState::Failed, Some(passed)).await?;
        tx.commit().await?;
        return Ok(Claimed::Done);
    }
    let config = accounts::config(&mut tx, &app.sealer, &app.public_url, delivery.account).await?;
    let Some(config) = config else { return Ok(Claimed::Done) };
    let message = compose(app, &mut tx, &delivery, &session, &config).await?;
    let can = app.providers.capabilities_of(&config);
    if message.template.is_none()
        && let Some((class, why)) = unwanted(&mut tx, &delivery, &session, &can).await?
    {
        set(&mut tx, &delivery, DeliveryState::Failed, Some((class, &why))).await?;
        if class == AUTOMATIC {
            // A bot that may not answer leaves the customer to people.
            take_over(&mut tx, session.id, "policy").await?;
        }
        tx.commit().await?;
        return Ok(Claimed::Done);
    }
    // Last, for the account's sends pass here one by one until the commit.
    if let Some(seconds) = turn(app, &mut tx, &delivery, &config).await? {
        tx.job_in(&Job::Deliver { delivery: id }, session.id.0, seconds);
        tx.commit().await?;
        return Ok(Claimed::Done);
    }
    set(&mut tx, &delivery, DeliveryState::Sending, None).await?;
    tx.commit().await?;
    Ok(Claimed::Send(Box::new((config, message))))
}

/// Why words of ours that are no template do not leave. Of a bot nobody asked before.
async fn unwanted(
    tx: &mut WriteTx,
    delivery: &Delivery,
    session: &Session,
    can: &Capabilities,
) -> Result<Option<(&'static str, String)>, StoreError> {
    if let Some(why) = silenced(tx, session, None).await? {
        return Ok(Some((ErrorClass::BlockedByUser.code(), why)));
    }
    if session.kind == ChannelKind::Email && by_itself(tx, delivery).await? && people_only(tx, session.id).await? {
        let why = "no machine may answer this mail, which came by way of a list or from a no-reply address";
        return Ok(Some((AUTOMATIC, why.to_owned())));
    }
    let enough = said_enough(tx, session, can, Some(delivery.id)).await?;
    Ok(enough.map(|why| (ErrorClass::WindowClosed.code(), why)))
}

/// Whether no person wrote it.
async fn by_itself(tx: &mut WriteTx, delivery: &Delivery) -> Result<bool, StoreError> {
    let item = items::many(tx, &[delivery.item.0]).await?.pop();
    Ok(item.is_some_and(|item| matches!(item.actor, Actor::System | Actor::Bot(_))))
}

/// Whether only people may answer what the customer wrote last (RFC 3834, section 2).
async fn people_only(tx: &mut WriteTx, session: SessionId) -> Result<bool, StoreError> {
    let said = items::messages_of(tx, session, LOOKED_BACK).await?;
    let marked = |item: &Item, name: &str| item.body.pointer(name) == Some(&Value::Bool(true));
    // What a machine of theirs wrote since takes nothing back.
    let wrote = |item: &&Item| matches!(item.actor, Actor::Customer(_)) && !marked(item, "/detail/auto");
    let last = said.iter().filter(wrote).max_by_key(|item| item.seq);
    Ok(last.is_some_and(|item| marked(item, "/detail/people_only")))
}

/// Seconds until the account may send this, when that is not now.
async fn turn(
    app: &App,
    tx: &mut WriteTx,
    delivery: &Delivery,
    account: &AccountConfig,
) -> Result<Option<f64>, StoreError> {
    let per_second = account.sends_per_second(&app.providers.capabilities_of(account));
    if per_second == 0 {
        return Ok(None);
    }
    let seconds = deliveries::turn(tx, delivery, per_second).await?;
    if seconds == 0.0 {
        return Ok(None);
    }
    let reason = format!("waits for its turn: the account sends at most {per_second} a second");
    deliveries::wait(tx, delivery.id, seconds, &reason).await?;
    tell(tx, delivery).await?;
    Ok(Some(seconds))
}

async fn compose(
    app: &App,
    tx: &mut WriteTx,
    delivery: &Delivery,
    session: &Session,
    account: &AccountConfig,
) -> Result<OutboundMessage, StoreError> {
    let item = items::many(tx, &[delivery.item.0]).await?.pop();
    let references = items::external_ids(tx, session.id).await?;
    let conversation = conversations::find(tx, session.conversation).await?;
    let to = recipients(tx, session, conversation.as_ref()).await?;
    let buttons = item.as_ref().and_then(|item| item.body.get("buttons"));
    let buttons: Vec<Button> = buttons.and_then(|all| serde_json::from_value(all.clone()).ok()).unwrap_or_default();
    let text = item.as_ref().and_then(|item| item.text.as_deref()).unwrap_or_default();
    let (text, buttons) = button::shown(text, buttons, app.providers.capabilities_of(account).buttons);
    Ok(OutboundMessage {
        id: delivery.id,
        item: delivery.item,
        conversation: session.conversation,
        to,
        thread: session.thread.clone(),
        template: item
            .as_ref()
            .and_then(|item| item.body.get("template"))
            .and_then(|template| serde_json::from_value(template.clone()).ok()),
        text,
        buttons,
        subject: conversation.map(|c| c.subject).filter(|subject| !subject.is_empty()),
        in_reply_to: session.last_external_id.clone(),
        references,
        files: files(app, tx, delivery).await?,
    })
}

/// Where the customer of a session is reached.
pub(crate) async fn recipients(
    tx: &mut ReadTx,
    session: &conversations::Session,
    conversation: Option<&conversations::Conversation>,
) -> Result<Vec<Identifier>, StoreError> {
    let customer: Vec<_> = conversation.map(|conversation| conversation.customer.0).into_iter().collect();
    let ids = identity::of_customers(tx, &customer).await?;
    let to = ids.into_iter().filter(|id| id.party == session.party).map(|id| Identifier {
        scheme: id.scheme,
        value: id.value,
        scope: String::new(),
        verified: id.verified,
        derived: false,
    });
    Ok(to.filter(|id| id.verified > Verification::Anonymous).collect())
}

async fn files(app: &App, tx: &mut WriteTx, delivery: &Delivery) -> Result<Vec<OutboundFile>, StoreError> {
    let tenant = tx.scope().tenant();
    let found = attachments::of_items(tx, &[delivery.item.0]).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let now = accounts::standing(tx, delivery.account).await?.1;
    let file = |file: attachments::Attachment| OutboundFile {
        name: media::named(&file.name, &file.content_type),
        url: crate::media::sent_link(app, tenant, file.id, now),
        key: media::key(tenant, file.id),
        content_type: file.content_type,
        content: Vec::new(),
    };
    Ok(found.into_iter().map(file).collect())
}

/// Records the provider's answer.
pub async fn record(
    app: &App,
    tenant: TenantId,
    id: DeliveryId,
    result: Result<Accepted, SendError>,
) -> Result<Attempt, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(delivery) = deliveries::lock(&mut tx, id).await? else { return Ok(Attempt::Over) };
    let outcome = match result {
        Ok(accepted) => {
            for external in &accepted.external_ids {
                items::name_external(&mut tx, delivery.account, external, delivery.item).await?;
            }
            // A status report may have come before the answer.
            if delivery.state.advances_to(DeliveryState::Accepted) {
                set(&mut tx, &delivery, DeliveryState::Accepted, None).await?;
            }
            accounts::well(&mut tx, delivery.account).await?;
            let named: Vec<_> = accepted.external_ids.iter().map(|name| (delivery.account, name.as_str())).collect();
            // A customer may react to a message before we know its name.
            for (account, orphan) in arrivals::wrote_and_awaited(&mut tx, &[], &named).await? {
                about(&mut tx, account, &orphan).await?;
            }
            Attempt::Accepted
        }
        Err(error) => unsent(&mut tx, &delivery, &error).await?,
    };
    tx.commit().await?;
    Ok(outcome)
}

/// Seconds until the next attempt.
pub(super) fn backoff(attempt: i32) -> u32 {
    2_u32.saturating_pow(attempt.unsigned_abs().min(9)).min(300)
}

/// An attempt that ended in an error.
async fn unsent(tx: &mut WriteTx, delivery: &Delivery, error: &SendError) -> Result<Attempt, StoreError> {
    if delivery.state == DeliveryState::Sending {
        return refused(tx, delivery, error).await;
    }
    note_failure(tx, delivery.account, error).await?;
    // A status report may have come before the error, or the send was given up meanwhile: that stands, unless it tells of
    // one part and another was refused.
    if error.class == ErrorClass::Partial && delivery.state != DeliveryState::Failed {
        set(tx, delivery, DeliveryState::Failed, Some((error.class.code(), &error.detail))).await?;
    }
    Ok(Attempt::Over)
}

async fn refused(tx: &mut WriteTx, delivery: &Delivery, error: &SendError) -> Result<Attempt, StoreError> {
    let told = Some((error.class.code(), error.detail.as_str()));
    note_failure(tx, delivery.account, error).await?;
    if error.class.retryable() && delivery.attempt < ATTEMPTS {
        set(tx, delivery, DeliveryState::Queued, told).await?;
        return Ok(Attempt::Retry(error.retry_after_s.unwrap_or_else(|| backoff(delivery.attempt))));
    }
    let state = if error.class == ErrorClass::Ambiguous { DeliveryState::Unknown } else { DeliveryState::Failed };
    set(tx, delivery, state, told).await?;
    Ok(Attempt::Over)
}

/// What a failure says about its account.
pub(crate) async fn note_failure(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    error: &SendError,
) -> Result<(), StoreError> {
    if health::judge(error.class, 0) == Verdict::Fine {
        return Ok(());
    }
    let auth = error.class == ErrorClass::Auth;
    let judged = |before: i32| match health::judge(error.class, before) {
        Verdict::Attention(code) => Some((code, health::words(code, &error.detail))),
        Verdict::Counts | Verdict::Fine => None,
    };
    accounts::failed(tx, account, auth, judged).await
}

/// A send that stands still is moved on: one in the middle is in doubt, and shown as such; one that waits though nobody
/// is left to try it (the broker lost its job) is tried again.
pub async fn move_on(app: &App, tenant: TenantId, id: DeliveryId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    if !deliveries::pick_up(&mut tx, id).await? {
        return Ok(());
    }
    let Some(delivery) = deliveries::lock(&mut tx, id).await? else { return Ok(()) };
    match delivery.state {
        DeliveryState::Sending => doubt(&mut tx, &delivery).await?,
        _ => tx.job(&Job::Deliver { delivery: id }, delivery.session.0),
    }
    tx.commit().await
}

/// Nobody knows whether a send left: only people try it again.
async fn doubt(tx: &mut WriteTx, delivery: &Delivery) -> Result<(), StoreError> {
    let lost = ("ambiguous", "the sender stopped before the provider's answer was stored");
    set(tx, delivery, DeliveryState::Unknown, Some(lost)).await
}

async fn set(
    tx: &mut WriteTx,
    delivery: &Delivery,
    state: DeliveryState,
    error: Option<(&str, &str)>,
) -> Result<(), StoreError> {
    deliveries::set_state(tx, delivery.id, state, error).await?;
    tell(tx, delivery).await
}

async fn tell(tx: &mut WriteTx, delivery: &Delivery) -> Result<(), StoreError> {
    if let Some(item) = items::many(tx, &[delivery.item.0]).await?.pop()
        && let Some(conversation) = conversations::find(tx, item.conversation).await?
    {
        tx.live(&topics(&conversation, None), Change::Item { conversation: conversation.id, item: item.id });
    }
    Ok(())
}
