//! A number or a mailbox that was given out again: its new owner is a new customer, in a conversation of their own, and
//! nothing that was meant for the former owner reaches them.

use super::{
    PATIENCE, accept_first, both_sites,
    identity::{CARD, MERGE, named, supervisor, until},
    main_job::reqwest_client,
    unix,
};
use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use meridian_domain::channel::ChannelKind;
use meridian_lab::senders::{self, Text};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

const NUMBER: &str = "447700900961";
const CUSTOMERS: &str = "select count(*) from customer where merged_into is null";
const MESSAGES: &str = "select count(*) from timeline_item where kind = 'message' and actor_kind = 'customer'";
const SEND: &str = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"About your order:\" }) {
    item { id } userErrors { code message } } }";
const PAIRS: &str = "query($c: ID!) { customer(id: $c) { candidates { id formerHolderId silentDays score
    customers { id } } } }";

/// Everybody was seen last so many days earlier than they were.
async fn days_go_by(stack: &Stack) -> Result<()> {
    stack
        .sql("update customer_identity set last_seen = last_seen - interval '70 days', unnamed_since = unnamed_since - interval '70 days'")
        .await?;
    stack.sql("update session set last_customer_at = last_customer_at - interval '70 days'").await
}

/// Somebody writes on WhatsApp; without a name when it is empty.
async fn writes(stack: &Stack, name: &str, id: &str) -> Result<()> {
    let whatsapp = stack.whatsapp()?;
    let mut told = whatsapp.text(NUMBER, name, id, &format!("{name} writes {id}"), unix());
    if name.is_empty() {
        told["entry"][0]["changes"][0]["value"]["contacts"] = json!([{ "wa_id": NUMBER }]);
    }
    ensure!(whatsapp.post(&reqwest_client(), &told).await? == 200, "{id} is not taken");
    Ok(())
}

/// Somebody writes by SMS, where nobody has a name.
async fn texts(stack: &Stack, number: u32, text: &str) -> Result<()> {
    let said = Text { from: NUMBER, number: number.into(), text, unix: unix() };
    let secret = |name: &str| Stack::secret(&format!("sms {name}"));
    let post = senders::text(ChannelKind::Sms, &stack.hook(ChannelKind::Sms)?, &secret, said)?;
    ensure!(post.post(&reqwest_client()).await? == 200, "{text} is not taken");
    Ok(())
}

async fn mails(stack: &Stack, name: &str, id: &str, verified: bool) -> Result<()> {
    let results =
        if verified { "Authentication-Results: mx.example; dmarc=pass header.from=example.org\r\n" } else { "" };
    let mail = format!(
        "{results}From: {name} <ida.fox@example.org>\r\nTo: help@demo.example\r\nSubject: {id}\r\n\
         Message-ID: <{id}@example.org>\r\n\r\n{name} writes {id}\r\n"
    );
    let post = reqwest_client().post(stack.hook(ChannelKind::Email)?).bearer_auth(Stack::secret("email inbound_token"));
    ensure!(post.body(mail).send().await?.status() == 200, "{id} is not taken");
    Ok(())
}

fn said(card: &Value) -> Vec<&str> {
    let nodes = card["timeline"]["nodes"].as_array().into_iter().flatten();
    let mut all: Vec<&str> = nodes.filter_map(|node| node["text"].as_str()).collect();
    all.sort_unstable();
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_messages_of_a_number_s_new_owner_are_one_stranger_in_one_conversation() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    stack.sql("update channel_account set bot_id = null where kind = 'whatsapp'").await?;
    writes(&stack, "Ana Lopez", "wa-a1").await?;
    stack.settle(MESSAGES, 1, PATIENCE).await?;
    texts(&stack, 1, "Ana by SMS").await?;
    stack.settle(MESSAGES, 2, PATIENCE).await?;
    let ana = named(&sam, "Ana Lopez").await?;

    // Who comes back after long under their own name, or one like it, finds what is theirs, in the conversation that is open.
    days_go_by(&stack).await?;
    writes(&stack, "A. Lopez", "wa-a2").await?;
    stack.settle(MESSAGES, 3, PATIENCE).await?;
    // Another name soon after is no new owner.
    writes(&stack, "Sunny", "wa-a3").await?;
    stack.settle(MESSAGES, 4, PATIENCE).await?;
    // That name, too, is known now.
    days_go_by(&stack).await?;
    writes(&stack, "Sunny", "wa-a4").await?;
    stack.settle(MESSAGES, 5, PATIENCE).await?;
    assert_eq!(stack.count(CUSTOMERS).await?, 1, "one person");
    assert_eq!(stack.count("select count(*) from conversation").await?, 1, "one conversation");

    days_go_by(&stack).await?;
    let ids: Vec<String> = (0..50).map(|n| format!("wa-b{n}")).collect();
    try_join_all(ids.iter().map(|id| writes(&stack, "Bert Box", id))).await?;
    stack.settle(MESSAGES, 55, PATIENCE).await?;
    assert_eq!(stack.count(CUSTOMERS).await?, 2, "one new customer");
    assert_eq!(stack.count("select count(*) from conversation").await?, 2, "one new conversation");
    assert_eq!(stack.count("select count(*) from identity_link where kind = 'unlink'").await?, 1);
    let bert = named(&sam, "Bert Box").await?;
    let (old, new) = (card(&sam, &ana).await?, card(&sam, &bert).await?);
    assert_eq!(said(&new).len(), 50, "{new}");
    assert!(said(&old).iter().all(|text| !text.starts_with("Bert")), "{old}");
    let holds = |card: &Value| {
        card["identities"].as_array().into_iter().flatten().filter(|one| one["validTo"].is_null()).count()
    };
    assert_eq!((holds(&old), holds(&new)), (0, 2), "wa_id and phone_e164 are Bert's alone: {old} {new}");

    // An SMS brings no name, and yet is no longer Ana's.
    texts(&stack, 2, "Who was that?").await?;
    stack.settle(MESSAGES, 56, PATIENCE).await?;
    assert_eq!(stack.count(CUSTOMERS).await?, 2, "the SMS is of him who has the number now");
    assert!(said(&card(&sam, &bert).await?).contains(&"Who was that?"));
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_breaks_a_silence_without_a_name_is_judged_when_the_name_comes() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    texts(&stack, 1, "Ana by SMS").await?;
    stack.settle(MESSAGES, 1, PATIENCE).await?;
    writes(&stack, "Ana Lopez", "wa-a1").await?;
    stack.settle(MESSAGES, 2, PATIENCE).await?;
    // Silence alone says nothing.
    days_go_by(&stack).await?;
    texts(&stack, 2, "No name").await?;
    stack.settle(MESSAGES, 3, PATIENCE).await?;
    writes(&stack, "", "wa-n1").await?;
    stack.settle(MESSAGES, 4, PATIENCE).await?;
    assert_eq!(stack.count(CUSTOMERS).await?, 1);
    writes(&stack, "Bert Box", "wa-b1").await?;
    stack.settle(MESSAGES, 5, PATIENCE).await?;
    assert_eq!(stack.count(CUSTOMERS).await?, 2, "the name tells that it was not Ana");
    let bert = named(&sam, "Bert Box").await?;
    assert_eq!(said(&card(&sam, &bert).await?), ["Bert Box writes wa-b1"]);
    // A value that people declared shared never passes.
    let shared = "mutation($v: String!) { identityDeclareShared(input: { scheme: \"phone_e164\", value: $v, reason: \"a shop\" }) {
        userErrors { code message } } }";
    let done = sam.query(shared, json!({ "v": format!("+{NUMBER}") })).await?;
    assert_eq!(done["identityDeclareShared"]["userErrors"], json!([]), "{done}");
    days_go_by(&stack).await?;
    writes(&stack, "Cora Cup", "wa-c1").await?;
    stack.settle(MESSAGES, 6, PATIENCE).await?;
    assert_eq!(stack.count(CUSTOMERS).await?, 2);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_meant_for_the_former_owner_of_a_mailbox_leaves_until_people_say_they_are_one() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let mut people = both_sites(&stack).await?;
    mails(&stack, "Ida Fox", "m1", true).await?;
    let (who, first) = accept_first(&mut people).await?;
    let agent = people[who].0.clone();
    let ida = named(&sam, "Ida Fox").await?;
    let sent = agent.query(SEND, json!({ "c": first })).await?;
    ensure!(sent["messageSend"]["item"]["id"].is_string(), "{sent}");
    days_go_by(&stack).await?;
    mails(&stack, "Bert Box", "m2", true).await?;
    let (_, second) = accept_first(&mut people).await?;
    ensure!(first != second, "the new owner is in the old conversation");
    let bert = named(&sam, "Bert Box").await?;
    assert_eq!(said(&card(&sam, &bert).await?), ["Bert Box writes m2"]);

    // The agent of the old conversation sees what happened, and cannot write to a stranger; nor can what waits leave.
    let look = "query($c: ID!) { conversation(id: $c) { timeline(first: 30) { nodes { kind body } } } }";
    let seen = agent.query(look, json!({ "c": first })).await?.to_string();
    ensure!(seen.contains("address_passed"), "{seen}");
    let refused = agent.query(SEND, json!({ "c": first })).await?;
    let told = &refused["messageSend"]["userErrors"][0];
    assert_eq!(told["code"], "CONFLICT", "{refused}");
    ensure!(told["message"].as_str().is_some_and(|text| text.contains("another customer's by now")), "{refused}");
    stack.sql("update delivery set state = 'queued'").await?;
    let waiting: Vec<String> = stack.texts("select id::text from delivery").await?;
    let delivery: uuid::Uuid = waiting.first().context("a send")?.parse()?;
    meridian_app::delivery::claim(&stack.app, stack.demo.tenant, delivery.into()).await?;
    let failed = "select count(*) from delivery where state = 'failed' and error_class = 'bad_recipient'";
    assert_eq!(stack.count(failed).await?, 1, "what waits for the former owner does not leave");

    // People see whose the address was; looking for likeness does not make them forget it.
    let pair = until(&sam, PAIRS, json!({ "c": bert }), |a| a["customer"]["candidates"][0]["silentDays"] == 70).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let still = sam.query(PAIRS, json!({ "c": bert })).await?;
    assert_eq!(pair, still);
    assert_eq!(still["customer"]["candidates"][0]["formerHolderId"], ida.as_str(), "{still}");

    // They say that it is one person: what was refused is taken, and neither name is a stranger's any more.
    let done = sam.query(MERGE, json!({ "f": bert, "i": ida })).await?;
    assert_eq!(done["customerMerge"]["userErrors"], json!([]), "{done}");
    let taken = agent.query(SEND, json!({ "c": first })).await?;
    ensure!(taken["messageSend"]["item"]["id"].is_string(), "{taken}");
    for (name, id, all) in [("Bert Box", "m3", 3), ("Ida Fox", "m4", 4)] {
        days_go_by(&stack).await?;
        mails(&stack, name, id, true).await?;
        stack.settle(MESSAGES, all, PATIENCE).await?;
        assert_eq!(stack.count(CUSTOMERS).await?, 1, "{name}");
    }
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_that_is_only_claimed_passes_too() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    mails(&stack, "Ida Fox", "m1", false).await?;
    stack.settle(MESSAGES, 1, PATIENCE).await?;
    days_go_by(&stack).await?;
    let ids: Vec<String> = (2..12).map(|n| format!("m{n}")).collect();
    try_join_all(ids.iter().map(|id| mails(&stack, "Bert Box", id, false))).await?;
    stack.settle(MESSAGES, 11, PATIENCE).await?;
    assert_eq!(stack.count(CUSTOMERS).await?, 2);
    assert_eq!(stack.count("select count(*) from conversation").await?, 2);
    let bert = named(&sam, "Bert Box").await?;
    assert_eq!(said(&card(&sam, &bert).await?).len(), 10);
    stack.finish().await
}

async fn card(agent: &meridian_lab::agent::Agent, customer: &str) -> Result<Value> {
    let found = agent.query(CARD, json!({ "c": customer })).await?;
    found.get("customer").cloned().context("a card")
}
