//! Every messaging channel, both ways, over real HTTP against the doubles of its provider.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{
    agent::Agent,
    customer::standard_webhook,
    provider::Answer,
    senders::{self, Signed, Text},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};

/// Where the answer arrives, and what proves that it is this customer's.
const CHANNELS: &[(ChannelKind, &str, &str)] = &[
    (ChannelKind::Messenger, "/me/messages", "\"recipient\":{\"id\":\"4477009008\"}"),
    (ChannelKind::Instagram, "/me/messages", "\"recipient\":{\"id\":\"4477009008\"}"),
    (ChannelKind::Telegram, "/sendMessage", "4477009008"),
    (ChannelKind::Line, "/v2/bot/message/push", "\"to\":\"U00000000000000000000004477009008\""),
    (ChannelKind::Slack, "/chat.postMessage", "\"channel\":\"D4477009008\""),
    (ChannelKind::WeChat, "/cgi-bin/message/custom/send", "\"touser\":\"o4477009008\""),
    (ChannelKind::Sms, "/Messages.json", "%2B4477009008"),
    (ChannelKind::WhatsApp, "/100200300/messages", "\"to\":\"4477009008\""),
    (ChannelKind::WeCom, "/cgi-bin/kf/send_msg", "\"touser\":\"wm4477009008\""),
    (ChannelKind::Generic, "/generic", "\"value\":\"4477009008\""),
];

/// Secrets of an account of the demo.
fn secret_of(kind: ChannelKind) -> impl Fn(&str) -> String {
    move |name: &str| match kind {
        ChannelKind::Generic => Stack::webhook_secret("generic signing_secret"),
        _ => Stack::secret(&format!("{kind} {name}")),
    }
}

/// What customer service hands over when it is asked.
fn waiting(cursor: &str, messages: Value) -> Answer {
    Answer::Say(
        200,
        json!({ "errcode": 0, "errmsg": "ok", "next_cursor": cursor, "has_more": 0, "msg_list": messages }),
    )
}

/// In, forged, twice, answered.
async fn both_ways(kind: ChannelKind, path: &str, proof: &str) -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let mut people = both_sites(&stack).await?;
    let secret = secret_of(kind);
    let said = Text { from: "4477009008", number: 7, text: "hello, where is my parcel?", unix: unix() };
    if kind == ChannelKind::WeCom {
        let message = json!({ "msgid": "in7", "open_kfid": "wkdemo", "external_userid": "wm4477009008", "origin": 3,
            "send_time": unix(), "msgtype": "text", "text": { "content": said.text } });
        stack.provider.plan("/kf/sync_msg", vec![waiting("c1", json!([message]))]);
    }
    if kind == ChannelKind::WhatsApp {
        // The demo's bot would answer first.
        stack.sql("update channel_account set bot_id = null where kind = 'whatsapp'").await?;
    }
    let post = senders::text(kind, &stack.hook(kind)?, &secret, said)?;
    if !matches!(kind, ChannelKind::Telegram | ChannelKind::WeChat) {
        ensure!(post.tampered().post(&http).await? == 401, "a changed body is taken");
    }
    let guess = |name: &str| secret(name).replace(['2', '3', '4', '5', '6', 'b'], "a");
    let stranger = senders::text(kind, &stack.hook(kind)?, &guess, said)?;
    ensure!(stranger.post(&http).await? == 401, "a guessed secret is taken");
    for _ in 0..2 {
        let status = post.post(&http).await?;
        ensure!((200..300).contains(&status), "the post is answered {status}");
    }
    let (who, conversation) = accept_first(&mut people).await?;
    let agent = people[who].0.clone();
    let look = "query($c: ID!) { conversation(id: $c) { timeline(first: 20) { nodes { kind text channel } } } }";
    let seen = agent.query(look, json!({ "c": conversation })).await?;
    let nodes = seen["conversation"]["timeline"]["nodes"].as_array().context("nodes")?.clone();
    let messages: Vec<&Value> = nodes.iter().filter(|node| node["kind"] == "message").collect();
    assert_eq!(
        messages,
        [&json!({ "kind": "message", "text": said.text, "channel": kind.code() })],
        "once, as it was said"
    );
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"It leaves today.\" }) { item { id } userErrors { message } } }";
    let sent = agent.query(send, json!({ "c": conversation })).await?;
    ensure!(sent["messageSend"]["item"]["id"].is_string(), "{sent}");
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    let out = stack.provider.seen(path);
    ensure!(out.len() == 1, "the provider got {} answers at {path}", out.len());
    let body = String::from_utf8_lossy(&out[0].body).into_owned();
    ensure!(body.contains(proof), "{body} does not name the customer as {proof}");
    ensure!(body.contains("today"), "{body} is not the answer");
    receipt(&stack, kind).await?;
    file(&stack, kind, &agent, &conversation).await?;
    stack.finish().await
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000IHDR and so on";

/// A picture to the customer: by the way and in the form that the provider documents.
async fn file(stack: &Stack, kind: ChannelKind, agent: &Agent, conversation: &str) -> Result<()> {
    if kind == ChannelKind::Slack {
        let told = json!({ "ok": true, "file_id": "F1", "upload_url": format!("{}/upload/F1", stack.provider.url) });
        stack.provider.plan("/files.getUploadURLExternal", vec![Answer::Say(200, told)]);
    }
    let upload = reqwest_client().post(format!("{}/v1/uploads?name=kettle.png", stack.base));
    let kept: Value = upload.bearer_auth(&agent.token).body(PNG).send().await?.json().await?;
    let send = "mutation($c: ID!, $f: [ID!]!) { messageSend(input: { conversationId: $c, attachmentIds: $f }) { userErrors { message } } }";
    let sent = agent.query(send, json!({ "c": conversation, "f": [kept["id"]] })).await?;
    ensure!(sent["messageSend"]["userErrors"] == json!([]), "{sent}");
    let count = "select count(*) from delivery d join attachment a on a.item_id = d.item_id where d.state = 'accepted'";
    stack.settle(count, 1, PATIENCE).await?;
    let (path, form) = match kind {
        ChannelKind::Messenger => ("/me/messages", "name=\"filedata\""),
        ChannelKind::Instagram => ("/me/messages", "\"payload\":{\"url\":\"http"),
        ChannelKind::Telegram => ("/sendPhoto", "name=\"photo\""),
        ChannelKind::Line => ("/v2/bot/message/push", "\"originalContentUrl\":\"http"),
        ChannelKind::Slack => ("/files.completeUploadExternal", "\"id\":\"F1\""),
        ChannelKind::WeChat => ("/cgi-bin/message/custom/send", "\"image\":{\"media_id\":"),
        ChannelKind::WeCom => ("/cgi-bin/kf/send_msg", "\"image\":{\"media_id\":"),
        ChannelKind::Sms => ("/Messages.json", "Body=kettle.png%3A+http"),
        ChannelKind::WhatsApp => ("/100200300/messages", "\"image\":{\"id\":\"media"),
        ChannelKind::Generic => ("/generic", "\"files\":[{"),
        other => anyhow::bail!("no row for {other}"),
    };
    let last = stack.provider.seen(path).pop().context("the provider got nothing")?;
    let body = String::from_utf8_lossy(&last.body).into_owned();
    ensure!(body.contains(form), "{body} does not carry the file as {form}");
    if matches!(kind, ChannelKind::Line | ChannelKind::Instagram | ChannelKind::Generic) {
        let link = body.split('"').find(|part| part.contains("/files/")).context("a link")?;
        let got = reqwest_client().get(link).send().await?.bytes().await?;
        ensure!(got == PNG, "the link does not open the picture");
    }
    Ok(())
}

/// What the provider says of the answer, where it says anything: by the id it gave, by ours, or for all up to a time.
async fn receipt(stack: &Stack, kind: ChannelKind) -> Result<()> {
    let (http, url, secret) = (reqwest_client(), stack.hook(kind)?, secret_of(kind));
    let all = "select external_id from item_external x join delivery d on d.item_id = x.item_id";
    let ours = stack.texts(all).await?.pop().context("an id of the answer")?;
    let meta = |object: &str, what: &str, told: Value| {
        let told = json!({ "sender": { "id": "4477009008" }, "recipient": { "id": "500600700" },
                           "timestamp": unix() * 1000, what: told });
        let entry = json!({ "id": "500600700", "time": unix() * 1000, "messaging": [told] });
        senders::meta(&url, &secret("app_secret"), &json!({ "object": object, "entry": [entry] }))
    };
    let (post, state) = match kind {
        ChannelKind::Sms => {
            let form = [("MessageSid", ours.as_str()), ("MessageStatus", "delivered"), ("AccountSid", "ACdemo")];
            (senders::twilio(&url, &secret("auth_token"), &form)?, "delivered")
        }
        ChannelKind::Messenger => {
            let by_id = json!({ "mids": [ours], "watermark": 0 });
            ensure!(meta("page", "delivery", by_id)?.post(&http).await? == 200, "the receipt is not taken");
            stack.settle("select count(*) from delivery where state = 'delivered'", 1, PATIENCE).await?;
            (meta("page", "read", json!({ "watermark": (unix() + 1) * 1000 }))?, "read")
        }
        ChannelKind::Instagram => (meta("instagram", "read", json!({ "mid": ours }))?, "read"),
        ChannelKind::WhatsApp => {
            let whatsapp = stack.whatsapp()?;
            (senders::meta(&url, &whatsapp.app_secret, &whatsapp.status(&ours, "read", unix()))?, "read")
        }
        ChannelKind::WeCom => {
            let failed = json!({ "event_type": "msg_send_fail", "open_kfid": "wkdemo", "fail_msgid": ours, "fail_type": 4,
                                 "external_userid": "wm4477009008" });
            let told = json!({ "msgid": "e1", "send_time": unix(), "origin": 4, "msgtype": "event", "event": failed });
            stack.provider.plan("/kf/sync_msg", vec![waiting("c2", json!([told]))]);
            (senders::wecom_waits(&url, &secret, unix() + 1)?, "failed")
        }
        ChannelKind::Generic => {
            let body =
                json!({ "kind": "receipt", "target": ours, "status": "delivered", "dedupe_key": "r1" }).to_string();
            let headers = standard_webhook(&secret("signing_secret"), "msg_r1", unix(), &body)?;
            (Signed { url: url.clone(), headers, body }, "delivered")
        }
        // Telegram, LINE, Slack and official accounts say nothing of what became of a message.
        _ => return Ok(()),
    };
    ensure!((200..300).contains(&post.post(&http).await?), "the receipt is not taken");
    let count = format!("select count(*) from delivery where state = '{state}'");
    stack.settle(Box::leak(count.into_boxed_str()), 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from unknown_event").await?, 0, "something was not understood");
    Ok(())
}

macro_rules! flows {
    ($($name:ident $kind:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() -> Result<()> {
            let (kind, path, proof) = CHANNELS.iter().find(|(kind, ..)| *kind == ChannelKind::$kind).context("a row")?;
            both_ways(*kind, path, proof).await
        }
    )*};
}

flows! {
    messenger_both_ways Messenger;
    instagram_both_ways Instagram;
    telegram_both_ways Telegram;
    line_both_ways Line;
    slack_both_ways Slack;
    wechat_both_ways WeChat;
    sms_both_ways Sms;
    whatsapp_both_ways WhatsApp;
    wecom_both_ways WeCom;
    generic_both_ways Generic;
}

/// A pull goes on over several answers, keeps its place, shows errors, and is not stopped by a stale hint.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_keeps_its_place_and_its_troubles_are_seen() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, url, secret) = (reqwest_client(), stack.hook(ChannelKind::WeCom)?, secret_of(ChannelKind::WeCom));
    let message = |n: u32| {
        json!({ "msgid": format!("m{n}"), "open_kfid": "wkdemo", "external_userid": "wm9", "origin": 3,
            "send_time": unix(), "msgtype": "text", "text": { "content": format!("part {n}") } })
    };
    let more = |cursor: &str, messages: Value| json!({ "errcode": 0, "next_cursor": cursor, "has_more": 1, "msg_list": messages });
    let stale = json!({ "errcode": 95_007, "errmsg": "invalid msg token" });
    let wrong = json!({ "errcode": 40_001, "errmsg": "invalid credential" });
    stack.provider.plan(
        "/kf/sync_msg",
        vec![
            Answer::Say(200, stale),
            Answer::Say(200, more("c1", json!([message(1), message(2)]))),
            Answer::Say(200, more("c2", json!([]))),
            waiting("c3", json!([message(2), message(3)])),
            Answer::Say(200, wrong.clone()),
            Answer::Say(200, wrong),
        ],
    );
    ensure!(senders::wecom_waits(&url, &secret, unix())?.post(&http).await? == 200, "the callback is not taken");
    stack.settle("select count(*) from channel_cursor where position = 'c3'", 1, PATIENCE).await?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", 3, PATIENCE).await?;
    let asked: Vec<(String, String)> = stack
        .provider
        .seen("/kf/sync_msg")
        .iter()
        .map(|r| (r.json()["cursor"].as_str().unwrap_or_default().to_owned(), r.json()["token"].to_string()))
        .collect();
    let cursors: Vec<&str> = asked.iter().map(|(cursor, _)| cursor.as_str()).collect();
    assert_eq!(cursors, ["", "", "c1", "c2"]);
    assert_eq!((asked[0].1.as_str(), asked[1].1.as_str()), ("\"pull\"", "\"\""));
    ensure!(senders::wecom_waits(&url, &secret, unix() + 1)?.post(&http).await? == 200, "the callback is not taken");
    stack.settle("select count(*) from channel_health where code = 'auth'", 1, PATIENCE).await?;
    // Tried again by itself, and well again.
    stack.settle("select count(*) from channel_health where code = ''", 1, PATIENCE).await?;
    stack.finish().await
}

/// Requests as providers sent them are forgotten after their days, once they were processed; what failed stays, and so do
/// messages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_requests_are_forgotten() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900687", "Pia", "wamid.kept", "still there?", unix())).await?;
    stack.settle("select count(*) from inbound_raw where state = 'processed'", 1, PATIENCE).await?;
    // Ids of 31 and of 29 days ago, as they would have been given.
    stack
        .sql(
            "insert into inbound_raw (tenant_id, id, account_id, dedupe_key, request, body, state)
             select tenant_id, (lpad(to_hex((extract(epoch from now() - make_interval(days => v.days)) * 1000)::bigint), 12, '0')
                    || substr(replace(gen_random_uuid()::text, '-', ''), 13))::uuid,
                    account_id, v.days || ' ' || v.state, request, body, v.state
             from inbound_raw cross join (values (31, 'processed'), (31, 'failed'), (29, 'processed')) v(days, state)",
        )
        .await?;
    stack.settle("select count(*) from inbound_raw where dedupe_key = '31 processed'", 0, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from inbound_raw").await?, 3);
    assert_eq!(stack.count("select count(*) from item_content where text = 'still there?'").await?, 1);
    stack.finish().await
}
