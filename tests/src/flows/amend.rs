//! What was sent is edited, withdrawn and reacted to; the customer sees that somebody types.

use super::{PATIENCE, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_app::authz::Subject;
use meridian_domain::{
    channel::ChannelKind,
    ids::{ConversationId, ItemId, TenantId},
    time::{Clock, SystemClock},
};
use meridian_lab::{
    agent::Agent,
    provider::Answer,
    senders::{self, Signed, Text},
};
use meridian_store::items;
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

const CHANGE: &str =
    "item { id text revision reactions deletedAt change { kind state text emoji error } } userErrors { code message }";

/// A customer of a kind in an agent's hands.
struct Chat {
    agent: Agent,
    conversation: String,
}

impl Chat {
    async fn begin(stack: &Stack, kind: ChannelKind) -> Result<Self> {
        let secret = |name: &str| Stack::secret(&format!("{kind} {name}"));
        let said = Text { from: "4477009017", number: 100, text: "where is my parcel?", unix: unix() };
        let post = senders::text(kind, &stack.hook(kind)?, &secret, said)?;
        ensure!(post.post(&reqwest_client()).await? == 200);
        Self::take(stack).await
    }

    /// Gives the one session that is there to Ana.
    async fn take(stack: &Stack) -> Result<Self> {
        stack.settle("select count(*) from session", 1, PATIENCE).await?;
        stack
            .sql("update session set control = 'agent', control_id = (select id from agent where email = 'ana@demo.example')")
            .await?;
        let agent = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
        let id: Uuid = stack.texts("select conversation_id::text from session").await?[0].parse()?;
        Ok(Self { agent, conversation: ConversationId(id).to_string() })
    }

    async fn say(&self, stack: &Stack, text: &str, accepted: i64) -> Result<String> {
        let send = "mutation($c: ID!, $t: String!) { messageSend(input: { conversationId: $c, text: $t }) { item { id } userErrors { message } } }";
        let sent = self.agent.query(send, json!({ "c": self.conversation, "t": text })).await?;
        stack.settle("select count(*) from delivery where state = 'accepted'", accepted, PATIENCE).await?;
        Ok(sent["messageSend"]["item"]["id"].as_str().context("item")?.to_owned())
    }

    async fn change(&self, mutation: &str, input: Value) -> Result<Value> {
        let kind = mutation.strip_prefix('m').map(|rest| format!("M{rest}")).unwrap_or_default();
        let ask = format!("mutation($i: {kind}Input!) {{ {mutation}(input: $i) {{ {CHANGE} }} }}");
        Ok(self.agent.query(&ask, json!({ "i": input })).await?[mutation].clone())
    }

    /// Why a change is refused.
    async fn refused(&self, mutation: &str, input: Value) -> Result<String> {
        let answer = self.change(mutation, input).await?;
        Ok(answer["userErrors"][0]["message"].as_str().unwrap_or_default().to_owned())
    }

    async fn typing(&self) -> Result<Value> {
        let show = "mutation($c: ID!) { typingShow(input: { conversationId: $c }) { shown userErrors { message } } }";
        Ok(self.agent.query(show, json!({ "c": self.conversation })).await?["typingShow"].clone())
    }
}

/// The customer's own message.
async fn theirs(stack: &Stack) -> Result<String> {
    let all =
        stack.texts("select id::text from timeline_item where kind = 'message' and actor_kind = 'customer'").await?;
    Ok(ItemId(all.first().context("a message")?.parse()?).to_string())
}

/// Requests to a path, as soon as there is one.
async fn asked(stack: &Stack, path: &str, count: usize) -> Result<Vec<Value>> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let seen = stack.provider.seen(path);
        if seen.len() >= count {
            return Ok(seen.iter().map(meridian_lab::provider::Recorded::json).collect());
        }
        ensure!(tokio::time::Instant::now() < until, "{path} was asked {} times", seen.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const US: &str = "select count(*) from item_state where reactions->>'us' = '👍'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_telegram_a_message_is_edited_reacted_to_and_withdrawn() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let chat = Chat::begin(&stack, ChannelKind::Telegram).await?;
    let own = chat.say(&stack, "It leaves at eihgt.", 1).await?;
    let told = chat.change("messageEdit", json!({ "itemId": own, "text": " It leaves at eight. " })).await?;
    assert_eq!(told["userErrors"], json!([]), "{told}");
    stack
        .settle("select count(*) from item_content where revision = 2 and text = 'It leaves at eight.'", 1, PATIENCE)
        .await?;
    let edit = &asked(&stack, "/editMessageText", 1).await?[0];
    assert_eq!((&edit["text"], &edit["chat_id"]), (&json!("It leaves at eight."), &json!("1")));
    // The words stand in the revision alone.
    stack
        .settle(
            "select count(*) from item_state where amendment->>'state' = 'done' and amendment->>'text' = ''",
            1,
            PATIENCE,
        )
        .await?;

    let theirs = theirs(&stack).await?;
    assert!(chat.refused("messageEdit", json!({ "itemId": theirs, "text": "x" })).await?.contains("sent from here"));
    assert!(chat.refused("messageReact", json!({ "itemId": theirs, "emoji": "🦖" })).await?.contains("👍"));
    chat.change("messageReact", json!({ "itemId": theirs, "emoji": "👍" })).await?;
    stack.settle(US, 1, PATIENCE).await?;
    chat.change("messageReact", json!({ "itemId": theirs, "emoji": null })).await?;
    stack.settle(US, 0, PATIENCE).await?;
    assert_eq!(asked(&stack, "/setMessageReaction", 2).await?[1]["reaction"], json!([]));

    // Refused: the message stands, and the desk learns why. Down: it is tried again.
    let wont = json!({ "ok": false, "error_code": 400, "description": "Bad Request: message can't be deleted" });
    stack.provider.plan("/deleteMessage", vec![Answer::Say(400, wont)]);
    chat.change("messageDelete", json!({ "itemId": own })).await?;
    stack.settle("select count(*) from item_state where amendment->>'state' = 'failed'", 1, PATIENCE).await?;
    let look = "query($c: ID!) { conversation(id: $c) { timeline(first: 5) { nodes { id text deletedAt change { state error } } } } }";
    let seen = chat.agent.query(look, json!({ "c": chat.conversation })).await?;
    let nodes = seen["conversation"]["timeline"]["nodes"].as_array().context("nodes")?;
    let node = nodes.iter().find(|node| node["id"] == own.as_str()).context("node")?;
    assert_eq!((&node["text"], &node["deletedAt"]), (&json!("It leaves at eight."), &Value::Null), "{node}");
    assert!(node["change"]["error"].as_str().is_some_and(|why| why.contains("can't be deleted")), "{node}");
    stack.provider.plan("/deleteMessage", vec![Answer::Say(502, json!({})), Answer::Hang]);
    chat.change("messageDelete", json!({ "itemId": own })).await?;
    assert!(chat.refused("messageDelete", json!({ "itemId": own })).await?.contains("on its way"));
    stack.settle("select count(*) from item_state where deleted_at is not null", 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from item_content where text like 'It leaves%'").await?, 0);
    assert!(chat.refused("messageEdit", json!({ "itemId": own, "text": "x" })).await?.contains("withdrawn"));

    assert_eq!(chat.typing().await?, json!({ "shown": true, "userErrors": [] }));
    assert_eq!(asked(&stack, "/sendChatAction", 1).await?[0]["action"], "typing");
    chat.typing().await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(stack.provider.seen("/sendChatAction").len(), 1, "the provider is not told with every key");
    // Who does not hold the conversation changes nothing.
    let mei = Agent::sign_in(&stack.base, "demo", "mei@demo.example", &stack.demo.password).await?;
    let other = Chat { agent: mei, conversation: chat.conversation.clone() };
    assert!(other.refused("messageReact", json!({ "itemId": theirs, "emoji": "👍" })).await?.contains("holder"));
    assert!(other.typing().await?["userErrors"][0]["message"].as_str().is_some_and(|why| why.contains("holder")));
    stack.finish().await
}

/// An event of Slack, signed.
fn slack(stack: &Stack, id: &str, event: &Value) -> Result<Signed> {
    let (at, secret) = (unix(), Stack::secret("slack signing_secret"));
    let body = json!({ "type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": id, "event_time": at,
        "authorizations": [{ "team_id": "T1", "user_id": "Ubot", "is_bot": true }], "event": event })
    .to_string();
    let signature = senders::sha256_hex(&secret, &format!("v0:{at}:{body}"))?;
    let headers = vec![
        ("x-slack-request-timestamp", at.to_string()),
        ("x-slack-signature", format!("v0={signature}")),
        ("content-type", "application/json".to_owned()),
    ];
    Ok(Signed { url: stack.hook(ChannelKind::Slack)?, headers, body })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_slack_our_own_changes_come_back_and_change_nothing_more() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let chat = Chat::begin(&stack, ChannelKind::Slack).await?;
    let own = chat.say(&stack, "It is < 3 kg", 1).await?;
    let ts = stack.texts("select external_id from item_external x join delivery d on d.item_id = x.item_id").await?[0]
        .clone();
    chat.change("messageEdit", json!({ "itemId": own, "text": "It is < 4 kg" })).await?;
    stack.settle("select count(*) from item_content where revision = 2", 1, PATIENCE).await?;
    let update = &asked(&stack, "/chat.update", 1).await?[0];
    assert_eq!((&update["ts"], &update["text"]), (&json!(ts), &json!("It is &lt; 4 kg")));
    let theirs = theirs(&stack).await?;
    for emoji in ["👍", "❤"] {
        chat.change("messageReact", json!({ "itemId": theirs, "emoji": emoji })).await?;
        stack.settle("select count(*) from item_state where amendment->>'state' = 'queued'", 0, PATIENCE).await?;
    }
    assert_eq!(asked(&stack, "/reactions.remove", 1).await?[0]["name"], "+1");
    assert_eq!(asked(&stack, "/reactions.add", 2).await?[1]["name"], "heart");
    let at = format!("{}.000500", unix());
    let message = json!({ "type": "message", "text": "It is &lt; 4 kg", "ts": ts, "bot_id": "B1", "app_id": "A1", "edited": { "ts": at } });
    let changed = json!({ "type": "message", "subtype": "message_changed", "channel": "D4477009017", "ts": at, "event_ts": at,
        "message": message, "previous_message": { "type": "message", "text": "It is &lt; 3 kg", "ts": ts, "bot_id": "B1" } });
    ensure!(slack(&stack, "EvEcho1", &changed)?.post(&http).await? == 200);
    let customer_ts = stack.texts("select external_id from item_external x join timeline_item t on t.id = x.item_id where t.actor_kind = 'customer'").await?[0].clone();
    let reacted = json!({ "type": "reaction_added", "user": "Ubot", "reaction": "heart", "event_ts": at,
        "item": { "type": "message", "channel": "D4477009017", "ts": customer_ts } });
    ensure!(slack(&stack, "EvEcho2", &reacted)?.post(&http).await? == 200);
    stack.settle("select count(*) from inbound_raw where state = 'processed'", 3, PATIENCE).await?;
    assert_eq!(stack.count("select max(revision)::bigint from item_content").await?, 2);
    assert_eq!(
        stack.texts("select reactions::text from item_state where reactions <> '{}'").await?,
        [r#"{"us": "❤"}"#]
    );
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_whatsapp_there_are_reactions_and_typing_alone() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let chat = Chat::begin(&stack, ChannelKind::WhatsApp).await?;
    let own = chat.say(&stack, "It left.", 1).await?;
    assert!(
        chat.refused("messageEdit", json!({ "itemId": own, "text": "x" })).await?.contains("lets no message be edited")
    );
    assert!(chat.refused("messageDelete", json!({ "itemId": own })).await?.contains("lets no message be withdrawn"));
    let theirs = theirs(&stack).await?;
    chat.change("messageReact", json!({ "itemId": theirs, "emoji": "👍" })).await?;
    stack.settle(US, 1, PATIENCE).await?;
    let sent = asked(&stack, "/100200300/messages", 2).await?.pop().context("a reaction")?;
    assert_eq!(
        (&sent["type"], &sent["reaction"]["emoji"], &sent["to"]),
        (&json!("reaction"), &json!("👍"), &json!("4477009017"))
    );
    assert_eq!(chat.typing().await?["shown"], true);
    let shown = asked(&stack, "/100200300/messages", 3).await?.pop().context("typing")?;
    assert_eq!((&shown["status"], &shown["typing_indicator"]["type"]), (&json!("read"), &json!("text")));
    // Outside of the reply window the provider takes no reaction.
    stack.sql("update session set last_customer_at = last_customer_at - interval '25 hours'").await?;
    let late = chat.change("messageReact", json!({ "itemId": theirs, "emoji": "❤" })).await?;
    assert_eq!(late["userErrors"][0]["code"], "WINDOW_CLOSED", "{late}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_messenger_any_reaction_goes_out_and_on_instagram_the_heart_alone() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let chat = Chat::begin(&stack, ChannelKind::Messenger).await?;
    let message = theirs(&stack).await?;
    for emoji in [json!("👍"), Value::Null] {
        chat.change("messageReact", json!({ "itemId": message, "emoji": emoji })).await?;
        stack.settle("select count(*) from item_state where amendment->>'state' = 'queued'", 0, PATIENCE).await?;
    }
    let sent = asked(&stack, "/me/messages", 2).await?;
    let target = stack.texts("select external_id from item_external").await?.pop().context("an id")?;
    assert_eq!(
        (&sent[0]["sender_action"], &sent[0]["payload"]),
        (&json!("react"), &json!({ "message_id": target, "reaction": "👍" }))
    );
    assert_eq!((&sent[1]["sender_action"], &sent[1]["payload"]), (&json!("unreact"), &json!({ "message_id": target })));
    stack.finish().await?;

    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let chat = Chat::begin(&stack, ChannelKind::Instagram).await?;
    let message = theirs(&stack).await?;
    let why = chat.refused("messageReact", json!({ "itemId": message, "emoji": "👍" })).await?;
    ensure!(why.contains("❤"), "{why}");
    chat.change("messageReact", json!({ "itemId": message, "emoji": "❤" })).await?;
    stack.settle("select count(*) from item_state where reactions->>'us' = '❤'", 1, PATIENCE).await?;
    assert_eq!(asked(&stack, "/me/messages", 1).await?[0]["payload"]["reaction"], "love");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_wecom_a_message_is_taken_back_within_two_minutes() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let waits = json!({ "msgid": "in7", "open_kfid": "wkdemo", "external_userid": "wm1", "origin": 3, "send_time": unix(),
        "msgtype": "text", "text": { "content": "where is my parcel?" } });
    let waiting = json!({ "errcode": 0, "next_cursor": "c1", "has_more": 0, "msg_list": [waits] });
    stack.provider.plan("/kf/sync_msg", vec![Answer::Say(200, waiting)]);
    let chat = Chat::begin(&stack, ChannelKind::WeCom).await?;
    let (first, second) = (chat.say(&stack, "It left.", 1).await?, chat.say(&stack, "On Monday.", 2).await?);
    let told = chat.change("messageDelete", json!({ "itemId": first })).await?;
    assert_eq!(told["userErrors"], json!([]), "{told}");
    let recall = &asked(&stack, "/cgi-bin/kf/recall_msg", 1).await?[0];
    let sent = &asked(&stack, "/cgi-bin/kf/send_msg", 2).await?[0];
    ensure!(recall["msgid"].is_string() && recall["open_kfid"] == sent["open_kfid"], "{recall} of {sent}");
    stack.settle("select count(*) from item_state where amendment->>'state' = 'done'", 1, PATIENCE).await?;
    stack.sql("update timeline_item set placed_at = placed_at - interval '2 minutes'").await?;
    let why = chat.refused("messageDelete", json!({ "itemId": second })).await?;
    ensure!(why.contains("within 2 minutes"), "{why}");
    let can = "query($c: ID!) { conversation(id: $c) { sessions { channelCapabilities { deleteWithinMinutes deleteWithinHours } } } }";
    let can = chat.agent.query(can, json!({ "c": chat.conversation })).await?;
    let can = &can["conversation"]["sessions"][0]["channelCapabilities"];
    assert_eq!(can, &json!({ "deleteWithinMinutes": 2, "deleteWithinHours": 1 }));
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_web_chat_a_change_is_there_at_once() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WebChat).context("account")?.1;
    let opened: Value = http.post(format!("{}/chat/{account}/sessions", stack.base)).send().await?.json().await?;
    let said = json!({ "client_id": "00000000-0000-4000-8000-000000000071", "text": "Is the shop open?" });
    let token = opened["token"].as_str().context("token")?;
    let post = http.post(format!("{}/chat/messages", stack.base)).bearer_auth(token).json(&said);
    ensure!(post.send().await?.status() == 202);
    let chat = Chat::take(&stack).await?;
    let own = chat.say(&stack, "Until eihgt.", 1).await?;
    let told = chat.change("messageEdit", json!({ "itemId": own, "text": "Until eight." })).await?;
    assert_eq!((&told["item"]["text"], &told["item"]["revision"]), (&json!("Until eight."), &json!(2)), "{told}");
    assert_eq!(told["item"]["change"]["state"], "done", "{told}");
    let theirs = theirs(&stack).await?;
    let told = chat.change("messageReact", json!({ "itemId": theirs, "emoji": "🙏" })).await?;
    assert_eq!(told["item"]["reactions"], json!({ "us": "🙏" }), "{told}");
    let told = chat.change("messageDelete", json!({ "itemId": own })).await?;
    assert!(told["item"]["deletedAt"].is_string() && told["item"]["text"].is_null(), "{told}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_withdrawn_gets_no_words_again() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let chat = Chat::begin(&stack, ChannelKind::Telegram).await?;
    let one = async |sql| -> Result<Uuid> { Ok(stack.texts(sql).await?.pop().context("a row")?.parse()?) };
    let tenant = one("select tenant_id::text from timeline_item where kind = 'message'").await?;
    let item = ItemId(one("select id::text from timeline_item where kind = 'message'").await?);
    let mut tx = stack.app.db.write(Subject::system(TenantId(tenant)).scope()).await?;
    items::withdraw(&mut tx, item).await?;
    // An edit of before that was overtaken.
    items::revise(&mut tx, item, Some("where is my blue parcel?"), &json!({}), None, SystemClock.now()).await?;
    tx.commit().await?;
    let look = "query($c: ID!) { conversation(id: $c) { timeline(first: 1) { nodes { text deletedAt attachments { id } } } } }";
    let seen = chat.agent.query(look, json!({ "c": chat.conversation })).await?;
    let node = &seen["conversation"]["timeline"]["nodes"][0];
    ensure!(node["deletedAt"].is_string() && node["text"].is_null(), "{node}");
    stack.finish().await
}
