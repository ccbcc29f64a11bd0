//! Messages on their way to providers: beside each other, in order for one customer, at the pace of the account.

use super::{PATIENCE, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::{channel::ChannelKind, ids::ConversationId, jobs};
use meridian_lab::{
    agent::Agent,
    provider::Answer,
    senders::{self, Text},
};
use meridian_testkit::Stack;
use serde_json::json;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::Notify;
use uuid::Uuid;

/// Chats on Telegram in an agent's hands; their session and conversation ids.
async fn chats(stack: &Stack, count: usize) -> Result<(Agent, Vec<(Uuid, String)>)> {
    let http = reqwest_client();
    let secret = |name: &str| Stack::secret(&format!("telegram {name}"));
    let hook = stack.hook(ChannelKind::Telegram)?;
    for n in 0..count {
        let from = format!("4477009{n:03}");
        let said = Text { from: &from, number: 100 + n as u64, text: "where is my parcel?", unix: unix() };
        ensure!(senders::text(ChannelKind::Telegram, &hook, &secret, said)?.post(&http).await? == 200);
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
        lanes.entry(jobs::queue("deliver", session.as_bytes())).or_default().push(conversation);
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
