//! Messages on their way to providers: beside each other, in order for one customer, at the pace of the account.

use super::{PATIENCE, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::{
    channel::ChannelKind,
    ids::{ConversationId, DeliveryId},
    jobs::Family,
};
use meridian_lab::{
    agent::Agent,
    provider::Answer,
    senders::{self, Text},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::Notify;
use uuid::Uuid;

/// Chats on Telegram in an agent's hands; their session and conversation ids.
async fn chats(stack: &Stack, count: usize) -> Result<(Agent, Vec<(Uuid, String)>)> {
    chats_on(stack, ChannelKind::Telegram, count).await
}

async fn chats_on(stack: &Stack, kind: ChannelKind, count: usize) -> Result<(Agent, Vec<(Uuid, String)>)> {
    let http = reqwest_client();
    let secret = |name: &str| Stack::secret(&format!("{kind} {name}"));
    let hook = stack.hook(kind)?;
    // The demo's bot would answer first.
    stack.sql("update channel_account set bot_id = null where kind = 'whatsapp'").await?;
    for n in 0..count {
        let from = format!("4477009{n:03}");
        let said = Text { from: &from, number: 100 + n as u64, text: "where is my parcel?", unix: unix() };
        ensure!(senders::text(kind, &hook, &secret, said)?.post(&http).await? == 200);
    }
    stack.settle("select count(*) from session", i64::try_from(count)?, PATIENCE).await?;
    stack
        .sql("update session set control = 'agent', control_id = (select id from agent where email = 'ana@demo.example')")
        .await?;
    let agent = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let ids = stack.texts("select id::text || ' ' || conversation_id::text from session order by id").await?;
    let pair = |line: String| -> Result<(Uuid, String)> {
        let (session, conversation) = line.split_once(' ').context("two ids")?;
        Ok((session.parse()?, ConversationId(conversation.parse()?).to_string()))
    };
    Ok((agent, ids.into_iter().map(pair).collect::<Result<_>>()?))
}

async fn say(agent: &Agent, conversation: &str, text: &str) -> Result<()> {
    let send = "mutation($c: ID!, $t: String!) { messageSend(input: { conversationId: $c, text: $t }) { userErrors { message } } }";
    let sent = agent.query(send, json!({ "c": conversation, "t": text })).await?;
    ensure!(sent["messageSend"]["userErrors"] == json!([]), "{sent}");
    Ok(())
}

/// Texts that the provider was asked to send, in their order.
fn sent(stack: &Stack) -> Vec<String> {
    let text = |request: meridian_lab::provider::Recorded| request.json()["text"].as_str().map(str::to_owned);
    stack.provider.seen("/sendMessage").into_iter().filter_map(text).collect()
}

const ACCEPTED: &str = "select count(*) from delivery where state = 'accepted'";
const SENDING: &str = "select count(*) from delivery where state = 'sending'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_slow_for_one_holds_up_nobody_else_and_the_order_stays() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    // Of five sessions on four lanes two share one.
    let (agent, chats) = chats(&stack, 5).await?;
    let mut lanes: HashMap<String, Vec<&str>> = HashMap::new();
    for (session, conversation) in &chats {
        lanes.entry(Family::Deliver.queue(session.as_bytes())).or_default().push(conversation);
    }
    let shared = lanes.into_values().find(|chats| chats.len() > 1).context("a lane of two")?;
    let release = Arc::new(Notify::new());
    let taken = json!({ "ok": true, "result": { "message_id": 7, "date": 0, "chat": { "id": 1 } } });
    stack.provider.plan("/sendMessage", vec![Answer::When(Arc::clone(&release), taken)]);
    say(&agent, shared[0], "slow one").await?;
    stack.settle(SENDING, 1, PATIENCE).await?;
    say(&agent, shared[0], "after it").await?;
    say(&agent, shared[1], "of another").await?;
    stack.settle(ACCEPTED, 1, PATIENCE).await?;
    assert_eq!(sent(&stack), ["slow one", "of another"]);
    release.notify_one();
    stack.settle(ACCEPTED, 3, PATIENCE).await?;
    assert_eq!(sent(&stack), ["slow one", "of another", "after it"]);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_an_account_may_send_waits_for_its_turn_and_says_so() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (agent, chats) = chats(&stack, 4).await?;
    stack
        .sql("update channel_account set settings = settings || '{\"sends_per_second\": 1}' where kind = 'telegram'")
        .await?;
    // An opened account is trusted for two seconds.
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let began = std::time::Instant::now();
    for (n, (_, conversation)) in chats.iter().enumerate() {
        say(&agent, conversation, &format!("turn {n}")).await?;
    }
    let waits = "select count(*) from delivery where state = 'queued' and error_detail like 'waits for its turn%'";
    stack.settle(waits, 2, PATIENCE).await?;
    stack.settle(ACCEPTED, 4, PATIENCE).await?;
    ensure!(began.elapsed() > Duration::from_secs(3), "four left in {:?}", began.elapsed());
    assert_eq!(sent(&stack).len(), 4);
    assert_eq!(stack.count("select count(*) from delivery where turn_at is not null or attempt <> 1").await?, 0);
    stack.finish().await
}

/// The broker is lost with its data: what waited there to be sent is sent all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_whose_job_is_lost_is_tried_again() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (agent, chats) = chats(&stack, 1).await?;
    // Its first try is refused, and the next waits in the broker for longer than this test.
    let busy = json!({ "ok": false, "error_code": 429, "parameters": { "retry_after": 300 } });
    stack.provider.plan("/sendMessage", vec![Answer::Say(429, busy)]);
    say(&agent, &chats[0].1, "on its way").await?;
    stack.settle("select count(*) from delivery where state = 'queued' and attempt = 1", 1, PATIENCE).await?;
    stack.sql("update delivery set updated_at = updated_at - interval '35 minutes'").await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(stack.count(ACCEPTED).await?, 0, "as long as its retry may come it is left alone");
    stack.sql("update delivery set updated_at = updated_at - interval '6 minutes'").await?;
    stack.settle(ACCEPTED, 1, PATIENCE).await?;
    assert_eq!(sent(&stack), ["on its way", "on its way"]);
    stack.finish().await
}

/// The provider's report comes before its answer, and the answer is an error: the report stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_after_the_report_takes_nothing_back() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (agent, chats) = chats(&stack, 1).await?;
    let release = Arc::new(Notify::new());
    let refused = json!({ "ok": false, "error_code": 400, "description": "Bad Request: chat not found" });
    stack.provider.plan("/sendMessage", vec![Answer::When(Arc::clone(&release), refused)]);
    say(&agent, &chats[0].1, "is it there?").await?;
    stack.settle(SENDING, 1, PATIENCE).await?;
    stack.sql("update delivery set state = 'delivered'").await?;
    release.notify_one();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let left = "select state || ' ' || coalesce(error_class, '') from delivery";
    assert_eq!(stack.texts(left).await?, ["delivered "]);
    stack.finish().await
}

/// A customer is faster than the answer to our send: their reaction waits for the message and finds it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reaction_that_overtakes_the_answer_to_our_send_is_kept() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (agent, chats) = chats(&stack, 1).await?;
    let release = Arc::new(Notify::new());
    let taken = json!({ "ok": true, "result": { "message_id": 7, "date": 0, "chat": { "id": 1 } } });
    stack.provider.plan("/sendMessage", vec![Answer::When(Arc::clone(&release), taken)]);
    say(&agent, &chats[0].1, "It left on Monday.").await?;
    stack.settle(SENDING, 1, PATIENCE).await?;
    let person = json!({ "id": 1, "is_bot": false, "first_name": "Ida" });
    let body = json!({ "update_id": 9900, "message_reaction": { "chat": { "id": 1, "type": "private" }, "message_id": 7,
        "user": person, "date": unix(), "old_reaction": [], "new_reaction": [{ "type": "emoji", "emoji": "👍" }] } });
    let post = reqwest_client()
        .post(stack.hook(ChannelKind::Telegram)?)
        .header("x-telegram-bot-api-secret-token", Stack::secret("telegram secret_token"))
        .header("content-type", "application/json");
    ensure!(post.body(body.to_string()).send().await?.status() == 200);
    stack.settle("select count(*) from orphan_event", 1, PATIENCE).await?;
    release.notify_one();
    stack.settle("select count(*) from item_state where reactions->>'1' = '👍'", 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from orphan_event").await?, 0);
    stack.finish().await
}

/// More than WhatsApp takes in one message.
fn two_parts() -> String {
    "a word ".repeat(800)
}

/// What WhatsApp reports of a message, beside its status.
async fn report(stack: &Stack, id: &str, status: &str, more: Value) -> Result<()> {
    let whatsapp = stack.whatsapp()?;
    let mut body = whatsapp.status(id, status, unix());
    let told = &mut body["entry"][0]["changes"][0]["value"]["statuses"][0];
    for (name, value) in more.as_object().into_iter().flatten() {
        told[name] = value.clone();
    }
    ensure!(whatsapp.post(&reqwest_client(), &body).await? == 200);
    stack.settle("select count(*) from inbound_raw where state = 'received'", 0, PATIENCE).await
}

const DELIVERED: &str = "select count(*) from delivery where state = 'delivered'";
const FAILED: &str = "select count(*) from delivery where state = 'failed'";

/// The first part arrives, the second is refused: the report comes before the refusal is known, or after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_which_a_part_is_refused_did_not_arrive() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (agent, chats) = chats_on(&stack, ChannelKind::WhatsApp, 1).await?;
    let release = Arc::new(Notify::new());
    let taken = |name: &str| json!({ "messaging_product": "whatsapp", "messages": [{ "id": name }] });
    let refused = json!({ "error": { "code": 131_026, "message": "Message undeliverable" } });
    let refused = || Answer::Say(400, refused.clone());
    let path = "/100200300/messages";
    stack.provider.plan(path, vec![Answer::When(Arc::clone(&release), taken("wamid.a1")), refused()]);
    say(&agent, &chats[0].1, &two_parts()).await?;
    stack.settle(SENDING, 1, PATIENCE).await?;
    let sent: Uuid = stack.texts("select id::text from delivery").await?[0].parse()?;
    let ours = json!({ "biz_opaque_callback_data": DeliveryId(sent).to_string() });
    report(&stack, "wamid.a1", "delivered", ours).await?;
    stack.settle(DELIVERED, 1, PATIENCE).await?;
    release.notify_one();
    stack.settle(FAILED, 1, PATIENCE).await?;

    stack.provider.plan(path, vec![Answer::Say(200, taken("wamid.b1")), refused()]);
    say(&agent, &chats[0].1, &two_parts()).await?;
    stack.settle(FAILED, 2, PATIENCE).await?;
    let sent: Uuid = stack.texts("select id::text from delivery order by id desc limit 1").await?[0].parse()?;
    let ours = json!({ "biz_opaque_callback_data": DeliveryId(sent).to_string() });
    report(&stack, "wamid.b1", "delivered", ours).await?;
    let told = "select count(*) from delivery where state = 'failed' and error_class = 'partial' \
                and error_detail like 'part 2: %131026%'";
    assert_eq!(stack.count(told).await?, 2, "{:?}", stack.texts("select error_detail from delivery").await?);
    stack.finish().await
}

/// Both parts are taken, and one of them fails afterwards. A message of one part stands as it was reported.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_fails_after_another_arrived_is_told() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (agent, chats) = chats_on(&stack, ChannelKind::WhatsApp, 1).await?;
    let names = "select external_id from item_external e join delivery d on d.item_id = e.item_id order by external_id";
    let failed = || json!({ "errors": [{ "code": 131_026, "title": "Message undeliverable" }] });
    say(&agent, &chats[0].1, "short").await?;
    stack.settle(ACCEPTED, 1, PATIENCE).await?;
    let short = stack.texts(names).await?.pop().context("a name")?;
    report(&stack, &short, "delivered", json!({})).await?;
    stack.settle(DELIVERED, 1, PATIENCE).await?;
    report(&stack, &short, "failed", failed()).await?;
    assert_eq!(stack.count(DELIVERED).await?, 1, "it arrived");

    say(&agent, &chats[0].1, &two_parts()).await?;
    stack.settle(ACCEPTED, 1, PATIENCE).await?;
    let all = stack.texts(names).await?;
    let [.., first, second] = all.as_slice() else { anyhow::bail!("{all:?}") };
    report(&stack, first, "delivered", json!({})).await?;
    stack.settle(DELIVERED, 2, PATIENCE).await?;
    report(&stack, second, "failed", failed()).await?;
    stack.settle(FAILED, 1, PATIENCE).await?;
    let why =
        stack.texts("select error_detail from delivery where state = 'failed'").await?.pop().context("a reason")?;
    ensure!(why.starts_with(&format!("one of 2 parts ({second}): 131026")), "{why}");
    // What comes of the first part now changes nothing.
    report(&stack, first, "read", json!({})).await?;
    assert_eq!(stack.count(FAILED).await?, 1);
    stack.finish().await
}
