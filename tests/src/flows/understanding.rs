//! Customers' messages are understood: language, sentiment, the tenant's own intents; people correct it, routing and the
//! red channel follow it.

use super::{PATIENCE, accept_first, ada, both_sites, main_job::reqwest_client, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_app::setup::{DemoWorld, demo_secret, seed_demo};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{agent::Agent, customer::WhatsApp, provider::Answer};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

const LOOK: &str = "query($c: ID!) { conversation(id: $c) { timeline(first: 50) { nodes { id kind text actor { kind }
    understanding { language languageConfidence sentiment sentimentScore intent { name confidence } modelVersion corrected } } } } }";
const ADD: &str = "mutation($e: [IntentExampleInput!]!) { intentExamplesAdd(input: { examples: $e }) {
    examples userErrors { code field message } } }";
const TRAIN: &str = "mutation { intentModelTrain { intentModel { version state } userErrors { code message } } }";
const ACTIVATE: &str = "mutation($v: Int!) { intentModelActivate(input: { version: $v }) {
    intentModel { version state activatedBy { name } } userErrors { code field message } } }";
const CORRECT: &str = "mutation($i: IntentCorrectInput!) { intentCorrect(input: $i) {
    item { understanding { language intent { name confidence } corrected } } userErrors { code message } } }";
const MODELS: &str = "{ intentModels { version state progress examples usable error trainedBy { name } evaluation {
    accuracy heldOut outOfScopeRecall intents { intent examples heldOut right wronglySaid } } } }";
const MESSAGES: &str = "select count(*) from timeline_item where kind = 'message' and actor_kind = 'customer'";

/// No hours of any site; all hours of every site.
const SHUT: &str = "delete from site_shift";
const OPEN: &str = "insert into site_shift (tenant_id, id, site_id, weekday, starts_minute, ends_minute)
    select tenant_id, gen_random_uuid(), id, day, 0, 1440 from site, generate_series(1, 7) day";
/// Singapore is open until midnight there and never again.
const TODAY: &str = "insert into site_shift (tenant_id, id, site_id, weekday, starts_minute, ends_minute)
    select tenant_id, gen_random_uuid(), id, extract(isodow from now() at time zone time_zone), 0, 1440
    from site where name = 'Singapore'";
const WHOLE_DAY_LEFT: &str = r#"insert into routing_plan (tenant_id, queue_id, version, steps, target_seconds, note)
    select tenant_id, id, 1, '[{"seconds":60,"shift_left_minutes":1440},{"any_hours":true}]', 0, '' from queue"#;

/// A customer of one tenant who writes.
struct Writer {
    whatsapp: WhatsApp,
    phone: &'static str,
}

impl Writer {
    async fn says(&self, stack: &Stack, id: &str, text: &str) -> Result<()> {
        let before = stack.count(MESSAGES).await?;
        let message = self.whatsapp.text(self.phone, "Ida", id, text, unix());
        ensure!(self.whatsapp.post(&reqwest_client(), &message).await? == 200);
        stack.settle(MESSAGES, before + 1, PATIENCE).await
    }
}

/// The newest conversation that somebody sees.
async fn conversation(who: &Agent) -> Result<String> {
    let seen = who.query("{ conversations(view: OPEN, first: 1) { nodes { id } } }", json!({})).await?;
    seen["conversations"]["nodes"][0]["id"].as_str().map(str::to_owned).with_context(|| seen.to_string())
}

/// The messages of a conversation, newest first.
async fn messages(who: &Agent, conversation: &str) -> Result<Vec<Value>> {
    let seen = who.query(LOOK, json!({ "c": conversation })).await?;
    let nodes = seen["conversation"]["timeline"]["nodes"].as_array().with_context(|| seen.to_string())?;
    Ok(nodes.iter().filter(|node| node["kind"] == "message").cloned().collect())
}

/// What is understood of the newest customer's message.
async fn newest(who: &Agent) -> Result<Value> {
    let all = messages(who, &conversation(who).await?).await?;
    let said = all.into_iter().find(|item| item["actor"]["kind"] == "customer").context("a message")?;
    Ok(said["understanding"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_have_language_and_sentiment_and_routing_asks_for_the_language() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    let reply = json!({ "actions": [{ "type": "message", "text": "Terrible! I hate this." }] });
    // A bot that is silent would be relieved by people, which is work too.
    stack.provider.plan("/bot", vec![Answer::Say(200, reply); 3]);
    let ida = Writer { whatsapp: stack.whatsapp()?, phone: "447700900801" };
    let angry = "This is terrible, I have been waiting for two hours and nobody answers!";
    ida.says(&stack, "wamid.u1", angry).await?;
    let said = newest(&ada).await?;
    assert_eq!((&said["language"], &said["sentiment"]), (&json!("en"), &json!("negative")), "{said}");
    ensure!(said["sentimentScore"].as_f64() < Some(-0.5) && said["languageConfidence"].as_f64() > Some(0.8), "{said}");
    assert_eq!(
        (&said["intent"], &said["modelVersion"], &said["corrected"]),
        (&json!(null), &json!(null), &json!(false))
    );
    stack
        .settle("select count(*) from timeline_item where kind = 'message' and actor_kind = 'bot'", 1, PATIENCE)
        .await?;
    let all = messages(&ada, &conversation(&ada).await?).await?;
    let bots = all.iter().find(|item| item["actor"]["kind"] == "bot").context("the bot's")?;
    assert_eq!(bots["understanding"], json!(null), "only customers are understood");
    ida.says(&stack, "wamid.u2", "👍").await?;
    assert_eq!(newest(&ada).await?["language"], json!(null), "a sign has no language");
    ida.says(&stack, "wamid.u3", "我的快递还没到，客服态度太差，没人解决问题").await?;
    let said = newest(&ada).await?;
    assert_eq!((&said["language"], &said["sentiment"]), (&json!("zh"), &json!("negative")), "{said}");
    stack.settle("select count(*) from session where bot_waits_since is not null", 0, PATIENCE).await?;
    let kept = stack.texts("select heard->>'lang' || ' ' || (heard->>'low')::int / 50 from session").await?;
    assert_eq!(kept, ["zh -1"], "the engagement keeps the language and the unhappiest");

    // Without a bot people are asked, who speak the language; while nobody is on duty, for who does at all.
    let post = |n: u8| {
        let mail = format!(
            "Authentication-Results: mx.example; dmarc=pass header.from=example.org\r\nFrom: Li <li{n}@example.org>\r\n\
             To: help@demo.example\r\nSubject: Hi\r\nMessage-ID: <u{n}@example.org>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n您好，我上周订购的水壶还没有送到，请帮我查一下。\r\n"
        );
        let post = reqwest_client().post(stack.hook(ChannelKind::Email)?);
        anyhow::Ok(post.bearer_auth(Stack::secret("email inbound_token")).body(mail).send())
    };
    assert_eq!(post(1)?.await?.status(), 200);
    stack.settle("select count(*) from work_item where language = 'zh'", 1, PATIENCE).await?;
    stack.sql(SHUT).await?;
    stack.sql(OPEN).await?;
    let _ana = on_duty(&stack, "ana").await?;
    // What is known of a queue holds for five seconds.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(post(2)?.await?.status(), 200);
    stack.settle("select count(*) from work_item where language is null", 1, PATIENCE).await?;
    // Who speaks it and is at the desk of a site that is closed takes nothing: it is not asked for.
    stack.sql("delete from site_shift where site_id in (select id from site where name = 'Singapore')").await?;
    let _mei = on_duty(&stack, "mei").await?;
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(post(3)?.await?.status(), 200);
    stack.settle("select count(*) from work_item where language is null", 2, PATIENCE).await?;
    // Nor is who has less of their shift left than the first step of the plan wants.
    stack.sql(TODAY).await?;
    stack.sql(WHOLE_DAY_LEFT).await?;
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(post(4)?.await?.status(), 200);
    stack.settle("select count(*) from work_item where language is null", 3, PATIENCE).await?;
    stack.sql(SHUT).await?;
    stack.sql(OPEN).await?;
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(post(5)?.await?.status(), 200);
    stack.settle("select count(*) from work_item where language = 'zh'", 2, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from work_item").await?, 5, "one piece of work a mail, none of the bot's");
    stack.finish().await
}

fn taught() -> Vec<Value> {
    let things = ["kettle", "lamp", "chair", "phone case", "blue shirt", "bag", "clock", "mirror"];
    let mut all = Vec::new();
    for thing in things {
        all.push(json!({ "intent": "refund", "text": format!("please refund the {thing} I sent back") }));
        all.push(json!({ "intent": "refund", "text": format!("I want my money back for the {thing}") }));
        all.push(json!({ "intent": "tracking", "text": format!("where is the {thing} I ordered") }));
        all.push(json!({ "intent": "tracking", "text": format!("when will my {thing} arrive") }));
        all.push(json!({ "intent": "oos", "text": format!("sing me a song of a {thing}") }));
        all.push(json!({ "intent": "warranty", "text": format!("is the {thing} still under guarantee") }));
    }
    all
}

/// Trains the next version and waits for it.
async fn trained(stack: &Stack, ada: &Agent) -> Result<i64> {
    let begun = ada.query(TRAIN, json!({})).await?["intentModelTrain"].clone();
    let version = begun["intentModel"]["version"].as_i64().with_context(|| begun.to_string())?;
    stack.settle("select count(*) from intent_model where state = 'training'", 0, PATIENCE * 4).await?;
    let models = ada.query(MODELS, json!({})).await?;
    let newest = &models["intentModels"][0];
    assert_eq!((&newest["version"], &newest["state"]), (&json!(version), &json!("trained")), "{newest}");
    assert_eq!((&newest["progress"], &newest["usable"]), (&json!(100), &json!(true)), "{newest}");
    ensure!(newest["evaluation"]["accuracy"].as_f64() > Some(0.6), "{newest}");
    ensure!(newest["evaluation"]["heldOut"].as_i64() >= Some(4), "{newest}");
    ensure!(newest["evaluation"]["outOfScopeRecall"].is_number(), "{newest}");
    Ok(version)
}

async fn activate(ada: &Agent, version: i64) -> Result<()> {
    let done = ada.query(ACTIVATE, json!({ "v": version })).await?["intentModelActivate"].clone();
    ensure!(
        done["intentModel"]["state"] == "active" && done["intentModel"]["activatedBy"]["name"] == "Ada Novak",
        "{done}"
    );
    Ok(())
}

/// Examples of one intent alone, and examples twice, are refused with the reason.
async fn bad_data_is_refused(ada: &Agent) -> Result<()> {
    let add = async |examples: Value| -> Result<Value> {
        Ok(ada.query(ADD, json!({ "e": examples })).await?["intentExamplesAdd"].clone())
    };
    let none = ada.query(TRAIN, json!({})).await?["intentModelTrain"].clone();
    assert_eq!(none["userErrors"][0]["message"], "there are no labelled examples with text");
    let twice = json!([{ "intent": "refund", "text": "Money back!" }, { "intent": "refund", "text": "money  back" }]);
    let refused = add(twice).await?["userErrors"][0].clone();
    assert_eq!(
        (&refused["field"], &refused["message"]),
        (&json!("examples.1.text"), &json!("example 2: it repeats example 1"))
    );
    let first = json!([{ "intent": "refund", "text": "money back" }, { "intent": "refund", "text": "pay me back please" },
        { "intent": "refund", "text": "I would like to have it refunded" }]);
    assert_eq!(add(first).await?["examples"], 3);
    let again = add(json!([{ "intent": "tracking", "text": "Money back" }])).await?["userErrors"][0].clone();
    assert_eq!(again["message"], "example 1: this text is an example of refund already");
    let one = ada.query(TRAIN, json!({})).await?["intentModelTrain"].clone();
    assert_eq!(
        one["userErrors"][0]["message"],
        "all examples have the label \"refund\": at least two labels are needed"
    );
    let unnamed = add(json!([{ "intent": "Two words", "text": "x y" }])).await?["userErrors"][0].clone();
    assert_eq!(unnamed["field"], "examples.0.intent");
    Ok(())
}

/// An agent says what it is really about; the next version has learned it.
async fn corrections_teach(stack: &Stack, ada: &Agent, ida: &Writer) -> Result<()> {
    let ana = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let odd = "the gizmo hums, will you swap it, card 4111 1111 1111 1111";
    ida.says(stack, "wamid.t3", odd).await?;
    let all = messages(&ana, &conversation(&ana).await?).await?;
    let item = all.iter().find(|item| item["text"] == odd).context("the message")?["id"].clone();
    ensure!(newest(&ana).await?["intent"]["name"] != "warranty", "nobody has taught it");
    let correct = async |input: Value| -> Result<Value> {
        Ok(ana.query(CORRECT, json!({ "i": input })).await?["intentCorrect"].clone())
    };
    let unknown = correct(json!({ "itemId": item, "intent": "repairs" })).await?;
    assert_eq!(unknown["userErrors"][0]["code"], "NOT_FOUND", "{unknown}");
    let done = correct(json!({ "itemId": item, "intent": "warranty", "language": "en" })).await?;
    let understood = &done["item"]["understanding"];
    assert_eq!((&understood["intent"]["name"], &understood["corrected"]), (&json!("warranty"), &json!(true)), "{done}");
    assert_eq!(stack.count("select count(*) from audit_entry where action = 'understanding_corrected'").await?, 1);
    let learned = stack.texts("select label || ': ' || text from intent_example where source = 'corrected'").await?;
    ensure!(
        learned.len() == 1 && learned[0].starts_with("warranty: the gizmo hums") && !learned[0].contains("4111 1111"),
        "{learned:?}"
    );
    // A second opinion on the same message replaces the first.
    correct(json!({ "itemId": item, "intent": "tracking" })).await?;
    correct(json!({ "itemId": item, "intent": "warranty" })).await?;
    assert_eq!(stack.count("select count(*) from intent_example where source = 'corrected'").await?, 1);
    let seen = ana.query("{ intents { name examples corrected } }", json!({})).await?;
    let warranty = seen["intents"].as_array().context("intents")?.iter().find(|one| one["name"] == "warranty").cloned();
    assert_eq!(warranty, Some(json!({ "name": "warranty", "examples": 9, "corrected": 1 })));
    let second = trained(stack, ada).await?;
    activate(ada, second).await?;
    ida.says(stack, "wamid.t4", "this gizmo hums, will you swap it").await?;
    let said = newest(&ana).await?;
    assert_eq!((&said["intent"]["name"], &said["modelVersion"]), (&json!("warranty"), &json!(second)), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn intents_are_learned_from_examples_and_corrections_and_stay_with_their_tenant() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    let bot = format!("{}/bot", stack.provider.url);
    let world = DemoWorld { provider_url: &stack.provider.url, bot_url: &bot };
    let second = seed_demo(&stack.app, "second", &world).await?;
    let account = second.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WhatsApp).context("whatsapp")?.1;
    let theirs = WhatsApp {
        url: meridian_store::accounts::webhook_url(&stack.base, ChannelKind::WhatsApp, account),
        app_secret: demo_secret("second", "whatsapp app_secret"),
        phone_number_id: "100200300".to_owned(),
    };
    bad_data_is_refused(&ada).await?;
    let added = ada.query(ADD, json!({ "e": taught() })).await?;
    assert_eq!(added["intentExamplesAdd"]["examples"], 51, "{added}");
    let early = ada.query(ACTIVATE, json!({ "v": 1 })).await?;
    assert_eq!(early["intentModelActivate"]["userErrors"][0]["code"], "NOT_FOUND");
    let first = trained(&stack, &ada).await?;
    let ida = Writer { whatsapp: stack.whatsapp()?, phone: "447700900802" };
    ida.says(&stack, "wamid.t1", "when will my sofa arrive?").await?;
    assert_eq!(newest(&ada).await?["modelVersion"], json!(null), "a version is used when it is activated");
    activate(&ada, first).await?;
    ida.says(&stack, "wamid.t2", "please refund the sofa I sent back").await?;
    let said = newest(&ada).await?;
    assert_eq!((&said["intent"]["name"], &said["modelVersion"]), (&json!("refund"), &json!(first)), "{said}");
    ensure!(said["intent"]["confidence"].as_f64() > Some(0.5), "{said}");

    corrections_teach(&stack, &ada, &ida).await?;
    activate(&ada, first).await?;
    ida.says(&stack, "wamid.t5", "when will my table arrive").await?;
    assert_eq!(newest(&ada).await?["modelVersion"], json!(first), "back to the earlier version");

    let stranger = Writer { whatsapp: theirs, phone: "447700900803" };
    stranger.says(&stack, "wamid.t6", "please refund the lamp I sent back").await?;
    let their_ada = Agent::sign_in(&stack.base, "second", "ada@second.example", &second.password).await?;
    let said = newest(&their_ada).await?;
    assert_eq!((&said["language"], &said["intent"], &said["modelVersion"]), (&json!("en"), &json!(null), &json!(null)));
    assert_eq!(
        their_ada.query("{ intents { name } intentModels { version } }", json!({})).await?,
        json!({ "intents": [], "intentModels": [] })
    );
    let retire = "mutation { intentModelRetire { intentModel { version } userErrors { code } } }";
    assert_eq!(ada.query(retire, json!({})).await?["intentModelRetire"]["userErrors"], json!([]));
    ida.says(&stack, "wamid.t7", "where is the chair I ordered").await?;
    assert_eq!(newest(&ada).await?["modelVersion"], json!(null), "no model is used any more");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_red_channel_listens_to_what_customers_say() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    let publish = "mutation($r: [RedRuleInput!]!) { redRulesPublish(input: { rules: $r }) {
        redRules { rules { name sentimentBelow intents } } userErrors { field message } } }";
    let wrong = ada.query(publish, json!({ "r": [{ "name": "x", "sentimentBelow": 0.5, "alert": true }] })).await?;
    assert_eq!(wrong["redRulesPublish"]["userErrors"][0]["field"], "rules.0.sentimentBelow", "{wrong}");
    let rules = json!([{ "name": "Very unhappy", "sentimentBelow": -0.5, "alert": true, "headStartMinutes": 30 }]);
    let done = ada.query(publish, json!({ "r": rules })).await?["redRulesPublish"].clone();
    let shown = json!([{ "name": "Very unhappy", "sentimentBelow": -0.5, "intents": [] }]);
    assert_eq!(done["redRules"]["rules"], shown, "{done}");
    let alerts = "select count(*) from alert where kind = 'red_channel' and text = 'Very unhappy'";
    let of_work = "select count(*) from alert where kind = 'red_channel' and work_item_id is not null";

    // While a bot talks nobody has the work: the floor hears of it.
    let reply = || Answer::Say(200, json!({ "actions": [{ "type": "message", "text": "One moment." }] }));
    stack.provider.plan("/bot", vec![reply(), reply(), reply()]);
    let bots = Writer { whatsapp: stack.whatsapp()?, phone: "447700900811" };
    bots.says(&stack, "wamid.r1", "Could you please tell me when my parcel arrives?").await?;
    assert_eq!(stack.count(alerts).await?, 0);
    let angry = "This is terrible, I have been waiting for two hours and nobody answers!";
    bots.says(&stack, "wamid.r2", angry).await?;
    assert_eq!(stack.count(alerts).await?, 1);
    bots.says(&stack, "wamid.r3", angry).await?;
    assert_eq!((stack.count(alerts).await?, stack.count(of_work).await?), (1, 0), "once is enough");

    // Somebody has the work: it is told once, with its work, which is marked.
    let mut people = both_sites(&stack).await?;
    let mail = async |id: &str, text: &str| -> Result<()> {
        let mail = format!(
            "Authentication-Results: mx.example; dmarc=pass header.from=example.org\r\nFrom: Nora <nora@example.org>\r\n\
             To: help@demo.example\r\nSubject: Kettle\r\nMessage-ID: <{id}@example.org>\r\n\r\n{text}\r\n"
        );
        let post =
            reqwest_client().post(stack.hook(ChannelKind::Email)?).bearer_auth(Stack::secret("email inbound_token"));
        ensure!(post.body(mail).send().await?.status() == 200);
        Ok(())
    };
    mail("r1", "Could you please tell me when my kettle arrives?").await?;
    accept_first(&mut people).await?;
    assert_eq!(stack.count(of_work).await?, 0);
    mail("r2", angry).await?;
    stack.settle(of_work, 1, PATIENCE).await?;
    let marked = "select count(*) from work_item where red_rule = 'Very unhappy' and head_start_seconds = 1800";
    assert_eq!(stack.count(marked).await?, 1);
    stack.finish().await
}
