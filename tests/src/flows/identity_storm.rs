//! Merges of overlapping customers and their undoing, all at once: whatever the order, nobody is lost, nobody is twice.

use super::{
    PATIENCE,
    identity::{CARD, MERGE, UNMERGE, named, person, post, supervisor},
};
use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use meridian_domain::channel::ChannelKind;
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};

const NAMES: [&str; 8] =
    ["Abel Ash", "Bert Box", "Cora Cup", "Dora Den", "Ella Elm", "Finn Fir", "Gwen Gum", "Hugo Hay"];

/// What is wrong with the links of customers; every count is 0 when they are in order.
const WRONG: [(&str, &str); 6] = [
    (
        "addresses with a customer that was emptied",
        "select count(*) from party_customer p join customer c on c.id = p.customer_id where c.merged_into is not null",
    ),
    (
        "customers that stand and have no address",
        "select count(*) from customer c where merged_into is null
         and not exists (select from party_customer p where p.customer_id = c.id)",
    ),
    (
        "pointers that lead round in a circle, or nowhere",
        "with recursive way as (
           select id as root, id, merged_into, 0 as steps from customer
           union all
           select w.root, c.id, c.merged_into, w.steps + 1 from way w join customer c on c.id = w.merged_into where w.steps < 20
         )
         select count(*) from customer c where not exists (select from way w where w.root = c.id and w.merged_into is null)",
    ),
    (
        "conversations that are not with their people",
        "select count(*) from conversation v join session s on s.conversation_id = v.id
         join party_customer p on p.party_id = s.party_id where p.customer_id <> v.customer_id",
    ),
    (
        "messages that are not where their session is",
        "select count(*) from timeline_item t join session s on s.id = t.session_id where s.conversation_id <> t.conversation_id",
    ),
    (
        "gaps in a conversation",
        "select count(*) from (select conversation_id from timeline_item group by conversation_id
           having max(seq) <> count(*) or count(distinct seq) <> count(*)) g",
    ),
];

async fn in_order(stack: &Stack, when: &str) -> Result<()> {
    for (what, sql) in WRONG {
        ensure!(stack.count(sql).await? == 0, "{when}: {what}");
    }
    ensure!(
        stack.count("select count(*) from party_customer").await? == NAMES.len() as i64,
        "{when}: an address is lost"
    );
    let messages = "select count(*) from timeline_item where kind = 'message'";
    ensure!(stack.count(messages).await? == NAMES.len() as i64, "{when}: a message is lost or there twice");
    Ok(())
}

/// Asks; somebody else may be faster, and the database may ask to try again.
async fn ask(agent: &Agent, query: &str, variables: Value, field: &str) -> Result<Value> {
    let mut answer = agent.send(query, variables).await?;
    if answer.get("errors").is_some() {
        ensure!(answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE", "{answer}");
        return Ok(Value::Null);
    }
    Ok(answer["data"][field].take())
}

/// Merges all at once; the acts of those that were done.
async fn merge_all(sam: &Agent, people: &[String], step: usize) -> Result<Vec<Value>> {
    let merges = (0..people.len()).map(|n| {
        let variables = json!({ "f": people[n], "i": people[(n + step) % people.len()] });
        async move { ask(sam, MERGE, variables, "customerMerge").await }
    });
    let done = try_join_all(merges).await?;
    Ok(done.into_iter().map(|mut done| done["actId"].take()).filter(Value::is_string).collect())
}

async fn undo_all(sam: &Agent, acts: &[Value]) -> Result<usize> {
    let undone = acts.iter().enumerate().map(|(n, act)| {
        let variables = json!({ "a": act, "l": n % 2 == 0 });
        async move { ask(sam, UNMERGE, variables, "customerUnmerge").await }
    });
    Ok(try_join_all(undone).await?.iter().filter(|done| done["customer"]["id"].is_string()).count())
}

async fn standing(sam: &Agent, people: &[String]) -> Result<Vec<String>> {
    let mut standing = Vec::new();
    for one in people {
        let card = sam.query(CARD, json!({ "c": one })).await?;
        if card["customer"]["mergedIntoId"].is_null() {
            standing.push(one.clone());
        }
    }
    Ok(standing)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overlapping_merges_and_their_undoing_end_in_one_state() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    for (n, name) in NAMES.iter().enumerate() {
        let event = json!({ "kind": "message", "external_id": format!("o{n}"), "sender": person(name, &[&format!("app_user:o{n}")]),
                            "content": { "message_type": "text", "text": name } });
        post(&stack, "demo", &stack.hook(ChannelKind::Generic)?, &format!("o{n}"), &event).await?;
    }
    stack.settle("select count(*) from timeline_item where kind = 'message'", 8, PATIENCE).await?;
    let mut people = Vec::new();
    for name in NAMES {
        people.push(named(&sam, name).await?);
    }
    // A ring of eight; then taking it back while the next ring is merged, three times over.
    let (mut acts, mut merged, mut undone) = (merge_all(&sam, &people, 1).await?, 0, 0);
    in_order(&stack, "after eight merges at once").await?;
    ensure!(!acts.is_empty() && acts.len() < 8, "somebody has to win and somebody has to lose: {acts:?}");
    for step in [3, 5, 2] {
        let (next, back) =
            futures_util::future::try_join(merge_all(&sam, &people, step), undo_all(&sam, &acts)).await?;
        in_order(&stack, &format!("after a ring of step {step}")).await?;
        (acts, merged, undone) = (next, merged + acts.len(), undone + back);
    }
    ensure!(merged > 3 && undone > 1, "little happened: {merged} merges, {undone} taken back");

    // Everybody becomes one, all at once: every old id leads there, with everything that was said.
    for _ in 0..NAMES.len() {
        let left = standing(&sam, &people).await?;
        if left.len() == 1 {
            break;
        }
        let into = left[0].clone();
        let merges = left[1..].iter().map(|from| ask(&sam, MERGE, json!({ "f": from, "i": into }), "customerMerge"));
        try_join_all(merges).await?;
        in_order(&stack, "after merging into one").await?;
    }
    let left = standing(&sam, &people).await?;
    assert_eq!(left.len(), 1, "{left:?}");
    for one in &people {
        let mut at = one.clone();
        for _ in 0..NAMES.len() {
            let card = sam.query(CARD, json!({ "c": at })).await?;
            let Some(next) = card["customer"]["mergedIntoId"].as_str() else { break };
            next.clone_into(&mut at);
        }
        assert_eq!(&at, &left[0], "{one} leads elsewhere");
    }
    let card = sam.query(CARD, json!({ "c": left[0] })).await?["customer"].take();
    let nodes = card["timeline"]["nodes"].as_array().cloned().unwrap_or_default();
    let mut said: Vec<&str> = nodes.iter().filter_map(|node| node["text"].as_str()).collect();
    said.sort_unstable();
    assert_eq!(said, NAMES);
    stack.finish().await
}
