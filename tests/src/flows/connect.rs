//! An admin connects a channel over the API: form, secrets, webhook, test, health, rotation, switch.

use super::{PATIENCE, accept_first, ada, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{
    agent::Agent,
    provider::Answer,
    senders::{self, Text},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const CONNECT: &str = "mutation($i: ChannelAccountConnectInput!) { channelAccountConnect(input: $i) {
    channelAccount { id webhookUrl settings status health { state } } generatedSecrets { name value }
    userErrors { code message } } }";
const TEST: &str = "mutation($a: ID!, $to: String) { channelAccountTest(input: { channelAccountId: $a, to: $to }) {
    ok detail externalId channelAccount { status statusReason health { state code reason since consecutiveFailures lastAuthFailureAt lastInboundAt } }
    userErrors { code message } } }";
const ROTATE: &str = "mutation($a: ID!, $n: String!, $v: String, $o: Int!) { channelAccountRotateSecret(input: {
    channelAccountId: $a, secretName: $n, value: $v, overlapSeconds: $o }) { secret oldValidUntil userErrors { message } } }";

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{value} is no text"))
}

/// What the hook answers to an update signed with a secret.
async fn hook(url: &str, secret: &str, number: u64) -> Result<u16> {
    let said = Text { from: "4477009011", number, text: "hello", unix: unix() };
    senders::text(ChannelKind::Telegram, url, &|_| secret.to_owned(), said)?.post(&reqwest_client()).await
}

/// A Telegram bot, connected with as little as it takes: its id, its hook, the secret that was made.
async fn telegram(stack: &Stack, ada: &Agent) -> Result<(String, String, String)> {
    let queues = ada.query("{ queues { id } }", json!({})).await?;
    let input = |secrets: Value| {
        json!({ "i": { "kind": "telegram", "name": "Shop bot", "queueId": queues["queues"][0]["id"], "secrets": secrets,
                       "settings": [{ "name": "api_base", "value": stack.provider.url }] } })
    };
    let told = |answer: &Value| answer["channelAccountConnect"]["userErrors"][0]["message"].to_string();
    let empty = ada.query(CONNECT, input(json!([{ "name": "bot_token", "value": " " }]))).await?;
    ensure!(told(&empty).contains("bot_token is empty"), "{empty}");
    let missing = ada.query(CONNECT, input(json!([]))).await?;
    ensure!(told(&missing).contains("bot_token is required"), "{missing}");
    let made = ada.query(CONNECT, input(json!([{ "name": "bot_token", "value": "42:zebra" }]))).await?;
    let done = &made["channelAccountConnect"];
    assert_eq!(done["generatedSecrets"][0]["name"], "secret_token", "{made}");
    ensure!(!done["channelAccount"].to_string().contains("zebra"), "a secret is shown: {made}");
    Ok((
        text(&done["channelAccount"]["id"])?,
        text(&done["channelAccount"]["webhookUrl"])?,
        text(&done["generatedSecrets"][0]["value"])?,
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_is_connected_rotated_and_switched_off() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    let forms = "{ channelKinds(locale: \"zh\") { kind capabilities { media replyWindowHours } fields { name label secret required generated example } } }";
    let forms = ada.query(forms, json!({})).await?;
    let kinds = forms["channelKinds"].as_array().context("kinds")?;
    assert_eq!(kinds.len(), ChannelKind::ALL.len());
    let whatsapp = kinds.iter().find(|kind| kind["kind"] == "whatsapp").context("whatsapp")?;
    assert_eq!(whatsapp["capabilities"]["replyWindowHours"], 24);
    let token = whatsapp["fields"].as_array().into_iter().flatten().find(|f| f["name"] == "access_token");
    let shown = json!({ "name": "access_token", "label": "访问令牌", "secret": true, "required": true, "generated": false, "example": "EAA.." });
    assert_eq!(token, Some(&shown));

    let (id, url, first) = telegram(&stack, &ada).await?;
    assert_eq!(hook(&url, "guess", 1).await?, 401);
    assert_eq!(hook(&url, &first, 1).await?, 200);
    let rotate = async |overlap: i32| -> Result<String> {
        let rotated = ada.query(ROTATE, json!({ "a": id, "n": "secret_token", "o": overlap })).await?;
        text(&rotated["channelAccountRotateSecret"]["secret"])
    };
    let second = rotate(3600).await?;
    assert_eq!((hook(&url, &first, 2).await?, hook(&url, &second, 3).await?), (200, 200), "both are valid");
    let third = rotate(0).await?;
    let answers = (hook(&url, &first, 4).await?, hook(&url, &second, 5).await?, hook(&url, &third, 6).await?);
    assert_eq!(answers, (401, 401, 200), "only the newest is valid");
    let own = ada.query(ROTATE, json!({ "a": id, "n": "bot_token", "o": 0 })).await?;
    ensure!(
        own["channelAccountRotateSecret"]["userErrors"][0]["message"].to_string().contains("only the provider"),
        "{own}"
    );

    let switch =
        "mutation($a: ID!, $on: Boolean!) { channelAccountSetActive(input: { channelAccountId: $a, active: $on }) {
        channelAccount { status } userErrors { message } } }";
    let off = ada.query(switch, json!({ "a": id, "on": false })).await?;
    assert_eq!(off["channelAccountSetActive"]["channelAccount"]["status"], "disabled", "{off}");
    assert_eq!(hook(&url, &third, 7).await?, 404);
    ada.query(switch, json!({ "a": id, "on": true })).await?;
    assert_eq!(hook(&url, &third, 8).await?, 200);
    let update = "mutation($a: ID!, $s: [ChannelSettingInput!]!) { channelAccountUpdate(input: { channelAccountId: $a, name: \"Renamed\", settings: $s }) {
        channelAccount { name settings } userErrors { message } } }";
    let wrong = ada.query(update, json!({ "a": id, "s": [{ "name": "api_base", "value": "gopher://x" }] })).await?;
    ensure!(wrong["channelAccountUpdate"]["userErrors"][0]["message"].to_string().contains("http(s)"), "{wrong}");
    let gone = ada.query(update, json!({ "a": id, "s": [{ "name": "api_base", "value": null }] })).await?;
    assert_eq!(gone["channelAccountUpdate"]["channelAccount"], json!({ "name": "Renamed", "settings": {} }));

    let log = ada
        .query("query($o: String!) { auditEntries(objectId: $o) { nodes { action detail } } }", json!({ "o": id }))
        .await?;
    let log = log["auditEntries"]["nodes"].to_string();
    for action in ["connected", "changed", "disabled", "activated", "secret_rotated"] {
        ensure!(log.contains(&format!("channel_account_{action}")), "{action} is missing: {log}");
    }
    ensure!(![&first, &second, &third].iter().any(|secret| log.contains(*secret)), "a secret is in the log");
    let ana = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let refused = ana.send(switch, json!({ "a": id, "on": false })).await?;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    stack.settle("select count(*) from channel_health where last_inbound_at is not null", 1, PATIENCE).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_tells_what_is_wrong_and_health_follows() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    let (id, _, _) = telegram(&stack, &ada).await?;
    let good = ada.query(TEST, json!({ "a": id })).await?;
    let good = &good["channelAccountTest"];
    assert_eq!((&good["ok"], &good["detail"]), (&json!(true), &json!("@demo_bot")), "{good}");
    ensure!(stack.provider.seen("/sendMessage").is_empty(), "nothing is sent without an address");

    let refusal = json!({ "ok": false, "error_code": 401, "description": "Unauthorized" });
    stack.provider.plan("/getMe", vec![Answer::Say(401, refusal)]);
    let bad = ada.query(TEST, json!({ "a": id })).await?;
    let bad = &bad["channelAccountTest"];
    let health = &bad["channelAccount"]["health"];
    assert_eq!(
        (&bad["ok"], &health["state"], &health["code"]),
        (&json!(false), &json!("NEEDS_ATTENTION"), &json!("auth"))
    );
    ensure!(health["reason"].to_string().contains("Unauthorized") && health["since"].is_string(), "{health}");
    ensure!(health["lastAuthFailureAt"].is_string(), "{health}");
    assert_eq!(bad["channelAccount"]["status"], "needs_attention");

    let sent = ada.query(TEST, json!({ "a": id, "to": "4477009012" })).await?;
    let sent = &sent["channelAccountTest"];
    ensure!(sent["ok"] == true && sent["externalId"].is_string(), "{sent}");
    assert_eq!(sent["channelAccount"]["health"]["state"], "OK", "well again: {sent}");
    let out = stack.provider.seen("/sendMessage");
    ensure!(out.len() == 1 && String::from_utf8_lossy(&out[0].body).contains("4477009012"), "one test message");
    let nobody = ada.query(TEST, json!({ "a": id, "to": "not a number" })).await?;
    ensure!(nobody["channelAccountTest"]["userErrors"][0]["code"] == "INVALID", "{nobody}");
    // A provider that hangs up is told as such.
    stack.provider.plan("/getMe", vec![Answer::Hang]);
    let cut = ada.query(TEST, json!({ "a": id })).await?;
    assert_eq!(cut["channelAccountTest"]["ok"], false, "{cut}");
    assert_eq!(cut["channelAccountTest"]["channelAccount"]["health"]["consecutiveFailures"], 1);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_reply_window_is_told_before_anything_is_stored() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let kind = ChannelKind::Messenger;
    let mut people = both_sites(&stack).await?;
    let secret = |name: &str| Stack::secret(&format!("{kind} {name}"));
    let said = Text { from: "4477009013", number: 7, text: "hello", unix: unix() };
    senders::text(kind, &stack.hook(kind)?, &secret, said)?.post(&reqwest_client()).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let agent = &people[who].0;
    let look = "query($c: ID!) { conversation(id: $c) { sessions { replyUntil channelCapabilities { replyWindowHours media textMax } } } }";
    let seen = agent.query(look, json!({ "c": conversation })).await?;
    let session = &seen["conversation"]["sessions"][0];
    assert_eq!(session["channelCapabilities"]["replyWindowHours"], 24);
    let until: chrono::DateTime<chrono::Utc> = text(&session["replyUntil"])?.parse()?;
    assert_eq!(until.timestamp(), said.unix + 24 * 3600, "counted from the customer's own time");
    stack.sql("update session set last_customer_at = clock_timestamp() - interval '24 hours 1 second'").await?;
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"Sorry for the wait.\" }) { item { id } userErrors { code message } } }";
    let late = agent.query(send, json!({ "c": conversation })).await?;
    let error = &late["messageSend"]["userErrors"][0];
    assert_eq!(error["code"], "WINDOW_CLOSED", "{late}");
    ensure!(error["message"].to_string().contains("another channel"), "the remedy is named: {error}");
    assert_eq!(stack.count("select count(*) from delivery").await?, 0);
    stack.sql("update session set last_customer_at = clock_timestamp() - interval '23 hours'").await?;
    let sent = agent.query(send, json!({ "c": conversation })).await?;
    ensure!(sent["messageSend"]["item"]["id"].is_string(), "{sent}");
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    // Switched off: nothing new is taken, and what is on its way does not leave.
    stack.sql("update channel_account set status = 'disabled' where kind = 'messenger'").await?;
    let off = agent.query(send, json!({ "c": conversation })).await?;
    assert_eq!(off["messageSend"]["userErrors"][0]["code"], "CONFLICT", "{off}");
    assert_eq!(stack.count("select count(*) from delivery").await?, 1);
    stack.finish().await
}
