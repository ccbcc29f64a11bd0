//! An administrator plays a customer with a bot: everything is shown, nothing of it becomes a conversation, and what was
//! played is played again as a check.

use super::ada;
use anyhow::{Context, Result, ensure};
use meridian_app::setup::{DemoWorld, seed_demo};
use meridian_lab::{
    agent::Agent,
    customer,
    provider::{Answer, Recorded, answer_each},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};

const TURNS: &str = "id control busy buttons { payload } dialogue replay { eventCount playedCount differingCount done }
    turns { number cause text control unread differs event { webhookId kind body } response { status durationMs body error }
      calls { status } actions { performed problem text buttons { title } handoff { queueName brief request } }
      takeover { reason afterSeconds handoff { queueName brief } } }";
/// What a test must leave alone.
const APART: &str =
    "select (select count(*) from customer) + (select count(*) from party) + (select count(*) from conversation)
    + (select count(*) from session) + (select count(*) from timeline_item) + (select count(*) from work_item)
    + (select count(*) from handoff) + (select count(*) from bot_event) + (select count(*) from delivery)
    + (select count(*) from work_item_event) + (select count(*) from webhook_event)";

/// A bot that does as its customer says.
struct Bot {
    url: String,
    seen: Arc<Mutex<Vec<Recorded>>>,
    greeting: Arc<Mutex<String>>,
    task: JoinHandle<()>,
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answer(request: &Recorded, greeting: &str) -> (Duration, Answer) {
    let data = request.json()["data"].take();
    let message = &data["message"];
    let text = message["text"].as_str().or_else(|| message["choice"]["title"].as_str()).unwrap_or_default();
    let say = |text: String| json!({ "actions": [{ "type": "message", "text": text, "buttons": ["Yes", "No"] }] });
    let over = json!({ "actions": [{ "type": "handoff", "reason": { "code": "policy" }, "slots": { "order": "48213" },
                                     "target": { "queue": "Billing" }, "context": { "step": 7 } }] });
    let odd = json!({ "actions": [{ "type": "dance" }, { "type": "message", "text": "still here" }] });
    match text {
        "" if data["note"].is_string() => (Duration::ZERO, Answer::Say(200, say(format!("noted {}", data["note"])))),
        "" => (Duration::ZERO, Answer::Say(200, json!({}))),
        "refund" => (Duration::ZERO, Answer::Say(200, over)),
        "odd" => (Duration::ZERO, Answer::Say(200, odd)),
        "page" => (Duration::ZERO, Answer::File("text/html", b"<html>sorry</html>".to_vec())),
        "down" => (Duration::ZERO, Answer::Say(500, json!({ "trace": "oops" }))),
        "slow" => (Duration::from_millis(1_500), Answer::Say(200, say("late".to_owned()))),
        "never" => (Duration::from_secs(7), Answer::Say(200, say("much too late".to_owned()))),
        _ => (Duration::ZERO, Answer::Say(200, say(format!("{greeting} {text}")))),
    }
}

impl Bot {
    async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/tested", listener.local_addr()?);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let greeting = Arc::new(Mutex::new("Hello".to_owned()));
        let (heard, words) = (Arc::clone(&seen), Arc::clone(&greeting));
        let task = tokio::spawn(async move {
            let respond = move |request: &Recorded| {
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
                answer(request, &words.lock().unwrap_or_else(PoisonError::into_inner))
            };
            let _ = answer_each(listener, respond).await;
        });
        Ok(Self { url, seen, greeting, task })
    }

    fn seen(&self) -> Vec<Recorded> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn greets(&self, words: &str) {
        words.clone_into(&mut self.greeting.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

async fn mutate(who: &Agent, name: &str, input: Value) -> Result<Value> {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let text = format!(
        "mutation($i: {kind}!) {{ {name}(input: $i) {{ botTest {{ {TURNS} }} userErrors {{ code message field }} }} }}"
    );
    Ok(who.query(&text, json!({ "i": input })).await?[name].take())
}

/// The test as it stands then; nothing may be refused.
async fn does(who: &Agent, name: &str, input: Value) -> Result<Value> {
    let mut done = mutate(who, name, input).await?;
    ensure!(done["userErrors"] == json!([]), "{name}: {done}");
    Ok(done["botTest"].take())
}

async fn refused(who: &Agent, name: &str, input: Value) -> Result<(String, Value)> {
    let done = mutate(who, name, input).await?;
    let error = &done["userErrors"][0];
    Ok((error["message"].as_str().with_context(|| done.to_string())?.to_owned(), error["field"].clone()))
}

async fn save(who: &Agent, name: &str, url: &str) -> Result<(String, String)> {
    let save = "mutation($i: BotSaveInput!) { botSave(input: $i) { botId secret userErrors { message } } }";
    let queues = who.query("{ queues { id name } }", json!({})).await?["queues"].take();
    let queue = queues.as_array().into_iter().flatten().find(|queue| queue["name"] == "Support").context("queue")?;
    let input = json!({ "name": name, "url": url, "silenceSeconds": 6, "fallbackQueueId": queue["id"] });
    let saved = who.query(save, json!({ "i": input })).await?;
    let text = |name: &str| saved["botSave"][name].as_str().map(str::to_owned).with_context(|| saved.to_string());
    Ok((text("botId")?, text("secret")?))
}

async fn start(who: &Agent, bot: &str) -> Result<String> {
    let begun = does(who, "botTestStart", json!({ "botId": bot, "language": "de" })).await?;
    Ok(begun["id"].as_str().context("id")?.to_owned())
}

async fn say(who: &Agent, test: &str, text: &str) -> Result<Value> {
    does(who, "botTestSay", json!({ "botTestId": test, "text": text })).await
}

fn last(test: &Value) -> &Value {
    test["turns"].as_array().and_then(|turns| turns.last()).unwrap_or(&Value::Null)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_is_played_with_and_nothing_of_it_is_a_conversation() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ada, kind) = (ada(&stack).await?, Bot::start().await?);
    let (bot, secret) = save(&ada, "Tested", &kind.url).await?;
    let before = stack.count(APART).await?;
    let id = start(&ada, &bot).await?;

    let test = say(&ada, &id, "kettle").await?;
    let turn = last(&test);
    assert_eq!((&turn["control"], &turn["response"]["status"]), (&json!("BOT"), &json!(200)), "{turn}");
    assert_eq!(turn["actions"][0]["text"], "Hello kettle");
    let post = kind.seen().pop().context("post")?;
    let header = |name: &str| post.header(name).unwrap_or_default().to_owned();
    let body = String::from_utf8(post.body.clone())?;
    let signed =
        customer::standard_webhook(&secret, &header("webhook-id"), header("webhook-timestamp").parse()?, &body)?;
    ensure!(signed.iter().any(|(_, value)| *value == header("webhook-signature")), "signed with the bot's secret");
    assert_eq!((&turn["event"]["body"], &turn["event"]["webhookId"]), (&json!(body), &json!(header("webhook-id"))));
    let told = post.json();
    assert_eq!((&told["sequence"], &told["data"]["customer"]["locale"]), (&json!(1), &json!("de")), "{told}");

    let test = does(&ada, "botTestSay", json!({ "botTestId": id, "payload": "Yes" })).await?;
    assert_eq!(last(&test)["cause"], "PRESSED");
    assert_eq!(kind.seen().pop().context("post")?.json()["data"]["message"]["choice"]["payload"], "Yes");
    let (why, field) = refused(&ada, "botTestSay", json!({ "botTestId": id, "payload": "Maybe" })).await?;
    ensure!(why.starts_with("no such button") && field == "payload", "{why} {field}");

    // What nobody understands is named; a hand-off shows its brief and queue, and people are not the bot's any more.
    let test = say(&ada, &id, "odd").await?;
    ensure!(last(&test)["unread"].as_str().is_some_and(|text| text.contains("unknown variant `dance`")), "{test}");
    let test = say(&ada, &id, "refund").await?;
    let handed = &last(&test)["actions"][0]["handoff"];
    assert_eq!((&test["control"], &handed["queueName"]), (&json!("QUEUE"), &json!("Billing")), "{test}");
    ensure!(handed["brief"]["facts"].to_string().contains("48213"), "{handed}");
    let posts = kind.seen().len();
    say(&ada, &id, "hello?").await?;
    assert_eq!(kind.seen().len(), posts, "people have it: the bot is not told");
    let give = json!({ "botTestId": id, "happening": "AGENT_RETURNS", "note": "paid" });
    let test = does(&ada, "botTestHappen", give).await?;
    assert_eq!(test["control"], "BOT");
    let told: Vec<Value> = kind.seen().into_iter().skip(posts).map(|post| post.json()).collect();
    assert_eq!((&told[0]["type"], &told[1]["type"]), (&json!("handoff.accepted"), &json!("session.returned")));
    assert_eq!((&told[1]["data"]["context"]["step"], &told[1]["data"]["note"]), (&json!(7), &json!("paid")));
    ensure!(told[1]["session"].as_str().is_some_and(|name| name.starts_with("ses_")), "{told:?}");

    // A call with its session opens nothing.
    let request = json!({ "session": told[1]["session"], "slots": { "a": 1 } }).to_string();
    let mut post = super::main_job::reqwest_client().post(format!("{}/bots/{bot}/handoff", stack.base));
    for (name, value) in customer::standard_webhook(&secret, "call-1", super::unix(), &request)? {
        post = post.header(name, value);
    }
    assert_eq!(post.body(request).send().await?.status().as_u16(), 422);
    let test = does(&ada, "botTestHappen", json!({ "botTestId": id, "happening": "CONVERSATION_ENDS" })).await?;
    assert_eq!((&test["control"], &last(&test)["event"]["kind"]), (&json!("ENDED"), &json!("session.closed")));
    ensure!(refused(&ada, "botTestSay", json!({ "botTestId": id, "text": "hi" })).await?.0.contains("has ended"));
    assert_eq!(stack.count(APART).await?, before);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_in_trouble_loses_the_test_and_tests_are_bounded() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ada, kind) = (ada(&stack).await?, Bot::start().await?);
    let (bot, _) = save(&ada, "Tested", &kind.url).await?;
    for (text, reason, seconds, error) in [
        ("down", "bot_failed", 0, "provider_down: HTTP 500"),
        ("never", "bot_failed", 0, "ambiguous: the answer was lost"),
        ("page", "bot_unresponsive", 6, ""),
        ("a person please", "requested", 3, ""),
    ] {
        let id = start(&ada, &bot).await?;
        let test = say(&ada, &id, text).await?;
        let turn = &test["turns"][0];
        assert_eq!((&turn["takeover"]["reason"], &turn["takeover"]["afterSeconds"]), (&json!(reason), &json!(seconds)));
        assert_eq!(
            (&test["control"], turn["response"]["error"].as_str().unwrap_or_default()),
            (&json!("QUEUE"), error)
        );
        // Whoever took the message is told that people took over.
        assert_eq!(test["turns"].as_array().map(Vec::len), Some(if error.is_empty() { 2 } else { 1 }), "{test}");
    }
    stack.sql("update bot set silence_seconds = 1 where name = 'Tested'").await?;
    let id = start(&ada, &bot).await?;
    let test = say(&ada, &id, "slow").await?;
    let turn = &test["turns"][0];
    assert_eq!(turn["takeover"]["reason"], "bot_unresponsive");
    ensure!(turn["actions"][0]["problem"].as_str().is_some_and(|why| why.starts_with("too late")), "{turn}");

    // Two at once do not interleave.
    let id = start(&ada, &bot).await?;
    let input = |text: &str| json!({ "botTestId": id, "text": text });
    let (one, two) = tokio::join!(mutate(&ada, "botTestSay", input("slow")), mutate(&ada, "botTestSay", input("slow")));
    let errors: Vec<Value> = [one?, two?].iter().map(|done| done["userErrors"][0]["message"].clone()).collect();
    let busy = json!("the bot is being told something: wait for its answer");
    ensure!(errors.contains(&busy) && errors.contains(&Value::Null), "{errors:?}");

    // No address, no test; nobody but administrators; private addresses as for live traffic.
    let (stream, _) = save(&ada, "Reader", "").await?;
    let (why, field) = refused(&ada, "botTestStart", json!({ "botId": stream })).await?;
    ensure!(why.contains("/widget/demo") && field == "botId", "{why}");
    let (private, _) = save(&ada, "Private", "http://10.1.2.3/").await?;
    let id = start(&ada, &private).await?;
    let test = say(&ada, &id, "hello").await?;
    ensure!(
        test["turns"][0]["response"]["error"].as_str().is_some_and(|why| why.contains("the address is private")),
        "{test}"
    );
    let mei = Agent::sign_in(&stack.base, "demo", "mei@demo.example", &stack.demo.password).await?;
    let forbidden = mei.query("query($b: ID!) { botTests(botId: $b) { id } }", json!({ "b": bot })).await;
    ensure!(forbidden.is_err_and(|error| error.to_string().contains("setup:write")));
    stack.sql("update bot_test set events = 120, minute = date_trunc('minute', clock_timestamp())").await?;
    ensure!(refused(&ada, "botTestStart", json!({ "botId": bot })).await?.0.contains("120 events in a minute"));
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_played_is_played_again_and_a_changed_answer_is_found() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ada, kind) = (ada(&stack).await?, Bot::start().await?);
    let (bot, _) = save(&ada, "Tested", &kind.url).await?;
    let id = start(&ada, &bot).await?;
    say(&ada, &id, "kettle").await?;
    let test = say(&ada, &id, "refund").await?;
    let dialogue = test["dialogue"].as_str().context("dialogue")?.to_owned();
    assert_eq!(dialogue.lines().count(), 2);

    let again = does(&ada, "botTestReplay", json!({ "botId": bot, "botTestId": id })).await?;
    let wanted = json!({ "eventCount": 2, "playedCount": 2, "differingCount": 0, "done": true });
    assert_eq!(again["replay"], wanted, "{again}");
    kind.greets("Good day");
    let again = does(&ada, "botTestReplay", json!({ "botId": bot, "dialogue": dialogue })).await?;
    assert_eq!(again["replay"]["differingCount"], 1);
    assert_eq!((&again["turns"][0]["differs"], &again["turns"][1]["differs"]), (&json!(true), &json!(false)));
    let by_hand = json!({ "botTestId": again["id"], "text": "hi" });
    ensure!(refused(&ada, "botTestSay", by_hand).await?.0.contains("plays a recorded dialogue"));

    // It stops where the bot takes nothing, and goes on from where a part ended.
    let down = dialogue.replacen("kettle", "down", 1);
    let stopped = does(&ada, "botTestReplay", json!({ "botId": bot, "dialogue": down })).await?;
    let wanted = json!({ "eventCount": 2, "playedCount": 1, "differingCount": 1, "done": true });
    assert_eq!(stopped["replay"], wanted);
    let line = dialogue.lines().next().context("line")?;
    let slow = format!("{}\n", line.replacen("kettle", "slow", 1)).repeat(8);
    let part = does(&ada, "botTestReplay", json!({ "botId": bot, "dialogue": slow })).await?;
    assert_eq!(part["replay"]["done"], false, "{}", part["replay"]);
    let whole = does(&ada, "botTestReplayContinue", json!({ "botTestId": part["id"] })).await?;
    assert_eq!((&whole["replay"]["done"], &whole["replay"]["playedCount"]), (&json!(true), &json!(8)));

    for (text, told) in [("", "holds no dialogue"), ("{}", "line 1: missing field")] {
        let (why, field) = refused(&ada, "botTestReplay", json!({ "botId": bot, "dialogue": text })).await?;
        ensure!(why.contains(told) && field == "dialogue", "{why}");
    }
    let long = format!("{line}\n").repeat(101);
    ensure!(refused(&ada, "botTestReplay", json!({ "botId": bot, "dialogue": long })).await?.0.contains("100 events"));

    // Another tenant has nothing of it, and after a day nobody has.
    let world = DemoWorld { provider_url: &stack.provider.url, bot_url: &kind.url };
    let second = seed_demo(&stack.app, "second", &world).await?;
    let stranger = Agent::sign_in(&stack.base, "second", "ada@second.example", &second.password).await?;
    let look = "query($t: ID!) { botTest(botTestId: $t) { id } }";
    assert_eq!(stranger.query(look, json!({ "t": id })).await?["botTest"], Value::Null);
    let theirs = refused(&stranger, "botTestSay", json!({ "botTestId": id, "text": "hi" })).await?;
    assert_eq!(theirs.0, "no such test");
    stack.sql("update bot_test set created_at = now() - interval '25 hours'").await?;
    stack.settle("select count(*) from bot_test", 0, Duration::from_secs(20)).await?;
    stack.finish().await
}
