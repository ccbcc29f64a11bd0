//! Who may speak to the customer: a person gives a conversation back to the bot with what it gave along, takes one from it,
//! and who asks for a person gets one whatever the bot makes of it.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::{
    customer,
    provider::{Answer, Recorded},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

const BACK: &str = "mutation($i: ConversationReturnToBotInput!) { conversationReturnToBot(input: $i) {
    conversation { owner assignee { id } } userErrors { code message } } }";

async fn write(stack: &Stack, phone: &str, id: &str, text: &str) -> Result<()> {
    let whatsapp = stack.whatsapp()?;
    ensure!(whatsapp.post(&reqwest_client(), &whatsapp.text(phone, "Ida", id, text, unix())).await? == 200);
    Ok(())
}

/// The first event of a kind that the bot was told after the first `skip`.
async fn told(stack: &Stack, kind: &str, skip: usize) -> Result<Value> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let seen = stack.provider.seen("/bot");
        if let Some(event) = seen.iter().skip(skip).map(Recorded::json).find(|event| event["type"] == kind) {
            return Ok(event);
        }
        ensure!(tokio::time::Instant::now() < until, "the bot was not told of {kind}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The bot hands a session over with what it knows.
async fn hand_over(stack: &Stack, session: &Value, key: &str) -> Result<()> {
    let request = json!({ "session": session, "reason": { "code": "requested" }, "slots": { "order": "48213" },
                          "context": { "step": "payment", "basket": [1, 2] } });
    let body = request.to_string();
    let mut post = reqwest_client().post(format!("{}/bots/{}/handoff", stack.base, stack.demo.bot));
    for (name, value) in customer::standard_webhook(&Stack::webhook_secret("bot"), key, unix(), &body)? {
        post = post.header(name, value);
    }
    ensure!(post.body(body).send().await?.status() == 202);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_goes_to_a_person_back_to_the_bot_and_to_a_person_again() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    write(&stack, "447700900821", "wamid.c1", "I want to pay").await?;
    let session = told(&stack, "message.created", 0).await?["session"].clone();
    hand_over(&stack, &session, "h1").await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let agent = people[who].0.clone();
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"Paid, the bot goes on\" }) { item { id } } }";
    agent.query(send, json!({ "c": conversation })).await?;

    // Back to the bot: with its context, and the note.
    let seen = stack.provider.seen("/bot").len();
    let says = json!({ "actions": [{ "type": "message", "text": "Thank you for your order" }] });
    let input = json!({ "conversationId": conversation, "note": "payment is settled" });
    let back = agent.query(BACK, json!({ "i": input })).await?["conversationReturnToBot"].clone();
    assert_eq!((&back["userErrors"], &back["conversation"]["assignee"]), (&json!([]), &Value::Null), "{back}");
    let event = told(&stack, "session.returned", seen).await?;
    assert_eq!(event["session"], session);
    assert_eq!(event["data"]["context"], json!({ "step": "payment", "basket": [1, 2] }), "{event}");
    assert_eq!(
        (&event["data"]["note"], &event["data"]["slots"]["order"]),
        (&json!("payment is settled"), &json!("48213"))
    );
    assert_eq!(event["data"]["customer_waits"], false);
    stack
        .settle("select count(*) from work_item where state = 'done' and outcome = 'returned_to_bot'", 1, PATIENCE)
        .await?;
    stack.settle("select coalesce(sum(used), 0)::bigint from agent_load", 0, PATIENCE).await?;
    let twice = agent.query(BACK, json!({ "i": input })).await?;
    ensure!(twice["conversationReturnToBot"]["userErrors"][0]["message"].is_string(), "{twice}");

    // The bot speaks again, and the agent does not.
    stack.provider.plan("/bot", vec![Answer::Say(200, says)]);
    write(&stack, "447700900821", "wamid.c2", "and now?").await?;
    let spoke = "select count(*) from timeline_item t join item_content c on c.item_id = t.id
                 where t.actor_kind = 'bot' and c.text = 'Thank you for your order'";
    stack.settle(spoke, 1, PATIENCE).await?;

    // Asked for by the customer, a person comes at once, though the bot does nothing about it.
    write(&stack, "447700900821", "wamid.c3", "Can I talk to a person?").await?;
    let taken = told(&stack, "session.taken", seen).await?;
    assert_eq!(taken["data"]["reason"], "requested");
    let (_, again) = accept_first(&mut people).await?;
    assert_eq!(again, conversation);
    stack.settle("select count(*) from handoff where brief_state = 'ready'", 2, PATIENCE).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_takes_a_conversation_from_the_bot_and_its_late_answer_is_not_sent() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let people = both_sites(&stack).await?;
    let ana = people[0].0.clone();
    write(&stack, "447700900822", "wamid.t1", "hello").await?;
    told(&stack, "message.created", 0).await?;
    let conversation = stack.texts("select 'cnv_' || replace(id::text, '-', '') from conversation").await?.remove(0);
    let take = "mutation($c: ID!) { conversationTakeFromBot(input: { conversationId: $c }) {
        conversation { assignee { id } } userErrors { code message } } }";
    let taken = ana.query(take, json!({ "c": conversation })).await?["conversationTakeFromBot"].clone();
    let me = ana.query("{ viewer { agent { id } } }", json!({})).await?;
    assert_eq!(taken["conversation"]["assignee"]["id"], me["viewer"]["agent"]["id"], "{taken}");
    let twice = ana.query(take, json!({ "c": conversation })).await?["conversationTakeFromBot"].clone();
    assert_eq!(twice["userErrors"][0]["code"], "INVALID", "{twice}");
    let event = told(&stack, "session.taken", 0).await?;
    assert_eq!(event["data"]["reason"], "taken");
    stack.settle("select count(*) from handoff where brief_state = 'ready'", 1, PATIENCE).await?;
    stack.settle("select coalesce(sum(used), 0)::bigint from agent_load", 1, PATIENCE).await?;
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"Ana here\" }) { item { id } userErrors { message } } }";
    let sent = ana.query(send, json!({ "c": conversation })).await?;
    ensure!(sent["messageSend"]["item"]["id"].is_string(), "{sent}");
    let audited = stack.count("select count(*) from audit_entry where action = 'conversation_taken_from_bot'").await?;
    assert_eq!(audited, 1);
    drop(people);
    stack.finish().await.context("finish")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asked_for_a_person_before_one_came_stays_with_the_bot_afterwards() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    stack.sql("update bot set silence_seconds = 2").await?;
    write(&stack, "447700900823", "wamid.w1", "Can I talk to a person?").await?;
    let (who, conversation) = accept_first(&mut people).await?;
    write(&stack, "447700900823", "wamid.w2", "order 48213").await?;
    stack.settle("select count(*) from item_content where text = 'order 48213'", 1, PATIENCE).await?;
    let seen = stack.provider.seen("/bot").len();
    let says = json!({ "actions": [{ "type": "message", "text": "I have it" }] });
    stack.provider.plan("/bot", vec![Answer::Say(200, says)]);
    let back = people[who].0.query(BACK, json!({ "i": { "conversationId": conversation } })).await?;
    assert_eq!(back["conversationReturnToBot"]["userErrors"], json!([]), "{back}");
    told(&stack, "session.returned", seen).await?;
    stack.settle("select count(*) from item_content where text = 'I have it'", 1, PATIENCE).await?;
    // Its time and more goes by: it answered what it was asked.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(stack.count("select count(*) from session where control = 'bot'").await?, 1);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_is_down_keeps_nothing_from_another_one() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    stack.sql("update bot set silence_seconds = 2").await?;
    stack.provider.plan("/bot", vec![Answer::Say(500, json!({})); 50]);
    write(&stack, "447700900824", "wamid.b1", "hello").await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let save = "mutation($i: BotSaveInput!) { botSave(input: $i) { botId userErrors { message } } }";
    let ada = super::ada(&stack).await?;
    let queue = ada.query("{ queues { id } }", json!({})).await?["queues"][0]["id"].clone();
    let bot = json!({ "name": "Other", "url": format!("{}/other", stack.provider.url), "fallbackQueueId": queue });
    let made = ada.query(save, json!({ "i": bot })).await?;
    let other = made["botSave"]["botId"].clone();
    ensure!(other.is_string(), "{made}");
    let input = json!({ "conversationId": conversation, "botId": other });
    let back = people[who].0.query(BACK, json!({ "i": input })).await?;
    assert_eq!(back["conversationReturnToBot"]["userErrors"], json!([]), "{back}");
    let until = tokio::time::Instant::now() + PATIENCE;
    while !stack.provider.seen("/other").iter().any(|event| event.json()["type"] == "session.returned") {
        ensure!(tokio::time::Instant::now() < until, "the other bot was not told");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hand_off_takes_the_conversation_to_its_queue_and_an_answer_after_the_end_is_not_sent() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    write(&stack, "447700900825", "wamid.q1", "my bill is wrong").await?;
    told(&stack, "message.created", 0).await?;
    let hands = json!({ "actions": [{ "type": "handoff", "reason": { "code": "requested" }, "target": { "queue": "Billing" } }] });
    stack.provider.plan("/bot", vec![Answer::Say(200, hands)]);
    write(&stack, "447700900825", "wamid.q2", "the bill of May").await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let at = "query($c: ID!) { conversation(id: $c) { queueId workItems { queueId } } }";
    let seen = people[who].0.query(at, json!({ "c": conversation })).await?["conversation"].clone();
    let billing = stack.texts("select 'que_' || replace(id::text, '-', '') from queue where name = 'Billing'").await?;
    assert_eq!(seen["queueId"], json!(billing[0]), "{seen}");

    // Back with the bot, which thinks; meanwhile it is resolved.
    let thinks = std::sync::Arc::new(tokio::sync::Notify::new());
    let late = json!({ "actions": [{ "type": "message", "text": "too late" }] });
    stack.provider.plan("/bot", vec![Answer::When(thinks.clone(), late)]);
    let before = stack.provider.seen("/bot").len();
    people[who].0.query(BACK, json!({ "i": { "conversationId": conversation } })).await?;
    told(&stack, "session.returned", before).await?;
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) {
        conversation { lifecycle } userErrors { message } } }";
    let done = super::ada(&stack).await?.query(resolve, json!({ "c": conversation })).await?;
    assert_eq!(done["conversationResolve"]["conversation"]["lifecycle"], "RESOLVED", "{done}");
    thinks.notify_one();
    stack
        .settle("select count(*) from bot_event where kind = 'session.returned' and state = 'delivered'", 1, PATIENCE)
        .await?;
    assert_eq!(stack.count("select count(*) from item_content where text = 'too late'").await?, 0);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_s_transfer_takes_a_conversation_from_the_bot_with_a_brief() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    write(&stack, "447700900827", "wamid.s1", "hello").await?;
    told(&stack, "message.created", 0).await?;
    let conversation = stack.texts("select 'cnv_' || replace(id::text, '-', '') from conversation").await?.remove(0);
    let queue = stack.texts("select 'que_' || replace(id::text, '-', '') from queue where name = 'Billing'").await?;
    let ada = super::ada(&stack).await?;
    let pass = "mutation($c: ID!, $q: ID!) { conversationTransfer(input: { conversationId: $c, queueId: $q, note: \"Knows you\" }) {
        userErrors { message } } }";
    let done = ada.query(pass, json!({ "c": conversation, "q": queue[0] })).await?;
    assert_eq!(done["conversationTransfer"]["userErrors"], json!([]), "{done}");
    assert_eq!(told(&stack, "session.taken", 0).await?["data"]["reason"], "transferred");
    stack.settle("select count(*) from handoff where brief_state = 'ready'", 1, PATIENCE).await?;
    let waits = "select count(*) from work_item w join queue q on q.id = w.queue_id
        where w.state = 'queued' and q.name = 'Billing' and w.line = 'admitted'";
    assert_eq!(stack.count(waits).await?, 1);
    stack.finish().await
}
