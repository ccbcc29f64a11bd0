//! The tenant's own system is asked about a customer whom somebody looks at: signed, once however many look, within a
//! second, and never shown for anybody else.

use super::{
    PATIENCE,
    identity::{supervisor, until},
    verifiers::writes,
};
use anyhow::{Context, Result, ensure};
use futures_util::future::join_all;
use meridian_app::{
    authz::Subject,
    lookup,
    setup::{DemoWorld, seed_demo},
};
use meridian_domain::{
    ids::CustomerId,
    time::{Clock, SystemClock},
};
use meridian_lab::{
    agent::Agent,
    customer,
    provider::{Answer, Recorded, answer_each},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, task::JoinHandle};

const SAVE: &str = "mutation($i: CustomerLookupSaveInput!) { customerLookupSave(input: $i) {
    setting { url enabled schemes freshSeconds } secret userErrors { field message } } }";
const ROTATE: &str = "mutation { customerLookupRotateSecret(input: { overlapHours: 24 }) {
    setting { previousSecretUntil } secret userErrors { message } } }";
const TEST: &str = "mutation($v: String!) { customerLookupTest(input: { scheme: \"phone_e164\", value: $v }) {
    trial { requestHeaders requestBody status response durationMs answer { name } fault { kind detail } }
    setting { faults answeredAt answeredMs } userErrors { field message } } }";
const SETTING: &str =
    "{ customerLookupSetting { enabled faults restsUntil answeredAt failedAt lastFault { kind detail } } }";
const LOOK: &str =
    "query($c: ID!, $l: String! = \"en\") { customerLookup(customerId: $c, locale: $l) { standing asOf fresh
    answer { name tags facts { label value link } activities { at title detail amount link } }
    fault { kind detail } restsUntil } }";
const AGAIN: &str = "mutation($c: ID!) { customerLookupRefresh(input: { customerId: $c }) {
    lookup { standing fresh answer { facts { value } } } userErrors { code message } } }";
const KIT: &[&str] = &["app_user:kit", "phone_e164:+447700900971", "email:kit@mail.example?"];
/// What is kept is of an hour ago, and nothing is remembered of faults.
const AN_HOUR_LATER: &str = "update customer_lookup_answer set answered_at = answered_at - interval '1 hour',
    failed_at = failed_at - interval '1 hour'";

type Rule = Arc<dyn Fn(&Value) -> (Duration, Answer) + Send + Sync>;

/// A tenant's own system.
struct Crm {
    url: String,
    seen: Arc<Mutex<Vec<Recorded>>>,
    rule: Arc<Mutex<Rule>>,
    task: JoinHandle<()>,
}

impl Drop for Crm {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Tells what it was asked by.
fn by_the_book(question: &Value) -> (Duration, Answer) {
    let ids = question["identifiers"].as_array().into_iter().flatten();
    let ids: Vec<&str> = ids.filter_map(|id| id["value"].as_str()).collect();
    let answer = json!({ "name": "Kit M.", "tags": ["gold"],
        "facts": [{ "label": "Asked by", "value": ids.join(" "), "link": "https://crm.example/1" }],
        "activities": [{ "at": "2026-05-01T10:00:00Z", "title": "Order 1" },
                       { "at": "2026-05-04T10:00:00Z", "title": "Order 2", "amount": "EUR 12.50" }] });
    (Duration::from_millis(100), Answer::Say(200, answer))
}

impl Crm {
    async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/customers/lookup", listener.local_addr()?);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let rule: Arc<Mutex<Rule>> = Arc::new(Mutex::new(Arc::new(by_the_book)));
        let (heard, rules) = (Arc::clone(&seen), Arc::clone(&rule));
        let task = tokio::spawn(async move {
            let respond = move |request: &Recorded| {
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
                let rule = Arc::clone(&rules.lock().unwrap_or_else(PoisonError::into_inner));
                rule(&request.json())
            };
            let _ = answer_each(listener, respond).await;
        });
        Ok(Self { url, seen, rule, task })
    }

    fn seen(&self) -> Vec<Recorded> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn does(&self, rule: impl Fn(&Value) -> (Duration, Answer) + Send + Sync + 'static) {
        *self.rule.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(rule);
    }

    fn says(&self, answer: Answer) {
        self.does(move |_| (Duration::ZERO, answer.clone()));
    }
}

/// Whether one of the signatures of a request is of this secret.
fn signed(post: &Recorded, secret: &str) -> Result<bool> {
    let header = |name: &str| post.header(name).with_context(|| format!("{name} is missing"));
    let (id, at, given) = (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let ours = customer::standard_webhook(secret, id, at.parse()?, std::str::from_utf8(&post.body)?)?;
    let ours = ours.iter().find(|(name, _)| *name == "webhook-signature").context("signature")?;
    Ok(given.split(' ').any(|one| one == ours.1))
}

async fn save(ada: &Agent, input: Value) -> Result<Value> {
    Ok(ada.query(SAVE, json!({ "i": input })).await?["customerLookupSave"].take())
}

async fn look(agent: &Agent, customer: &str) -> Result<Value> {
    Ok(agent.query(LOOK, json!({ "c": customer })).await?["customerLookup"].take())
}

/// A whole Meridian with a tenant's own system that it asks, an admin, an agent, and a customer.
struct Asked {
    stack: Stack,
    crm: Crm,
    ada: Agent,
    ana: Agent,
    kit: String,
    secret: String,
}

async fn set_up() -> Result<Option<Asked>> {
    let Some(stack) = Stack::start().await? else { return Ok(None) };
    let crm = Crm::start().await?;
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let ana = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let (_, kit) = writes(&stack, "Kit Marlow", KIT, "my card is lost").await?;
    ensure!(look(&ana, &kit).await?.is_null(), "nothing is shown before it is set up");
    let saved = save(&ada, json!({ "url": crm.url })).await?;
    let secret = saved["secret"].as_str().with_context(|| saved.to_string())?.to_owned();
    let schemes = json!(["phone_e164", "email", "crm_id"]);
    let setting = json!({ "url": crm.url, "enabled": true, "schemes": schemes, "freshSeconds": 300 });
    assert_eq!(saved["setting"], setting);
    Ok(Some(Asked { stack, crm, ada, ana, kit, secret }))
}

async fn setting_up_is_checked(asked: &Asked) -> Result<()> {
    let url = &asked.crm.url;
    for (input, field) in [
        (json!({ "url": "https://10.0.0.1/" }), "url"),
        (json!({ "url": "http://93.184.215.14/" }), "url"),
        (json!({ "url": "ftp://crm.example/" }), "url"),
        (json!({ "url": url, "schemes": ["name"] }), "schemes"),
        (json!({ "url": url, "schemes": [] }), "schemes"),
        (json!({ "url": url, "freshSeconds": 1 }), "freshSeconds"),
    ] {
        let refused = save(&asked.ada, input.clone()).await?;
        assert_eq!(refused["userErrors"][0]["field"], field, "{input}: {refused}");
    }
    let agents = asked.ana.send(SAVE, json!({ "i": { "url": url } })).await?;
    assert_eq!(agents["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let agents = asked.ana.send(SETTING, json!({})).await?;
    assert_eq!(agents["errors"][0]["extensions"]["code"], "FORBIDDEN");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_tenants_system_knows_is_shown_and_asked_for_once() -> Result<()> {
    let Some(asked) = set_up().await? else { return Ok(()) };
    let Asked { stack, crm, ada, ana, kit, secret } = &asked;
    setting_up_is_checked(&asked).await?;

    let shown = look(ana, kit).await?;
    assert_eq!((&shown["standing"], &shown["fresh"], &shown["fault"]), (&json!("KNOWN"), &json!(true), &Value::Null));
    let fact = json!([{ "label": "Asked by", "value": "+447700900971", "link": "https://crm.example/1" }]);
    assert_eq!((&shown["answer"]["facts"], &shown["answer"]["tags"]), (&fact, &json!(["gold"])));
    assert_eq!(shown["answer"]["activities"][0]["title"], "Order 2", "newest first");
    let posts = crm.seen();
    ensure!(posts.len() == 1 && signed(&posts[0], secret)? && posts[0].path == "/customers/lookup");
    // Who, by what is verified and allowed, in which language; nothing else.
    assert_eq!(
        posts[0].json(),
        json!({ "type": "customer.lookup", "customer": kit, "locale": "en",
                "identifiers": [{ "scheme": "phone_e164", "value": "+447700900971" }] })
    );
    look(ana, kit).await?;
    assert_eq!(crm.seen().len(), 1, "it is fresh");
    let soon = ana.query(AGAIN, json!({ "c": kit })).await?["customerLookupRefresh"].take();
    assert_eq!(soon["userErrors"][0]["code"], "CONFLICT", "{soon}");

    // Twenty look at once, in two processes; then somebody asks again.
    stack.sql(AN_HOUR_LATER).await?;
    let other = meridian_testkit::app(&stack.database, &stack.base)?;
    let (subject, id) = (Subject::system(stack.demo.tenant), kit.parse::<CustomerId>()?);
    let here = join_all((0..20).map(|_| look(ana, kit)));
    let there = join_all((0..5).map(|_| lookup::look(&other, &subject, id, "en", SystemClock.now())));
    let (here, there) = tokio::join!(here, there);
    for shown in here {
        let shown = shown?;
        assert_eq!((&shown["fresh"], &shown["fault"]), (&json!(true), &Value::Null), "{shown}");
    }
    for shown in there {
        ensure!(shown?.is_some_and(|look| look.fresh && look.fault.is_none()));
    }
    assert_eq!(crm.seen().len(), 2, "one request for all");
    stack.sql("update customer_lookup_answer set answered_at = answered_at - interval '6 seconds'").await?;
    let again = ana.query(AGAIN, json!({ "c": kit })).await?["customerLookupRefresh"].take();
    assert_eq!((&again["lookup"]["fresh"], crm.seen().len()), (&json!(true), 3), "{again}");
    // In another language it is another answer.
    ana.query(LOOK, json!({ "c": kit, "l": "zh" })).await?;
    assert_eq!(crm.seen()[3].json()["locale"], "zh");

    secrets_change_over_and_it_can_be_tried(&asked).await?;
    crm.says(Answer::Say(404, json!({})));
    stack.sql(AN_HOUR_LATER).await?;
    let before = crm.seen().len();
    for _ in 0..2 {
        let shown = look(ana, kit).await?;
        assert_eq!((&shown["standing"], &shown["answer"]), (&json!("UNKNOWN"), &Value::Null), "{shown}");
    }
    assert_eq!(crm.seen().len(), before + 1, "that somebody is not known there is kept, too");
    crm.says(Answer::Say(200, json!({ "found": false })));
    stack.sql(AN_HOUR_LATER).await?;
    assert_eq!(look(ana, kit).await?["standing"], "UNKNOWN");

    // Switched off, nothing is asked, shown or kept.
    let before = crm.seen().len();
    save(ada, json!({ "url": crm.url, "enabled": false })).await?;
    ensure!(look(ana, kit).await?.is_null());
    let off = ana.query(AGAIN, json!({ "c": kit })).await?["customerLookupRefresh"].take();
    assert_eq!(off["userErrors"][0]["code"], "NOT_FOUND");
    assert_eq!((crm.seen().len(), stack.count("select count(*) from customer_lookup_answer").await?), (before, 0));
    other.db.close().await;
    asked.stack.finish().await
}

async fn secrets_change_over_and_it_can_be_tried(asked: &Asked) -> Result<()> {
    let Asked { crm, ada, secret, .. } = asked;
    let rotated = ada.query(ROTATE, json!({})).await?["customerLookupRotateSecret"].take();
    let new = rotated["secret"].as_str().with_context(|| rotated.to_string())?;
    ensure!(new != secret && rotated["setting"]["previousSecretUntil"].is_string(), "{rotated}");
    let tried = ada.query(TEST, json!({ "v": "+44 7700 900 999" })).await?["customerLookupTest"].take();
    let post = crm.seen().pop().context("no test")?;
    ensure!(signed(&post, secret)? && signed(&post, new)?, "for a while both sign");
    let trial = &tried["trial"];
    assert_eq!((&trial["status"], &trial["answer"]["name"]), (&json!(200), &json!("Kit M.")), "{tried}");
    assert_eq!(trial["requestBody"], post.json());
    assert_eq!(trial["requestBody"]["customer"], format!("cus_{}", "0".repeat(32)));
    assert_eq!(trial["requestBody"]["identifiers"][0]["value"], "+447700900999");
    ensure!(trial["requestHeaders"]["webhook-signature"].as_str().is_some_and(|given| given.contains(' ')));
    ensure!(trial["response"].as_str().is_some_and(|text| text.contains("Kit M.")));
    let wrong = ada.query(TEST, json!({ "v": "seven" })).await?["customerLookupTest"].take();
    assert_eq!(wrong["userErrors"][0]["field"], "value", "{wrong}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_in_trouble_holds_up_nobody_and_the_last_answer_stays() -> Result<()> {
    let Some(asked) = set_up().await? else { return Ok(()) };
    let Asked { stack, crm, ada, ana, kit, .. } = &asked;
    // Never answered: said so, with what exactly for admins alone.
    crm.says(Answer::Say(200, json!({ "facts": [{ "label": "Balance", "value": 7 }] })));
    let shown = look(ana, kit).await?;
    assert_eq!(
        (&shown["standing"], &shown["answer"], &shown["asOf"]),
        (&json!("UNANSWERED"), &Value::Null, &Value::Null)
    );
    assert_eq!(shown["fault"], json!({ "kind": "GARBAGE", "detail": null }));
    let shown = look(ada, kit).await?;
    let told = "facts[0].value: is a text of 1 to 300 characters in one line";
    assert_eq!((&shown["fault"]["detail"], crm.seen().len()), (&json!(told), 1), "a fault stands for a moment");

    let late = |question: &Value| (Duration::from_secs(2), by_the_book(question).1);
    let elsewhere = Answer::Elsewhere(format!("{}/private", stack.provider.url));
    crm.does(by_the_book);
    stack.sql(AN_HOUR_LATER).await?;
    let first = look(ana, kit).await?;
    assert_eq!(first["standing"], "KNOWN", "{first}");
    for (kind, answer) in [
        ("SLOW", None),
        ("GARBAGE", Some(Answer::File("text/html", b"<html>".to_vec()))),
        ("TOO_LARGE", Some(Answer::File("application/json", vec![b' '; 70_000]))),
        ("REDIRECT", Some(elsewhere)),
        ("STATUS", Some(Answer::Say(500, json!({})))),
    ] {
        match answer {
            Some(answer) => crm.says(answer),
            None => crm.does(late),
        }
        stack.sql(AN_HOUR_LATER).await?;
        let begun = Instant::now();
        let shown = look(ana, kit).await?;
        ensure!(begun.elapsed() < Duration::from_millis(1_800), "{kind} took {:?}", begun.elapsed());
        assert_eq!((&shown["fault"]["kind"], &shown["fresh"]), (&json!(kind), &json!(false)), "{shown}");
        assert_eq!((&shown["standing"], &shown["answer"]), (&json!("KNOWN"), &first["answer"]), "the last one stays");
        stack.sql("update customer_lookup set faults = 0, rests_until = null").await?;
    }
    ensure!(stack.provider.seen("/private").is_empty(), "a redirect was followed");
    // An address that became private is not asked, whatever is stored.
    stack.sql("update customer_lookup set url = 'https://10.0.0.1/'").await?;
    let shown = look(ada, kit).await?;
    assert_eq!((&shown["standing"], &shown["fault"]["kind"]), (&json!("UNANSWERED"), &json!("ADDRESS")), "{shown}");
    it_is_left_alone_for_a_while(&asked).await?;
    asked.stack.finish().await
}

/// After faults in a row nothing is asked; then one look-up tries it.
async fn it_is_left_alone_for_a_while(asked: &Asked) -> Result<()> {
    let Asked { stack, crm, ada, ana, kit, .. } = asked;
    save(ada, json!({ "url": crm.url })).await?;
    crm.says(Answer::Say(503, json!({})));
    for _ in 0..3 {
        look(ana, kit).await?;
        stack.sql(AN_HOUR_LATER).await?;
    }
    let before = crm.seen().len();
    let shown = look(ana, kit).await?;
    assert_eq!(shown["fault"]["kind"], "RESTING", "{shown}");
    ensure!(shown["restsUntil"].is_string() && crm.seen().len() == before);
    let fares = ada.query(SETTING, json!({})).await?["customerLookupSetting"].take();
    assert_eq!((&fares["faults"], &fares["lastFault"]["detail"]), (&json!(3), &json!("HTTP 503")), "{fares}");
    let mut all = vec![kit.clone()];
    for (n, phone) in ["phone_e164:+447700900972", "phone_e164:+447700900973"].into_iter().enumerate() {
        all.push(writes(stack, "Somebody", &[phone], &format!("hello {n}")).await?.1);
    }
    stack.sql("update customer_lookup set rests_until = clock_timestamp()").await?;
    crm.does(|_| (Duration::from_millis(300), Answer::Say(503, json!({}))));
    join_all(all.iter().map(|customer| look(ana, customer))).await.into_iter().collect::<Result<Vec<_>>>()?;
    assert_eq!(crm.seen().len(), before + 1, "one of them tries it");
    stack.sql("update customer_lookup set rests_until = clock_timestamp()").await?;
    stack.sql(AN_HOUR_LATER).await?;
    crm.does(by_the_book);
    assert_eq!(look(ana, kit).await?["fresh"], json!(true));
    let fares = ada.query(SETTING, json!({})).await?["customerLookupSetting"].take();
    assert_eq!((&fares["faults"], &fares["restsUntil"]), (&json!(0), &Value::Null), "{fares}");
    Ok(())
}

const MERGE: &str = "mutation($f: ID!, $i: ID!) { customerMerge(input: { fromId: $f, intoId: $i, reason: \"same\" }) {
    actId userErrors { message } } }";
const UNMERGE: &str =
    "mutation($a: ID!) { customerUnmerge(input: { actId: $a, reason: \"not the same\" }) { userErrors { message } } }";

/// By which identifiers the answer was given that is shown.
async fn asked_by(agent: &Agent, customer: &str) -> Result<String> {
    let shown = look(agent, customer).await?;
    let value = shown["answer"]["facts"][0]["value"].as_str();
    value.map(str::to_owned).with_context(|| shown.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_shown_for_those_it_was_given_to_and_nobody_else() -> Result<()> {
    let Some(asked) = set_up().await? else { return Ok(()) };
    let Asked { stack, crm, ana, kit, .. } = &asked;
    let sam = supervisor(stack).await?;
    let (_, zoe) = writes(stack, "Zoe Hart", &["phone_e164:+447700900981"], "hello there").await?;
    assert_eq!(asked_by(ana, kit).await?, "+447700900971");
    assert_eq!(asked_by(ana, &zoe).await?, "+447700900981");
    // One customer now: asked anew by all they have, whichever of the two is looked at.
    let merged = sam.query(MERGE, json!({ "f": zoe, "i": kit })).await?["customerMerge"].take();
    let act = merged["actId"].as_str().with_context(|| merged.to_string())?;
    for customer in [kit, &zoe] {
        assert_eq!(asked_by(ana, customer).await?, "+447700900971 +447700900981");
    }
    assert_eq!((crm.seen().len(), &crm.seen()[2].json()["customer"]), (3, &json!(kit)));
    // Apart again: what was said of both is shown for neither, also when the system is silent.
    let apart = sam.query(UNMERGE, json!({ "a": act })).await?["customerUnmerge"].take();
    assert_eq!(apart["userErrors"], json!([]), "{apart}");
    crm.says(Answer::Say(500, json!({})));
    assert_eq!(look(ana, kit).await?["standing"], "UNANSWERED");
    assert_eq!(asked_by(ana, &zoe).await?, "+447700900981", "this one's own was kept");
    crm.does(by_the_book);
    stack.sql(AN_HOUR_LATER).await?;
    assert_eq!(asked_by(ana, kit).await?, "+447700900971");
    // Somebody vouches for an address: asked by it, too.
    let confirm = "mutation($c: ID!) { identityConfirm(input: { customerId: $c, scheme: \"email\", value: \"kit@mail.example\" }) { userErrors { message } } }";
    ana.query(confirm, json!({ "c": kit })).await?;
    assert_eq!(asked_by(ana, kit).await?, "kit@mail.example +447700900971");
    // Nobody is asked about by what is not verified.
    let before = crm.seen().len();
    let (_, nameless) = writes(stack, "Somebody", &["app_user:x", "email:x@mail.example?"], "no number").await?;
    assert_eq!(look(ana, &nameless).await?["standing"], "NAMELESS");
    assert_eq!(crm.seen().len(), before);

    // Another tenant, with the same system, sees and asks nothing of it.
    let bot = format!("{}/bot", stack.provider.url);
    let world = DemoWorld { provider_url: &stack.provider.url, bot_url: &bot };
    let second = seed_demo(&stack.app, "second", &world).await?;
    let other = Agent::sign_in(&stack.base, "second", "ada@second.example", &second.password).await?;
    ensure!(save(&other, json!({ "url": crm.url })).await?["secret"].is_string());
    ensure!(look(&other, kit).await?.is_null());
    let again = other.query(AGAIN, json!({ "c": kit })).await?["customerLookupRefresh"].take();
    assert_eq!((&again["userErrors"][0]["code"], crm.seen().len()), (&json!("NOT_FOUND"), before), "{again}");

    // What was asked for days ago is forgotten.
    stack.sql("update customer_lookup_answer set asked_at = asked_at - interval '3 days'").await?;
    stack.settle("select count(*) from customer_lookup_answer", 0, 2 * PATIENCE).await?;
    until(ana, LOOK, json!({ "c": kit }), |answer| answer["customerLookup"]["standing"] == "KNOWN").await?;
    asked.stack.finish().await
}
