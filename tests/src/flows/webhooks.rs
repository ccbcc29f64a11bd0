//! Webhooks of a tenant's own: what happens arrives signed and in order; a receiver that fails is tried again, given up
//! with a notice, and told everything once it is back; secrets change over without a gap.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::time::{Clock, SystemClock};
use meridian_lab::{
    agent::{Agent, Socket},
    customer,
    provider::{Answer, Recorded},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

const SAVE: &str = "mutation($i: WebhookEndpointSaveInput!) { webhookEndpointSave(input: $i) {
    endpoint { id url status events } secret userErrors { field message } } }";
const LOOK: &str = "query($id: ID!) { webhookEndpoint(webhookEndpointId: $id) { status failures failingSince openUpTo
    previousSecretUntil deliveries(first: 100) { edges { node { id kind state attemptCount sequence body
    attempts { number status response error durationMs requestHeaders } } } } } }";
const HOOK: &str = "/hooked";

struct Hooked {
    stack: Stack,
    ada: Agent,
    endpoint: String,
    secret: String,
}

impl Hooked {
    /// An act of the admin on the endpoint, without a refusal.
    async fn act(&self, name: &str, more: Value, select: &str) -> Result<Value> {
        let mut input = json!({ "webhookEndpointId": self.endpoint });
        input.as_object_mut().context("input")?.extend(more.as_object().cloned().unwrap_or_default());
        let kind = match name {
            "RotateSecret" | "Recover" => format!("WebhookEndpoint{name}Input"),
            _ => "WebhookEndpointInput".to_owned(),
        };
        let field = format!("webhookEndpoint{name}");
        let document =
            format!("mutation($i: {kind}!) {{ {field}(input: $i) {{ {select} userErrors {{ field message }} }} }}");
        let done = self.ada.query(&document, json!({ "i": input })).await?[&field].clone();
        ensure!(done["userErrors"] == json!([]), "{name}: {done}");
        Ok(done)
    }

    async fn look(&self) -> Result<Value> {
        Ok(self.ada.query(LOOK, json!({ "id": self.endpoint })).await?["webhookEndpoint"].clone())
    }

    async fn write(&self, phone: &str, id: &str, text: &str) -> Result<()> {
        let whatsapp = self.stack.whatsapp()?;
        let body = whatsapp.text(phone, "Ida", id, text, unix());
        ensure!(whatsapp.post(&reqwest_client(), &body).await? == 200);
        Ok(())
    }

    /// Posts that came, once there are so many.
    async fn posts(&self, wanted: usize) -> Result<Vec<Recorded>> {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let seen = self.stack.provider.seen(HOOK);
            if seen.len() >= wanted {
                return Ok(seen);
            }
            let told = kinds(&seen);
            ensure!(tokio::time::Instant::now() < until, "{} posts instead of {wanted}: {told:?}", seen.len());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Texts of the messages that came after the first `skip` posts, once there are so many.
    async fn texts(&self, skip: usize, wanted: usize) -> Result<Vec<String>> {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let seen = self.stack.provider.seen(HOOK);
            let text = |post: &Recorded| post.json()["data"]["message"]["text"].as_str().map(str::to_owned);
            let texts: Vec<String> = seen.iter().skip(skip).filter_map(text).collect();
            if texts.len() >= wanted {
                return Ok(texts);
            }
            ensure!(tokio::time::Instant::now() < until, "{texts:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn kinds(posts: &[Recorded]) -> Vec<String> {
    posts.iter().map(|post| post.json()["type"].as_str().unwrap_or_default().to_owned()).collect()
}

/// How many signatures a post bears, and whether one of them is of this secret.
fn signed(post: &Recorded, secret: &str) -> Result<(usize, bool)> {
    let header = |name: &str| post.header(name).context("a header is missing");
    let (id, at, given) = (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let ours = customer::standard_webhook(secret, id, at.parse()?, std::str::from_utf8(&post.body)?)?;
    let ours = ours.iter().find(|(name, _)| *name == "webhook-signature").context("signature")?;
    Ok((given.split(' ').count(), given.split(' ').any(|one| one == ours.1)))
}

async fn set_up(stack: Stack) -> Result<Hooked> {
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let url = format!("{}{HOOK}", stack.provider.url);
    for (input, field) in [
        (json!({ "name": "CRM", "url": "http://10.0.0.1/" }), "url"),
        (json!({ "name": "CRM", "url": "ftp://example.org/" }), "url"),
        (json!({ "name": "CRM", "url": url, "events": ["message.dreamt"] }), "events"),
        (json!({ "name": " ", "url": url }), "name"),
    ] {
        let refused = ada.query(SAVE, json!({ "i": input })).await?;
        assert_eq!(refused["webhookEndpointSave"]["userErrors"][0]["field"], field, "{refused}");
    }
    let made = ada.query(SAVE, json!({ "i": { "name": "CRM", "url": url } })).await?["webhookEndpointSave"].clone();
    let text = |value: &Value| value.as_str().map(str::to_owned).with_context(|| made.to_string());
    let (endpoint, secret) = (text(&made["endpoint"]["id"])?, text(&made["secret"])?);
    Ok(Hooked { stack, ada, endpoint, secret })
}

/// A test event, then a whole conversation: every kind once, numbered without a gap.
async fn a_conversation(hooked: &Hooked, people: &mut [(Agent, Socket)]) -> Result<()> {
    hooked.act("Test", json!({}), "delivery { id state }").await?;
    let posts = hooked.posts(1).await?;
    assert_eq!(kinds(&posts), ["webhook.test"]);
    assert_eq!(signed(&posts[0], &hooked.secret)?, (1, true));
    hooked.write("447700900801", "wamid.h1", "I want to talk to a person").await?;
    let (who, conversation) = accept_first(people).await?;
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"On its way\" }) { item { id } } }";
    people[who].0.query(send, json!({ "c": conversation })).await?;
    hooked.stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) { userErrors { code } } }";
    people[who].0.query(resolve, json!({ "c": conversation })).await?;
    hooked.stack.sql("update work_item set wrap_until = clock_timestamp() - interval '1 minute'").await?;
    let posts = hooked.posts(10).await?;
    let bodies: Vec<Value> = posts.iter().map(Recorded::json).collect();
    let mut told = kinds(&posts);
    let begun = ["conversation.opened", "message.received", "handoff.created", "work.offered", "work.accepted"];
    assert_eq!(&told[1..6], begun, "{told:?}");
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "conversation.closed",
            "conversation.opened",
            "handoff.created",
            "message.received",
            "message.sent",
            "message.status",
            "webhook.test",
            "work.accepted",
            "work.ended",
            "work.offered"
        ]
    );
    let numbers: Vec<i64> = bodies.iter().filter_map(|body| body["sequence"].as_i64()).collect();
    assert_eq!(numbers, (1..=10).collect::<Vec<i64>>());
    ensure!(bodies[1..].iter().all(|body| body["conversation"] == conversation.as_str()), "{bodies:?}");
    assert_eq!(bodies[2]["data"]["message"]["text"], "I want to talk to a person");
    for post in &posts {
        assert_eq!(signed(post, &hooked.secret)?, (1, true));
    }
    Ok(())
}

/// A failure is tried again, and what comes after it in the conversation waits.
async fn a_failure(hooked: &Hooked) -> Result<usize> {
    let before = hooked.stack.provider.seen(HOOK).len();
    hooked.stack.provider.plan(HOOK, vec![Answer::Say(500, json!({ "oh": "no" }))]);
    hooked.write("447700900802", "wamid.h2", "one").await?;
    hooked.write("447700900802", "wamid.h3", "two").await?;
    assert_eq!(hooked.texts(before, 2).await?, ["one", "two"]);
    let posts = hooked.stack.provider.seen(HOOK);
    let (first, second) = (&posts[before], &posts[before + 1]);
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"), "the same event over its attempts");
    assert_eq!(kinds(&posts[before..before + 2]), ["conversation.opened", "conversation.opened"]);
    let look = hooked.look().await?;
    let all = look["deliveries"]["edges"].as_array().context("deliveries")?.clone();
    let twice = all.iter().map(|edge| &edge["node"]).find(|node| node["attemptCount"] == 2).context("tried twice")?;
    let (bad, good) = (&twice["attempts"][0], &twice["attempts"][1]);
    assert_eq!((&bad["status"], &bad["error"]), (&json!(500), &json!("HTTP 500")));
    ensure!(bad["response"].as_str().is_some_and(|text| text.contains("oh")), "{bad}");
    ensure!(bad["requestHeaders"]["webhook-id"].is_string() && bad["durationMs"].is_i64(), "{bad}");
    assert_eq!((&good["status"], &good["error"], &look["failures"]), (&json!(200), &Value::Null, &json!(0)));
    Ok(posts.len())
}

/// An endpoint that takes nothing for days is given up, with a notice; enabled again it is told everything, in order.
async fn given_up(hooked: &Hooked) -> Result<()> {
    let no = |count: usize| vec![Answer::Say(503, json!({})); count];
    hooked.stack.provider.plan(HOOK, no(2));
    hooked.write("447700900802", "wamid.h4", "three").await?;
    hooked.stack.settle("select failures::bigint from webhook_endpoint", 1, PATIENCE).await?;
    hooked
        .stack
        .sql(
            "with old as (update webhook_endpoint set failing_since = failing_since - interval '4 days')
             update webhook_delivery set due_at = clock_timestamp() where state = 'pending'",
        )
        .await?;
    hooked.stack.settle("select count(*) from webhook_endpoint where status = 'disabled'", 1, PATIENCE).await?;
    let before = hooked.stack.provider.seen(HOOK).len();
    let alerts = hooked.ada.query("{ alerts { kind text severity } }", json!({})).await?;
    let webhook = |alert: &&Value| alert["kind"] == "WEBHOOK";
    let alert = alerts["alerts"].as_array().context("alerts")?.iter().find(webhook).context("no notice")?;
    ensure!(alert["text"].as_str().is_some_and(|text| text.contains("CRM")), "{alert}");
    hooked.write("447700900802", "wamid.h5", "four").await?;
    hooked
        .stack
        .settle("select count(*) from webhook_delivery where state in ('pending', 'waiting')", 2, PATIENCE)
        .await?;
    assert_eq!(hooked.look().await?["status"], "DISABLED");
    let enabled = hooked.act("Enable", json!({}), "endpoint { status failures }").await?;
    assert_eq!(enabled["endpoint"]["status"], "ACTIVE");
    assert_eq!(hooked.texts(before, 2).await?, ["three", "four"]);
    hooked.stack.settle("select count(*) from alert where kind = 'webhook' and ended_at is null", 0, PATIENCE).await
}

/// What was given up is taken up again in order; one delivery goes once more by hand.
async fn recovered(hooked: &Hooked) -> Result<()> {
    let since = SystemClock.now();
    let before = hooked.stack.provider.seen(HOOK).len();
    // Their last attempt is this one.
    hooked.act("Pause", json!({}), "endpoint { status }").await?;
    hooked.write("447700900802", "wamid.h6", "five").await?;
    hooked.write("447700900802", "wamid.h7", "six").await?;
    hooked
        .stack
        .settle("select count(*) from webhook_delivery where state in ('pending', 'waiting')", 2, PATIENCE)
        .await?;
    hooked.stack.provider.plan(HOOK, vec![Answer::Say(500, json!({})); 2]);
    hooked.stack.sql("update webhook_delivery set tries = 50 where state in ('pending', 'waiting')").await?;
    hooked.stack.sql("update webhook_endpoint set status = 'active'").await?;
    hooked.stack.settle("select count(*) from webhook_delivery where state = 'failed'", 2, PATIENCE).await?;
    let failed = hooked.stack.provider.seen(HOOK).len();
    assert_eq!(failed - before, 2);
    let done = hooked.act("Recover", json!({ "since": since.to_rfc3339() }), "count").await?;
    assert_eq!(done["count"], 2);
    assert_eq!(hooked.texts(failed, 2).await?, ["five", "six"]);
    let look = hooked.look().await?;
    let newest = &look["deliveries"]["edges"][0]["node"];
    let resend = "mutation($d: ID!) { webhookDeliveryResend(input: { webhookDeliveryId: $d }) { delivery { state } userErrors { message } } }";
    let seen = hooked.stack.provider.seen(HOOK).len();
    hooked.ada.query(resend, json!({ "d": newest["id"] })).await?;
    let posts = hooked.posts(seen + 1).await?;
    assert_eq!(posts[seen].header("webhook-id"), posts[seen - 1].header("webhook-id"), "once more, the same");
    Ok(())
}

/// During the overlap both secrets sign; without one the old secret is no good at once.
async fn rotated(hooked: &mut Hooked) -> Result<()> {
    let select = "endpoint { previousSecretUntil } secret";
    let turned = hooked.act("RotateSecret", json!({ "overlapHours": 24 }), select).await?;
    let new = turned["secret"].as_str().context("secret")?.to_owned();
    ensure!(turned["endpoint"]["previousSecretUntil"].is_string(), "{turned}");
    let seen = hooked.stack.provider.seen(HOOK).len();
    hooked.act("Test", json!({}), "delivery { id }").await?;
    let post = hooked.posts(seen + 1).await?[seen].clone();
    assert_eq!((signed(&post, &hooked.secret)?, signed(&post, &new)?), ((2, true), (2, true)));
    let turned = hooked.act("RotateSecret", json!({ "overlapHours": 0 }), select).await?;
    turned["secret"].as_str().context("secret")?.clone_into(&mut hooked.secret);
    hooked.act("Test", json!({}), "delivery { id }").await?;
    let post = hooked.posts(seen + 2).await?[seen + 1].clone();
    assert_eq!((signed(&post, &hooked.secret)?, signed(&post, &new)?), ((1, true), (1, false)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_is_told_in_order_whatever_the_receiver_does() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    // Nothing is copied for a tenant without an endpoint.
    let copied = stack.count("select count(*) from webhook_change").await?;
    assert_eq!((copied, stack.count("select count(*) from webhook_source").await?), (0, 0));
    let mut hooked = set_up(stack).await?;
    a_conversation(&hooked, &mut people).await?;
    // Nobody takes what comes now, and no bot answers it: it is about messages.
    hooked.stack.sql("update channel_account set bot_id = null where kind = 'whatsapp'").await?;
    for (agent, _) in &people {
        agent.query("mutation { presenceSet(input: { state: BUSY }) { agent { state } } }", json!({})).await?;
    }
    a_failure(&hooked).await?;
    given_up(&hooked).await?;
    recovered(&hooked).await?;
    rotated(&mut hooked).await?;
    hooked.act("Remove", json!({}), "webhookEndpointId").await?;
    hooked.stack.settle("select count(*) from webhook_source", 0, PATIENCE).await?;
    let audited = "select count(distinct action) from audit_entry where action like 'webhook%'";
    ensure!(hooked.stack.count(audited).await? >= 8, "not all is in the audit log");
    drop(people);
    hooked.stack.finish().await
}
