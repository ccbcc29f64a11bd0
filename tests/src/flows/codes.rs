//! Codes of the tenant: what came of work, and why an offer was let pass.

use super::{PATIENCE, ada, main_job::reqwest_client, offer, on_duty, unix};
use anyhow::{Result, ensure};
use chrono::TimeDelta;
use meridian_domain::time::{Clock, SystemClock};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const SAVE: &str = "mutation($k: WorkCodeKind!, $n: String!, $z: String!, $q: [ID!]!, $i: ID, $a: Boolean!) {
    workCodeSave(input: { kind: $k, name: $n, nameZh: $z, queueIds: $q, workCodeId: $i, active: $a }) {
      workCode { id kind name nameZh queueIds active } userErrors { code message field } } }";
const QUEUE: &str =
    "mutation($q: ID!, $w: Int!) { queueSave(input: { queueId: $q, name: \"Support\", wrapUpSeconds: $w,
    wrapUpCodeRequired: true, declineCodeRequired: true }) {
      queue { wrapUpCodeRequired declineCodeRequired } userErrors { code } } }";
const DECLINE: &str = "mutation($o: ID!, $c: ID) { offerDecline(input: { offerId: $o, workCodeId: $c }) {
    userErrors { code message } } }";
const RESOLVE: &str = "mutation($c: ID!, $w: ID) { conversationResolve(input: { conversationId: $c, workCodeId: $w }) {
    conversation { workItems { state outcome: wrapUpCode { name } } } userErrors { code message } } }";
const END: &str = "mutation($c: ID!, $w: ID, $n: String!) { wrapUpEnd(input: { conversationId: $c, workCodeId: $w, note: $n }) {
    conversation { workItems { state wrapUpCode { id name } events { to reason } decisions { outcome declinedReason declineCodeId } }
      timeline(first: 20) { nodes { kind text body } } } userErrors { code message } } }";

async fn save(ada: &Agent, kind: &str, name: &str, queues: &[&str]) -> Result<String> {
    let given = json!({ "k": kind, "n": name, "z": "已解决", "q": queues, "a": true });
    let made = ada.query(SAVE, given).await?["workCodeSave"].clone();
    let id = made["workCode"]["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| anyhow::anyhow!("{made}"))
}

/// Takes the next offer.
async fn take(ana: &Agent, inbox: &mut Socket) -> Result<String> {
    let (id, conversation) = inbox.until(PATIENCE, offer).await?;
    let accept = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";
    ana.query(accept, json!({ "o": id })).await?;
    Ok(conversation)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_say_what_came_of_work_and_why_an_offer_was_let_pass() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let ada = ada(&stack).await?;
    let queues = ada.query("{ queues { id name } }", json!({})).await?["queues"].clone();
    let queue = |name: &str| {
        let found = queues.as_array().into_iter().flatten().find(|queue| queue["name"] == name);
        found.and_then(|queue| queue["id"].as_str()).unwrap_or_default().to_owned()
    };
    let (support, billing) = (queue("Support"), queue("Billing"));
    let solved = save(&ada, "WRAP_UP", "Solved", &[&support]).await?;
    let refund = save(&ada, "WRAP_UP", "Refund", &[&billing]).await?;
    let meeting = save(&ada, "DECLINE", "In a meeting", &[]).await?;
    let again = ada.query(SAVE, json!({ "k": "WRAP_UP", "n": "Solved", "z": "", "q": [], "a": true })).await?;
    assert_eq!(again["workCodeSave"]["userErrors"][0]["field"], "name", "{again}");
    let nobody = json!({ "k": "WRAP_UP", "n": "x", "z": "", "q": [format!("que_{}", "0".repeat(32))], "a": true });
    assert_eq!(ada.query(SAVE, nobody).await?["workCodeSave"]["userErrors"][0]["code"], "NOT_FOUND");
    let asked = ada.query(QUEUE, json!({ "q": support, "w": 600 })).await?;
    let both = json!({ "wrapUpCodeRequired": true, "declineCodeRequired": true });
    assert_eq!(asked["queueSave"]["queue"], both, "{asked}");

    // An offer is let pass with one of the reasons, and with no other.
    let (ana, mut inbox) = on_duty(&stack, "ana").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let write = async |n: u32| {
        let body = whatsapp.text(&format!("44770090070{n}"), "Noor", &format!("wamid.c{n}"), "agent", unix());
        whatsapp.post(&http, &body).await
    };
    write(1).await?;
    let (first, _) = inbox.until(PATIENCE, offer).await?;
    let shown = "{ viewer { offers { declineCodes { name } } } workCodes(kind: WRAP_UP) { name nameZh } }";
    let shown = ana.query(shown, json!({})).await?;
    assert_eq!(shown["viewer"]["offers"][0]["declineCodes"], json!([{ "name": "In a meeting" }]), "{shown}");
    ensure!(shown["workCodes"].to_string().contains("已解决"), "{shown}");
    for wrong in [Value::Null, json!(solved)] {
        let refused = ana.query(DECLINE, json!({ "o": first, "c": wrong })).await?;
        assert_eq!(refused["offerDecline"]["userErrors"][0]["code"], "INVALID", "{refused}");
    }
    let passed = ana.query(DECLINE, json!({ "o": first, "c": meeting })).await?;
    assert_eq!(passed["offerDecline"]["userErrors"], json!([]), "{passed}");
    let conversation = take(&ana, &mut inbox).await?;

    // With time to write up the code may come at its end, and must.
    let resolved = ana.query(RESOLVE, json!({ "c": conversation })).await?;
    let work = &resolved["conversationResolve"]["conversation"]["workItems"][0];
    assert_eq!(work, &json!({ "state": "wrapping", "outcome": null }), "{resolved}");
    for wrong in [Value::Null, json!(refund), json!(meeting)] {
        let refused = ana.query(END, json!({ "c": conversation, "w": wrong, "n": "" })).await?;
        assert_eq!(refused["wrapUpEnd"]["userErrors"][0]["code"], "INVALID", "{refused}");
    }
    let ended = ana.query(END, json!({ "c": conversation, "w": solved, "n": "sent a new key" })).await?;
    let told = &ended["wrapUpEnd"]["conversation"];
    let work = &told["workItems"][0];
    assert_eq!((&work["state"], &work["wrapUpCode"]["name"]), (&json!("done"), &json!("Solved")), "{ended}");
    assert_eq!(work["decisions"][0]["declineCodeId"], json!(meeting), "{ended}");
    assert_eq!(work["decisions"][0]["declinedReason"], "In a meeting", "{ended}");
    ensure!(told["timeline"].to_string().contains("sent a new key"), "{ended}");
    let late = ana.query(END, json!({ "c": conversation, "w": solved, "n": "" })).await?;
    assert_eq!(late["wrapUpEnd"]["userErrors"][0]["code"], "CONFLICT", "{late}");
    by_itself_and_at_once(&stack, &ada, (&ana, &mut inbox), (&support, &solved), write).await?;
    counted(&stack, [&solved, &meeting]).await?;

    // A queue that a code names can be deleted all the same; a code is retired and stays known.
    let retired = json!({ "k": "WRAP_UP", "n": "Solved", "z": "", "q": [support], "i": solved, "a": false });
    assert_eq!(ada.query(SAVE, retired).await?["workCodeSave"]["workCode"]["active"], false);
    let left = ada.query("{ workCodes { name } all: workCodes(retired: true) { name } }", json!({})).await?;
    ensure!(!left["workCodes"].to_string().contains("Solved") && left["all"].to_string().contains("Solved"), "{left}");
    stack.finish().await
}

/// The time to write up ends by itself without a code; without such a time the code is asked for at once.
async fn by_itself_and_at_once(
    stack: &Stack,
    ada: &Agent,
    (ana, inbox): (&Agent, &mut Socket),
    (support, solved): (&str, &str),
    write: impl AsyncFn(u32) -> Result<u16>,
) -> Result<()> {
    write(2).await?;
    let conversation = take(ana, inbox).await?;
    ana.query(RESOLVE, json!({ "c": conversation })).await?;
    stack.sql("update work_item set wrap_until = clock_timestamp() where state = 'wrapping'").await?;
    stack.sql("update outbox set due_at = '-infinity' where payload->>'job' = 'wrap_up_end'").await?;
    stack.settle("select count(*) from work_item_event where reason = 'wrap_up_over'", 1, PATIENCE).await?;
    let used = "select coalesce(sum(used), 0)::bigint from agent_load";
    assert_eq!(stack.count(used).await?, 0);
    ada.query(QUEUE, json!({ "q": support, "w": 0 })).await?;
    write(3).await?;
    let conversation = take(ana, inbox).await?;
    let refused = ana.query(RESOLVE, json!({ "c": conversation })).await?;
    assert_eq!(refused["conversationResolve"]["userErrors"][0]["code"], "INVALID", "{refused}");
    let done = ana.query(RESOLVE, json!({ "c": conversation, "w": solved })).await?;
    let work = &done["conversationResolve"]["conversation"]["workItems"][0];
    assert_eq!(work, &json!({ "state": "done", "outcome": { "name": "Solved" } }), "{done}");
    // Whoever ends it for somebody else is not asked.
    write(4).await?;
    let conversation = take(ana, inbox).await?;
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let done = sam.query(RESOLVE, json!({ "c": conversation })).await?;
    assert_eq!(done["conversationResolve"]["userErrors"], json!([]), "{done}");
    Ok(())
}

/// Reports count what was given.
async fn counted(stack: &Stack, [solved, meeting]: [&str; 2]) -> Result<()> {
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let report = "query($f: DateTime!, $t: DateTime!, $by: ReportBy!) { routingReport(from: $f, to: $t, by: $by) {
        offered wrapUpCodes { workCodeId count } declines { workCodeId count } } }";
    let now = SystemClock.now();
    let (from, to) = (now - TimeDelta::hours(1), now + TimeDelta::hours(1));
    for by in ["QUEUE", "AGENT"] {
        let asked = json!({ "f": from.to_rfc3339(), "t": to.to_rfc3339(), "by": by });
        let rows = sam.query(report, asked).await?["routingReport"].clone();
        let row = rows.as_array().into_iter().flatten().find(|row| row["offered"] == 4);
        let row = row.ok_or_else(|| anyhow::anyhow!("{rows}"))?;
        assert_eq!(row["wrapUpCodes"], json!([{ "workCodeId": solved, "count": 2 }]), "{by}: {rows}");
        assert_eq!(row["declines"], json!([{ "workCodeId": meeting, "count": 1 }]), "{by}: {rows}");
    }
    Ok(())
}
