//! A plan in shadow of a queue: what it would decide is recorded beside what is decided, and nothing comes of it.

use super::{PATIENCE, ada, main_job::reqwest_client, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const START: &str = "mutation($q: ID!, $v: Int, $p: RoutingPlanInput, $s: Int!) {
    shadowPlanStart(input: { queueId: $q, version: $v, plan: $p, samplePercent: $s }) {
      shadowPlan { id planVersion samplePercent decisions agreement } userErrors { code field message } } }";
const LOOK: &str = "query($q: ID!) { shadowPlan(queueId: $q) { endedAt decisions agreement otherAgent sooner later
    waitDifferenceSeconds waitsCompared differences { agentId shadowAgentId step shadowStep workItemId decisionId } } }";

async fn look(ada: &Agent, queue: &Value) -> Result<Value> {
    Ok(ada.query(LOOK, json!({ "q": queue })).await?["shadowPlan"].clone())
}

/// Whoever is asked takes it and is done with it.
async fn served(people: &mut [(Agent, Socket)]) -> Result<()> {
    let (who, conversation) = super::accept_first(people).await?;
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c }) { userErrors { code } } }";
    people[who].0.query(resolve, json!({ "c": conversation })).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_in_shadow_is_compared_and_changes_nothing() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let ada = ada(&stack).await?;
    let queues = ada.query("{ queues { id name } }", json!({})).await?["queues"].clone();
    let support =
        queues.as_array().into_iter().flatten().find(|queue| queue["name"] == "Support").context("Support")?;
    let support = support["id"].clone();
    let mut people = vec![on_duty(&stack, "ana").await?, on_duty(&stack, "mei").await?];
    let mei = people[1].0.query("{ viewer { agent { id } } }", json!({})).await?["viewer"]["agent"]["id"].clone();
    assert_eq!(look(&ada, &support).await?, Value::Null);
    let draft = json!({ "steps": [{ "agentIds": [mei], "anyHours": true }] });
    let start =
        |version: Value, plan: Value, percent: i32| json!({ "q": support, "v": version, "p": plan, "s": percent });
    let wrong = ada.query(START, start(Value::Null, draft.clone(), 0)).await?;
    assert_eq!(wrong["shadowPlanStart"]["userErrors"][0]["field"], "samplePercent", "{wrong}");
    let wrong = ada.query(START, start(json!(7), Value::Null, 100)).await?;
    assert_eq!(wrong["shadowPlanStart"]["userErrors"][0]["code"], "NOT_FOUND", "{wrong}");
    let started = ada.query(START, start(Value::Null, draft, 100)).await?;
    assert_eq!(started["shadowPlanStart"]["userErrors"], json!([]), "{started}");

    // Four customers: Mei alone would have been asked, whoever was.
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let write = async |n: u32| {
        let body = whatsapp.text(&format!("44770090074{n}"), "Noor", &format!("wamid.s{n}"), "agent", unix());
        whatsapp.post(&http, &body).await
    };
    for n in 0..4 {
        write(n).await?;
        served(&mut people).await?;
    }
    stack.settle("select count(*) from shadow_decision", 4, PATIENCE).await?;
    let seen = look(&ada, &support).await?;
    assert_eq!(
        (&seen["decisions"], &seen["waitsCompared"], &seen["sooner"]),
        (&json!(4), &json!(4), &json!(0)),
        "{seen}"
    );
    assert_eq!(seen["waitDifferenceSeconds"], 0.0, "both would have asked somebody at once: {seen}");
    let differences = seen["differences"].as_array().context("differences")?;
    ensure!(!differences.is_empty(), "Ana was asked now and then: {seen}");
    ensure!(differences.iter().all(|one| one["shadowAgentId"] == mei && one["agentId"] != mei), "{seen}");
    assert_eq!(seen["otherAgent"], differences.len(), "{seen}");
    let agreement = seen["agreement"].as_f64().context("agreement")?;
    ensure!((agreement - (4 - differences.len()) as f64 / 4.0).abs() < 1e-9, "{seen}");
    assert_eq!(stack.count("select count(*) from routing_plan").await?, 0, "nothing is published");
    assert_eq!(stack.count("select count(*) from routing_decision where plan_version <> 0").await?, 0);

    // The plan that is in force agrees with itself; taken out of the shadow nothing more is recorded.
    let same = ada.query(START, start(json!(0), Value::Null, 100)).await?;
    assert_eq!(same["shadowPlanStart"]["shadowPlan"]["agreement"], Value::Null, "{same}");
    write(5).await?;
    served(&mut people).await?;
    stack.settle("select count(*) from shadow_decision", 5, PATIENCE).await?;
    assert_eq!(look(&ada, &support).await?["agreement"], 1.0);
    let stop =
        "mutation($q: ID!) { shadowPlanStop(input: { queueId: $q }) { shadowPlan { endedAt } userErrors { code } } }";
    let stopped = ada.query(stop, json!({ "q": support })).await?;
    ensure!(stopped["shadowPlanStop"]["shadowPlan"]["endedAt"].is_string(), "{stopped}");
    write(6).await?;
    served(&mut people).await?;
    stack.settle("select count(*) from routing_decision where outcome = 'offered'", 6, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from shadow_decision").await?, 5);
    // Forgotten together with the decisions.
    stack.sql("delete from routing_decision").await?;
    assert_eq!(stack.count("select count(*) from shadow_decision").await?, 0);
    stack.finish().await
}
