//! What agents do all day beside answering: pass on, put aside, take up, find, tag, reuse answers.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Result, ensure};
use meridian_domain::time::{Clock, SystemClock};
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};

const STATES: &str = "query($c: ID!) { conversation(id: $c) { lifecycle owner snoozedUntil version assignee { id }
    workItems { state events { to reason } } timeline(first: 20) { nodes { kind text } } } }";
const SNOOZE: &str = "mutation($c: ID!, $u: DateTime!) { conversationSnooze(input: { conversationId: $c, until: $u }) {
    conversation { lifecycle snoozedUntil } userErrors { code message } } }";

async fn told(agent: &Agent, conversation: &str) -> Result<Value> {
    Ok(agent.query(STATES, json!({ "c": conversation })).await?["conversation"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_passed_on_put_aside_and_comes_back() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900611", "Noor", "wamid.d1", "agent", unix())).await?;
    let (who, conversation) = accept_first(&mut people).await?;

    // To a queue, with a note; nobody else is awake, so it comes back to the one who passed it on.
    let targets =
        people[who].0.query("{ transferTargets { queues { id name } agents { id name } } }", json!({})).await?;
    let queue = targets["transferTargets"]["queues"][0]["id"].clone();
    let pass = "mutation($c: ID!, $q: ID, $a: ID) { conversationTransfer(input: { conversationId: $c, queueId: $q, agentId: $a, note: \"speaks Dutch\" }) {
        conversation { owner queueId } userErrors { code message } } }";
    let stranger = people[1 - who].0.query(pass, json!({ "c": conversation, "q": queue })).await?;
    assert_eq!(stranger["conversationTransfer"]["userErrors"][0]["code"], "NOT_HOLDER", "{stranger}");
    let passed = people[who].0.query(pass, json!({ "c": conversation, "q": queue })).await?;
    assert_eq!(passed["conversationTransfer"]["conversation"]["owner"], "QUEUE", "{passed}");
    let both = people[who]
        .0
        .send(pass, json!({ "c": conversation, "q": queue, "a": targets["transferTargets"]["agents"][0]["id"] }))
        .await?;
    assert_eq!(both["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{both}");
    // The next one reads a brief of what was said till then, with the note.
    stack.settle("select count(*) from handoff where brief->>'reason' = 'speaks Dutch'", 1, PATIENCE).await?;
    let (who, again) = accept_first(&mut people).await?;
    assert_eq!(again, conversation);
    let now = told(&people[who].0, &conversation).await?;
    assert_eq!(now["owner"], "AGENT", "{now}");
    ensure!(now["timeline"]["nodes"].to_string().contains("speaks Dutch"), "{now}");
    ensure!(now["workItems"][0]["events"].to_string().contains("transferred"), "{now}");

    // Aside: capacity comes back; a customer who writes brings it back at once.
    let used = "select coalesce(sum(used), 0)::bigint from agent_load";
    assert_eq!(stack.count(used).await?, 1);
    let far = (SystemClock.now() + chrono::TimeDelta::hours(5)).to_rfc3339();
    let soon = people[who].0.query(SNOOZE, json!({ "c": conversation, "u": SystemClock.now().to_rfc3339() })).await?;
    assert_eq!(soon["conversationSnooze"]["userErrors"][0]["code"], "INVALID", "{soon}");
    let aside = people[who].0.query(SNOOZE, json!({ "c": conversation, "u": far })).await?;
    assert_eq!(aside["conversationSnooze"]["conversation"]["lifecycle"], "SNOOZED", "{aside}");
    ensure!(aside["conversationSnooze"]["conversation"]["snoozedUntil"].is_string(), "{aside}");
    assert_eq!(stack.count(used).await?, 0);
    whatsapp.post(&http, &whatsapp.text("447700900611", "Noor", "wamid.d2", "are you there?", unix())).await?;
    let (who, again) = accept_first(&mut people).await?;
    assert_eq!(again, conversation);

    // Aside again, and its time comes.
    people[who].0.query(SNOOZE, json!({ "c": conversation, "u": far })).await?;
    stack.sql("update conversation set snoozed_until = clock_timestamp() where lifecycle = 'snoozed'").await?;
    stack.sql("update outbox set due_at = '-infinity' where payload->>'job' = 'snooze_end'").await?;
    let (who, again) = accept_first(&mut people).await?;
    assert_eq!(again, conversation);

    // And taken up by hand.
    people[who].0.query(SNOOZE, json!({ "c": conversation, "u": far })).await?;
    let up = "mutation($c: ID!) { conversationUnsnooze(input: { conversationId: $c }) { conversation { lifecycle snoozedUntil } userErrors { code } } }";
    let up = people[who].0.query(up, json!({ "c": conversation })).await?;
    assert_eq!(
        up["conversationUnsnooze"]["conversation"],
        json!({ "lifecycle": "OPEN", "snoozedUntil": null }),
        "{up}"
    );
    accept_first(&mut people).await?;
    assert_eq!(stack.count(used).await?, 1);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_are_found_and_tagged_and_answers_reused() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    for (n, name) in ["Marisol Quintana", "Quinn 100%", "王小明"].into_iter().enumerate() {
        let body = whatsapp.text(&format!("44770090062{n}"), name, &format!("wamid.f{n}"), "agent", unix());
        whatsapp.post(&http, &body).await?;
    }
    stack.settle("select count(*) from customer where name <> ''", 3, PATIENCE).await?;
    let ana = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let find = "query($s: String!) { customers(search: $s) { id name version } }";
    for (words, names) in [
        ("quin", vec!["Marisol Quintana", "Quinn 100%"]),
        ("100%", vec!["Quinn 100%"]),
        ("王小", vec!["王小明"]),
        ("%", vec![]),
        ("+44 7700 900620", vec!["Marisol Quintana"]),
        ("nobody", vec![]),
    ] {
        let found = ana.query(find, json!({ "s": words })).await?;
        let shown: Vec<&str> =
            found["customers"].as_array().into_iter().flatten().filter_map(|c| c["name"].as_str()).collect();
        assert_eq!(shown, names, "{words}");
    }
    let found = ana.query(find, json!({ "s": "王小" })).await?["customers"][0].clone();
    let update = "mutation($c: ID!, $v: Int, $t: [String!], $w: String) { customerUpdate(input: { customerId: $c, expectedVersion: $v, tags: $t, tier: $w }) {
        customer { name tags tier version } userErrors { code message } } }";
    let done = ana
        .query(update, json!({ "c": found["id"], "v": found["version"], "t": ["late ", "LATE", "gift"], "w": "vip" }))
        .await?;
    let customer = &done["customerUpdate"]["customer"];
    assert_eq!(
        (&customer["tags"], &customer["tier"], &customer["name"]),
        (&json!(["late", "gift"]), &json!("vip"), &json!("王小明")),
        "{done}"
    );
    let stale = ana.query(update, json!({ "c": found["id"], "v": found["version"], "t": [] })).await?;
    assert_eq!(stale["customerUpdate"]["userErrors"][0]["code"], "STALE_VERSION", "{stale}");
    let wrong = ana.query(update, json!({ "c": found["id"], "w": "gold" })).await?;
    assert_eq!(wrong["customerUpdate"]["userErrors"][0]["code"], "INVALID", "{wrong}");

    let save = "mutation($s: String!, $l: String) { cannedReplySave(input: { shortcut: $s, title: \"Where is it\", text: \"On its way, {{customer.name}}\", language: $l }) {
        cannedReply { id shortcut } userErrors { code message } } }";
    let refused = ana.send(save, json!({ "s": "eta", "l": "en" })).await?;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "an agent keeps no replies: {refused}");
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let made = sam.query(save, json!({ "s": "eta", "l": "en" })).await?;
    let reply = made["cannedReplySave"]["cannedReply"]["id"].clone();
    ensure!(reply.is_string(), "{made}");
    let taken = sam.query(save, json!({ "s": "eta", "l": "en" })).await?;
    assert_eq!(taken["cannedReplySave"]["userErrors"][0]["code"], "CONFLICT", "{taken}");
    let wrong = sam.query(save, json!({ "s": "two words", "l": "en" })).await?;
    assert_eq!(wrong["cannedReplySave"]["userErrors"][0]["code"], "INVALID", "{wrong}");
    let listed = ana.query("{ cannedReplies { shortcut text language } }", json!({})).await?;
    assert_eq!(listed["cannedReplies"][0]["shortcut"], "eta", "{listed}");
    let remove =
        "mutation($r: ID!) { cannedReplyRemove(input: { cannedReplyId: $r }) { cannedReplyId userErrors { code } } }";
    sam.query(remove, json!({ "r": reply })).await?;
    let gone = sam.query(remove, json!({ "r": reply })).await?;
    assert_eq!(gone["cannedReplyRemove"]["userErrors"][0]["code"], "NOT_FOUND", "{gone}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writing_up_ends_when_its_agent_says_so() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update queue set wrap_up_seconds = 600").await?;
    let mut people = both_sites(&stack).await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900612", "Noor", "wamid.w1", "agent", unix())).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) {
        conversation { workItems { state wrapUntil } } userErrors { code } } }";
    let resolved = people[who].0.query(resolve, json!({ "c": conversation })).await?;
    let work = &resolved["conversationResolve"]["conversation"]["workItems"][0];
    ensure!(work["state"] == "wrapping" && work["wrapUntil"].is_string(), "{resolved}");
    let used = "select coalesce(sum(used), 0)::bigint from agent_load";
    assert_eq!(stack.count(used).await?, 1, "the place is kept while it is written up");
    let done = "mutation($c: ID!) { wrapUpEnd(input: { conversationId: $c }) {
        conversation { workItems { state wrapUntil } } userErrors { code } } }";
    let other = people[1 - who].0.query(done, json!({ "c": conversation })).await?;
    assert_eq!(other["wrapUpEnd"]["userErrors"][0]["code"], "NOT_HOLDER", "{other}");
    for _ in 0..2 {
        let ended = people[who].0.query(done, json!({ "c": conversation })).await?;
        let work = &ended["wrapUpEnd"]["conversation"]["workItems"][0];
        assert_eq!((&work["state"], &work["wrapUntil"]), (&json!("done"), &Value::Null), "{ended}");
    }
    assert_eq!(stack.count(used).await?, 0);
    stack.finish().await
}
