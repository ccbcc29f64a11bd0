//! Every step may be a process's last: killed for real, at each point between two effects, nothing is lost, doubled,
//! owned twice or over capacity.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_dev::{Kind, Mode, Servers};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{agent::Agent, agent::Socket, customer, customer::WhatsApp, provider::Answer};
use meridian_testkit::{Stack, Urls};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Points of `telemetry::point` that traffic passes without an agent's help, then those of the answer.
const INWARD: &[&str] = &["relay.placed", "relay.published", "relay.committed", "ingest.committed", "route.committed"];
const OUTWARD: &[&str] = &["deliver.claimed", "deliver.sent", "deliver.recorded"];
const CUSTOMER_WROTE: &str = "select count(*) from timeline_item where kind = 'message' and actor_kind = 'customer'";

/// A customer of the generic channel writes; people answer these without a bot.
async fn write(stack: &Stack, customer: &str) -> Result<()> {
    let body = json!({ "kind": "message", "external_id": format!("g-{customer}"),
                       "content": { "message_type": "text", "text": format!("question of {customer}") },
                       "sender": { "ids": [{ "scheme": "crm_id", "value": customer, "verified": "channel" }] } })
    .to_string();
    let mut post = reqwest_client().post(stack.hook(ChannelKind::Generic)?);
    let secret = Stack::webhook_secret("generic signing_secret");
    for (name, value) in customer::standard_webhook(&secret, customer, unix(), &body)? {
        post = post.header(name, value);
    }
    ensure!(post.body(body).send().await?.status() == 200);
    Ok(())
}

/// Somebody takes what `customer` wrote and answers it.
async fn answer(people: &mut [(Agent, Socket)], customer: &str) -> Result<()> {
    let (who, conversation) = accept_first(people).await.with_context(|| format!("offer of {customer}"))?;
    let send = "mutation($c: ID!, $t: String!) { messageSend(input: { conversationId: $c, text: $t }) { item { id } userErrors { code } } }";
    let done = people[who].0.query(send, json!({ "c": conversation, "t": format!("answer to {customer}") })).await?;
    ensure!(done["messageSend"]["item"]["id"].is_string(), "{done}");
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) { userErrors { code } } }";
    people[who].0.query(resolve, json!({ "c": conversation })).await?;
    Ok(())
}

async fn sound(stack: &Stack) -> Result<()> {
    for (rule, sql) in [
        ("over capacity", "select count(*) from agent_load where used > cap or used < 0"),
        (
            "owned twice",
            "select count(*) from (select 1 from offer where state = 'accepted' group by work_item_id having count(*) > 1) t",
        ),
        (
            "gaps",
            "select count(*) from conversation c where seq <> (select count(*) from timeline_item t where t.conversation_id = c.id)",
        ),
    ] {
        let found = stack.count(sql).await?;
        ensure!(found == 0, "{rule}: {found}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_may_die_at_every_step() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    let Some(outside) = stack.outside()? else { return stack.finish().await };
    let mut people = both_sites(&stack).await?;
    stack.kill_workers().await;
    for (n, point) in (1_i64..).zip(INWARD.iter().chain(OUTWARD)) {
        let mut dying = outside.start("workers", Some(point)).await?;
        write(&stack, point).await?;
        let replace = async {
            dying.ended(PATIENCE).await.with_context(|| format!("{point} is not passed"))?;
            outside.start("workers", None).await
        };
        let (answered, next) = tokio::join!(answer(&mut people, point), replace);
        let _next = next?;
        answered?;
        stack.settle(CUSTOMER_WROTE, n, PATIENCE).await?;
        stack
            .settle("select count(*) from delivery where state in ('accepted', 'unknown')", n, Duration::from_secs(40))
            .await
            .with_context(|| format!("after {point}"))?;
        sound(&stack).await.with_context(|| format!("after {point}"))?;
    }
    // At most once, and never silently: what the provider did not get is in doubt and shown as that.
    let texts: Vec<String> =
        stack.provider.seen("generic").iter().filter_map(|r| r.json()["text"].as_str().map(str::to_owned)).collect();
    let accepted = stack.count("select count(*) from delivery where state = 'accepted'").await?;
    for point in INWARD.iter().chain(OUTWARD) {
        let times = texts.iter().filter(|text| **text == format!("answer to {point}")).count();
        ensure!(times <= 1, "{point}: sent {times} times");
        ensure!(times == 1 || *point == "deliver.claimed", "{point}: never sent");
    }
    ensure!(accepted >= (INWARD.len() + 1) as i64, "{accepted} accepted");
    stack.start_workers()?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_was_told_is_not_forgotten() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    let Some(outside) = stack.outside()? else { return stack.finish().await };
    let reply = || Answer::Say(200, json!({ "actions": [{ "type": "message", "text": "Hi!" }] }));
    stack.provider.plan("/bot", vec![reply(), reply()]);
    stack.kill_workers().await;
    let mut dying = outside.start("workers", Some("bot.told")).await?;
    let whatsapp = stack.whatsapp()?;
    whatsapp.post(&reqwest_client(), &whatsapp.text("447700900321", "Bo", "wamid.b1", "hello", unix())).await?;
    dying.ended(PATIENCE).await?;
    stack.start_workers()?;
    // The bot is told again under the same webhook id, and what it answers is said once.
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    let told = stack.provider.seen("/bot");
    let ids: Vec<_> = told.iter().map(|r| r.json()["session"].clone()).collect();
    ensure!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
    sound(&stack).await?;
    stack.finish().await
}

async fn insist(http: &meridian_lab::reqwest::Client, whatsapp: &WhatsApp, body: &Value) -> Result<()> {
    for _ in 0..120 {
        if matches!(whatsapp.post(http, body).await, Ok(200)) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    anyhow::bail!("never taken: {body}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_may_die_between_storing_and_answering() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let Some(outside) = stack.outside()? else { return stack.finish().await };
    let mut dying = outside.start("api", Some("hook.stored:3")).await?;
    let there = stack.whatsapp()?;
    let url = there.url.replace(&stack.base, &format!("http://{}", dying.address));
    let whatsapp = WhatsApp { url, ..there };
    let http = reqwest_client();
    let body = |n: i32| whatsapp.text("447700900322", "Cy", &format!("wamid.a{n}"), &format!("message {n}"), unix());
    insist(&http, &whatsapp, &body(1)).await?;
    insist(&http, &whatsapp, &body(2)).await?;
    let third = body(3);
    ensure!(whatsapp.post(&http, &third).await.is_err(), "the third is stored and never answered");
    dying.ended(PATIENCE).await?;
    let mut next = outside.start("api", None).await?;
    insist(&http, &whatsapp, &third).await?;
    for n in 4..20 {
        let post = body(n);
        if n % 6 == 0 {
            next.kill();
            next = outside.start("api", None).await?;
        }
        insist(&http, &whatsapp, &post).await?;
    }
    stack.settle(CUSTOMER_WROTE, 19, PATIENCE).await?;
    drop(next);
    sound(&stack).await?;
    stack.finish().await
}

/// Posts `from..to` while something happens to the servers.
async fn keep_writing(whatsapp: &WhatsApp, from: i32, to: i32) -> Result<()> {
    let http = reqwest_client();
    for n in from..to {
        let number = format!("44770091{:04}", n % 7);
        insist(&http, whatsapp, &whatsapp.text(&number, "Di", &format!("wamid.s{n}"), &format!("m{n}"), unix()))
            .await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_may_die_and_come_back_empty_or_late() -> Result<()> {
    if meridian_testkit::urls().is_none() {
        return Ok(());
    }
    let dir = std::env::temp_dir().join(format!("meridian-servers-{}", std::process::id()));
    // A server goes with the thread that started it: all of that is done here and not on a thread that may end.
    let mut servers = Servers::start(&dir, Mode::Test)?;
    let urls = Urls { postgres: servers.postgres_url(), redis: servers.redis_url(), amqp: servers.amqp_url() };
    let stack = Stack::start_on(urls).await?;
    let whatsapp = stack.whatsapp()?;
    let mut from = 0;
    for kind in [Kind::Redis, Kind::Rabbitmq, Kind::Postgres] {
        let writer = whatsapp.clone();
        let writing = tokio::spawn(async move { keep_writing(&writer, from, from + 40).await });
        tokio::time::sleep(Duration::from_millis(700)).await;
        servers.kill(kind);
        tokio::time::sleep(Duration::from_secs(1)).await;
        servers.start_again(kind)?;
        writing.await?.with_context(|| format!("{kind:?}"))?;
        from += 40;
        stack
            .settle(CUSTOMER_WROTE, i64::from(from), Duration::from_mins(1))
            .await
            .with_context(|| format!("{kind:?}"))?;
    }
    sound(&stack).await?;
    stack.finish().await?;
    drop(servers);
    std::fs::remove_dir_all(dir)?;
    Ok(())
}

/// A router dies with a decision in hand, before it is committed or right after: the one beside it goes on at once, and the
/// work is offered once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_router_may_die_while_it_decides_and_the_next_one_goes_on() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    let Some(outside) = stack.outside()? else { return stack.finish().await };
    let mut people = both_sites(&stack).await?;
    stack.kill_workers().await;
    for (n, point) in (1_i64..).zip(["route.decided", "route.committed"]) {
        // Who comes first leads; the other stands by.
        let mut dying = outside.start("workers", Some(point)).await?;
        let beside = outside.start("workers", None).await?;
        write(&stack, point).await?;
        dying.ended(PATIENCE).await.with_context(|| format!("{point} is not passed"))?;
        let died = Instant::now();
        stack.settle("select count(*) from offer where state = 'pending'", 1, PATIENCE).await?;
        let placed = died.elapsed();
        println!("takeover after {point}: work is placed {} ms after the router died", placed.as_millis());
        ensure!(placed < Duration::from_secs(10), "{point}: {placed:?}");
        answer(&mut people, point).await?;
        stack.settle("select count(*) from offer", n, PATIENCE).await.context("offered twice")?;
        let given = "select count(*) from routing_decision where outcome = 'offered'";
        stack.settle(given, n, PATIENCE).await.context("decided twice")?;
        sound(&stack).await.with_context(|| format!("after {point}"))?;
        drop(beside);
    }
    stack.start_workers()?;
    stack.finish().await
}
