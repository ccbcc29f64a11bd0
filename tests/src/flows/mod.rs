//! What users do, end to end, over HTTP and sockets on real PostgreSQL, RabbitMQ and Redis.

mod admin;
mod amend;
mod assistant;
mod assistant_attacks;
mod bot_answers;
mod bot_api;
mod bot_docs;
mod bot_platforms;
mod bot_tests;
mod capacity;
mod channels;
mod checklists;
mod codes;
mod connect;
mod control;
mod customer_lookup;
mod desk;
mod due;
mod faults;
mod graphql;
mod identity;
mod identity_laws;
mod identity_passing;
mod identity_storm;
mod identity_values;
mod identity_vetoes;
mod kills;
mod knowledge;
mod lines;
mod mail;
mod mail_checks;
mod mail_providers;
pub mod main_job;
mod media;
mod model;
mod newcomers;
mod overflow;
mod past;
mod places;
mod provider_news;
mod reopen;
mod reply_drafts;
mod resume;
mod routing;
mod search;
mod sends;
mod shadow;
mod sockets;
mod stress;
mod templates;
mod transfers;
pub(crate) mod typing;
mod understanding;
mod verifiers;
mod web_chat;
mod webhooks;
mod why_not;
mod workspace;

use anyhow::Result;
use meridian_domain::time::{Clock, SystemClock};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

pub const PATIENCE: Duration = Duration::from_secs(15);

pub fn unix() -> i64 {
    SystemClock.now().timestamp()
}

pub const INBOX: &str = "subscription($after: String) { inbox(resumeAfter: $after) { cursor change { __typename
    ... on OfferChange { offer { id state conversation { id } } }
    ... on ItemChange { item { id kind text delivery seq } } } } }";

/// Signs in and makes available with a live socket that follows the inbox.
pub async fn on_duty(stack: &Stack, name: &str) -> Result<(Agent, Socket)> {
    let agent = Agent::sign_in(&stack.base, "demo", &format!("{name}@demo.example"), &stack.demo.password).await?;
    let mut socket = agent.connect().await?;
    socket.subscribe("inbox", INBOX, json!({})).await?;
    let ready = |m: &Value| (m["payload"]["data"]["inbox"]["change"]["__typename"] == "Ready").then_some(());
    socket.until(PATIENCE, ready).await?;
    let set = "mutation { presenceSet(input: { state: AVAILABLE }) { agent { state live } userErrors { message } } }";
    let done = agent.query(set, json!({})).await?;
    anyhow::ensure!(done["presenceSet"]["agent"]["state"] == "AVAILABLE", "{done}");
    Ok((agent, socket))
}

/// An admin.
pub async fn ada(stack: &Stack) -> Result<Agent> {
    Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await
}

/// Somebody of each site, so that one of them is awake whatever the hour.
pub async fn both_sites(stack: &Stack) -> Result<Vec<(Agent, Socket)>> {
    Ok(vec![on_duty(stack, "ana").await?, on_duty(stack, "mei").await?])
}

/// The pending offer that a message of the inbox brings.
pub fn offer(message: &Value) -> Option<(String, String)> {
    let offer = &message["payload"]["data"]["inbox"]["change"]["offer"];
    (offer["state"] == "pending")
        .then(|| Some((offer["id"].as_str()?.to_owned(), offer["conversation"]["id"].as_str()?.to_owned())))?
}

/// Waits for an offer on any of the sockets and accepts it; returns who and which conversation.
pub async fn accept_first(people: &mut [(Agent, Socket)]) -> Result<(usize, String)> {
    let [first, second] = people else { anyhow::bail!("two people are needed") };
    let (who, (id, conversation)) = tokio::select! {
        found = first.1.until(PATIENCE, offer) => (0, found?),
        found = second.1.until(PATIENCE, offer) => (1, found?),
    };
    let accept = "mutation($id: ID!) { offerAccept(input: { offerId: $id }) { conversation { id } userErrors { code message } } }";
    let done = people[who].0.query(accept, json!({ "id": id })).await?;
    anyhow::ensure!(done["offerAccept"]["conversation"]["id"] == conversation.as_str(), "{done}");
    Ok((who, conversation))
}
