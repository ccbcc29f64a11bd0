//! Why somebody did not get a piece of work: asked while it waits and once it was given, by supervisors and by agents of
//! themselves.

use super::{PATIENCE, main_job::reqwest_client, offer, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};

const WHY: &str = "query($w: ID!, $a: ID!) { whyNot(workItemId: $w, agentId: $a) {
    verdict at decisionId chosenAgentId step planVersion order state stateReason live
    reasons { code class used cap noRoom needed held languages passesAt openUntil siteIds skillId agentId queueId }
    before { agent { id } score } own { score } later { step inSeconds } } }";
const STATE: &str = "mutation($s: PresenceState!, $r: String!) { presenceSet(input: { state: $s, reason: $r }) {
    agent { state } userErrors { code } } }";

fn id(stack: &Stack, name: &str) -> Result<String> {
    let email = format!("{name}@demo.example");
    Ok(stack.demo.logins.iter().find(|login| login.email == email).context("no such login")?.agent.to_string())
}

async fn why(asks: &Agent, work: &str, agent: &str) -> Result<Value> {
    Ok(asks.query(WHY, json!({ "w": work, "a": agent })).await?["whyNot"].clone())
}

fn codes(told: &Value) -> Vec<String> {
    let reasons = told["reasons"].as_array().into_iter().flatten();
    reasons.filter_map(|reason| reason["code"].as_str().map(str::to_owned)).collect()
}

/// The only work there is, once it waits.
async fn waiting(stack: &Stack) -> Result<String> {
    stack.settle("select count(*) from routing_decision", 1, PATIENCE).await?;
    Ok(stack.texts("select 'wrk_' || replace(id::text, '-', '') from work_item").await?.remove(0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_did_not_get_it_is_told_why() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let (ana_id, mei_id, ada_id) = (id(&stack, "ana")?, id(&stack, "mei")?, id(&stack, "ada")?);
    let (ana, mut inbox) = on_duty(&stack, "ana").await?;
    let (mei, mut mei_inbox) = on_duty(&stack, "mei").await?;
    ana.query(STATE, json!({ "s": "BREAK", "r": "lunch" })).await?;
    stack.sql("update agent_load set cap = 0 where class = 'messaging' and agent_id in (select id from agent where name like 'Mei%')").await?;
    mei.query(STATE, json!({ "s": "AVAILABLE", "r": "" })).await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900681", "Lea", "wamid.y1", "agent", unix())).await?;
    let work = waiting(&stack).await?;

    // While it waits: away with the reason, without room, in other queues.
    let told = why(&sam, &work, &ana_id).await?;
    assert_eq!((&told["verdict"], codes(&told)), (&json!("EXCLUDED"), vec!["not_ready".to_owned()]), "{told}");
    assert_eq!((&told["state"], &told["stateReason"], &told["live"]), (&json!("BREAK"), &json!("lunch"), &json!(true)));
    assert_eq!(told["decisionId"], Value::Null, "{told}");
    let told = why(&sam, &work, &mei_id).await?;
    let full = json!({ "class": "MESSAGING", "used": 0, "cap": 0, "noRoom": "CLASS" });
    assert_eq!(codes(&told), ["no_capacity"], "{told}");
    ensure!(["class", "used", "cap", "noRoom"].iter().all(|field| told["reasons"][0][field] == full[field]), "{told}");
    ensure!(codes(&why(&sam, &work, &ada_id).await?).contains(&"not_in_queue".to_owned()));

    // An agent asks of themselves and of nobody else; who is not of this workspace is not found.
    assert_eq!(codes(&why(&ana, &work, &ana_id).await?), ["not_ready"]);
    let nosy = ana.send(WHY, json!({ "w": work, "a": mei_id })).await?;
    assert_eq!(nosy["errors"][0]["extensions"]["code"], "FORBIDDEN", "{nosy}");
    let nobody = format!("agt_{}", "0".repeat(32));
    let nobody = sam.send(WHY, json!({ "w": work, "a": nobody })).await?;
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "NOT_FOUND", "{nobody}");

    // Ana lets it pass, and Mei, who has room now, gets it: both are explained by the record.
    ana.query(STATE, json!({ "s": "AVAILABLE", "r": "" })).await?;
    let (offered, _) = inbox.until(PATIENCE, offer).await?;
    assert_eq!(why(&sam, &work, &ana_id).await?["verdict"], "HAS_IT");
    let decline =
        "mutation($o: ID!) { offerDecline(input: { offerId: $o, reason: \"lunch\" }) { userErrors { code } } }";
    stack.sql("update agent_load set cap = 5 where class = 'messaging' and cap = 0").await?;
    ana.query(decline, json!({ "o": offered })).await?;
    mei.query(STATE, json!({ "s": "AVAILABLE", "r": "back" })).await?;
    let accept = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";
    given_to_mei(&stack, (&ana, &mut inbox), (&mei, &mut mei_inbox), decline, accept).await?;
    let told = why(&sam, &work, &ana_id).await?;
    assert_eq!((&told["verdict"], &told["chosenAgentId"]), (&json!("EXCLUDED"), &json!(mei_id)), "{told}");
    ensure!(codes(&told).contains(&"refused_before".to_owned()), "{told}");
    ensure!(told["decisionId"].is_string(), "{told}");

    // By hand: nobody else was asked.
    let assign =
        "mutation($w: ID!, $a: ID) { workAssign(input: { workItemId: $w, agentId: $a }) { userErrors { code } } }";
    sam.query(assign, json!({ "w": work, "a": ana_id })).await?;
    assert_eq!(why(&sam, &work, &mei_id).await?["verdict"], "BY_HAND");
    about_people(&sam, &ana, &ana_id).await?;
    // Of a colleague nothing is told.
    let nosy = mei.send(DECISIONS, json!({ "p": ana_id, "n": 1 })).await?;
    assert_eq!(nosy["errors"][0]["extensions"]["code"], "FORBIDDEN", "{nosy}");
    stack.finish().await
}

const DECISIONS: &str = "query($p: ID!, $n: Int!, $a: String) { agentDecisions(agentId: $p, first: $n, after: $a) {
    edges { cursor node { workItemId queueId decision { id outcome agentId candidates } } } pageInfo { hasNextPage } } }";

/// Until Mei has it; whoever let it pass may be asked again before she is back.
async fn given_to_mei(
    stack: &Stack,
    (ana, inbox): (&Agent, &mut meridian_lab::agent::Socket),
    (mei, mei_inbox): (&Agent, &mut meridian_lab::agent::Socket),
    decline: &str,
    accept: &str,
) -> Result<()> {
    for _ in 0..5 {
        tokio::select! {
            found = mei_inbox.until(PATIENCE, offer) => {
                mei.query(accept, json!({ "o": found?.0 })).await?;
                return stack.settle("select count(*) from work_item where state = 'active'", 1, PATIENCE).await;
            }
            found = inbox.until(PATIENCE, offer) => {
                ana.query(decline, json!({ "o": found?.0 })).await?;
            }
        }
    }
    anyhow::bail!("Mei was never asked")
}

/// The decisions about a person, a page at a time, for supervisors and of oneself.
async fn about_people(sam: &Agent, ana: &Agent, ana_id: &str) -> Result<()> {
    let all = sam.query(DECISIONS, json!({ "p": ana_id, "n": 50 })).await?["agentDecisions"].clone();
    let edges = all["edges"].as_array().context("edges")?.clone();
    ensure!(edges.len() >= 2, "{all}");
    assert_eq!(edges[0]["node"]["decision"]["outcome"], "assigned", "newest first: {all}");
    ensure!(edges.iter().all(|edge| edge["node"]["workItemId"].is_string() && edge["node"]["queueId"].is_string()));
    let first = sam.query(DECISIONS, json!({ "p": ana_id, "n": 1 })).await?["agentDecisions"].clone();
    assert_eq!(first["pageInfo"]["hasNextPage"], true, "{first}");
    let after = first["edges"][0]["cursor"].clone();
    let second = ana.query(DECISIONS, json!({ "p": ana_id, "n": 1, "a": after })).await?["agentDecisions"].clone();
    assert_eq!(second["edges"][0], edges[1], "{second}");
    Ok(())
}

/// Records that are older than is asked for are forgotten, with whom they looked at; others stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_decisions_are_forgotten() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let (ana, mut inbox) = on_duty(&stack, "ana").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    for (n, from) in ["447700900685", "447700900686"].into_iter().enumerate() {
        whatsapp.post(&http, &whatsapp.text(from, "Pia", &format!("wamid.z{n}"), "agent", unix())).await?;
        let (offered, _) = inbox.until(PATIENCE, offer).await?;
        let accept = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";
        ana.query(accept, json!({ "o": offered })).await?;
    }
    let considered = "select count(*) from routing_considered";
    ensure!(stack.count(considered).await? >= 2);
    stack
        .sql(
            "update routing_decision set at = now() - interval '91 days'
        where work_item_id = (select id from work_item order by id limit 1)",
        )
        .await?;
    stack.settle("select count(distinct work_item_id) from routing_decision", 1, PATIENCE).await?;
    stack.settle(
        "select count(*) from routing_considered c where not exists (select from routing_decision d where d.id = c.decision_id)",
        0,
        PATIENCE,
    )
    .await?;
    ensure!(stack.count(considered).await? >= 1);
    stack.finish().await
}
