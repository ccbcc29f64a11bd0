//! A conversation that was resolved by mistake is opened again.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Result, ensure};
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};

const RESOLVE: &str =
    "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) {
    conversation { version } userErrors { code message } } }";
const REOPEN: &str = "mutation($c: ID!, $v: Int) { conversationReopen(input: { conversationId: $c, expectedVersion: $v }) {
    conversation { lifecycle owner assignee { id } version workItems { state wrapUntil } } userErrors { code message } } }";
const REPLY: &str = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"One thing more\" }) {
    userErrors { code message } } }";
const USED: &str = "select coalesce(sum(used), 0)::bigint from agent_load";

async fn reopen(agent: &Agent, conversation: &str) -> Result<Value> {
    Ok(agent.query(REOPEN, json!({ "c": conversation })).await?["conversationReopen"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_resolved_by_mistake_is_open_again() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update queue set wrap_up_seconds = 0").await?;
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let hook = json!({ "name": "CRM", "url": format!("{}/crm", stack.provider.url) });
    let save = "mutation($i: WebhookEndpointSaveInput!) { webhookEndpointSave(input: $i) { userErrors { message } } }";
    ada.query(save, json!({ "i": hook })).await?;
    let mut people = both_sites(&stack).await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let write = async |n: u32, text: &str| {
        whatsapp.post(&http, &whatsapp.text("447700900613", "Noor", &format!("wamid.r{n}"), text, unix())).await
    };
    write(1, "agent").await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let (mine, other) = (&people[who].0, &people[1 - who].0);

    // Its time to write up is over at once: it is new work, of the same hands.
    let resolved = mine.query(RESOLVE, json!({ "c": conversation })).await?;
    assert_eq!(stack.count(USED).await?, 0);
    let stranger = reopen(other, &conversation).await?;
    assert_eq!(stranger["userErrors"][0]["code"], "NOT_HOLDER", "{stranger}");
    let version = resolved["conversationResolve"]["conversation"]["version"].as_i64().unwrap_or_default();
    let stale = mine.query(REOPEN, json!({ "c": conversation, "v": version - 1 })).await?;
    assert_eq!(stale["conversationReopen"]["userErrors"][0]["code"], "STALE_VERSION", "{stale}");
    for _ in 0..2 {
        let open = reopen(mine, &conversation).await?["conversation"].clone();
        assert_eq!((&open["lifecycle"], &open["owner"]), (&json!("OPEN"), &json!("AGENT")), "{open}");
        assert_eq!(stack.count(USED).await?, 1, "opened once, however often it is asked for");
    }
    let said = mine.query(REPLY, json!({ "c": conversation })).await?;
    assert_eq!(said["messageSend"]["userErrors"], json!([]), "{said}");
    // What the customer writes comes here, not to a new conversation.
    write(2, "still there?").await?;
    stack.settle("select count(*) from item_content where text = 'still there?'", 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from conversation").await?, 1);

    // Who writes it up has it back, with its place; the end of the first writing up is none of the second.
    stack.sql("update queue set wrap_up_seconds = 600").await?;
    mine.query(RESOLVE, json!({ "c": conversation })).await?;
    let back = reopen(mine, &conversation).await?["conversation"].clone();
    ensure!(back["workItems"].to_string().contains("\"active\""), "{back}");
    assert_eq!(stack.count(USED).await?, 1);
    mine.query(RESOLVE, json!({ "c": conversation })).await?;
    stack.sql("update outbox set due_at = '-infinity' where payload->>'job' = 'wrap_up_end'").await?;
    stack.settle("select count(*) from outbox where payload->>'job' = 'wrap_up_end'", 0, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from work_item where state = 'wrapping'").await?, 1);
    // Other systems are told, each time.
    stack.settle("select count(*) from webhook_event where kind = 'conversation.reopened'", 2, PATIENCE).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_opened_again_without_room_waits_and_a_newer_conversation_goes_first() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update queue set wrap_up_seconds = 0").await?;
    let mut people = both_sites(&stack).await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let write = async |n: u32, text: &str| {
        whatsapp.post(&http, &whatsapp.text("447700900614", "Noor", &format!("wamid.q{n}"), text, unix())).await
    };
    write(1, "agent").await?;
    let (who, conversation) = accept_first(&mut people).await?;
    people[who].0.query(RESOLVE, json!({ "c": conversation })).await?;
    stack.sql("update agent_load set cap = 0, wanted = 0 where used = 0").await?;
    let waits = reopen(&people[who].0, &conversation).await?["conversation"].clone();
    assert_eq!((&waits["lifecycle"], &waits["owner"]), (&json!("OPEN"), &json!("QUEUE")), "{waits}");
    ensure!(waits["workItems"].to_string().contains("queued"), "{waits}");

    // A supervisor may as well; once the customer has begun anew, nobody may.
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    sam.query(RESOLVE, json!({ "c": conversation })).await?;
    let waits = reopen(&sam, &conversation).await?["conversation"].clone();
    assert_eq!((&waits["lifecycle"], &waits["owner"]), (&json!("OPEN"), &json!("QUEUE")), "{waits}");
    sam.query(RESOLVE, json!({ "c": conversation })).await?;
    write(2, "hello again").await?;
    stack.settle("select count(*) from conversation", 2, PATIENCE).await?;
    let late = reopen(&sam, &conversation).await?;
    assert_eq!(late["userErrors"][0]["code"], "INVALID", "{late}");
    ensure!(
        late["userErrors"][0]["message"].as_str().is_some_and(|said| said.contains("newer conversation")),
        "{late}"
    );
    stack.finish().await
}
