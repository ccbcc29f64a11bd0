//! Laws of merging, tried on made-up sequences: taken back, everything visible is as it was; and no act of one tenant
//! shows in another that knows the very same people.

use super::{
    PATIENCE,
    identity::{CARD, MERGE, UNMERGE, named, person, post, supervisor},
};
use anyhow::{Context, Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

const NAMES: [&str; 6] = ["Abel Ash", "Bert Box", "Cora Cup", "Dora Den", "Ella Elm", "Finn Fir"];
/// Sequences that are tried.
const ROUNDS: usize = 12;

/// Everything that is visible of all customers, reasons aside: they tell of what was done and undone.
async fn visible(agent: &Agent, customers: &[String]) -> Result<Vec<Value>> {
    let mut cards = Vec::new();
    for customer in customers {
        let mut card = agent.query(CARD, json!({ "c": customer })).await?["customer"].take();
        ensure!(card.is_object(), "{customer}: {card}");
        for identity in card["identities"].as_array_mut().into_iter().flatten() {
            identity["why"] = Value::Null;
        }
        cards.push(card);
    }
    Ok(cards)
}

/// Everybody writes on a tenant's generic channel, with the same names, addresses and words in each tenant.
async fn everybody_writes(stack: &Stack, workspace: &str, url: &str) -> Result<()> {
    for (n, name) in NAMES.into_iter().enumerate() {
        let phone = format!("phone_e164:+4477009008{n:02}");
        let key = format!("app_user:law{n}");
        let event = json!({ "kind": "message", "external_id": format!("law{n}"), "sender": person(name, &[&key, &phone]),
                            "content": { "message_type": "text", "text": format!("words of {name}") } });
        post(stack, workspace, url, &format!("law{n}"), &event).await?;
    }
    Ok(())
}

async fn all_named(agent: &Agent) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for name in NAMES {
        ids.push(named(agent, name).await?);
    }
    Ok(ids)
}

/// Merges as said where it is possible; the acts, in their order.
async fn merge_all(sam: &Agent, people: &[String], pairs: &[(usize, usize)]) -> Result<Vec<String>> {
    let mut acts = Vec::new();
    for (from, into) in pairs {
        let done = sam.query(MERGE, json!({ "f": people[*from], "i": people[*into] })).await?["customerMerge"].take();
        match done["actId"].as_str() {
            Some(act) => acts.push(act.to_owned()),
            None => ensure!(done["userErrors"][0]["code"].is_string(), "{done}"),
        }
    }
    Ok(acts)
}

/// Takes the acts back, the one at `first` before all others; what was taken back with another is refused as done.
async fn undo_all(sam: &Agent, mut acts: Vec<String>, first: usize) -> Result<()> {
    acts.reverse();
    if !acts.is_empty() {
        let at = first % acts.len();
        acts.swap(0, at);
    }
    for act in acts {
        let done = sam.query(UNMERGE, json!({ "a": act, "l": true })).await?["customerUnmerge"].take();
        let errors = &done["userErrors"];
        ensure!(*errors == json!([]) || errors[0]["code"] == "CONFLICT", "{done}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_merged_and_taken_back_is_as_it_was_and_other_tenants_see_nothing() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let world = meridian_app::setup::DemoWorld { provider_url: &stack.provider.url, bot_url: &stack.provider.url };
    let second = meridian_app::setup::seed_demo(&stack.app, "second", &world).await?;
    let hook = second.accounts.iter().find(|(kind, _)| *kind == ChannelKind::Generic).context("account")?.1;
    let elsewhere = meridian_store::accounts::webhook_url(&stack.base, ChannelKind::Generic, hook);
    everybody_writes(&stack, "demo", &stack.hook(ChannelKind::Generic)?).await?;
    everybody_writes(&stack, "second", &elsewhere).await?;
    let written = 2 * NAMES.len() as i64;
    stack.settle("select count(*) from timeline_item where kind = 'message'", written, PATIENCE).await?;
    stack.settle("select count(*) from outbox where payload->>'job' = 'recognise'", 0, PATIENCE).await?;
    let sam = supervisor(&stack).await?;
    let other = Agent::sign_in(&stack.base, "second", "sam@second.example", &second.password).await?;
    let (people, theirs) = (all_named(&sam).await?, all_named(&other).await?);
    ensure!(people.iter().all(|id| !theirs.contains(id)), "the same people, but each tenant's own");
    let (before, before_there) = (visible(&sam, &people).await?, visible(&other, &theirs).await?);

    let plans = (vec((0..NAMES.len(), 0..NAMES.len()), 1..8), 0_usize..8);
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRunner::deterministic().new_rng());
    let mut merged = 0;
    for _ in 0..ROUNDS {
        let (pairs, first) = plans.new_tree(&mut runner).map_err(|why| anyhow::anyhow!("{why}"))?.current();
        let acts = merge_all(&sam, &people, &pairs).await?;
        merged += acts.len();
        undo_all(&sam, acts, first).await?;
        assert_eq!(visible(&sam, &people).await?, before, "{pairs:?}, taken back from {first}");
    }
    ensure!(merged > ROUNDS, "too little was tried: {merged}");

    // Merged for good here, nothing of it shows there.
    merge_all(&sam, &people, &[(0, 1), (2, 1), (3, 4)]).await?;
    assert_eq!(visible(&other, &theirs).await?, before_there);
    assert_eq!(stack.count("select count(*) from customer where merged_into is not null").await?, 3);
    for id in &people {
        assert_eq!(other.query(CARD, json!({ "c": id })).await?["customer"], Value::Null);
    }
    stack.finish().await
}
