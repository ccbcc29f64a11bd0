//! How work of the channel classes goes together in one person's hands, by the engine and by hand.

use super::{PATIENCE, ada, main_job::reqwest_client, offer, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::{str::FromStr, time::Duration};

const POLICY: &str = "mutation($i: CapacityPolicySaveInput!) { capacityPolicySave(input: $i) {
    capacityPolicy { total finishingPercent weights { class weight } interrupts { class over } } userErrors { field message } } }";
const ASSIGN: &str = "mutation($w: ID!, $a: ID!, $b: Boolean!) {
    workAssign(input: { workItemId: $w, agentId: $a, beyondCapacity: $b }) { conversation { id } userErrors { code } } }";
const FULL: &str = "select least(count(*), 1) from routing_decision d join work_item w on w.id = d.work_item_id
    where w.state = 'queued' and d.outcome = 'waiting' and d.exclusions ? 'no_capacity'";

async fn policy(ada: &Agent, policy: Value) -> Result<Value> {
    Ok(ada.query(POLICY, json!({ "i": policy })).await?["capacityPolicySave"].clone())
}

async fn take(agent: &Agent, inbox: &mut Socket) -> Result<String> {
    let (id, conversation) = inbox.until(PATIENCE, offer).await?;
    let accept = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";
    let done = agent.query(accept, json!({ "o": id })).await?;
    assert_eq!(done["offerAccept"]["userErrors"], json!([]), "{done}");
    Ok(conversation)
}

async fn resolve(agent: &Agent, conversation: &str) -> Result<()> {
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c }) { userErrors { code } } }";
    agent.query(resolve, json!({ "c": conversation })).await?;
    Ok(())
}

async fn nothing(inbox: &mut Socket, why: &str) -> Result<()> {
    ensure!(inbox.until(Duration::from_secs(1), offer).await.is_err(), "{why}");
    Ok(())
}

async fn state(agent: &Agent, state: &str) -> Result<()> {
    let set =
        "mutation($s: PresenceState!) { presenceSet(input: { state: $s }) { agent { state } userErrors { message } } }";
    let done = agent.query(set, json!({ "s": state })).await?;
    assert_eq!(done["presenceSet"]["agent"]["state"], state, "{done}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_of_several_kinds_goes_together_as_the_policy_says() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let ada = ada(&stack).await?;
    let wrong = policy(&ada, json!({ "total": 2, "weights": [{ "class": "CHAT", "weight": 3 }] })).await?;
    assert_eq!(wrong["userErrors"][0]["field"], "total", "{wrong}");
    let alone = policy(&ada, json!({ "interrupts": [{ "class": "MESSAGING", "over": ["CHAT"] }] })).await?;
    assert_eq!(alone["capacityPolicy"]["interrupts"], json!([{ "class": "MESSAGING", "over": ["CHAT"] }]), "{alone}");

    // Ana writes a mail: a message does not interrupt her, by the engine or by hand, unless a supervisor insists.
    let ana_mail = "update agent_load set used = 1 where class = 'mail' and agent_id in (select id from agent where name like 'Ana%')";
    stack.sql(ana_mail).await?;
    let (ana, mut inbox) = on_duty(&stack, "ana").await?;
    let ana_id = ana.query("{ viewer { agent { id } } }", json!({})).await?["viewer"]["agent"]["id"].clone();
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let write = async |n: u32| {
        let body = whatsapp.text(&format!("44770090073{n}"), "Noor", &format!("wamid.k{n}"), "agent", unix());
        whatsapp.post(&http, &body).await
    };
    write(1).await?;
    stack.settle(FULL, 1, PATIENCE).await?;
    nothing(&mut inbox, "she is not interrupted").await?;
    let work = stack.texts("select 'wrk_' || replace(id::text, '-', '') from work_item").await?.remove(0);
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let full = sam.query(ASSIGN, json!({ "w": work, "a": ana_id, "b": false })).await?;
    assert_eq!(full["workAssign"]["userErrors"][0]["code"], "CONFLICT", "{full}");
    let given = sam.query(ASSIGN, json!({ "w": work, "a": ana_id, "b": true })).await?;
    let conversation = given["workAssign"]["conversation"]["id"].as_str().context("conversation")?.to_owned();
    let insisted =
        "select count(*) from audit_entry where action = 'work_assigned' and (detail ->> 'beyond_capacity')::bool";
    assert_eq!(stack.count(insisted).await?, 1);
    resolve(&ana, &conversation).await?;

    // Units: a message takes two of three, so one at a time; what is beyond waits for room.
    stack.sql("update agent_load set used = 0 where class = 'mail'").await?;
    policy(&ada, json!({ "total": 3, "weights": [{ "class": "MESSAGING", "weight": 2 }], "finishingPercent": 40 }))
        .await?;
    write(2).await?;
    let first = take(&ana, &mut inbox).await?;
    write(3).await?;
    stack.settle(FULL, 1, PATIENCE).await?;
    nothing(&mut inbox, "two messages are four units").await?;
    resolve(&ana, &first).await?;
    let second = take(&ana, &mut inbox).await?;
    resolve(&ana, &second).await?;
    finishing(&stack, (&ada, &ana), &mut inbox, write).await?;
    stack.finish().await
}

/// Who is finishing takes a share of the usual work: two of five.
async fn finishing(
    stack: &Stack,
    (ada, ana): (&Agent, &Agent),
    inbox: &mut Socket,
    write: impl AsyncFn(u32) -> Result<u16>,
) -> Result<()> {
    policy(ada, json!({ "finishingPercent": 40 })).await?;
    state(ana, "FINISHING").await?;
    for n in 4..6 {
        write(n).await?;
        take(ana, inbox).await?;
    }
    write(6).await?;
    stack.settle(FULL, 1, PATIENCE).await?;
    nothing(inbox, "two of five are enough for who is finishing").await?;
    state(ana, "AVAILABLE").await?;
    take(ana, inbox).await?;
    assert_eq!(stack.count("select count(*) from work_item where state = 'active'").await?, 3);
    Ok(())
}

/// The rule of the statements that take is the one of the engine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_and_the_engine_count_alike() -> Result<()> {
    use meridian_domain::{capacity::CapacityPolicy, channel::ChannelClass};
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let policies = [
        json!({}),
        json!({ "total": 5, "weights": { "chat": 2, "voice": 3 } }),
        json!({ "interrupts": { "chat": ["mail"], "voice": [] }, "finishing_percent": 50 }),
        json!({ "total": 4, "interrupts": { "mail": ["chat", "messaging"] }, "finishing_percent": 100 }),
    ];
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let mut compared = 0;
    for (policy, finishing) in policies.iter().flat_map(|policy| [(policy, false), (policy, true)]) {
        let rules: CapacityPolicy = serde_json::from_value(policy.clone())?;
        let rules = rules.compact(finishing);
        for held in 0..81_i16 {
            let used = [held % 3, held / 3 % 3, held / 9 % 3, held / 27 % 3];
            let load = [(used[0], 1), (used[1], 3), (used[2], 2), (used[3], 3)];
            let told: Vec<String> = ChannelClass::ALL
                .iter()
                .map(|class| {
                    let json = format!(
                        "{{\"voice\":{},\"chat\":{},\"messaging\":{},\"mail\":{}}}",
                        used[0], used[1], used[2], used[3]
                    );
                    format!(
                        "meridian_room('{policy}', {finishing}, '{}', {}, '{json}') > 0",
                        class.code(),
                        load[class.index()].1
                    )
                })
                .collect();
            let sql = AssertSqlSafe(format!("select concat({})", told.join(", ")));
            let says: String = sqlx::query_scalar(sql).fetch_one(&mut admin).await?;
            let ours: String =
                ChannelClass::ALL.iter().map(|class| if rules.fits(&load, *class) { 't' } else { 'f' }).collect();
            ensure!(says == ours, "{policy} {finishing} {used:?}: {says} and {ours}");
            compared += 1;
        }
    }
    admin.close().await?;
    println!("room of {compared} loads compared");
    stack.finish().await
}
