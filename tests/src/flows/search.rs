//! What was said is found by its words: by the tenant's own people, with nothing that is masked or was withdrawn.

use super::{PATIENCE, accept_first, ada, both_sites, main_job::reqwest_client, unix};
use anyhow::{Result, ensure};
use meridian_app::setup::{DemoWorld, seed_demo};
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

const FIND: &str = "query($t: String!, $l: Lifecycle, $c: String, $n: Int, $a: String) {
    messageSearch(text: $t, lifecycle: $l, channel: $c, first: $n, after: $a) {
      nodes { item { id kind text } conversation { id customer { name } } passage { text hit } }
      pageInfo { hasNextPage endCursor } } }";

/// Passages of what is found, hits in brackets, newest first.
async fn found(agent: &Agent, mut asked: Value) -> Result<Vec<String>> {
    asked["n"] = json!(20);
    let answer = agent.query(FIND, asked).await?;
    let nodes = answer["messageSearch"]["nodes"].as_array().cloned().unwrap_or_default();
    let mark = |piece: &Value| {
        let text = piece["text"].as_str().unwrap_or_default();
        if piece["hit"] == true { format!("[{text}]") } else { text.to_owned() }
    };
    Ok(nodes
        .iter()
        .map(|node| node["passage"].as_array().into_iter().flatten().map(mark).collect::<String>())
        .collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_is_found_by_its_words() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let mut people = both_sites(&stack).await?;
    let first = "My refunds: card 4111 1111 1111 1111 was charged twice";
    whatsapp.post(&http, &whatsapp.text("447700900711", "Ida", "wamid.q1", first, unix())).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let agent = people[who].0.clone();
    let send = "mutation($c: ID!, $t: String!) { messageSend(input: { conversationId: $c, text: $t }) { item { id } userErrors { code } } }";
    agent.query(send, json!({ "c": conversation, "t": "The refund is on its way" })).await?;
    let note = "mutation($c: ID!, $t: String!) { noteAdd(input: { conversationId: $c, text: $t }) { item { id } userErrors { code } } }";
    agent.query(note, json!({ "c": conversation, "t": "She was refunded before, zebra" })).await?;
    whatsapp.post(&http, &whatsapp.text("447700900712", "王小明", "wamid.q2", "我想申请退款，谢谢", unix())).await?;
    // By the worker, a while after it stands.
    stack.settle("select count(*) from item_search s join item_content c using (tenant_id, item_id) where c.text ~ 'refund|退款'", 4, Duration::from_mins(1)).await?;

    let refunds = [
        "She was [refunded] before, zebra",
        "The [refund] is on its way",
        "My [refunds]: card **** **** **** 1111 was charged twice",
    ];
    assert_eq!(found(&agent, json!({ "t": "refund" })).await?, refunds);
    assert_eq!(
        found(&agent, json!({ "t": "charged REFUND" })).await?,
        ["My [refunds]: card **** **** **** 1111 was [charged] twice"]
    );
    assert_eq!(found(&agent, json!({ "t": "申请退款" })).await?, ["我想[申请退款]，谢谢"]);
    // Masked numbers are no words, filters hold, and auditors and supervisors find the same.
    for asked in
        [json!({ "t": "4111" }), json!({ "t": "refund", "l": "RESOLVED" }), json!({ "t": "refund", "c": "email" })]
    {
        ensure!(found(&agent, asked.clone()).await?.is_empty(), "{asked}");
    }
    assert_eq!(found(&agent, json!({ "t": "refund", "l": "OPEN", "c": "whatsapp" })).await?.len(), 2);
    assert_eq!(found(&ada(&stack).await?, json!({ "t": "refund" })).await?, refunds);

    // Page by page, none twice, none left out.
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let page = agent.query(FIND, json!({ "t": "refund", "n": 1, "a": after })).await?["messageSearch"].clone();
        seen.extend(page["nodes"].as_array().into_iter().flatten().map(|node| node["item"]["id"].clone()));
        if page["pageInfo"]["hasNextPage"] != true {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
        ensure!(seen.len() < 10, "it does not end: {seen:?}");
    }
    assert_eq!(seen.len(), 3, "{seen:?}");

    // Too little, too common, no such channel.
    for (text, channel, said) in [
        ("退", None, "at least 2"),
        ("ab", None, "at least 2"),
        ("the", None, "every message"),
        ("refund", Some("pigeon"), "no such channel"),
    ] {
        let refused = agent.send(FIND, json!({ "t": text, "c": channel })).await?;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
        ensure!(refused["errors"][0]["message"].as_str().is_some_and(|text| text.contains(said)), "{refused}");
    }

    // What is withdrawn is gone at once, before the index knows.
    stack.sql("update item_content set text = null, body = '{}' where text like '%zebra%'").await?;
    assert_eq!(found(&agent, json!({ "t": "refund" })).await?, refunds[1..]);

    // Another tenant that says the same words finds its own alone: nothing.
    let bot = format!("{}/bot", stack.provider.url);
    let second =
        seed_demo(&stack.app, "second", &DemoWorld { provider_url: &stack.provider.url, bot_url: &bot }).await?;
    let stranger = Agent::sign_in(&stack.base, "second", "ada@second.example", &second.password).await?;
    for text in ["refund", "申请退款"] {
        ensure!(found(&stranger, json!({ "t": text })).await?.is_empty(), "{text}");
    }
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_before_there_was_an_index_is_found() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let ana = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    for n in 0..3 {
        let text = format!("the marmalade number{n}");
        whatsapp
            .post(&http, &whatsapp.text(&format!("44770090073{n}"), "Ida", &format!("wamid.p{n}"), &text, unix()))
            .await?;
    }
    stack.settle("select count(*) from item_content where text like '%marmalade%'", 3, PATIENCE).await?;
    stack.settle("select count(*) from outbox where due_at <= clock_timestamp()", 0, PATIENCE).await?;
    stack.kill_workers().await;
    stack.sql("delete from item_search").await?;
    stack.sql("delete from search_state").await?;
    stack.sql("delete from live_event").await?;
    ensure!(found(&ana, json!({ "t": "marmalade" })).await?.is_empty());
    stack.start_workers()?;
    stack.settle("select count(*) from search_state where finished", 1, Duration::from_mins(1)).await?;
    assert_eq!(found(&ana, json!({ "t": "marmalade" })).await?.len(), 3);
    assert_eq!(found(&ana, json!({ "t": "marmalade number1" })).await?, ["the [marmalade] [number1]"]);
    stack.finish().await
}
