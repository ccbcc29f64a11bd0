//! An agent answers the customer.

use super::topics;
use crate::{
    App,
    accounts::capabilities_in,
    authz::{Forbidden, Subject},
    reply_drafts,
};
use meridian_domain::{
    actor::Actor,
    channel::{Capabilities, MediaKind},
    ids::{AttachmentId, ConversationId, DeliveryId, ItemId, ReplyDraftId, SessionId, TemplateId},
    jobs::Job,
    live::Change,
    people::Permission,
    template::{OutboundTemplate, TemplateState},
    work::{ItemKind, LONGEST_TEXT, Lifecycle, OwnerKind},
};
use meridian_store::{
    ReadTx, StoreError, WriteTx, accounts,
    attachments::{self, Attachment},
    conversations::{self, Conversation, Session},
    deliveries,
    items::{self, NewItem},
    opt_outs, passed, templates,
};
use serde_json::{Value, json};

/// Why a reply was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReplyRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such conversation.
    #[error("no such conversation")]
    NotFound,
    /// Empty or longer than 10,000 characters.
    #[error("write between 1 and 10,000 characters, or send a file")]
    Text,
    /// The channel does not take the files, or they are not there.
    #[error("{0}")]
    Files(String),
    /// It is resolved.
    #[error("the conversation is resolved: the customer's next message opens a new one")]
    Resolved,
    /// Somebody else speaks to the customer.
    #[error("only the holder of the conversation may answer: accept it first")]
    NotHolder,
    /// The account was switched off.
    #[error("the channel account is switched off: an admin can switch it on, or answer on another channel")]
    AccountOff,
    /// The address passed to somebody else since.
    #[error("{PASSED}")]
    Passed,
    /// The provider takes no free text any more.
    #[error("{0}")]
    WindowClosed(String),
    /// The customer wants no such message.
    #[error("{0}")]
    OptedOut(String),
    /// The message cannot be changed so.
    #[error("{0}")]
    Amendment(String),
    /// The template is not there, or is not filled in.
    #[error("{0}")]
    Template(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is to be said: a text, files or both; or a template, with its file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words<'a> {
    /// Free text.
    pub text: &'a str,
    /// Uploads of the agent.
    pub files: &'a [AttachmentId],
    /// An approved message and the values of its places, in their order.
    pub template: Option<(TemplateId, &'a [String])>,
    /// The draft that went into the text, changed or not.
    pub draft: Option<ReplyDraftId>,
}

/// What was taken on.
#[derive(Debug, Clone, Copy)]
pub struct Reply {
    /// The message.
    pub item: ItemId,
    /// Its send.
    pub delivery: DeliveryId,
}

/// Why nothing is sent to an address that passed on.
pub(crate) const PASSED: &str = "this address is another customer's by now: answer in their conversation, or merge the two \
                                 if they are one person";

/// Files of one message.
const MOST_FILES: usize = 10;

/// Sends a text, files or both on the session the agent holds: the named one, or the one the customer used last.
pub async fn reply(
    app: &App,
    subject: &Subject,
    conversation: ConversationId,
    session: Option<SessionId>,
    words: Words<'_>,
    key: Option<&crate::setup::IdempotencyKey>,
) -> Result<Reply, ReplyRefused> {
    subject.require(Permission::HandleWork)?;
    let (text, files) = (words.text.trim(), words.files);
    let nothing = text.is_empty() && files.is_empty() && words.template.is_none();
    if nothing || text.chars().count() > LONGEST_TEXT {
        return Err(ReplyRefused::Text);
    }
    if !text.is_empty() && words.template.is_some() {
        return Err(ReplyRefused::Template("a template has its own words: send no text with it".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    if let Some(key) = key
        && let Some(answer) = key.claim(&mut tx, subject).await?
        && let (Some(item), Some(delivery)) = (read_id(&answer, "item"), read_id(&answer, "delivery"))
    {
        return Ok(Reply { item: ItemId(item), delivery: DeliveryId(delivery) });
    }
    let found = conversations::lock(&mut tx, conversation).await?.ok_or(ReplyRefused::NotFound)?;
    if found.lifecycle == Lifecycle::Resolved {
        return Err(ReplyRefused::Resolved);
    }
    let sessions = conversations::sessions(&mut tx, &[conversation.0]).await?;
    let mine = |session: &&Session| holder(subject, session);
    let session = match session {
        Some(id) => sessions.iter().filter(|s| s.id == id).find(mine),
        None => sessions.iter().find(mine),
    }
    .ok_or(ReplyRefused::NotHolder)?;
    let can = capabilities_in(app, &mut tx, session.account, session.kind).await?;
    may_leave(&mut tx, session, &can, words.template.is_some()).await?;
    let files = uploads(&mut tx, subject, session, &can, files).await?;
    let actor = subject.scope().actor();
    let said = match words.template {
        Some((id, values)) => {
            let (filled, text) = approved(&mut tx, session, id, values, &files).await?;
            say(&mut tx, &found, session, actor, &text, &files, Some(&filled)).await?
        }
        None => say(&mut tx, &found, session, actor, text, &files, None).await?,
    };
    if let Some(draft) = words.draft {
        reply_drafts::sent(&mut tx, conversation, draft, said.item, text).await?;
    }
    if let Some(key) = key {
        key.answer(&mut tx, subject, &json!({ "item": said.item.0, "delivery": said.delivery.0 })).await?;
    }
    tx.commit().await?;
    Ok(said)
}

/// Whether the session is open and the subject is who speaks to the customer there.
pub(crate) fn holder(subject: &Subject, session: &Session) -> bool {
    let me = subject.agent_id().map(|id| id.0);
    session.closed_at.is_none() && session.control == OwnerKind::Agent && session.control_id == me
}

/// The agent's uploads, when the session's channel takes them.
async fn uploads(
    tx: &mut WriteTx,
    subject: &Subject,
    session: &Session,
    can: &Capabilities,
    ids: &[AttachmentId],
) -> Result<Vec<Attachment>, ReplyRefused> {
    let (Some(agent), false) = (subject.agent_id(), ids.is_empty()) else { return Ok(Vec::new()) };
    if ids.len() > MOST_FILES {
        return Err(ReplyRefused::Files(format!("a message carries at most {MOST_FILES} files")));
    }
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    let found = attachments::lock_uploads(tx, agent, &ids).await?;
    if found.len() != ids.len() {
        return Err(ReplyRefused::Files("a file is not there, not yours or sent before: upload it again".to_owned()));
    }
    let kind = session.kind;
    for file in &found {
        let fits = MediaKind::of(&file.content_type);
        if !can.media.contains(&fits) {
            let what = fits.code();
            let help = "put it where the customer can read it and send a link, or answer on another channel";
            return Err(ReplyRefused::Files(format!("{kind} takes no {what} from here: {help}")));
        }
        if file.size.unsigned_abs() > can.media_max {
            let most = can.media_max / 1024 / 1024;
            return Err(ReplyRefused::Files(format!("{} is too large: {kind} takes at most {most} MiB", file.name)));
        }
    }
    Ok(found)
}

/// The template filled in, and what the customer reads.
async fn approved(
    tx: &mut WriteTx,
    session: &Session,
    id: TemplateId,
    values: &[String],
    files: &[Attachment],
) -> Result<(OutboundTemplate, String), ReplyRefused> {
    let refused = |why: String| Err(ReplyRefused::Template(why));
    let found = templates::find(tx, id).await?.filter(|found| found.account == session.account);
    let Some(found) = found else { return refused("no such template on this channel account".to_owned()) };
    let (name, header) = (&found.wording.name, found.wording.header);
    if found.state != TemplateState::Approved {
        return refused(format!("{name} is not approved (any more): choose another template"));
    }
    match files {
        [] if header.is_file() => {
            return refused(format!("{name} has a file above its text: attach its {}", header.code()));
        }
        [] => {}
        [file] if header.is_file() && MediaKind::of(&file.content_type).code() == header.code() => {}
        _ if header.is_file() => return refused(format!("{name} takes one file: its {}", header.code())),
        _ => return refused(format!("{name} takes no file")),
    }
    if let Some(why) = silenced(tx, session, Some(&found.wording.category)).await? {
        return refused(why);
    }
    let filled = found.wording.filled(values).map_err(ReplyRefused::Template)?;
    let text = found.wording.shown(&filled);
    Ok((filled, text))
}

/// Refuses what the provider would refuse, before anything is stored.
pub(super) async fn may_leave(
    tx: &mut WriteTx,
    session: &Session,
    can: &Capabilities,
    template: bool,
) -> Result<(), ReplyRefused> {
    let (active, now) = accounts::standing(tx, session.account).await?;
    if !active {
        return Err(ReplyRefused::AccountOff);
    }
    if passed::of_session(tx, session.id).await? {
        return Err(ReplyRefused::Passed);
    }
    if template && !can.templates {
        return Err(ReplyRefused::Template(format!("{} has no templates", session.kind)));
    }
    if template {
        return Ok(());
    }
    if let Some(why) = silenced(tx, session, None).await? {
        return Err(ReplyRefused::OptedOut(why));
    }
    if can.open(session.last_customer_at, now) {
        return said_enough(tx, session, can, None).await?.map_or(Ok(()), |why| Err(ReplyRefused::WindowClosed(why)));
    }
    let (kind, hours) = (session.kind, can.window_hours);
    let closed = can.open_until(session.last_customer_at).map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string());
    Err(ReplyRefused::WindowClosed(format!(
        "{kind} takes answers within {hours} hours of the customer's last message, which ended at {}: {}wait until they \
         write again, or reach them on another channel",
        closed.unwrap_or_default(),
        if can.templates { "send a template, " } else { "" }
    )))
}

/// Why no more messages are taken until the customer writes again, where the provider counts them.
pub(crate) async fn said_enough(
    tx: &mut ReadTx,
    session: &Session,
    can: &Capabilities,
    before: Option<DeliveryId>,
) -> Result<Option<String>, StoreError> {
    let (Some(since), 1..) = (session.last_customer_at, can.window_messages) else { return Ok(None) };
    let (kind, most) = (session.kind, can.window_messages);
    if deliveries::said_since(tx, session.id, since, before).await? < i64::from(most) {
        return Ok(None);
    }
    let help = format!(
        "{kind} takes {most} messages until the customer writes again, and these were sent: wait until they write, or reach \
         them on another channel"
    );
    Ok(Some(help))
}

/// Why the customer is not to be written to, if they said so; of a template its category counts.
pub(crate) async fn silenced(
    tx: &mut WriteTx,
    session: &Session,
    category: Option<&str>,
) -> Result<Option<String>, StoreError> {
    let wish = opt_outs::of_session(tx, session.id).await?;
    Ok(wish.filter(|wish| wish.forbids(session.kind, category)).map(|wish| wish.words(session.kind)))
}

/// An id in the answer that an idempotency key keeps.
pub(super) fn read_id(answer: &serde_json::Value, name: &str) -> Option<uuid::Uuid> {
    answer.get(name)?.as_str()?.parse().ok()
}

/// Puts our words into the timeline with the intent to send them: what happens next, happens at most once.
pub(crate) async fn say(
    tx: &mut WriteTx,
    conversation: &Conversation,
    session: &Session,
    actor: Actor,
    text: &str,
    files: &[Attachment],
    template: Option<&OutboundTemplate>,
) -> Result<Reply, StoreError> {
    let kind = files.first().map_or("text", |file| file.kind.as_str());
    let body = match template {
        Some(template) => json!({ "type": kind, "template": template }),
        None => json!({ "type": kind }),
    };
    say_with(tx, conversation, session, actor, text, files, body).await
}

/// The same with a body of the caller's own.
pub(crate) async fn say_with(
    tx: &mut WriteTx,
    conversation: &Conversation,
    session: &Session,
    actor: Actor,
    text: &str,
    files: &[Attachment],
    body: Value,
) -> Result<Reply, StoreError> {
    let new = NewItem {
        text: Some(text).filter(|text| !text.is_empty()),
        activity: true,
        ..NewItem::notice(session, ItemKind::Message, actor, body)
    };
    let item = items::append(tx, new).await?;
    for (position, file) in files.iter().enumerate() {
        attachments::give(tx, file.id, item, position).await?;
    }
    let delivery = deliveries::insert(tx, item, session.id, session.account).await?;
    tx.job(&Job::Deliver { delivery }, session.id.0);
    tx.live(&topics(conversation, Some(session)), Change::Item { conversation: conversation.id, item });
    Ok(Reply { item, delivery })
}
