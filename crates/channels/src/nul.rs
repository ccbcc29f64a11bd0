//! PostgreSQL takes no NUL, neither in text nor in JSON: one of them would have a whole request refused at each attempt.

use meridian_domain::event::{
    Attachment, Choice, Content, Identifier, InboundEvent, Location, ProviderError, Sender, SharedContact,
};
use serde_json::{Map, Value};

/// Takes every NUL out of what an event says. All fields are named, so that a new one is not forgotten.
pub(crate) fn strip(event: &mut InboundEvent) {
    let InboundEvent {
        kind: _,
        dedupe_key,
        external_id,
        at: _,
        direction: _,
        sender,
        thread,
        content,
        reply_to,
        forwarded: _,
        album,
        referral,
        target,
        target_ref,
        reaction,
        status: _,
        watermark: _,
        errors,
        standby: _,
        redelivery: _,
        reply_token,
        detail,
    } = event;
    word(dedupe_key);
    words([external_id, thread, reply_to, album, target, target_ref, reaction, reply_token]);
    of_sender(sender);
    content.iter_mut().for_each(of_content);
    for ProviderError { code, title, details, class: _, remedy } in errors {
        word(code);
        word(title);
        words([details, remedy]);
    }
    value(referral);
    value(detail);
}

fn of_sender(Sender { ids, name, username, locale, geo }: &mut Sender) {
    for Identifier { scheme, value, scope, verified: _, derived: _ } in ids {
        [scheme, value, scope].into_iter().for_each(word);
    }
    words([name, username, locale]);
    object(geo);
}

fn of_content(content: &mut Content) {
    let Content { message_type, text, html, subject, attachments, choice, location, contacts, form, order, extra } =
        content;
    word(message_type);
    words([text, html, subject]);
    for Attachment { kind, mime, name, size: _, media_id, url, caption, details } in attachments {
        word(kind);
        words([mime, name, media_id, url, caption]);
        object(details);
    }
    if let Some(Choice { payload, title, details }) = choice {
        word(payload);
        word(title);
        object(details);
    }
    if let Some(Location { lat: _, lon: _, name, address, url }) = location {
        words([name, address, url]);
    }
    for SharedContact { name, phones, emails, wa_ids } in contacts {
        words([name]);
        [phones, emails, wa_ids].into_iter().flatten().for_each(word);
    }
    [form, order, extra].into_iter().for_each(value);
}

fn word(text: &mut String) {
    if text.contains('\0') {
        text.retain(|c| c != '\0');
    }
}

fn words<const N: usize>(all: [&mut Option<String>; N]) {
    all.into_iter().flatten().for_each(word);
}

fn value(one: &mut Value) {
    match one {
        Value::String(text) => word(text),
        Value::Array(all) => all.iter_mut().for_each(value),
        Value::Object(map) => object(map),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn object(map: &mut Map<String, Value>) {
    map.values_mut().for_each(value);
    if map.keys().any(|name| name.contains('\0')) {
        let named = std::mem::take(map).into_iter();
        *map = named.map(|(name, one)| (name.replace('\0', ""), one)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Channel, slack::Slack, testing};
    use meridian_domain::event::EventKind;
    use serde_json::json;

    #[test]
    fn what_is_read_holds_no_nul() {
        let account = testing::account(&Slack, json!({}), &[]);
        let message = json!({ "type": "message", "channel": "C\u{0}1", "user": "U\u{0}1", "ts": "1.1", "text": "a\u{0}b",
            "files": [{ "id": "F1", "name": "x\u{0}.pdf", "title": "\u{0}" }] });
        let odd = json!({ "type": "file_shared", "fi\u{0}le": [{ "id": "\u{0}" }] });
        for event in [message, odd] {
            let body = json!({ "type": "event_callback", "event_id": "Ev\u{0}1", "event": event }).to_string();
            assert!(body.contains("\\u0000"));
            let read = Slack.read(&account, &testing::stored(body));
            let kept = serde_json::to_string(&read).unwrap();
            assert!(!kept.contains("\\u0000"), "{kept}");
            assert_eq!(read[0].dedupe_key, "Ev1");
        }
    }

    #[test]
    fn every_part_of_an_event_is_looked_at() {
        let nul = || Some("a\u{0}b".to_owned());
        let all = json!({ "a\u{0}b": ["a\u{0}b", { "c": "a\u{0}b" }] });
        let map = all.as_object().unwrap();
        let mut event = InboundEvent::new(EventKind::Message, "a\u{0}b", testing::now());
        event.sender = Sender {
            ids: vec![Identifier::channel("a\u{0}b", "a\u{0}b", "a\u{0}b")],
            name: nul(),
            username: nul(),
            locale: nul(),
            geo: map.clone(),
        };
        event.errors = vec![ProviderError { title: "a\u{0}b".to_owned(), details: nul(), ..ProviderError::default() }];
        event.content = Some(Content {
            text: nul(),
            html: nul(),
            subject: nul(),
            attachments: vec![Attachment { caption: nul(), details: map.clone(), ..Attachment::default() }],
            choice: Some(Choice { title: "a\u{0}b".to_owned(), details: map.clone(), ..Choice::default() }),
            location: Some(Location { name: nul(), address: nul(), url: nul(), ..Location::default() }),
            contacts: vec![SharedContact {
                name: nul(),
                phones: nul().into_iter().collect(),
                ..SharedContact::default()
            }],
            form: all.clone(),
            order: all.clone(),
            extra: all.clone(),
            ..Content::default()
        });
        (event.referral, event.detail, event.reply_token) = (all.clone(), all.clone(), nul());
        strip(&mut event);
        let kept = serde_json::to_string(&event).unwrap();
        assert!(!kept.contains("\\u0000"), "{kept}");
        assert_eq!(event.detail, json!({ "ab": ["ab", { "c": "ab" }] }));
    }
}
