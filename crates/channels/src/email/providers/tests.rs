use super::*;
use crate::{Channel, InboundRequest, Reject, StoredRequest, email::Email, signature};
use base64::{Engine, engine::general_purpose::STANDARD};
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::{EventKind, ReceiptStatus, Verification},
    ids::ChannelAccountId,
    secret::Secret,
    time::Instant,
};
use serde_json::json;
use std::collections::BTreeMap;

fn account(provider: &str) -> AccountConfig {
    AccountConfig {
        id: ChannelAccountId(uuid::Uuid::nil()),
        kind: ChannelKind::Email,
        settings: json!({ "provider": provider, "from": "help@shop.example" }),
        secrets: BTreeMap::from([
            ("inbound_token".to_owned(), vec![Secret::new("letmein")]),
            ("signing_key".to_owned(), vec![Secret::new("key")]),
        ]),
        public_url: "https://hooks.shop.example/m".to_owned(),
        addresses: vec![],
    }
}

fn request(headers: &[(&str, &str)], body: impl Into<bytes::Bytes>) -> InboundRequest {
    InboundRequest {
        method: "POST".into(),
        query: String::new(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.into(),
    }
}

fn now() -> Instant {
    "2026-05-04T12:00:00Z".parse().unwrap()
}

fn verdict(provider: &str, request: &InboundRequest) -> Result<(), Reject> {
    Email.verify(&account(provider), request, now()).map(|_| ())
}

fn events(provider: &str, content_type: &str, body: String) -> Vec<meridian_domain::event::InboundEvent> {
    let part = json!({ "headers": { "content-type": content_type } });
    Email.parse(&account(provider), &StoredRequest { part, body: body.into(), received_at: now() })
}

fn form(fields: &[(&str, &str)]) -> String {
    let field = |(name, value): &(&str, &str)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    fields.iter().map(field).collect::<Vec<_>>().concat() + "--x--\r\n"
}

const FORM: &str = "multipart/form-data; boundary=x";

#[test]
fn a_password_in_the_url_proves_most_providers() {
    let basic = |pair: &str| request(&[("authorization", &format!("Basic {}", STANDARD.encode(pair)))], "{}");
    for provider in ["postmark", "sendgrid", "mailjet", "sparkpost", "brevo"] {
        assert_eq!(verdict(provider, &basic("any:letmein")), Ok(()), "{provider}");
        assert_eq!(verdict(provider, &basic("any:letmeout")), Err(Reject::Mismatch));
        assert_eq!(verdict(provider, &request(&[], "{}")), Err(Reject::Missing));
    }
    assert_eq!(
        verdict("", &basic("any:letmein")),
        Err(Reject::Missing),
        "a mail server of one's own has a bearer token"
    );
    let mut empty = account("postmark");
    empty.secrets.insert("inbound_token".to_owned(), vec![Secret::new("")]);
    assert_eq!(Email.verify(&empty, &basic("any:"), now()).map(|_| ()), Err(Reject::NoSecret));
}

#[test]
fn mailgun_signs_a_timestamp_and_a_token() {
    let at = now().timestamp();
    let signed = |at: i64, key: &str| {
        let mac = hex::encode(signature::sha256(key.as_bytes(), &[at.to_string().as_bytes(), b"tok"]));
        request(
            &[("content-type", FORM)],
            form(&[("timestamp", &at.to_string()), ("token", "tok"), ("signature", &mac), ("body-mime", "x")]),
        )
    };
    assert_eq!(verdict("mailgun", &signed(at, "key")), Ok(()));
    assert_eq!(verdict("mailgun", &signed(at, "other")), Err(Reject::Mismatch));
    assert_eq!(verdict("mailgun", &signed(at - 3600, "key")), Err(Reject::Stale));
    assert_eq!(
        verdict("mailgun", &request(&[("content-type", FORM)], form(&[("body-mime", "x")]))),
        Err(Reject::Missing)
    );
    let (one, other) = (signed(at, "key"), request(&[("content-type", FORM)], signed(at, "key").body));
    assert_eq!(Email.dedupe_key(&one), Email.dedupe_key(&other), "a token comes once, whatever else the post says");
    let mac = hex::encode(signature::sha256(b"key", &[at.to_string().as_bytes(), b"tok"]));
    let body =
        json!({ "signature": { "timestamp": at.to_string(), "token": "tok", "signature": mac }, "event-data": {} });
    assert_eq!(verdict("mailgun", &request(&[("content-type", "application/json")], body.to_string())), Ok(()));
}

#[test]
fn mandrill_signs_the_url_and_all_fields() {
    let base = "https://hooks.shop.example/mmandrill_events[]";
    let mac = STANDARD.encode(signature::sha1(b"key", base.as_bytes()));
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let good = request(&[kind, ("x-mandrill-signature", &mac)], "mandrill_events=%5B%5D");
    assert_eq!(verdict("mandrill", &good), Ok(()));
    let bad = request(&[kind, ("x-mandrill-signature", &mac)], "mandrill_events=%5B1%5D");
    assert_eq!(verdict("mandrill", &bad), Err(Reject::Mismatch));
}

#[test]
fn sendgrid_signs_events_with_a_key_pair() {
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
    let random = ring::rand::SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let at = now().timestamp().to_string();
    let mac = STANDARD.encode(pair.sign(&random, format!("{at}[]\r\n").as_bytes()).unwrap());
    let mut account = account("sendgrid");
    account.secrets.insert("signing_key".to_owned(), vec![Secret::new(STANDARD.encode(pair.public_key()))]);
    let verdict = |body: &'static str| {
        let headers =
            [("x-twilio-email-event-webhook-signature", mac.as_str()), ("x-twilio-email-event-webhook-timestamp", &at)];
        Email.verify(&account, &request(&headers, body), now()).map(|_| ())
    };
    assert_eq!(verdict("[]\r\n"), Ok(()));
    assert_eq!(verdict("[]"), Err(Reject::Mismatch), "the last line break is signed too");
}

#[test]
fn the_same_mail_by_every_provider() {
    let raw = "From: Ana <ana@example.org>\r\nTo: help@shop.example\r\nSubject: Kettle\r\nMessage-ID: <1@example.org>\r\n\r\nIt broke.";
    let header = "From: Ana <ana@example.org>\r\nTo: help@shop.example\r\nMessage-ID: <1@example.org>\r\n";
    let list = json!([["From", "Ana <ana@example.org>"], ["Message-Id", "<1@example.org>"], ["Subject", "Kettle"]])
        .to_string();
    let fields = json!({ "From": "Ana <ana@example.org>", "Message-ID": ["<1@example.org>"], "Subject": "Kettle" });
    let postmark = json!({
        "FromFull": { "Email": "ana@example.org", "Name": "Ana" }, "Subject": "Kettle", "MessageID": "not-this-one",
        "Headers": [{ "Name": "Message-ID", "Value": "<1@example.org>" }], "TextBody": "It broke.",
        "ToFull": [{ "Email": "help@shop.example", "Name": "" }]
    });
    let relayed =
        json!([{ "msys": { "relay_message": { "content": { "email_rfc822": raw }, "msg_from": "ana@example.org" } } }]);
    let brevo = json!({ "items": [{ "MessageId": "<1@example.org>", "From": { "Name": "Ana", "Address": "ana@example.org" },
        "Subject": "Kettle", "RawTextBody": "It broke.", "To": [{ "Address": "help@shop.example", "Name": null }] }] });
    let mandrill = json!([{ "event": "inbound", "msg": { "raw_msg": raw, "email": "help@shop.example" } }]).to_string();
    let mandrill =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("mandrill_events", &mandrill).finish();
    let posts = [
        ("", "message/rfc822", raw.to_owned()),
        ("sendgrid", FORM, form(&[("email", raw), ("from", "Ana <ana@example.org>")])),
        ("sendgrid", FORM, form(&[("headers", header), ("subject", "Kettle"), ("text", "It broke.")])),
        ("mailgun", FORM, form(&[("body-mime", raw)])),
        ("mailgun", FORM, form(&[("message-headers", &list), ("body-plain", "It broke.")])),
        ("postmark", "application/json", postmark.to_string()),
        (
            "mailjet",
            "application/json",
            json!({ "Headers": fields, "Parts": [], "Text-part": "It broke." }).to_string(),
        ),
        ("sparkpost", "application/json", relayed.to_string()),
        ("brevo", "application/json", brevo.to_string()),
        ("mandrill", "application/x-www-form-urlencoded", mandrill),
    ];
    for (provider, content_type, body) in posts {
        let event = events(provider, content_type, body).remove(0);
        let content = event.content.unwrap_or_default();
        assert_eq!(event.external_id.as_deref(), Some("1@example.org"), "{provider}");
        assert_eq!(event.sender.ids[0].value, "ana@example.org", "{provider}");
        assert_eq!(event.sender.name.as_deref(), Some("Ana"), "{provider}");
        assert_eq!(
            (content.subject.as_deref(), content.text.as_deref()),
            (Some("Kettle"), Some("It broke.")),
            "{provider}"
        );
    }
}

#[test]
fn sendgrid_names_charsets_and_checks_beside_the_mail() {
    let mut body = form(&[
        ("headers", "From: ana@example.org\r\n"),
        ("SPF", "pass"),
        ("dkim", "{@example.org : pass}"),
        ("envelope", "{\"to\":[\"help@shop.example\"],\"from\":\"x@elsewhere.example\"}"),
        ("charsets", "{\"text\":\"gb18030\"}"),
    ])
    .into_bytes();
    body.truncate(body.len() - 7);
    body.extend_from_slice(
        b"--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\xc4\xe3\xba\xc3\r\n--x--\r\n",
    );
    let part = json!({ "headers": { "content-type": FORM } });
    let event =
        Email.parse(&account("sendgrid"), &StoredRequest { part, body: body.into(), received_at: now() }).remove(0);
    assert_eq!(event.content.unwrap().text.as_deref(), Some("你好"));
    assert_eq!(event.sender.ids[0].verified, Verification::Claimed);
}

#[test]
fn what_became_of_our_mails() {
    let seen = |provider: &str, body: Value| {
        let event = events(provider, "application/json", body.to_string()).remove(0);
        (event.kind, event.status, event.target)
    };
    let of = |id: &str| Some(id.to_owned());
    let failed = Some(ReceiptStatus::Failed);
    assert_eq!(
        seen("sendgrid", json!([{ "event": "bounce", "smtp-id": "<1@x>", "sg_event_id": "e" }])),
        (EventKind::Receipt, failed, of("1@x"))
    );
    let mailgun = |event: &str, severity: &str| {
        seen(
            "mailgun",
            json!({ "event-data": { "event": event, "severity": severity, "message": { "headers": { "message-id": "1@x" } } } }),
        )
    };
    assert_eq!(mailgun("failed", "permanent"), (EventKind::Receipt, failed, of("1@x")));
    assert_eq!(mailgun("failed", "temporary"), (EventKind::Receipt, None, of("1@x")));
    assert_eq!(mailgun("opened", ""), (EventKind::Receipt, None, of("1@x")), "an opened mail is not a read one");
    assert_eq!(
        seen("postmark", json!({ "RecordType": "Delivery", "MessageID": "m", "Recipient": "a@b.c" })),
        (EventKind::Receipt, Some(ReceiptStatus::Delivered), of("m"))
    );
    assert_eq!(seen("mailjet", json!({ "event": "unsub", "email": "a@b.c", "MessageID": 7 })).0, EventKind::OptOut);
    assert_eq!(seen("brevo", json!({ "event": "hard_bounce", "message-id": "<1@x>" })).1, failed);
    assert_eq!(
        seen("sparkpost", json!([{ "msys": { "message_event": { "type": "delivery" } } }])).1,
        Some(ReceiptStatus::Delivered)
    );
    let unknown = events("postmark", "application/json", "[1, {}]".to_owned()).remove(0);
    assert_eq!(unknown.kind, EventKind::UnknownEvent);
}

#[test]
fn brevo_names_its_webhook_and_no_event() {
    let key = |mail: &str, at: i64| {
        let body =
            json!({ "event": "delivered", "id": 26_224, "message-id": mail, "email": "a@b.example", "ts_event": at });
        events("brevo", "application/json", body.to_string()).remove(0).dedupe_key
    };
    let first = key("<1@x>", 1_777_890_000);
    assert_ne!(first, key("<2@x>", 1_777_890_000));
    assert_ne!(first, key("<1@x>", 1_777_890_060));
    assert_eq!(first, key("<1@x>", 1_777_890_000));
}

proptest::proptest! {
    #[test]
    fn no_post_stops_a_provider(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), provider in 0usize..8, form in 0usize..3) {
        let names = ["smtp", "sendgrid", "mailgun", "postmark", "mailjet", "sparkpost", "brevo", "mandrill"];
        let content_type = [FORM, "application/x-www-form-urlencoded", "application/json"][form];
        let part = json!({ "headers": { "content-type": content_type } });
        let stored = StoredRequest { part, body: bytes.into(), received_at: now() };
        proptest::prop_assert!(!Email.parse(&account(names[provider]), &stored).is_empty());
    }
}

/// What each provider posts, in short.
#[test]
fn changed_bodies_do_no_harm() {
    let mail = "From: a@b.example\r\nTo: help@shop.example\r\nMessage-ID: <1@b.example>\r\n\r\nhello\r\n";
    let raw = STANDARD.encode(mail);
    let json = |value: serde_json::Value| value.to_string();
    let posts = [
        (
            "sendgrid",
            FORM,
            form(&[("email", mail), ("envelope", r#"{"to":["help@shop.example"],"from":"a@b.example"}"#)]),
        ),
        ("sendgrid", FORM, form(&[("from", "a@b.example"), ("subject", "x"), ("text", "hello"), ("headers", "A: b")])),
        (
            "sendgrid",
            "",
            json(json!([{ "event": "bounce", "email": "a@b.example", "sg_event_id": "1", "timestamp": 1 }])),
        ),
        ("mailgun", FORM, form(&[("body-mime", mail), ("recipient", "help@shop.example")])),
        (
            "mailgun",
            "",
            json(json!({ "event-data": { "event": "failed", "message": { "headers": { "message-id": "1" } } } })),
        ),
        (
            "postmark",
            "",
            json(json!({ "From": "a@b.example", "MessageID": "1", "TextBody": "hello", "RawEmail": mail })),
        ),
        (
            "mailjet",
            "",
            json(json!({ "Sender": "a@b.example", "Text-part": "hello", "Headers": { "From": "a@b.example" } })),
        ),
        (
            "sparkpost",
            "",
            json(
                json!([{ "msys": { "relay_message": { "content": { "email_rfc822": raw, "email_rfc822_is_base64": true } } } }]),
            ),
        ),
        (
            "brevo",
            "",
            json(
                json!({ "items": [{ "From": { "Address": "a@b.example" }, "MessageId": "1", "RawTextBody": "hello" }] }),
            ),
        ),
        (
            "mandrill",
            FORM,
            form(&[("mandrill_events", r#"[{"event":"inbound","msg":{"raw_msg":"From: a@b.example"}}]"#)]),
        ),
    ];
    for (provider, kind, body) in &posts {
        let part = json!({ "headers": { "content-type": kind } });
        crate::testing::survives_as(&Email, &account(provider), &part, &[body], posts.len() as u64);
    }
}
