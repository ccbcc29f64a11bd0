//! The main job: a customer's message reaches the right agent, and the answer goes back.

use super::{PATIENCE, accept_first, both_sites, unix};
use anyhow::{Context, Result};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{customer, provider::Answer};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const MAIL: &str = "Authentication-Results: mx.example; dmarc=pass header.from=example.org\r\n\
From: Nora Pike <nora@example.org>\r\nTo: help@demo.example\r\nSubject: Kettle\r\nMessage-ID: <k1@example.org>\r\n\r\n\
The kettle I bought leaks.\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "one story, told from beginning to end")]
async fn a_message_reaches_the_right_agent_and_the_answer_goes_back() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let mut people = both_sites(&stack).await?;

    // Last week: a mail, answered, the phone confirmed by the agent, the conversation resolved.
    let mail = http.post(stack.hook(ChannelKind::Email)?).bearer_auth(Stack::secret("email inbound_token")).body(MAIL);
    assert_eq!(mail.send().await?.status(), 200);
    let (who, first) = accept_first(&mut people).await?;
    let agent = people[who].0.clone();
    let look = "query($id: ID!) { conversation(id: $id) { subject customer { id identities { scheme verified } } } }";
    let seen = agent.query(look, json!({ "id": first })).await?;
    let customer = seen["conversation"]["customer"]["id"].as_str().context("customer")?.to_owned();
    assert_eq!(seen["conversation"]["subject"], "Kettle");
    assert_eq!(seen["conversation"]["customer"]["identities"][0]["verified"], "channel");
    let confirm = "mutation($c: ID!) { identityConfirm(input: { customerId: $c, scheme: \"phone_e164\", value: \"+44 7700 900123\" })
        { customer { id } userErrors { message } } }";
    agent.query(confirm, json!({ "c": customer })).await?;
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"replaced\" })
        { conversation { lifecycle } userErrors { message } } }";
    let resolved = agent.query(resolve, json!({ "c": first })).await?;
    assert_eq!(resolved["conversationResolve"]["conversation"]["lifecycle"], "RESOLVED");

    // Today: WhatsApp, answered by the bot, which then hands over.
    let reply = json!({ "actions": [{ "type": "message", "text": "Hi! What is your order number?" }] });
    stack.provider.plan("/bot", vec![Answer::Say(200, reply)]);
    let whatsapp = stack.whatsapp()?;
    let text = whatsapp.text(
        "447700900123",
        "Nora",
        "wamid.in1",
        "The new kettle leaks too, order 48213. Can I talk to a person?",
        unix(),
    );
    assert_eq!(whatsapp.post(&http, &text).await?, 200);
    // A forged copy is refused and leaves nothing.
    let forged = customer::WhatsApp { app_secret: "guess".into(), ..whatsapp.clone() };
    assert_eq!(forged.post(&http, &text).await?, 401);
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    let told = stack.provider.seen("/bot").pop().context("the bot was told")?;
    let session = told.json()["session"].as_str().context("session")?.to_owned();
    let body =
        json!({ "session": session, "reason": { "code": "requested" }, "slots": { "product": "kettle" } }).to_string();
    let hand_off = |id: &'static str| {
        let (http, url, body) = (http.clone(), format!("{}/bots/{}/handoff", stack.base, stack.demo.bot), body.clone());
        async move {
            let mut post = http.post(url);
            for (name, value) in customer::standard_webhook(&Stack::webhook_secret("bot"), id, unix(), &body)? {
                post = post.header(name, value);
            }
            let answer = post.body(body).send().await?;
            anyhow::Ok((answer.status().as_u16(), answer.json::<Value>().await?))
        }
    };
    let (status, taken) = hand_off("msg_1").await?;
    assert_eq!(status, 202, "{taken}");
    assert_eq!(hand_off("msg_1").await?.1["handoff"], taken["handoff"], "the same call again is the same hand-off");

    // The offer reaches somebody who is awake, with the brief, on the same customer.
    let (who, second) = accept_first(&mut people).await?;
    assert_ne!(first, second);
    assert_eq!(taken["conversation"], second.as_str());
    let agent = people[who].0.clone();
    stack.settle("select count(*) from handoff where brief_state = 'ready'", 1, PATIENCE).await?;
    let look = "query($id: ID!) { conversation(id: $id) { owner customer { id timeline(first: 50) { nodes { kind text channel } } }
        handoffs { brief } workItems { state decisions { outcome agentId candidates exclusions } events { to } }
        timeline(first: 50) { nodes { seq kind text } } } }";
    let seen = agent.query(look, json!({ "id": second })).await?["conversation"].take();
    assert_eq!(seen["customer"]["id"], customer.as_str(), "WhatsApp's verified number joins the customer who mailed");
    assert_eq!(seen["owner"], "AGENT");
    let brief = &seen["handoffs"][0]["brief"];
    assert!(brief["facts"].as_array().is_some_and(|facts| facts.iter().any(|f| f["value"] == "48213")), "{brief}");
    assert_eq!(brief["problem"]["items"].as_array().map(Vec::len), Some(1), "{brief}");
    let history: Vec<&str> = seen["customer"]["timeline"]["nodes"]
        .as_array()
        .context("history")?
        .iter()
        .filter_map(|n| n["channel"].as_str())
        .collect();
    assert!(history.contains(&"email") && history.contains(&"whatsapp"), "one history over all channels: {history:?}");
    let seqs: Vec<i64> = seen["timeline"]["nodes"]
        .as_array()
        .context("timeline")?
        .iter()
        .filter_map(|n| n["seq"].as_str()?.parse().ok())
        .collect();
    let gap_free: Vec<i64> = (1..=seqs.len() as i64).rev().collect();
    assert_eq!(seqs, gap_free);
    assert_eq!(seen["workItems"][0]["decisions"][0]["outcome"], "offered");

    // The answer goes to the provider once, and its status comes back.
    let send = "mutation($c: ID!, $t: String!) { messageSend(input: { conversationId: $c, text: $t }) { item { id } userErrors { code message } } }";
    let sent = agent.query(send, json!({ "c": second, "t": "A new one leaves today." })).await?;
    assert!(sent["messageSend"]["item"]["id"].is_string(), "{sent}");
    stack.settle("select count(*) from delivery where state = 'accepted'", 2, PATIENCE).await?;
    let out = stack.provider.seen("/messages");
    assert_eq!(out.len(), 2, "the bot's words and the agent's, each once");
    assert_eq!(out[1].json()["to"], "447700900123");
    assert_eq!(out[1].json()["text"]["body"], "A new one leaves today.");
    let id = format!("wamid.out{}", stack.count("select max(substring(external_id from 10)::bigint) from item_external where external_id like 'wamid.out%'").await?);
    for status in ["read", "delivered", "sent"] {
        assert_eq!(whatsapp.post(&http, &whatsapp.status(&id, status, unix())).await?, 200);
    }
    stack.settle("select count(*) from delivery where state = 'read'", 1, PATIENCE).await?;
    stack.finish().await
}

pub fn reqwest_client() -> meridian_lab::reqwest::Client {
    meridian_lab::reqwest::Client::builder().build().unwrap_or_default()
}
