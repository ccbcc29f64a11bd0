//! What identifiers are worth and why, as people see it; tags in mail addresses.

use super::{
    PATIENCE,
    identity::{MERGE, UNMERGE, named, person, post, supervisor, until},
};
use anyhow::{Context, Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};

const IDS: &str = "query($c: ID!) { customer(id: $c) { candidates { score } identities {
    scheme value scope verified class classReason holders declared declaredReason firstSeen lastSeen validTo } } }";

async fn writes(stack: &Stack, n: usize, name: &str, ids: &[&str]) -> Result<()> {
    let number = format!("val-{n}");
    let event = json!({ "kind": "message", "external_id": number, "sender": person(name, ids),
                        "content": { "message_type": "text", "text": number } });
    post(stack, "demo", &stack.hook(ChannelKind::Generic)?, &number, &event).await?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", n as i64, PATIENCE).await
}

async fn identity(agent: &Agent, customer: &str, scheme: &str) -> Result<Value> {
    let mut found = agent.query(IDS, json!({ "c": customer })).await?["customer"]["identities"].take();
    let all = found.as_array_mut().context("identities")?;
    let one = all.iter_mut().find(|one| one["scheme"] == scheme).map(Value::take);
    one.with_context(|| format!("no {scheme}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_says_what_it_is_worth_and_why() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let names = ["Abel Ash", "Bert Box", "Cora Cup", "Dora Den", "Ella Elm", "Finn Fir"];
    for (n, name) in names.into_iter().enumerate() {
        let own = format!("app_user:w{n}");
        writes(&stack, n + 1, name, &[&own, "phone_e164:+447700900931"]).await?;
        if n == 0 {
            let abel = named(&sam, name).await?;
            let phone = identity(&sam, &abel, "phone_e164").await?;
            assert_eq!((&phone["class"], &phone["classReason"]), (&json!("MOVABLE"), &json!("KIND")), "{phone}");
            assert_eq!((&phone["holders"], &phone["scope"]), (&json!(1), &json!("")), "{phone}");
        }
    }
    let abel = named(&sam, "Abel Ash").await?;
    let phone = identity(&sam, &abel, "phone_e164").await?;
    assert_eq!((&phone["class"], &phone["classReason"]), (&json!("SHARED"), &json!("LEARNED")), "{phone}");
    assert_eq!((&phone["holders"], &phone["validTo"]), (&json!(6), &Value::Null), "{phone}");
    let declare = "mutation { identityDeclarePersonal(input: { scheme: \"phone_e164\", value: \"+447700900931\", reason: \"Abel's own\" }) {
        userErrors { code } } }";
    sam.query(declare, json!({})).await?;
    let phone = identity(&sam, &abel, "phone_e164").await?;
    assert_eq!((&phone["class"], &phone["classReason"]), (&json!("MOVABLE"), &json!("DECLARED")), "{phone}");
    assert_eq!((&phone["declared"], &phone["declaredReason"]), (&json!("personal"), &json!("Abel's own")), "{phone}");

    // Silent for more than sixty days, and somebody of another name has it: it was theirs until now.
    writes(&stack, 7, "Gwen Gum", &["app_user:w7", "phone_e164:+447700900932"]).await?;
    stack
        .sql("update customer_identity set last_seen = now() - interval '70 days' where value = '+447700900932'")
        .await?;
    writes(&stack, 8, "Hugo Hay", &["app_user:w8", "phone_e164:+447700900932"]).await?;
    let (gwen, hugo) = (named(&sam, "Gwen Gum").await?, named(&sam, "Hugo Hay").await?);
    let (old, new) = (identity(&sam, &gwen, "phone_e164").await?, identity(&sam, &hugo, "phone_e164").await?);
    assert!(old["validTo"].is_string() && new["validTo"].is_null(), "{old} {new}");
    assert_eq!((&old["holders"], &new["holders"]), (&json!(1), &json!(1)), "{old} {new}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_of_mail_are_folders_unless_the_tenant_holds_them_apart() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    writes(&stack, 1, "", &["app_user:g1", "email:kit.marlow@mail.example?"]).await?;
    writes(&stack, 2, "Kit Marlow", &["app_user:g2", "email:Kit.Marlow+shop@mail.example?"]).await?;
    let kit = named(&sam, "Kit Marlow").await?;
    let pairs = |n: usize| move |a: &Value| a["customer"]["candidates"].as_array().map(Vec::len) == Some(n);
    until(&sam, IDS, json!({ "c": kit }), pairs(1)).await?;
    let save = "mutation($t: SubAddresses!) { identitySettingsSave(input: { subAddresses: $t }) {
        settings { subAddresses } userErrors { code } } }";
    let refused = sam.send(save, json!({ "t": "APART" })).await?;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    ada.query(save, json!({ "t": "APART" })).await?;
    let settings = sam.query("{ identitySettings { subAddresses } }", json!({})).await?;
    assert_eq!(settings["identitySettings"]["subAddresses"], "APART");
    until(&sam, IDS, json!({ "c": kit }), pairs(0)).await?;
    stack.settle("select count(*) from identity_run where state <> 'done'", 0, PATIENCE).await?;
    ada.query(save, json!({ "t": "SAME" })).await?;
    until(&sam, IDS, json!({ "c": kit }), pairs(1)).await?;
    stack.finish().await
}

const WORTH: &str = "query($c: ID!) { customer(id: $c) { tier tags } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_brings_tier_and_tags_along_and_takes_them_back() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    writes(&stack, 1, "Hana Hay", &["app_user:h1"]).await?;
    writes(&stack, 2, "Hanna Hay", &["app_user:h2"]).await?;
    let (older, younger) = (named(&sam, "Hana Hay").await?, named(&sam, "Hanna Hay").await?);
    let set =
        "mutation($c: ID!, $t: [String!], $w: String) { customerUpdate(input: { customerId: $c, tags: $t, tier: $w }) {
        userErrors { message } } }";
    sam.query(set, json!({ "c": older, "t": ["late"] })).await?;
    sam.query(set, json!({ "c": younger, "t": ["Late", "fraud-watch"], "w": "red_channel" })).await?;
    let judged = "select count(*) from routing_decision";
    let before = stack.count(judged).await?;
    let merged = sam.query(MERGE, json!({ "f": younger, "i": older })).await?["customerMerge"].take();
    let worth = sam.query(WORTH, json!({ "c": older })).await?;
    assert_eq!(worth["customer"], json!({ "tier": "red_channel", "tags": ["late", "fraud-watch"] }), "{merged}");
    ensure!(stack.count(judged).await? >= before, "{merged}");
    let undone = sam.query(UNMERGE, json!({ "a": merged["actId"] })).await?;
    assert_eq!(undone["customerUnmerge"]["userErrors"], json!([]), "{undone}");
    let worth = sam.query(WORTH, json!({ "c": older })).await?;
    assert_eq!(worth["customer"], json!({ "tier": "standard", "tags": ["late"] }));
    let worth = sam.query(WORTH, json!({ "c": younger })).await?;
    assert_eq!(worth["customer"], json!({ "tier": "red_channel", "tags": ["Late", "fraud-watch"] }));
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_another_s_address_goes_to_them_and_stands_again_by_an_agent_s_word() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    // Only told, so nothing ties the two.
    writes(&stack, 1, "Ivy Ink", &["app_user:i1", "phone_e164:+447700900933?"]).await?;
    writes(&stack, 2, "Jude Jam", &["phone_e164:+447700900933"]).await?;
    let (ivy, jude) = (named(&sam, "Ivy Ink").await?, named(&sam, "Jude Jam").await?);
    let phone = identity(&sam, &ivy, "phone_e164").await?;
    let customers = "select count(*) from customer where merged_into is null";
    assert_eq!(stack.count(customers).await?, 2);
    let ids = "query($c: ID!) { customer(id: $c) { identities { id scheme } } }";
    let held = sam.query(ids, json!({ "c": ivy })).await?;
    let all = held["customer"]["identities"].as_array().context("identities")?.clone();
    let id = all.iter().find(|one| one["scheme"] == "phone_e164").context("phone")?["id"].clone();
    let split =
        "mutation($c: ID!, $i: [ID!]!) { customerSplit(input: { customerId: $c, identityIds: $i, reason: \"his\" }) {
        customer { id } userErrors { code message } } }";
    let done = sam.query(split, json!({ "c": ivy, "i": [id] })).await?;
    assert_eq!(done["customerSplit"]["customer"]["id"], json!(jude), "{done} {phone}");
    assert_eq!(stack.count(customers).await?, 2, "nobody new");
    assert_eq!(stack.count("select count(*) from identity_candidate where state = 'refused'").await?, 1);
    ensure!(identity(&sam, &ivy, "phone_e164").await?["validTo"].is_string(), "it is hers no more");

    // An agent looked, and it is hers as well.
    let confirm = "mutation($c: ID!) { identityConfirm(input: { customerId: $c, scheme: \"phone_e164\", value: \"+447700900933\" }) {
        customer { id } userErrors { code message } } }";
    let done = sam.query(confirm, json!({ "c": ivy })).await?;
    assert_eq!(done["identityConfirm"]["userErrors"], json!([]), "{done}");
    let now = identity(&sam, &ivy, "phone_e164").await?;
    assert_eq!((&now["validTo"], &now["verified"]), (&Value::Null, &json!("agent")), "{now}");
    stack.finish().await
}
