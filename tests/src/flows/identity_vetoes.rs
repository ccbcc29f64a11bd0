//! What holds people apart: facts that contradict, values of two, the word of a person; and that nothing of a stranger
//! stays behind when they are parted.

use super::{
    PATIENCE,
    identity::{CARD, MERGE, UNMERGE, person, post, supervisor, until},
    main_job::reqwest_client,
    verifiers::{looked_at, writes},
};
use anyhow::{Context, Result, ensure};
use meridian_app::authz::Subject;
use meridian_domain::{
    channel::ChannelKind,
    event::{Identifier, Verification},
};
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

const CONFIRM: &str =
    "mutation($c: ID!, $s: String!, $v: String!) { identityConfirm(input: { customerId: $c, scheme: $s, value: $v }) {
    customer { id } userErrors { code message } } }";
const STANDING: &str = "select count(*) from customer where merged_into is null";

/// The customer of somebody who writes once, after everybody was looked at.
async fn comes(stack: &Stack, name: &str, ids: &[&str], text: &str) -> Result<String> {
    let (_, customer) = writes(stack, name, ids, text).await?;
    looked_at(stack).await?;
    Ok(customer)
}

async fn card(agent: &Agent, customer: &str) -> Result<Value> {
    Ok(agent.query(CARD, json!({ "c": customer })).await?["customer"].take())
}

async fn merge(agent: &Agent, from: &str, into: &str) -> Result<Value> {
    let done = agent.query(MERGE, json!({ "f": from, "i": into })).await?["customerMerge"].take();
    ensure!(done["userErrors"] == json!([]), "{done}");
    Ok(done["actId"].clone())
}

async fn unmerge(agent: &Agent, act: &Value) -> Result<()> {
    let done = agent.query(UNMERGE, json!({ "a": act })).await?["customerUnmerge"].take();
    ensure!(done["userErrors"] == json!([]), "{done}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_or_birth_date_holds_back_what_a_number_would_join() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let phone = "phone_e164:+447700900801";
    let first = comes(&stack, "", &["app_user:v1", phone, "crm_id:C-1047"], "first").await?;
    let other = comes(&stack, "", &["app_user:v2", phone, "crm_id:C-2001"], "second").await?;
    ensure!(first != other, "two accounts are two people, whoever rings from the phone");
    // The phone is of two now: without an account it says neither; with one it is theirs.
    let third = comes(&stack, "", &["app_user:v3", phone], "third").await?;
    ensure!(third != first && third != other, "a phone that two people use is nobody's alone");
    assert_eq!(comes(&stack, "", &["app_user:v4", phone, "crm_id:C-2001"], "fourth").await?, other);
    assert_eq!(stack.count(STANDING).await?, 3);

    // The same name and number, born in other years: a father and a son, and a daughter. Who tells nothing else is refused.
    let table = "name,phone,email,birth date,tags,verified\nJohn Smith,+447700900802,,1950-03-09,old,yes\n\
        John Smith,+447700900802,young@example.org,1981-11-24,young,yes\nJohn Smith,+447700900802,,1950-03-09,,yes\n\
        Jane Smith,+447700900802,,,jane,yes\n";
    let post = reqwest_client().post(format!("{}/v1/imports?name=old.csv&region=GB", stack.base));
    let answer: Value = post.bearer_auth(&sam.token).body(table).send().await?.json().await?;
    let apply = "mutation($r: ID!) { customerImport(input: { runId: $r }) { run { state } userErrors { code } } }";
    sam.query(apply, json!({ "r": answer["id"] })).await?;
    let look = "query($r: ID!) { identityRun(id: $r) { state found linked refused refusals(first: 9) { nodes { line reason } } } }";
    let done = until(&sam, look, json!({ "r": answer["id"] }), |a| a["identityRun"]["state"] == "done").await?;
    let run = &done["identityRun"];
    assert_eq!((&run["found"], &run["linked"], &run["refused"]), (&json!(2), &json!(1), &json!(1)), "{run}");
    assert_eq!(run["refusals"]["nodes"][0]["line"], 5, "{run}");
    looked_at(&stack).await?;
    let mut smiths = stack
        .texts("select array_to_string(tags, ',') from customer where name = 'John Smith' and merged_into is null")
        .await?;
    smiths.sort();
    assert_eq!(smiths, ["old", "young"]);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_of_two_who_were_parted_brings_no_third_to_either() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let one = comes(&stack, "", &["app_user:w1"], "one").await?;
    let other = comes(&stack, "", &["app_user:w2"], "other").await?;
    let act = merge(&sam, &other, &one).await?;
    unmerge(&sam, &act).await?;
    for customer in [&one, &other] {
        sam.query(CONFIRM, json!({ "c": customer, "s": "email", "v": "both@example.org" })).await?;
    }
    looked_at(&stack).await?;
    let third = comes(&stack, "", &["app_user:w3", "email:both@example.org"], "third").await?;
    ensure!(third != one && third != other);
    // Each is looked at again, from every side.
    for (n, customer) in [&one, &other, &third].into_iter().enumerate() {
        let phone = format!("+44770090081{n}");
        sam.query(CONFIRM, json!({ "c": customer, "s": "phone_e164", "v": phone })).await?;
        looked_at(&stack).await?;
        assert_eq!(stack.count(STANDING).await?, 3, "looked at {n}");
    }
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_came_with_a_merge_goes_with_it() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let nobody = comes(&stack, "", &["app_user:n1"], "hello").await?;
    let abel = comes(&stack, "Abel Ash", &["app_user:n2"], "I am Abel").await?;
    let before = (card(&sam, &nobody).await?, card(&sam, &abel).await?);
    let act = merge(&sam, &abel, &nobody).await?;
    assert_eq!(card(&sam, &nobody).await?["name"], "Abel Ash", "who had no name is called as the other");
    comes(&stack, "Abel Ash", &["app_user:n2"], "Abel again").await?;
    unmerge(&sam, &act).await?;
    let after = (card(&sam, &nobody).await?, card(&sam, &abel).await?);
    assert_eq!((&after.0["name"], &after.1["name"]), (&before.0["name"], &before.1["name"]));
    ensure!(!after.0.to_string().contains("Abel"), "nothing of the stranger stays: {}", after.0);

    // What people wrote meanwhile stays, and so does what its own addresses said.
    let act = merge(&sam, &abel, &nobody).await?;
    let rename =
        "mutation($c: ID!) { customerUpdate(input: { customerId: $c, name: \"Miss N\" }) { userErrors { code } } }";
    sam.query(rename, json!({ "c": nobody })).await?;
    unmerge(&sam, &act).await?;
    assert_eq!(card(&sam, &nobody).await?["name"], "Miss N");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_id_leads_where_its_addresses_went_when_a_merge_it_rested_on_is_taken_back() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let phone = "phone_e164:+447700900821";
    let stays = comes(&stack, "", &["app_user:f1"], "I stay").await?;
    let goes = comes(&stack, "", &["app_user:f2", phone], "I go").await?;
    let act = merge(&sam, &goes, &stays).await?;
    // Somebody who has the number of the one that was merged, and so becomes one with the whole.
    let later = comes(&stack, "", &["app_user:f3"], "later").await?;
    comes(&stack, "", &["app_user:f3", phone], "my number").await?;
    assert_eq!(card(&sam, &later).await?["mergedIntoId"], json!(stays));
    unmerge(&sam, &act).await?;
    assert_eq!(card(&sam, &later).await?["mergedIntoId"], json!(goes), "the pointer of an old id follows");
    let said = card(&sam, &goes).await?.to_string();
    ensure!(said.contains("my number") && said.contains("I go"), "{said}");
    ensure!(!card(&sam, &stays).await?.to_string().contains("my number"));
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_writes_while_customers_are_merged_is_placed_first_and_moves_with_the_rest() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let stays = comes(&stack, "", &["app_user:r1"], "I stay").await?;
    let goes = comes(&stack, "", &["app_user:r2"], "I go").await?;
    let key = Identifier {
        scheme: "app_user".into(),
        value: "r2".into(),
        scope: stack.texts("select scope from party where value = 'r2'").await?.pop().context("party")?,
        verified: Verification::Channel,
        derived: false,
    };
    let writing = Subject::system(stack.demo.tenant);
    let mut tx = stack.app.db.write(writing.scope()).await?;
    meridian_store::identity::lock_sender(&mut tx, &key).await?.context("the party is known")?;
    let merging = tokio::spawn({
        let (sam, goes, stays) = (sam.clone(), goes.clone(), stays.clone());
        async move { merge(&sam, &goes, &stays).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(stack.count(STANDING).await?, 2, "the merge waits for who is writing");
    drop(tx);
    merging.await??;
    assert_eq!(stack.count(STANDING).await?, 1);
    let event = json!({ "kind": "message", "external_id": "r3", "sender": person("", &["app_user:r2"]),
                        "content": { "message_type": "text", "text": "after" } });
    post(&stack, "demo", &stack.hook(ChannelKind::Generic)?, "r3", &event).await?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", 3, PATIENCE).await?;
    ensure!(card(&sam, &stays).await?.to_string().contains("after"));
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_subject_nor_brief_of_a_divided_conversation_tells_of_the_stranger() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let goes = comes(&stack, "Bea Flint", &["app_user:d2"], "a secret of Bea").await?;
    let stays = comes(&stack, "Ada Stone", &["app_user:d1"], "my kettle").await?;
    // Ada's first issue is done; what she says after the merge joins the one that Bea began.
    stack
        .sql(
            "update conversation set lifecycle = 'resolved', resolved_at = now(), owner = 'none', owner_agent_id = null
               where customer_id = (select id from customer where name = 'Ada Stone')",
        )
        .await?;
    stack.sql("update session s set closed_at = now() from conversation c where c.id = s.conversation_id and c.lifecycle = 'resolved'").await?;
    stack.sql("update conversation set subject = 'the secret' where lifecycle <> 'resolved'").await?;
    let act = merge(&sam, &goes, &stays).await?;
    comes(&stack, "Ada Stone", &["app_user:d1"], "my teapot").await?;
    let mixed = "select count(distinct party_id) from session s join conversation c on c.id = s.conversation_id where c.lifecycle <> 'resolved'";
    assert_eq!(stack.count(mixed).await?, 2, "the conversation is of both");
    stack
        .sql(
            "insert into handoff (tenant_id, id, session_id, conversation_id, item_id, bot_id, webhook_id, request, brief, brief_state)
             select s.tenant_id, gen_random_uuid(), s.id, s.conversation_id, t.id, (select id from bot b where b.tenant_id = s.tenant_id limit 1),
                    s.id::text, '{}', '{\"reason\": \"\", \"facts\": [], \"next_step\": \"the secret\"}', 'ready'
             from session s join lateral (select id from timeline_item t where t.session_id = s.id limit 1) t on true
             where s.closed_at is null",
        )
        .await?;
    unmerge(&sam, &act).await?;
    stack.settle("select count(*) from handoff where brief_state = 'ready'", 2, PATIENCE).await?;
    let about = "select c.name || ': ' || v.subject || ' ' || h.brief::text from conversation v join customer c on c.id = v.customer_id
                 join handoff h on h.conversation_id = v.id order by 1";
    let about = stack.texts(about).await?;
    ensure!(
        about.len() == 2 && about[0].starts_with("Ada Stone") && about[1].starts_with("Bea Flint: the secret"),
        "{about:?}"
    );
    ensure!(about[0].contains("teapot") && !about[0].contains("secret"), "{about:?}");
    ensure!(about[1].contains("a secret of Bea") && !about[1].contains("teapot"), "{about:?}");
    stack.finish().await
}
