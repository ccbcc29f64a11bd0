//! From a callback to an event, for official accounts and WeCom alike: they share names and forms.

use crate::{
    StoredRequest,
    json::{id, ignored, instant, text, unknown},
    meta, signature,
};
use meridian_domain::{
    channel::AccountConfig,
    event::{Attachment, Choice, Content, EventKind, Identifier, InboundEvent, Location, ProviderError, ReceiptStatus},
};
use serde_json::{Map, Value, json};

/// Reads what was inside a callback.
pub(crate) fn callback(
    account: &AccountConfig,
    scheme: &str,
    own_id: &str,
    inside: Option<Value>,
    request: &StoredRequest,
) -> Vec<InboundEvent> {
    let received = request.received_at;
    let body_key = || format!("body:{}", signature::digest(&request.body));
    let Some(body) = inside else {
        return vec![unknown(body_key(), received, "a body that cannot be read", &Value::Null)];
    };
    let to = id(&body, "/ToUserName").unwrap_or_default();
    if !to.is_empty() && !meta::ours(account, own_id, &to) {
        return vec![unknown(format!("foreign:{}", body_key()), received, "an account of somebody else", &body)];
    }
    let created = id(&body, "/CreateTime");
    let at = created.as_ref().and_then(|time| instant(&json!(time))).unwrap_or(received);
    let from = id(&body, "/FromUserName");
    let name = text(&body, "/Event").unwrap_or_default();
    let is_event = text(&body, "/MsgType").is_some_and(|kind| kind.eq_ignore_ascii_case("event"));
    // Messages by MsgId, events by sender and time ("Receiving event pushes": sorting out repeated pushes).
    let key = match id(&body, "/MsgId").filter(|_| !is_event) {
        Some(id) => id,
        None if created.is_some() => {
            let parts = [from.as_deref(), created.as_deref(), Some(name)];
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("|")
        }
        None => body_key(),
    };
    let mut found = InboundEvent::new(EventKind::Message, key, at);
    found.external_id = id(&body, "/MsgId").or_else(|| id(&body, "/MsgID"));
    found.sender.ids = from.into_iter().map(|from| Identifier::channel(scheme, from, to.as_str())).collect();
    found.note("account", Some(to).filter(|to| !to.is_empty()));
    if is_event {
        event(name, &body, &mut found);
    } else {
        message(&body, &mut found);
    }
    vec![found]
}

fn message(body: &Value, event: &mut InboundEvent) {
    let kind = text(body, "/MsgType").unwrap_or_default();
    event.content = content(kind, body);
    if event.content.is_none() {
        event.kind = EventKind::Unsupported;
        event.content = Some(Content::of(kind));
        event.note("reason", "a message that cannot be shown");
        event.note("type", text(body, "/InfoType"));
        event.note("raw", body.clone());
    }
}

fn content(kind: &str, body: &Value) -> Option<Content> {
    let own = |path: &str| text(body, path).map(str::to_owned);
    let file =
        |kind: &str| Attachment { kind: kind.to_owned(), media_id: id(body, "/MediaId"), ..Attachment::default() };
    let mut content = Content::of(kind);
    match kind {
        "text" => {
            content.text = own("/Content");
            if let Some(payload) = id(body, "/bizmsgmenuid") {
                let title = content.text.clone().unwrap_or_default();
                content.choice = Some(Choice { payload, title, details: Map::new() });
                "choice".clone_into(&mut content.message_type);
            }
        }
        "image" => content.attachments.push(Attachment { url: own("/PicUrl"), ..file("image") }),
        "voice" => {
            // What WeChat's own speech recognition heard, where it is switched on.
            content.text = own("/Recognition");
            let mut voice = file("voice");
            voice.details.extend(text(body, "/Format").map(|format| ("format".to_owned(), json!(format))));
            content.attachments.push(voice);
        }
        "video" | "shortvideo" => {
            "video".clone_into(&mut content.message_type);
            let mut video = file("video");
            let thumb = text(body, "/ThumbMediaId");
            video.details.extend(thumb.map(|id| ("thumb_media_id".to_owned(), json!(id))));
            content.attachments.push(video);
        }
        "file" => {
            "document".clone_into(&mut content.message_type);
            content.attachments.push(Attachment { name: own("/Title").or_else(|| own("/FileName")), ..file("file") });
        }
        "location" => {
            content.location = Some(Location { address: own("/Label"), ..place(body, "/Location_X", "/Location_Y")? });
        }
        "link" | "miniprogrampage" => {
            content.text = own("/Title");
            let link = json!({
                "title": own("/Title"), "description": own("/Description"),
                "url": own("/Url").or_else(|| own("/PagePath")), "app_id": own("/AppId"),
            });
            content.extra = json!({ "link": link });
            "link".clone_into(&mut content.message_type);
        }
        _ => return None,
    }
    Some(content)
}

fn place(body: &Value, lat: &str, lon: &str) -> Option<Location> {
    let degrees = |path: &str| id(body, path)?.parse::<f64>().ok().filter(|value| value.is_finite());
    Some(Location { lat: degrees(lat)?, lon: degrees(lon)?, ..Location::default() })
}

/// An event by its name; names come in several cases.
fn event(name: &str, body: &Value, event: &mut InboundEvent) {
    event.note("event", name);
    match name.to_lowercase().as_str() {
        "subscribe" => {
            event.kind = EventKind::Subscribe;
            event.note("scene", scene(body));
            event.note("ticket", text(body, "/Ticket"));
        }
        "unsubscribe" => event.kind = EventKind::Unsubscribe,
        "scan" => {
            event.kind = EventKind::Referral;
            event.note("scene", scene(body));
            event.referral = json!({ "scene": scene(body), "ticket": text(body, "/Ticket") });
        }
        "location" => {
            event.kind = EventKind::LocationReport;
            let location = place(body, "/Latitude", "/Longitude");
            event.content = Some(Content { location, ..Content::of("location") });
            event.note("precision", text(body, "/Precision"));
        }
        "click" | "template_card_event" | "template_card_menu_event" | "taskcard_click" => {
            event.external_id = None;
            let payload = id(body, "/EventKey").unwrap_or_default();
            let choice = Choice { payload, ..Choice::default() };
            event.content = Some(Content { choice: Some(choice), ..Content::of("choice") });
            event.note("task_id", text(body, "/TaskId"));
            event.note("card_type", text(body, "/CardType"));
        }
        "templatesendjobfinish" | "masssendjobfinish" => receipt(body, event),
        "subscribe_msg_popup_event" | "subscribe_msg_change_event" => consent(body, event),
        "subscribe_msg_sent_event" => sent_subscription(body, event),
        "kf_create_session" | "kf_close_session" | "kf_switch_session" => {
            event.kind = EventKind::Handover;
            event.note("action", name);
            event.note("kf_account", text(body, "/ToKfAccount").or_else(|| text(body, "/KfAccount")));
            event.note("from_kf_account", text(body, "/FromKfAccount"));
        }
        "user_enter_tempsession" | "enter_agent" => {
            event.kind = EventKind::SessionStart;
            event.note("session_from", text(body, "/SessionFrom"));
        }
        "kf_msg_or_event" => {
            event.kind = EventKind::PollTrigger;
            event.note("open_kfid", text(body, "/OpenKfId"));
            event.note("token", text(body, "/Token"));
        }
        "change_external_contact" => {
            event.kind = EventKind::IdentityEvent;
            event.note("change", text(body, "/ChangeType"));
            event.note("external_userid", text(body, "/ExternalUserID"));
            event.note("agent_userid", text(body, "/UserID"));
            event.note("state", text(body, "/State"));
        }
        "change_external_chat" => {
            event.kind = EventKind::GroupEvent;
            event.note("change", text(body, "/ChangeType"));
            event.note("chat_id", text(body, "/ChatId"));
        }
        _ => {
            let (key, at) = (event.dedupe_key.clone(), event.at);
            let mut known = ignored(key, at, name);
            known.sender = std::mem::take(&mut event.sender);
            known.detail = event.detail.take();
            known.note("raw", body.clone());
            *event = known;
        }
    }
}

/// What the code was made with.
fn scene(body: &Value) -> Option<String> {
    let key = id(body, "/EventKey")?;
    Some(key.strip_prefix("qrscene_").map_or(key.clone(), str::to_owned))
}

/// What became of a template or mass message ("Template messages: event push", "Mass messages: event push").
fn receipt(body: &Value, event: &mut InboundEvent) {
    event.kind = EventKind::Receipt;
    event.target.clone_from(&event.external_id);
    let said = text(body, "/Status").unwrap_or_default();
    // The table of the page says `send success`, its example `sendsuccess`.
    let word: String = said.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    let good = matches!(word.as_str(), "success" | "sendsuccess");
    event.status = Some(if good { ReceiptStatus::Delivered } else { ReceiptStatus::Failed });
    if !good {
        event.errors.push(ProviderError { code: said.to_owned(), title: said.to_owned(), ..ProviderError::default() });
    }
    event.note("detail", said);
}

/// One or several entries of a list.
fn entries<'a>(body: &'a Value, path: &str) -> Vec<&'a Value> {
    match body.pointer(path) {
        Some(Value::Array(list)) => list.iter().take(50).collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// The customer allowed or refused templates ("Subscription notifications: event push").
fn consent(body: &Value, event: &mut InboundEvent) {
    event.kind = EventKind::Consent;
    let mut list = entries(body, "/SubscribeMsgPopupEvent/List");
    list.extend(entries(body, "/SubscribeMsgChangeEvent/List"));
    if list.is_empty() {
        list.extend(entries(body, "/List"));
    }
    event.note("action", list.first().and_then(|entry| text(entry, "/SubscribeStatusString")));
    event.note("list", list.into_iter().cloned().collect::<Vec<_>>());
}

fn sent_subscription(body: &Value, event: &mut InboundEvent) {
    event.kind = EventKind::Receipt;
    let entry = entries(body, "/SubscribeMsgSentEvent/List").into_iter().chain(entries(body, "/List")).next();
    let entry = entry.cloned().unwrap_or_default();
    event.external_id = id(&entry, "/MsgID").or_else(|| id(&entry, "/MsgId"));
    event.target.clone_from(&event.external_id);
    let code = id(&entry, "/ErrorCode").filter(|code| code != "0");
    event.status = Some(if code.is_none() { ReceiptStatus::Delivered } else { ReceiptStatus::Failed });
    let title = text(&entry, "/ErrorStatus").unwrap_or_default().to_owned();
    event.errors = code.map(|code| ProviderError { code, title, ..ProviderError::default() }).into_iter().collect();
    event.note("detail", text(&entry, "/ErrorStatus"));
}
