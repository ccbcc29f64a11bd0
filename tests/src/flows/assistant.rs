//! A bot that Meridian runs itself: it answers from what is published for bots, hands over with a brief, and whatever its
//! endpoint does, a person has the conversation in time and nothing private leaves.

use super::{PATIENCE, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_app::setup::{Demo, DemoWorld, demo_secret, seed_demo};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{agent::Agent, customer::WhatsApp, provider::Recorded};
use meridian_testkit::{Endpoint, Reply, Stack, asked, found};
use serde_json::{Value, json};
use std::time::Duration;

const KEY: &str = "sk-of-the-endpoint";
/// A person has it within so long.
const SOON: Duration = Duration::from_secs(10);
const BRIEFS: &str = "select count(*) from handoff where brief_state = 'ready'";
const SENT: &str = "select count(*) from delivery where state = 'accepted'";
pub const DONE: &str = "select count(*) from bot_event where state <> 'pending'";

/// One workspace with an assistant as the bot of its channels.
pub struct Place<'a> {
    pub stack: &'a Stack,
    pub ada: Agent,
    pub bot: String,
    pub queues: Value,
    whatsapp: WhatsApp,
}

pub async fn place<'a>(stack: &'a Stack, demo: &Demo, url: &str, instructions: &str) -> Result<Place<'a>> {
    let login = format!("ada@{}.example", demo.workspace);
    let ada = Agent::sign_in(&stack.base, &demo.workspace, &login, &demo.password).await?;
    let queues = ada.query("{ queues { id name } }", json!({})).await?["queues"].take();
    let account = demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WhatsApp).context("whatsapp")?.1;
    let whatsapp = WhatsApp {
        url: meridian_store::accounts::webhook_url(&stack.base, ChannelKind::WhatsApp, account),
        app_secret: demo_secret(&demo.workspace, "whatsapp app_secret"),
        phone_number_id: "100200300".to_owned(),
    };
    let place = Place { stack, ada, bot: demo.bot.to_string(), queues, whatsapp };
    let saved = place.save(json!({ "url": url, "secret": KEY, "instructions": instructions })).await?;
    ensure!(saved["userErrors"] == json!([]) && saved["secret"].is_null(), "{saved}");
    Ok(place)
}

impl Place<'_> {
    /// The id of a queue.
    pub fn queue(&self, name: &str) -> Result<Value> {
        let found = self.queues.as_array().into_iter().flatten().find(|queue| queue["name"] == name);
        Ok(found.context("queue")?["id"].clone())
    }

    /// Saves the bot as an assistant, with some fields changed.
    pub async fn save(&self, changes: Value) -> Result<Value> {
        let save = "mutation($i: BotSaveInput!) { botSave(input: $i) { botId secret userErrors { field message } } }";
        let mut input = json!({ "botId": self.bot, "name": "Dory", "platform": "assistant", "model": "small",
                                "fallbackQueueId": self.queue("Support")? });
        for (name, value) in changes.as_object().context("changes")? {
            input[name] = value.clone();
        }
        Ok(self.ada.query(save, json!({ "i": input })).await?["botSave"].take())
    }

    /// Publishes an article.
    pub async fn publish(&self, audience: &[&str], title: &str, body: &str) -> Result<()> {
        let space = "mutation($n: String!) { knowledgeSpaceSave(input: { name: $n }) { space { id } } }";
        let space = self.ada.query(space, json!({ "n": title })).await?["knowledgeSpaceSave"]["space"]["id"].take();
        let save = "mutation($i: KnowledgeArticleSaveInput!) { knowledgeArticleSave(input: $i) { article { id } } }";
        let input = json!({ "knowledgeSpaceId": space, "audience": audience,
                            "text": { "language": "en", "title": title, "body": body } });
        let made = self.ada.query(save, json!({ "i": input })).await?;
        let input = json!({ "knowledgeArticleId": made["knowledgeArticleSave"]["article"]["id"], "language": "en", "revision": 1 });
        for step in ["Submit", "Publish"] {
            let document = format!(
                "mutation($i: KnowledgeRevisionInput!) {{ knowledgeRevision{step}(input: $i) {{ userErrors {{ message }} }} }}"
            );
            let done = self.ada.query(&document, json!({ "i": input })).await?;
            ensure!(done[format!("knowledgeRevision{step}")]["userErrors"] == json!([]), "{done}");
        }
        Ok(())
    }

    /// The customer writes.
    pub async fn write(&self, phone: &str, n: u32, text: &str) -> Result<()> {
        let message = self.whatsapp.text(phone, "Ida", &format!("wamid.{phone}.{n}"), text, unix());
        let client = reqwest_client();
        let mut status = self.whatsapp.post(&client, &message).await?;
        // A machine under load may answer 503; whoever posts comes again.
        while status == 503 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            status = self.whatsapp.post(&client, &message).await?;
        }
        ensure!(status == 200);
        Ok(())
    }

    /// The newest event of the bot's ledger.
    pub async fn newest_event(&self) -> Result<Value> {
        let look = "query($b: ID!) { botEvents(botId: $b, first: 1) { edges { node { kind state lastError
            calls { durationMs status promptTokens completionTokens problem tools { name outcome } } } } } }";
        Ok(self.ada.query(look, json!({ "b": self.bot })).await?["botEvents"]["edges"][0]["node"].take())
    }

    /// What people see of the newest conversation.
    pub async fn newest(&self) -> Result<Value> {
        let look = "{ conversations(view: OPEN, first: 1) { nodes { id owner queueId handoffs { brief }
            timeline(first: 20) { nodes { kind text body } } } } }";
        Ok(self.ada.query(look, json!({})).await?["conversations"]["nodes"][0].take())
    }
}

/// Nothing beyond what a scenario says.
fn silence(_: &Value) -> Reply {
    Reply::Say(String::new())
}

/// Waits until the endpoint was asked.
async fn thinks(endpoint: &Endpoint) -> Result<()> {
    let until = tokio::time::Instant::now() + PATIENCE;
    while endpoint.seen().is_empty() {
        ensure!(tokio::time::Instant::now() < until, "the endpoint was not asked");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assistant_answers_from_articles_and_hands_over_with_a_brief() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let endpoint = Endpoint::start(silence).await?;
    let at = place(&stack, &stack.demo, &endpoint.url, "Be kind. Invoices go to Billing.").await?;
    at.publish(&["BOT"], "Refunds", "Refunds take five working days.").await?;
    at.publish(&["AGENT"], "Refunds for friends", "Refunds of friends are doubled.").await?;

    // It searches and answers; what is private, and what is not for bots, stays here.
    endpoint.script(vec![
        Reply::call("search_knowledge", &json!({ "query": "refund time", "language": "en" })),
        Reply::Say("A refund takes five working days [K1].".to_owned()),
    ]);
    at.write("447700900501", 1, "How long does a refund to 4111 1111 1111 1111 take?").await?;
    stack.settle(SENT, 1, PATIENCE).await?;
    let sent = stack.provider.seen("/100200300/messages").pop().context("sent")?.json();
    assert_eq!(sent["text"]["body"], "A refund takes five working days.", "{sent}");
    let seen = at.newest().await?;
    let answer =
        &seen["timeline"]["nodes"].as_array().context("nodes")?.iter().find(|one| !one["body"]["sources"].is_null());
    let source = &answer.context("the answer names no source")?["body"]["sources"][0];
    assert_eq!((&source["title"], &source["revision"]), (&json!("Refunds"), &json!(1)), "{seen}");
    let asked_twice = endpoint.seen();
    assert_eq!(asked_twice.len(), 2);
    for request in &asked_twice {
        assert_eq!(request.path, "/v1/chat/completions");
        assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        let body = String::from_utf8_lossy(&request.body);
        ensure!(!body.contains("4111 1111") && !body.contains("doubled") && !body.contains("Ida"), "{body}");
    }
    let event = at.newest_event().await?;
    assert_eq!((&event["state"], event["calls"].as_array().map(Vec::len)), (&json!("DELIVERED"), Some(2)), "{event}");
    assert_eq!(event["calls"][0]["tools"], json!([{ "name": "search_knowledge", "outcome": "1 found" }]));
    assert_eq!((&event["calls"][1]["status"], &event["calls"][1]["promptTokens"]), (&json!(200), &json!(120)));

    // It hands over, to a queue that its instructions name.
    let arguments = json!({ "reason": "policy", "queue": "billing", "language": "en",
                            "summary": "The invoice of order 48213 is wrong" });
    endpoint.script(vec![Reply::call("hand_off", &arguments)]);
    at.write("447700900501", 2, "The invoice of order 48213 is wrong").await?;
    stack.settle(BRIEFS, 1, PATIENCE).await?;
    let seen = at.newest().await?;
    let brief = &seen["handoffs"][0]["brief"];
    assert_eq!((&seen["owner"], &brief["reason"]), (&json!("QUEUE"), &json!("policy")), "{seen}");
    assert_eq!(brief["bot_summary"], "The invoice of order 48213 is wrong");
    ensure!(brief.to_string().contains("48213"), "{brief}");
    let queued = stack
        .texts("select 'que_' || replace(queue_id::text, '-', '') from work_item where state in ('queued', 'offered')");
    assert_eq!(json!(queued.await?[0]), at.queue("Billing")?);

    // Who asks for a person gets one; the endpoint is not asked.
    let before = endpoint.seen().len();
    at.write("447700900502", 1, "Can I talk to a person?").await?;
    stack.settle(BRIEFS, 2, PATIENCE).await?;
    assert_eq!(endpoint.seen().len(), before);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_its_endpoint_does_a_person_is_there_within_ten_seconds() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let endpoint = Endpoint::start(silence).await?;
    let at = place(&stack, &stack.demo, &endpoint.url, "Be kind.").await?;
    let hello = || Reply::Say("Hello, what can I do?".to_owned());
    // A passing fault is tried once more.
    endpoint.script(vec![Reply::Status(429), hello()]);
    at.write("447700900510", 1, "hello").await?;
    stack.settle(SENT, 1, SOON).await?;
    let calls = at.newest_event().await?["calls"].take();
    assert_eq!((&calls[0]["status"], &calls[1]["status"]), (&json!(429), &json!(200)), "{calls}");

    let search = || Reply::call("search_knowledge", &json!({ "query": "x" }));
    let late = Reply::Late(Duration::from_secs(12), Box::new(hello()));
    let cases = [
        (vec![Reply::Status(500), Reply::Status(503)], "the model answered HTTP 503"),
        (vec![Reply::Status(401)], "the model answered HTTP 401"),
        (vec![Reply::Raw("<html>".to_owned()), Reply::Raw("<html>".to_owned())], "the model's answer is not JSON"),
        (vec![Reply::Raw("[]".to_owned())], "the endpoint's answer has no message"),
        (vec![Reply::Say("  ".to_owned())], "the model's answer is empty"),
        (vec![Reply::Say("word ".repeat(1000))], "the model's answer has more than 2,000 characters"),
        (vec![Reply::Message(json!({ "refusal": "no", "content": null }))], "the model refused to answer"),
        (vec![search(), search(), search(), search()], "the model came to no answer in 4 rounds"),
        (vec![late], "the model took too long"),
    ];
    for (n, (script, problem)) in (0_u32..).zip(cases) {
        endpoint.script(script);
        let phone = format!("4477009005{}", 20 + n);
        at.write(&phone, 1, "My parcel 77120 is lost").await?;
        stack.settle(BRIEFS, i64::from(n) + 1, SOON).await.with_context(|| problem.to_owned())?;
        let seen = at.newest().await?;
        ensure!(seen["owner"] == "QUEUE" && seen["handoffs"][0]["brief"].to_string().contains("77120"), "{seen}");
        let failed = "select last_error from bot_event where state = 'failed' order by id desc limit 1";
        assert_eq!(stack.texts(failed).await?, [problem]);
    }
    assert_eq!(stack.count(SENT).await?, 1, "nothing of all that was sent");

    // The endpoint is gone for good.
    drop(endpoint);
    at.write("447700900540", 1, "Are you there?").await?;
    stack.settle(BRIEFS, 10, SOON).await?;
    // The doubles that were late come to nothing.
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_after_people_took_over_is_recorded_and_not_sent() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let late = |_: &Value| Reply::Late(Duration::from_secs(3), Box::new(Reply::Say("Here I am".to_owned())));
    let endpoint = Endpoint::start(late).await?;
    let at = place(&stack, &stack.demo, &endpoint.url, "Be kind.").await?;
    let people = super::both_sites(&stack).await?;
    at.write("447700900550", 1, "hello").await?;
    thinks(&endpoint).await?;
    let seen = at.newest().await?;
    let take =
        "mutation($c: ID!) { conversationTakeFromBot(input: { conversationId: $c }) { userErrors { message } } }";
    let taken = people[0].0.query(take, json!({ "c": seen["id"] })).await?;
    assert_eq!(taken["conversationTakeFromBot"]["userErrors"], json!([]));
    let stale =
        "select count(*) from timeline_item t join item_content c on c.tenant_id = t.tenant_id and c.item_id = t.id
                 where t.kind = 'notice' and c.body->>'type' = 'stale_bot_answer'";
    stack.settle(stale, 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from delivery").await?, 0);
    // Given back while the customer waits, it answers.
    let back = "mutation($c: ID!) { conversationReturnToBot(input: { conversationId: $c, note: \"yours\" }) { userErrors { message } } }";
    let done = people[0].0.query(back, json!({ "c": seen["id"] })).await?;
    assert_eq!(done["conversationReturnToBot"]["userErrors"], json!([]));
    stack.settle(SENT, 1, PATIENCE).await?;
    drop(people);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_in_a_row_are_answered_together_and_in_order() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    // It says what it was asked, and takes its time.
    let echo = |question: &Value| {
        Reply::Late(Duration::from_millis(700), Box::new(Reply::Say(format!("You said {}", asked(question).len()))))
    };
    let endpoint = Endpoint::start(echo).await?;
    let at = place(&stack, &stack.demo, &endpoint.url, "Be kind.").await?;
    at.write("447700900560", 1, "one").await?;
    thinks(&endpoint).await?;
    at.write("447700900560", 2, "and two").await?;
    at.write("447700900560", 3, "and then three").await?;
    stack.settle(DONE, 3, PATIENCE).await?;
    stack.settle(SENT, 2, PATIENCE).await?;
    let requests = stack.provider.seen("/100200300/messages");
    let sent: Vec<Value> = requests.iter().map(Recorded::json).collect();
    let length = |words: &str| words.len() + "<customer></customer>".len();
    assert_eq!(sent[0]["text"]["body"], format!("You said {}", length("one")), "{sent:?}");
    assert_eq!(sent[1]["text"]["body"], format!("You said {}", length("and then three")), "{sent:?}");
    // The same event twice changes nothing.
    stack
        .sql(
            "insert into outbox (tenant_id, lane, queue, payload, due_at) select tenant_id, 0, 'bot.0',
        jsonb_build_object('job', 'bot_event', 'event', id), now() from bot_event",
        )
        .await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((endpoint.seen().len(), stack.count(SENT).await?), (2, 2));
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn assistants_of_two_tenants_never_meet() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    // It repeats whatever a search gives.
    let parrot = |question: &Value| match found(question).pop() {
        None => Reply::call("search_knowledge", &json!({ "query": "refunds Zinnia Marigold" })),
        Some(articles) => {
            let articles: Value = serde_json::from_str(&articles).unwrap_or_default();
            Reply::Say(
                articles["articles"].as_array().into_iter().flatten().map(|one| one["text"].to_string()).collect(),
            )
        }
    };
    let (first, second) = (Endpoint::start(parrot).await?, Endpoint::start(parrot).await?);
    let url = format!("{}/bot", stack.provider.url);
    let world = DemoWorld { provider_url: &stack.provider.url, bot_url: &url };
    let demo = seed_demo(&stack.app, "other", &world).await?;
    let (one, two) = (
        place(&stack, &stack.demo, &first.url, "The house of Zinnia.").await?,
        place(&stack, &demo, &second.url, "The house of Marigold.").await?,
    );
    one.publish(&["BOT"], "Refunds", "Zinnia refunds at once.").await?;
    two.publish(&["BOT"], "Refunds", "Marigold refunds never.").await?;
    for (n, at) in [&one, &two].into_iter().enumerate() {
        at.write("447700900570", 1, "Tell me of refunds").await?;
        stack.settle(SENT, n as i64 + 1, PATIENCE).await?;
    }
    let all = |endpoint: &Endpoint| -> String {
        endpoint.seen().iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect()
    };
    let (of_one, of_two) = (all(&first), all(&second));
    ensure!(of_one.contains("Zinnia refunds") && of_two.contains("Marigold refunds"), "each finds its own");
    ensure!(!of_one.contains("Marigold refunds") && !of_one.contains("house of Marigold"), "{of_one}");
    ensure!(!of_two.contains("Zinnia refunds") && !of_two.contains("house of Zinnia"), "{of_two}");
    // Neither sees the other's bot, nor its ledger.
    let look = "query($b: ID!) { botEvents(botId: $b) { edges { node { id } } } }";
    let seen = two.ada.query(look, json!({ "b": one.bot })).await?;
    assert_eq!(seen["botEvents"]["edges"], json!([]));
    let taken = two.save(json!({ "botId": one.bot, "url": second.url })).await?;
    assert_eq!(taken["userErrors"][0]["message"], "no such bot", "{taken}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_set_up_of_an_assistant_says_what_is_wrong_and_keeps_its_key() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (endpoint, elsewhere) = (Endpoint::start(silence).await?, Endpoint::start(silence).await?);
    let at = place(&stack, &stack.demo, &endpoint.url, "Be kind.").await?;
    let wrong = async |changes: Value, field: &str, part: &str| -> Result<()> {
        let saved = at.save(changes).await?;
        let error = &saved["userErrors"][0];
        ensure!(error["message"].as_str().is_some_and(|text| text.contains(part)), "{saved}");
        ensure!(error["field"].to_string().contains(field), "{saved}");
        Ok(())
    };
    wrong(json!({ "url": "", "secret": KEY }), "url", "like https://api.example.com/v1").await?;
    wrong(json!({ "url": "http://10.0.0.8/v1", "secret": KEY }), "url", "the address is private").await?;
    wrong(json!({ "url": "http://169.254.169.254/latest", "secret": KEY }), "url", "the address is private").await?;
    wrong(json!({ "url": endpoint.url, "model": " " }), "model", "1 to 200 characters").await?;
    wrong(json!({ "url": endpoint.url, "secret": "two\nlines" }), "secret", "without spaces").await?;
    wrong(json!({ "url": endpoint.url, "instructions": "x".repeat(8001) }), "instructions", "8,000").await?;
    wrong(json!({ "url": elsewhere.url }), "secret", "give the key for it").await?;
    wrong(json!({ "url": "", "platform": "native", "instructions": "x" }), "model", "leave them out").await?;
    // Its key is never shown, and no door is open for it.
    let look = "{ bots { id platform url callUrl model instructions } }";
    let seen = at.ada.query(look, json!({})).await?["bots"][0].take();
    assert_eq!((&seen["model"], &seen["callUrl"]), (&json!("small"), &json!("")), "{seen}");
    ensure!(!seen.to_string().contains(KEY), "{seen}");
    let http = reqwest_client();
    for door in ["handoff", "assistant"] {
        let post =
            http.post(format!("{}/bots/{}/{door}", stack.base, at.bot)).bearer_auth(KEY).body("{}").send().await?;
        assert_eq!(post.status(), 404, "{door}");
    }
    let rotate = "mutation($b: ID!) { botRotateSecret(input: { botId: $b }) { secret userErrors { message } } }";
    let rotated = at.ada.query(rotate, json!({ "b": at.bot })).await?["botRotateSecret"].take();
    ensure!(rotated["secret"].is_null() && rotated["userErrors"][0]["message"].is_string(), "{rotated}");
    // Moved to another use, the key is not what signs.
    let moved =
        at.save(json!({ "platform": "native", "model": "", "url": format!("{}/bot", stack.provider.url) })).await?;
    ensure!(moved["secret"].as_str().is_some_and(|text| text.starts_with("whsec_")), "{moved}");
    stack.finish().await
}
