//! Outside verifiers: a signal beside other evidence, with consent and for a while, never alone.

use super::{
    PATIENCE,
    identity::{CARD, person, post, supervisor, until},
    main_job::reqwest_client,
    unix,
};
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use meridian_app::setup::{DemoWorld, seed_demo};
use meridian_domain::{
    channel::ChannelKind,
    time::{Clock, SystemClock},
};
use meridian_lab::{agent::Agent, customer};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

const SAVE: &str =
    "mutation($v: ID, $n: String!, $k: VerifierKind!, $h: Int, $e: Boolean! = true) { identityVerifierSave(input: {
    verifierId: $v, name: $n, kind: $k, acceptFrom: 0.8, rejectBelow: 0.3, hours: $h, enabled: $e }) {
    verifier { id name kind hours enabled } userErrors { code field message } } }";
const RECORD: &str = "mutation($i: VerificationRecordInput!) { verificationRecord(input: $i) {
    verification { id outcome standing weight checkedId claimedId } userErrors { code message } } }";
const WITHDRAW: &str =
    "mutation($c: String!) { consentWithdraw(input: { consent: $c }) { verifications userErrors { code message } } }";
const CHECKS: &str = "query($c: ID!) { customer(id: $c) { id mergedIntoId
    verifications { id verifier kind score outcome standing weight consent consentWithdrawnAt expiresAt checkedId claimedId sessionId }
    links { kind reason evidence } identities { scheme verified why }
    candidates { score evidence { field agreement weight verifier verification { score standing expiresAt consent } }
                 customers { id } }
    timeline(first: 50) { nodes { text } } } }";

/// Somebody who wrote a text: their session and their customer as they are now.
async fn who(stack: &Stack, text: &str) -> Result<(String, String)> {
    let rows = stack
        .texts(
            "select x.text || '|ses_' || replace(s.id::text, '-', '') || '|cus_' || replace(p.customer_id::text, '-', '')
             from item_content x join timeline_item t on t.id = x.item_id join session s on s.id = t.session_id
             join party_customer p on p.party_id = s.party_id where x.text <> ''",
        )
        .await?;
    let row =
        rows.iter().find(|row| row.starts_with(text)).with_context(|| format!("nobody wrote {text}: {rows:?}"))?;
    let mut parts = row.split('|').skip(1).map(str::to_owned);
    Ok((parts.next().context("session")?, parts.next().context("customer")?))
}

/// Somebody writes once on the generic channel; their session and their customer.
pub(super) async fn writes(stack: &Stack, name: &str, ids: &[&str], text: &str) -> Result<(String, String)> {
    let before = stack.count("select count(*) from timeline_item where kind = 'message'").await?;
    let event = json!({ "kind": "message", "external_id": text, "sender": person(name, ids),
                        "content": { "message_type": "text", "text": text } });
    post(stack, "demo", &stack.hook(ChannelKind::Generic)?, &format!("evt-{}", text.replace(' ', "-")), &event).await?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", before + 1, PATIENCE).await?;
    who(stack, text).await
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A check of who is in a session, allowed an hour ago.
fn check(verifier: &str, session: &str, customer: &str, score: f64, number: &str) -> Value {
    json!({ "verifierId": verifier, "sessionId": session, "customerId": customer, "score": score, "reference": number,
            "consent": format!("consent-{number}"), "consentGivenAt": time(SystemClock.now() - TimeDelta::hours(1)) })
}

async fn record(agent: &Agent, input: &Value) -> Result<Value> {
    Ok(agent.query(RECORD, json!({ "i": input })).await?["verificationRecord"].take())
}

async fn checks(agent: &Agent, customer: &str) -> Result<Value> {
    Ok(agent.query(CHECKS, json!({ "c": customer })).await?["customer"].take())
}

/// Everybody was looked at whom something was learned of.
pub(super) async fn looked_at(stack: &Stack) -> Result<()> {
    stack.settle("select count(*) from outbox where payload->>'job' = 'recognise'", 0, PATIENCE).await?;
    tokio::time::sleep(Duration::from_millis(700)).await;
    Ok(())
}

/// The admin registers a verifier.
async fn verifier(stack: &Stack, name: &str, kind: &str) -> Result<(Agent, String)> {
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let saved = ada.query(SAVE, json!({ "n": name, "k": kind })).await?["identityVerifierSave"].take();
    let id = saved["verifier"]["id"].as_str().with_context(|| saved.to_string())?.to_owned();
    Ok((ada, id))
}

const KIT: &[&str] = &["app_user:kit", "phone_e164:+447700900971"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voice_alone_is_nobody_and_with_name_and_phone_it_links() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (sam, (ada, voice)) = (supervisor(&stack).await?, verifier(&stack, "Voice lab", "VOICEPRINT").await?);
    let (_, kit) = writes(&stack, "Kit Marlow", KIT, "my card is lost").await?;

    // A voice and nothing else: to be seen, and no more.
    let (session, stranger) = writes(&stack, "", &["app_user:hidden"], "no name here").await?;
    let told = record(&sam, &check(&voice, &session, &kit, 0.97, "v-1")).await?;
    assert_eq!((&told["userErrors"], &told["verification"]["outcome"]), (&json!([]), &json!("PASSED")), "{told}");
    assert_eq!(told["verification"]["standing"], "COUNTS");
    looked_at(&stack).await?;
    for (id, said) in [(&kit, "my card is lost"), (&stranger, "no name here")] {
        let card = checks(&sam, id).await?;
        assert_eq!((&card["candidates"], &card["mergedIntoId"]), (&json!([]), &Value::Null), "{card}");
        assert_eq!(card["timeline"]["nodes"], json!([{ "text": said }]), "no history by a voice");
        assert_eq!(card["verifications"][0]["verifier"], "Voice lab", "{card}");
        assert_eq!(card["verifications"][0]["sessionId"], json!(session));
    }
    // Told again it is the same; who only reads records nothing.
    let again = record(&sam, &check(&voice, &session, &kit, 0.2, "v-1")).await?;
    assert_eq!(again["verification"]["id"], told["verification"]["id"], "{again}");
    assert_eq!(again["verification"]["outcome"], "PASSED");

    // The name and a phone that is only claimed are suggested; the voice beside them links.
    let claimed = ["app_user:kit2", "phone_e164:+447700900971?"];
    let (session, caller) = writes(&stack, "Kit Marlow", &claimed, "it is me again").await?;
    let has = |a: &Value| a["customer"]["candidates"].as_array().is_some_and(|all| all.len() == 1);
    until(&sam, CHECKS, json!({ "c": caller }), has).await?;
    assert_eq!(checks(&sam, &kit).await?["timeline"]["nodes"], json!([{ "text": "my card is lost" }]));
    record(&sam, &check(&voice, &session, &kit, 0.95, "v-2")).await?;
    until(&sam, CHECKS, json!({ "c": caller }), |a| a["customer"]["mergedIntoId"] == json!(kit)).await?;
    let card = checks(&sam, &kit).await?;
    assert_eq!(card["timeline"]["nodes"], json!([{ "text": "it is me again" }, { "text": "my card is lost" }]));
    let why = "same claimed phone_e164, vouched for by Voice lab";
    ensure!(card["identities"].to_string().contains(why), "{card}");
    let link =
        card["links"].as_array().and_then(|all| all.iter().find(|link| link["reason"] == why)).context("link")?;
    ensure!(
        link["evidence"].to_string().contains("\"signal\":\"") && link["evidence"].to_string().contains("Voice lab"),
        "{link}"
    );
    let phone = card["identities"].as_array().context("ids")?.iter().any(|id| id["verified"] == "claimed");
    ensure!(phone, "what was claimed stays a claim: {card}");

    let said = stack
        .texts("select action from audit_entry where action like 'verif%' or action like 'identity_verif%' order by at")
        .await?;
    assert_eq!(said, ["identity_verifier_saved", "verification_recorded", "verification_recorded"]);
    refused_with_reasons(&ada, &sam, &voice, &session, &kit).await?;
    stack.finish().await
}

/// What cannot be told, with reasons.
async fn refused_with_reasons(ada: &Agent, sam: &Agent, voice: &str, session: &str, kit: &str) -> Result<()> {
    let with = |field: &str, value: Value| {
        let mut input = check(voice, session, kit, 0.9, "v-9");
        input[field] = value;
        input
    };
    let day = |hours: i64| json!(time(SystemClock.now() + TimeDelta::hours(hours)));
    for (input, code) in [
        (with("score", json!(1.2)), "INVALID"),
        (with("reference", json!("UklGRiQAAABXQVZFZm10IBAAAAABAAEA=")), "INVALID"),
        (with("consent", json!("")), "INVALID"),
        (with("consentGivenAt", day(1)), "INVALID"),
        (with("checkedAt", day(1)), "INVALID"),
        (with("checkedAt", day(-30)), "INVALID"),
        (with("expiresAt", day(25)), "INVALID"),
        (with("sessionId", Value::Null), "INVALID"),
        (with("verifierId", json!("ver_00000000000040008000000000000001")), "NOT_FOUND"),
        (with("customerId", json!("cus_00000000000040008000000000000001")), "NOT_FOUND"),
    ] {
        let answer = record(sam, &input).await?;
        assert_eq!(answer["userErrors"][0]["code"], code, "{input}: {answer}");
    }
    let wrong =
        ada.query(SAVE, json!({ "n": "Slow", "k": "VOICEPRINT", "h": 48 })).await?["identityVerifierSave"].take();
    assert_eq!(
        (&wrong["userErrors"][0]["code"], &wrong["userErrors"][0]["field"]),
        (&json!("INVALID"), &json!("hours"))
    );
    let taken = ada.query(SAVE, json!({ "n": "Voice lab", "k": "LOGIN" })).await?["identityVerifierSave"].take();
    assert_eq!(taken["userErrors"][0]["code"], "CONFLICT", "{taken}");
    let forbidden = sam.send(SAVE, json!({ "n": "Mine", "k": "LOGIN" })).await?;
    assert_eq!(forbidden["errors"][0]["extensions"]["code"], "FORBIDDEN");
    // Switched off, it is heard no more, and what it said weighs nothing.
    let off = json!({ "v": voice, "n": "Voice lab", "k": "LOGIN", "e": false });
    let off = ada.query(SAVE, off).await?["identityVerifierSave"]["verifier"].take();
    assert_eq!((&off["kind"], &off["enabled"]), (&json!("VOICEPRINT"), &json!(false)), "its kind stays");
    assert_eq!(record(sam, &check(voice, session, kit, 0.9, "v-9")).await?["userErrors"][0]["code"], "CONFLICT");
    let card = checks(sam, kit).await?;
    let standing = |c: &Value| (c["standing"].clone(), c["weight"].clone());
    assert_eq!(standing(&card["verifications"][0]), (json!("OFF"), json!(0.0)), "{card}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_counts_for_its_time_and_with_consent() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (sam, (_, voice)) = (supervisor(&stack).await?, verifier(&stack, "Voice lab", "VOICEPRINT").await?);
    let (_, kit) = writes(&stack, "Kit Marlow", KIT, "my card is lost").await?;
    let (session, twin) = writes(&stack, "Kit Marlow", &["app_user:kit3"], "only a name").await?;
    looked_at(&stack).await?;
    assert_eq!(checks(&sam, &twin).await?["candidates"], json!([]), "a name is no person");

    // The voice lifts the name to a suggestion, until the check is over.
    let mut short = check(&voice, &session, &kit, 0.9, "t-1");
    short["expiresAt"] = json!(time(SystemClock.now() + TimeDelta::seconds(6)));
    record(&sam, &short).await?;
    let suggested = |a: &Value| a["customer"]["candidates"].as_array().is_some_and(|all| !all.is_empty());
    let card = until(&sam, CHECKS, json!({ "c": twin }), suggested).await?["customer"].take();
    let evidence = card["candidates"][0]["evidence"].as_array().context("evidence")?.clone();
    let piece = evidence.iter().find(|piece| piece["field"] == "voiceprint").with_context(|| card.to_string())?;
    assert_eq!((&piece["agreement"], &piece["verifier"]), (&json!("SAME"), &json!("Voice lab")), "{piece}");
    let check_of = &piece["verification"];
    assert_eq!((&check_of["score"], &check_of["consent"]), (&json!(0.9), &json!("consent-t-1")), "{piece}");
    assert_eq!(card["timeline"]["nodes"], json!([{ "text": "only a name" }]), "no history on a suggestion");
    until(&sam, CHECKS, json!({ "c": twin }), |a| !suggested(a)).await?;
    let over = checks(&sam, &twin).await?["verifications"][0].take();
    assert_eq!((&over["standing"], &over["weight"]), (&json!("EXPIRED"), &json!(0.0)), "{over}");

    // Another check; its consent is taken back: at once it weighs nothing, and it stays so.
    record(&sam, &check(&voice, &session, &kit, 0.9, "t-2")).await?;
    until(&sam, CHECKS, json!({ "c": twin }), suggested).await?;
    let gone = sam.query(WITHDRAW, json!({ "c": "consent-t-2" })).await?["consentWithdraw"].take();
    assert_eq!((&gone["verifications"], &gone["userErrors"]), (&json!(1), &json!([])), "{gone}");
    let card = checks(&sam, &twin).await?;
    assert_eq!(card["candidates"], json!([]), "at once: {card}");
    let check_of = card["verifications"].as_array().context("checks")?.iter().find(|c| c["consent"] == "consent-t-2");
    let check_of = check_of.context("the check")?;
    assert_eq!((&check_of["standing"], &check_of["score"]), (&json!("WITHDRAWN"), &Value::Null), "{check_of}");
    looked_at(&stack).await?;
    assert_eq!(checks(&sam, &twin).await?["candidates"], json!([]), "and it does not come back");
    let mut same = check(&voice, &session, &kit, 0.9, "t-3");
    same["consent"] = json!("consent-t-2");
    assert_eq!(record(&sam, &same).await?["userErrors"][0]["code"], "CONFLICT", "withdrawn is for good");
    let unknown = sam.query(WITHDRAW, json!({ "c": "consent-none" })).await?;
    assert_eq!(unknown["consentWithdraw"]["userErrors"][0]["code"], "NOT_FOUND");
    assert_eq!(stack.count("select count(*) from audit_entry where action = 'verification_withdrawn'").await?, 1);

    a_failed_check_stops_a_link(&stack, &sam, &voice, &kit).await?;
    stack.finish().await
}

/// What would make two customers one does not while a check says that they are two.
async fn a_failed_check_stops_a_link(stack: &Stack, sam: &Agent, voice: &str, kit: &str) -> Result<()> {
    let confirm = "mutation($c: ID!) { identityConfirm(input: { customerId: $c, scheme: \"phone_e164\", value: \"+447700900971\" }) {
        customer { id } userErrors { code } } }";
    let (session, other) = writes(stack, "", &["app_user:other"], "I am Kit").await?;
    let failed = record(sam, &check(voice, &session, kit, 0.05, "f-1")).await?;
    assert_eq!(failed["verification"]["outcome"], "FAILED", "{failed}");
    ensure!(failed["verification"]["weight"].as_f64() < Some(0.0), "{failed}");
    let vouched = sam.query(confirm, json!({ "c": other })).await?["identityConfirm"].take();
    assert_eq!(vouched["customer"]["id"], json!(other), "not joined: {vouched}");
    looked_at(stack).await?;
    assert_eq!(checks(sam, &other).await?["mergedIntoId"], Value::Null, "nor a moment later");
    // Without it they are one by rule.
    sam.query(WITHDRAW, json!({ "c": "consent-f-1" })).await?;
    until(sam, CHECKS, json!({ "c": other }), |a| a["customer"]["mergedIntoId"] == json!(kit)).await?;
    Ok(())
}

/// A verifier's own road: a signed post.
async fn tell(stack: &Stack, number: &str, body: &Value) -> Result<(u16, Value)> {
    let url = stack.hook(ChannelKind::Generic)?.replace("/hooks/generic/", "/events/");
    let (secret, body) = (Stack::webhook_secret("generic signing_secret"), body.to_string());
    let mut post = reqwest_client().post(url);
    for (name, value) in customer::standard_webhook(&secret, number, unix(), &body)? {
        post = post.header(name, value);
    }
    let answer = post.body(body).send().await?;
    Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_tell_it_signed_and_tenants_never_meet() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (sam, (_, voice)) = (supervisor(&stack).await?, verifier(&stack, "Voice lab", "VOICEPRINT").await?);
    let (_, kit) = writes(&stack, "Kit Marlow", KIT, "my card is lost").await?;
    let claimed = ["app_user:kit2", "phone_e164:+447700900971?"];
    let (session, caller) = writes(&stack, "Kit Marlow", &claimed, "it is me again").await?;
    let said = |verifier: &str, number: &str| {
        json!({ "verification": { "verifier": verifier, "reference": number, "session": session,
            "claims": { "scheme": "phone_e164", "value": "+44 7700 900971" }, "score": 0.95,
            "consent": { "reference": format!("consent-{number}"), "given_at": time(SystemClock.now() - TimeDelta::hours(1)) } } })
    };
    let (status, answer) = tell(&stack, "w-1", &said(&voice, "m-1")).await?;
    assert_eq!((status, &answer["customer"]), (202, &json!(kit)), "{answer}");
    until(&sam, CARD, json!({ "c": caller }), |a| a["customer"]["mergedIntoId"] == json!(kit)).await?;
    assert_eq!(
        tell(&stack, "w-2", &said(&voice, "m-1")).await?.1["verification"],
        answer["verification"],
        "told twice is once"
    );
    assert_eq!(stack.count("select count(*) from identity_signal").await?, 1);
    // By the address, and no recording in any field.
    let mut by_address = said(&voice, "m-2");
    by_address["verification"]["session"].take();
    by_address["verification"]["address"] = json!({ "scheme": "app_user", "value": "kit2" });
    assert_eq!(tell(&stack, "w-3", &by_address).await?.0, 202);
    let mut template = said(&voice, "m-3");
    template["verification"]["template"] = json!("AAAA");
    assert_eq!(tell(&stack, "w-4", &template).await?.0, 422);
    template["verification"]["template"] = json!("A".repeat(3000));
    assert_eq!(tell(&stack, "w-5", &template).await?.0, 413);
    let mut nobody = said(&voice, "m-4");
    nobody["verification"]["claims"]["value"] = json!("+447700900999");
    assert_eq!(tell(&stack, "w-6", &nobody).await?.0, 422);
    let withdrawn = json!({ "consent_withdrawn": { "reference": "consent-m-1" } });
    assert_eq!(tell(&stack, "w-7", &withdrawn).await?.0, 202);
    assert_eq!(stack.count("select count(*) from identity_signal where score is null").await?, 1);
    assert_eq!(tell(&stack, "w-8", &said(&voice, "m-5")).await?.0, 202, "another consent counts");
    let url = stack.hook(ChannelKind::Generic)?.replace("/hooks/generic/", "/events/");
    assert_eq!(reqwest_client().post(&url).body(said(&voice, "m-6").to_string()).send().await?.status().as_u16(), 401);

    // Another tenant's verifier says nothing here, and a tenant's verifier nothing of others' customers.
    let bot = format!("{}/bot", stack.provider.url);
    let second =
        seed_demo(&stack.app, "second", &DemoWorld { provider_url: &stack.provider.url, bot_url: &bot }).await?;
    let stranger = Agent::sign_in(&stack.base, "second", "ada@second.example", &second.password).await?;
    let saved = stranger.query(SAVE, json!({ "n": "Voice lab", "k": "LOGIN" })).await?["identityVerifierSave"].take();
    let theirs = saved["verifier"]["id"].as_str().with_context(|| saved.to_string())?.to_owned();
    assert_eq!(tell(&stack, "w-9", &said(&theirs, "m-7")).await?.0, 422);
    assert_eq!(record(&sam, &check(&theirs, &session, &kit, 0.9, "x-1")).await?["userErrors"][0]["code"], "NOT_FOUND");
    assert_eq!(
        record(&stranger, &check(&theirs, &session, &kit, 0.9, "x-1")).await?["userErrors"][0]["code"],
        "NOT_FOUND"
    );
    assert_eq!(
        record(&stranger, &check(&voice, &session, &kit, 0.9, "x-1")).await?["userErrors"][0]["code"],
        "NOT_FOUND"
    );
    assert_eq!(
        stranger.query(WITHDRAW, json!({ "c": "consent-m-5" })).await?["consentWithdraw"]["userErrors"][0]["code"],
        "NOT_FOUND"
    );

    // A week after they stopped to count checks are forgotten, and others are not.
    let left = stack.count("select count(*) from identity_signal").await?;
    stack.sql("update identity_signal set checked_at = now() - interval '9 days', expires_at = now() - interval '8 days' where reference = 'm-1'").await?;
    stack.settle("select count(*) from identity_signal", left - 1, PATIENCE).await?;
    stack.finish().await
}
