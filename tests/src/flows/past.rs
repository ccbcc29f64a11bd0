//! Later and before: work that is due later, figures of a time, two plans over the same past, holidays from a file.

use super::{PATIENCE, main_job::reqwest_client, offer, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

const ACCEPT: &str = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";
const RESOLVE: &str = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) { userErrors { code } } }";
const REPORT: &str = "query($f: DateTime!, $t: DateTime!, $b: ReportBy!, $k: ReportBucket!) {
    routingReport(from: $f, to: $t, by: $b, bucket: $k, timeZone: \"Asia/Kathmandu\") {
      queueId agentId from offered answered abandoned serviceLevel averageSpeedOfAnswer occupancy handlingSeconds } }";

async fn signed_in(stack: &Stack, name: &str) -> Result<Agent> {
    Agent::sign_in(&stack.base, "demo", &format!("{name}@demo.example"), &stack.demo.password).await
}

async fn moment(stack: &Stack, sql: &'static str) -> Result<String> {
    stack.texts(sql).await?.pop().context("a moment")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_comes_when_it_is_due_and_the_past_is_counted_and_played_again() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let (ana, mut inbox) = on_duty(&stack, "ana").await?;
    whatsapp.post(&http, &whatsapp.text("447700900861", "Lea", "wamid.p1", "agent", unix())).await?;
    let (offered, conversation) = inbox.until(PATIENCE, offer).await?;
    ana.query(ACCEPT, json!({ "o": offered })).await?;

    // Something is to be done in a moment; meanwhile the conversation is over.
    let soon = moment(
        &stack,
        "select to_char(now() at time zone 'utc' + interval '4 seconds', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
    )
    .await?;
    let schedule =
        "mutation($c: ID!, $d: DateTime!) { workSchedule(input: { conversationId: $c, dueAt: $d, note: \"refund\" }) {
        scheduledWork { id kind state note } userErrors { field message } } }";
    let never = ana.query(schedule, json!({ "c": conversation, "d": "2020-01-01T00:00:00Z" })).await?;
    assert_eq!(never["workSchedule"]["userErrors"][0]["field"], "dueAt", "{never}");
    let kept = ana.query(schedule, json!({ "c": conversation, "d": soon })).await?;
    assert_eq!(kept["workSchedule"]["scheduledWork"]["kind"], "TASK", "{kept}");
    ana.query(RESOLVE, json!({ "c": conversation })).await?;
    let (again, same) = inbox.until(PATIENCE, offer).await?;
    assert_eq!(same, conversation, "it opens again");
    ana.query(ACCEPT, json!({ "o": again })).await?;
    let seen = ana
        .query(
            "query($c: ID!) { conversation(id: $c) { lifecycle scheduledWork { state workItemId } } }",
            json!({ "c": conversation }),
        )
        .await?;
    assert_eq!(seen["conversation"]["lifecycle"], "OPEN", "{seen}");
    ensure!(seen["conversation"]["scheduledWork"][0]["workItemId"].is_string(), "{seen}");
    let other = ana.query(schedule, json!({ "c": conversation, "d": moment(&stack, "select to_char(now() at time zone 'utc' + interval '1 day', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')").await? })).await?;
    let cancel = "mutation($s: ID!) { scheduledWorkCancel(input: { scheduledWorkId: $s }) { scheduledWork { state } userErrors { message } } }";
    let gone = ana.query(cancel, json!({ "s": other["workSchedule"]["scheduledWork"]["id"] })).await?;
    assert_eq!(gone["scheduledWorkCancel"]["scheduledWork"]["state"], "cancelled", "{gone}");
    ana.query(RESOLVE, json!({ "c": conversation })).await?;
    stack.settle("select count(*) from work_item where state in ('done', 'wrapping')", 2, PATIENCE).await?;

    counted(&stack, &ada).await?;
    played_again(&stack, &ada).await?;
    stack.finish().await
}

/// The figures of the last hour.
async fn counted(stack: &Stack, ada: &Agent) -> Result<()> {
    let from =
        moment(stack, "select to_char(now() at time zone 'utc' - interval '1 hour', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
            .await?;
    let to = moment(
        stack,
        "select to_char(now() at time zone 'utc' + interval '1 second', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
    )
    .await?;
    let rows = ada.query(REPORT, json!({ "f": from, "t": to, "b": "QUEUE", "k": "WHOLE" })).await?;
    let worked = |row: &&Value| row["offered"] == 2;
    let row = rows["routingReport"].as_array().into_iter().flatten().find(worked).context("a row of the queue")?;
    assert_eq!((&row["answered"], &row["abandoned"]), (&json!(2), &json!(0)), "{row}");
    assert_eq!(row["serviceLevel"], 1.0, "{row}");
    ensure!(row["averageSpeedOfAnswer"].as_f64().is_some_and(|seconds| (0.0..30.0).contains(&seconds)), "{row}");
    let people = ada.query(REPORT, json!({ "f": from, "t": to, "b": "AGENT", "k": "HOUR" })).await?;
    let people = people["routingReport"].as_array().cloned().unwrap_or_default();
    // A fast machine is done within the second to which handling is rounded.
    ensure!(people.iter().any(|row| row["occupancy"].as_f64().is_some_and(|share| share > 0.0)), "{people:?}");
    ensure!(people.iter().all(|row| row["occupancy"].as_f64().is_none_or(|share| share <= 1.0)), "{people:?}");
    let long = ada.send(REPORT, json!({ "f": "2020-01-01T00:00:00Z", "t": to, "b": "QUEUE", "k": "DAY" })).await?;
    ensure!(long["errors"][0]["message"].as_str().is_some_and(|text| text.contains("92 days")), "{long}");
    Ok(())
}

/// Two plans over the last hour.
async fn played_again(stack: &Stack, ada: &Agent) -> Result<()> {
    let queues = ada.query("{ queues { id name } }", json!({})).await?;
    let support = queues["queues"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|queue| queue["name"] == "Support")
        .context("Support")?;
    let start = "mutation($i: WhatIfStartInput!) { whatIfStart(input: $i) { whatIf { id state } userErrors { field message } } }";
    let from =
        moment(stack, "select to_char(now() at time zone 'utc' - interval '1 hour', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
            .await?;
    // Whole seconds: what came in this one is in it once it is over.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let to = moment(stack, "select to_char(now() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')").await?;
    let wrong = json!({ "queueId": support["id"], "from": from, "to": to, "draftB": { "steps": [] } });
    let wrong = ada.query(start, json!({ "i": wrong })).await?;
    ensure!(wrong["whatIfStart"]["userErrors"][0]["message"].is_string(), "{wrong}");
    let good =
        json!({ "queueId": support["id"], "from": from, "to": to, "draftB": { "steps": [{ "anyHours": true }] } });
    let begun = ada.query(start, json!({ "i": good })).await?;
    let id = begun["whatIfStart"]["whatIf"]["id"].clone();
    ensure!(id.is_string(), "{begun}");
    stack.settle("select count(*) from what_if where state = 'done'", 1, PATIENCE).await?;
    let look =
        "query($i: ID!) { whatIf(id: $i) { state total done error planA { queueId offered answered serviceLevel }
        planB { queueId offered answered serviceLevel } } whatIfs(first: 5) { nodes { id } } }";
    let seen = ada.query(look, json!({ "i": id })).await?;
    let done = &seen["whatIf"];
    assert_eq!((&done["total"], &done["done"]), (&json!(4), &json!(4)), "{seen}");
    for plan in ["planA", "planB"] {
        assert_eq!((&done[plan][0]["offered"], &done[plan][0]["answered"]), (&json!(2), &json!(2)), "{seen}");
    }
    let cancel = "mutation($i: ID!) { whatIfCancel(input: { whatIfId: $i }) { userErrors { code } } }";
    let over = ada.query(cancel, json!({ "i": id })).await?;
    assert_eq!(over["whatIfCancel"]["userErrors"][0]["code"], "INVALID", "{over}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holidays_come_from_a_file_after_a_look() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    let sites = ada.query("{ sites { id name } }", json!({})).await?;
    let site = sites["sites"][0]["id"].clone();
    let import =
        "mutation($s: ID!, $f: String!, $a: Boolean!) { siteHolidaysImport(input: { siteId: $s, ics: $f, apply: $a }) {
        applied days { day startsMinute reason change line } userErrors { field message } } }";
    let file =
        |event: &str| format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:n\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    let broken = ada.query(import, json!({ "s": site, "f": file("DTSTART:tomorrow"), "a": true })).await?;
    let error = &broken["siteHolidaysImport"]["userErrors"][0];
    assert_eq!(error["field"], "ics", "{broken}");
    ensure!(error["message"].as_str().is_some_and(|text| text.starts_with("line 4: ")), "{error}");
    let yearly = file("DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Labour Day");
    let looked = ada.query(import, json!({ "s": site, "f": yearly, "a": false })).await?;
    let days = looked["siteHolidaysImport"]["days"].as_array().cloned().unwrap_or_default();
    ensure!((2..=3).contains(&days.len()) && days.iter().all(|day| day["change"] == "NEW"), "{looked}");
    assert_eq!(stack.count("select count(*) from site_exception").await?, 0, "only looked at");
    let kept = ada.query(import, json!({ "s": site, "f": yearly, "a": true })).await?;
    assert_eq!(kept["siteHolidaysImport"]["applied"], true, "{kept}");
    assert_eq!(
        stack.count("select count(*) from site_exception where reason = 'Labour Day'").await?,
        days.len() as i64
    );
    let again = ada.query(import, json!({ "s": site, "f": yearly, "a": true })).await?;
    ensure!(
        again["siteHolidaysImport"]["days"]
            .as_array()
            .is_some_and(|days| days.iter().all(|day| day["change"] == "SAME")),
        "{again}"
    );
    stack.finish().await
}
