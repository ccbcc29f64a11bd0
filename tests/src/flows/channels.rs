//! Every messaging channel, both ways, over real HTTP against the doubles of its provider.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_lab::senders::{self, Text};
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
];

/// In, forged, twice, answered.
async fn both_ways(kind: ChannelKind, path: &str, proof: &str) -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let mut people = both_sites(&stack).await?;
    let secret = |name: &str| Stack::secret(&format!("{kind} {name}"));
    let said = Text { from: "4477009008", number: 7, text: "hello, where is my parcel?", unix: unix() };
    let post = senders::text(kind, &stack.hook(kind)?, &secret, said)?;
    if !matches!(kind, ChannelKind::Telegram | ChannelKind::WeChat) {
        ensure!(post.tampered().post(&http).await? == 401, "a changed body is taken");
    }
    let stranger = senders::text(kind, &stack.hook(kind)?, &|_| "guess".to_owned(), said)?;
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
    stack.finish().await
}

/// What the provider says of the answer, where it says anything by id.
async fn receipt(stack: &Stack, kind: ChannelKind) -> Result<()> {
    let (http, url) = (reqwest_client(), stack.hook(kind)?);
    let mut admin = stack.texts("select external_id from item_external order by external_id").await?;
    let post = match kind {
        ChannelKind::Sms => {
            admin.retain(|id| id.starts_with("SM") && !id.ends_with("0000007"));
            let sid = admin.pop().context("an id of the answer")?;
            let form = [("MessageSid", sid.as_str()), ("MessageStatus", "delivered"), ("AccountSid", "ACdemo")];
            senders::twilio(&url, &Stack::secret("sms auth_token"), &form)?
        }
        ChannelKind::Messenger => {
            admin.retain(|id| id.starts_with("mid.out"));
            let delivery = json!({ "mids": admin, "watermark": unix() * 1000 });
            let told = json!({ "sender": { "id": "4477009008" }, "recipient": { "id": "500600700" },
                               "timestamp": unix() * 1000, "delivery": delivery });
            let entry = json!({ "id": "500600700", "time": unix() * 1000, "messaging": [told] });
            senders::meta(&url, &Stack::secret("messenger app_secret"), &json!({ "object": "page", "entry": [entry] }))?
        }
        _ => return Ok(()),
    };
    ensure!((200..300).contains(&post.post(&http).await?), "the receipt is not taken");
    stack.settle("select count(*) from delivery where state = 'delivered'", 1, PATIENCE).await
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
}
