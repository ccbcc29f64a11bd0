use super::*;
use crate::{
    testing::{account, now, stored},
    wechat::crypto::{signature, testing::encrypt},
};
use meridian_domain::event::EventKind;
use serde_json::json;

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWZ";

fn corp() -> AccountConfig {
    account(&WeCom, json!({ "corp_id": "ww1" }), &[("token", "tok"), ("encoding_aes_key", KEY)])
}

fn sealed(inner: &str) -> (InboundRequest, String) {
    let cipher = encrypt(KEY, "ww1", &format!("<xml><ToUserName>ww1</ToUserName>{inner}</xml>"));
    let at = now().timestamp().to_string();
    let query = format!("msg_signature={}&timestamp={at}&nonce=n", signature(vec!["tok", &at, "n", &cipher]));
    let body = format!("<xml><ToUserName>ww1</ToUserName><Encrypt>{cipher}</Encrypt></xml>");
    (InboundRequest { method: "POST".into(), query, headers: vec![], body: body.clone().into() }, body)
}

fn event(inner: &str) -> InboundEvent {
    WeCom.parse(&corp(), &stored(sealed(inner).1)).remove(0)
}

#[test]
fn only_sealed_bodies_are_taken() {
    let (good, _) = sealed("<MsgType>text</MsgType>");
    let verify = |request: &InboundRequest| WeCom.verify(&corp(), request, now()).map(|_| ());
    assert_eq!(verify(&good), Ok(()));
    let mut plain = good.clone();
    plain.body = "<xml><MsgType>text</MsgType></xml>".into();
    assert_eq!(verify(&plain), Err(Reject::Missing));
    let mut late = good;
    late.query = late.query.replace(&now().timestamp().to_string(), "1");
    assert_eq!(verify(&late), Err(Reject::Stale));
}

#[test]
fn the_url_check_is_opened_and_echoed() {
    let echo = encrypt(KEY, "ww1", "12345");
    let sign = signature(vec!["tok", "1", "n", &echo]);
    let pairs = [("msg_signature", sign.as_str()), ("timestamp", "1"), ("nonce", "n"), ("echostr", echo.as_str())];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let ask = |query: String| InboundRequest { method: "GET".into(), query, headers: vec![], body: "".into() };
    assert_eq!(WeCom.challenge(&corp(), &ask(query.clone())).map(|reply| reply.body), Some("12345".into()));
    assert_eq!(WeCom.challenge(&corp(), &ask(query.replace("nonce=n", "nonce=m"))), None);
}

#[test]
fn customer_service_only_says_that_something_waits() {
    let waits = event(
        "<CreateTime>1777890000</CreateTime><MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>t</Token><OpenKfId>wk1</OpenKfId>",
    );
    assert_eq!((waits.kind, &waits.detail["open_kfid"]), (EventKind::PollTrigger, &json!("wk1")));
    let contact = event(
        "<FromUserName>sys</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>del_follow_user</ChangeType><ExternalUserID>wm1</ExternalUserID>",
    );
    assert_eq!((contact.kind, &contact.detail["external_userid"]), (EventKind::IdentityEvent, &json!("wm1")));
    let menu = event(
        "<FromUserName>li</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>template_card_menu_event</Event><EventKey>k</EventKey><TaskId>t</TaskId><CardType>text_notice</CardType>",
    );
    assert_eq!((menu.kind, menu.content.unwrap().choice.unwrap().payload.as_str()), (EventKind::Message, "k"));
    let text = event(
        "<FromUserName>li</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>hi</Content><MsgId>5</MsgId>",
    );
    assert_eq!((text.sender.ids[0].scheme.as_str(), text.dedupe_key.as_str()), ("wecom_userid", "5"));
}

#[test]
fn changed_bodies_do_no_harm() {
    let pulled = json!({ "msg_list": [{ "msgid": "m1", "external_userid": "wm1", "send_time": 1, "origin": 3,
        "msgtype": "text", "text": { "content": "hi" } }, { "msgid": "m2", "msgtype": "event", "event": { "event_type": "enter_session" } }] });
    let part = StoredRequest::part_of_pull("wk1");
    crate::testing::survives_as(&WeCom, &corp(), &part, &[&pulled.to_string()], 2);
    let body = sealed("<MsgType>text</MsgType><Content>hi</Content>").1;
    crate::testing::survives_as(&WeCom, &corp(), &serde_json::Value::Null, &[&body], 2);
}
