use super::*;
use crate::testing::{account, kinds, now, stored, survives};
use bytes::Bytes;
use crypto::{signature, testing::encrypt};
use meridian_domain::event::{EventKind, ReceiptStatus};
use serde_json::json;

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWZ";

fn plain() -> AccountConfig {
    account(&WeChat, json!({ "app_id": "wx1" }), &[("token", "tok")])
}

fn sealed() -> AccountConfig {
    account(&WeChat, json!({ "app_id": "wx1" }), &[("token", "tok"), ("encoding_aes_key", KEY)])
}

fn request(query: String, body: &str) -> InboundRequest {
    InboundRequest { method: "POST".into(), query, headers: vec![], body: Bytes::from(body.to_owned()) }
}

fn query(at: i64) -> String {
    format!("signature={}&timestamp={at}&nonce=n", signature(vec!["tok", &at.to_string(), "n"]))
}

fn xml(inner: &str) -> String {
    format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1777890000</CreateTime>{inner}</xml>"
    )
}

const TEXT: &str = "<MsgType>text</MsgType><Content><![CDATA[hi & <you>]]></Content><MsgId>77</MsgId>";

fn event(inner: &str) -> InboundEvent {
    WeChat.parse(&plain(), &stored(xml(inner))).remove(0)
}

#[test]
fn plain_callbacks_are_signed_fresh_and_free_of_document_types() {
    let at = now().timestamp();
    let verify = |account: &AccountConfig, query: String, body: &str| {
        WeChat.verify(account, &request(query, body), now()).map(|_| ())
    };
    assert_eq!(verify(&plain(), query(at), &xml(TEXT)), Ok(()));
    assert_eq!(verify(&plain(), query(at).replace("nonce=n", "nonce=m"), &xml(TEXT)), Err(Reject::Mismatch));
    assert_eq!(verify(&plain(), query(at - 601), &xml(TEXT)), Err(Reject::Stale));
    assert_eq!(verify(&plain(), String::new(), &xml(TEXT)), Err(Reject::Missing));
    let bomb = format!("<!DOCTYPE x [<!ENTITY a 'b'>]>{}", xml("<MsgType>&a;</MsgType>"));
    assert_eq!(verify(&plain(), query(at), &bomb), Err(Reject::Malformed));
    // With a key, a plain body would be a way around it.
    assert_eq!(verify(&sealed(), query(at), &xml(TEXT)), Err(Reject::Missing));
}

#[test]
fn of_a_sealed_body_only_the_sealed_part_counts() {
    let at = now().timestamp().to_string();
    let cipher = encrypt(KEY, "wx1", &xml(TEXT));
    let body =
        format!("<xml><MsgType>text</MsgType><Content>forged</Content><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>");
    let query =
        |cipher: &str| format!("msg_signature={}&timestamp={at}&nonce=n", signature(vec!["tok", &at, "n", cipher]));
    let verify = |query: String, body: &str| WeChat.verify(&sealed(), &request(query, body), now()).map(|_| ());
    assert_eq!(verify(query(&cipher), &body), Ok(()));
    assert_eq!(verify(query("other"), &body), Err(Reject::Mismatch));
    let foreign = encrypt(KEY, "wx2", &xml(TEXT));
    let other = format!("<xml><Encrypt>{foreign}</Encrypt></xml>");
    assert_eq!(verify(query(&foreign), &other), Err(Reject::Mismatch));
    let events = WeChat.parse(&sealed(), &stored(body));
    assert_eq!(events[0].content.as_ref().unwrap().text.as_deref(), Some("hi & <you>"));
    let json = json!({ "Encrypt": cipher }).to_string();
    assert_eq!(WeChat.parse(&sealed(), &stored(json))[0].external_id.as_deref(), Some("77"));
}

#[test]
fn the_url_check_is_echoed() {
    let ask = |query: String| WeChat.challenge(&plain(), &request(query, "")).map(|reply| reply.body);
    assert_eq!(ask(format!("{}&echostr=55", query(5))), Some("55".into()));
    assert_eq!(ask(format!("{}&echostr=55", query(5).replace("nonce=n", "nonce=m"))), None);
}

#[test]
fn messages_and_events_find_their_kind() {
    let text = event(TEXT);
    assert_eq!((text.dedupe_key.as_str(), text.sender.ids[0].scope.as_str()), ("77", "gh_1"));
    let of = |name: &str, more: &str| event(&format!("<MsgType>event</MsgType><Event>{name}</Event>{more}"));
    let subscribed = of("subscribe", "<EventKey>qrscene_12</EventKey>");
    assert_eq!((subscribed.kind, subscribed.dedupe_key.as_str()), (EventKind::Subscribe, "o1|1777890000|subscribe"));
    assert_eq!(subscribed.detail["scene"], "12");
    assert_eq!(of("CLICK", "<EventKey>k</EventKey>").content.unwrap().choice.unwrap().payload, "k");
    let report = of("LOCATION", "<Latitude>23.1</Latitude><Longitude>113.3</Longitude>");
    assert_eq!((report.kind, report.content.unwrap().location.unwrap().lat), (EventKind::LocationReport, 23.1));
    assert_eq!(of("TEMPLATESENDJOBFINISH", "<MsgID>5</MsgID><Status>success</Status>").target.as_deref(), Some("5"));
    for status in ["sendsuccess", "send success"] {
        let sent = of("MASSSENDJOBFINISH", &format!("<MsgID>6</MsgID><Status><![CDATA[{status}]]></Status>"));
        assert_eq!((sent.status, sent.errors.len()), (Some(ReceiptStatus::Delivered), 0));
    }
    let refused = of("TEMPLATESENDJOBFINISH", "<MsgID>5</MsgID><Status>failed:user block</Status>");
    assert_eq!(refused.status, Some(ReceiptStatus::Failed));
    assert_eq!(WeChat.receipt_error(&refused.errors[0].code), Some(ErrorClass::BlockedByUser));
    assert_eq!(of("kf_close_session", "<KfAccount>a@b</KfAccount>").kind, EventKind::Handover);
    assert_eq!(of("VIEW", "").kind, EventKind::IgnoredEvent);
    let consent = of(
        "subscribe_msg_popup_event",
        "<SubscribeMsgPopupEvent><List><SubscribeStatusString>accept</SubscribeStatusString></List></SubscribeMsgPopupEvent>",
    );
    assert_eq!((consent.kind, &consent.detail["action"]), (EventKind::Consent, &json!("accept")));
    assert_eq!(event("<MsgType>hologram</MsgType>").kind, EventKind::Unsupported);
    let heard = event("<MsgType>voice</MsgType><MediaId>m</MediaId><Recognition>你好</Recognition><MsgId>9</MsgId>");
    assert_eq!(heard.content.unwrap().text.as_deref(), Some("你好"));
    assert_eq!(kinds(&WeChat.parse(&plain(), &stored("rubbish"))), [EventKind::UnknownEvent]);
}

#[test]
fn changed_bodies_do_no_harm() {
    let one = xml(TEXT);
    let two = xml("<MsgType>event</MsgType><Event>LOCATION</Event><Latitude>1</Latitude><Longitude>2</Longitude>");
    let three = format!("<xml><Encrypt>{}</Encrypt></xml>", encrypt(KEY, "wx1", &one));
    survives(&WeChat, &plain(), &[&one, &two]);
    survives(&WeChat, &sealed(), &[&three]);
}
