//! Bots on platforms of others: their posts build the timeline, a hand-off puts the conversation in a queue with a brief.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::platform::BotPlatform;
use meridian_lab::{
    agent::Agent,
    platforms::{self, Dialogue, PROBLEM},
    reqwest,
    senders::Signed,
};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const SECRET: &str = "a-secret-of-the-platform";
const SAVE: &str = "mutation($i: BotSaveInput!) { botSave(input: $i) { botId secret userErrors { message } } }";

async fn admin(stack: &Stack) -> Result<Agent> {
    Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await
}

/// Registers a bot, or moves one to another platform; returns its id.
async fn register(ada: &Agent, bot: Option<&str>, platform: BotPlatform) -> Result<String> {
    let queues = ada.query("{ queues { id name } }", json!({})).await?;
    let input = json!({ "botId": bot, "name": "Outside", "platform": platform.code(), "secret": SECRET,
                        "url": "", "fallbackQueueId": queues["queues"][0]["id"] });
    let saved = ada.query(SAVE, json!({ "i": input })).await?;
    saved["botSave"]["botId"].as_str().map(str::to_owned).with_context(|| saved.to_string())
}

async fn posted(http: &reqwest::Client, post: &Signed) -> Result<(u16, Value)> {
    let mut request = http.post(&post.url);
    for (name, value) in &post.headers {
        request = request.header(*name, value);
    }
    let answer = request.body(post.body.clone()).send().await?;
    Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
}

const HANDOFFS: &str = "select count(*) from handoff where brief_state = 'ready'";
const QUEUED: &str = "select count(*) from work_item where state = 'queued'";

/// One dialogue, each call twice, a forged one between: exactly one hand-off comes of it.
async fn one(stack: &Stack, http: &reqwest::Client, bot: &str, dialogue: &Dialogue, n: i64) -> Result<()> {
    let platform = dialogue.platform;
    let url = format!("{}/bots/{bot}/{}", stack.base, platform.code());
    let post = |body: &Value, secret: &str| platforms::post(platform, &url, secret, unix(), body);
    for call in &dialogue.before {
        for _ in 0..2 {
            let (status, answer) = posted(http, &post(call, SECRET)?).await?;
            ensure!(status == 200, "{platform:?}: {status} {answer}");
        }
    }
    ensure!(stack.count("select count(*) from handoff").await? == n, "{platform:?} handed over too early");
    let (status, _) = posted(http, &post(&dialogue.handoff, "a-guess-at-the-secret")?).await?;
    ensure!(status == 401, "{platform:?}: a guessed secret is answered {status}");
    let (status, first) = posted(http, &post(&dialogue.handoff, SECRET)?).await?;
    ensure!(status == 200, "{platform:?}: {status} {first}");
    let (status, again) = posted(http, &post(&dialogue.handoff, SECRET)?).await?;
    ensure!(status == 200, "{platform:?} again: {status} {again}");
    if let Some((place, is_conversation)) = dialogue.told {
        let told = first.pointer(place).and_then(Value::as_str).with_context(|| format!("{platform:?}: {first}"))?;
        ensure!(!is_conversation || told.starts_with("cnv_"), "{platform:?} is told {told}");
        ensure!(again.pointer(place).and_then(Value::as_str) == Some(told), "{platform:?} is told two things");
    }
    stack.settle(HANDOFFS, n + 1, PATIENCE).await.with_context(|| format!("{platform:?}"))?;
    stack.settle(QUEUED, n + 1, PATIENCE).await.with_context(|| format!("{platform:?}"))
}

/// What people see of the newest conversation.
async fn newest(sam: &Agent) -> Result<Value> {
    let look = "{ conversations(view: OPEN, first: 1) { nodes { id owner handoffs { brief }
        timeline(first: 50) { nodes { kind text understanding { language } } } } } }";
    Ok(sam.query(look, json!({})).await?["conversations"]["nodes"][0].take())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bot_platform_hands_over_into_a_queue_with_a_brief() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, ada) = (reqwest_client(), admin(&stack).await?);
    let bot = register(&ada, None, BotPlatform::Chatwoot).await?;
    let nowhere = platforms::dialogues("s");
    let url = format!("{}/bots/{bot}/chatwoot", stack.base);
    let homeless = platforms::post(BotPlatform::Chatwoot, &url, SECRET, unix(), &nowhere[5].handoff)?;
    let (status, refused) = posted(&http, &homeless).await?;
    ensure!(
        status == 422 && refused["detail"].as_str().is_some_and(|d| d.contains("generic channel account")),
        "{refused}"
    );
    stack
        .sql("update channel_account set bot_id = (select id from bot where name = 'Outside') where kind = 'generic'")
        .await?;
    for n in 0..nowhere.len() {
        // A session of its own each: the same user on another platform would be the same person with open work.
        let dialogue = &platforms::dialogues(&format!("s{n}"))[n];
        register(&ada, Some(&bot), dialogue.platform).await?;
        one(&stack, &http, &bot, dialogue, n as i64).await?;
        let seen = newest(&ada).await?;
        let texts: Vec<&Value> = seen["timeline"]["nodes"].as_array().context("timeline")?.iter().collect();
        let said = texts.iter().filter(|item| item["kind"] == "message" && item["text"] == PROBLEM).count();
        let repeats = if dialogue.heard { dialogue.before.len().min(1) + usize::from(says_again(dialogue)) } else { 0 };
        ensure!(said == repeats, "{:?}: the customer's words stand {said} times: {seen}", dialogue.platform);
        for item in texts.iter().filter(|item| item["kind"] == "message" && item["text"] == PROBLEM) {
            ensure!(item["understanding"]["language"] == "en", "{:?}: not understood: {item}", dialogue.platform);
        }
        let brief = &seen["handoffs"][0]["brief"];
        ensure!(!dialogue.heard || brief["problem"]["text"] == PROBLEM, "{:?}: {brief}", dialogue.platform);
        ensure!(brief.to_string().contains("48213"), "{:?}: the order is lost: {brief}", dialogue.platform);
        ensure!(!seen.to_string().contains("secret"), "a note of the platform's people is shown");
    }
    let (status, answer) = posted(
        &http,
        &platforms::post(BotPlatform::Rasa, &format!("{}/bots/{bot}/rasa", stack.base), SECRET, unix(), &json!({}))?,
    )
    .await?;
    ensure!(status == 404 && answer["type"] == "urn:meridian:wrong_platform", "{status} {answer}");
    stack.finish().await
}

/// Webhooks of one turn each carry the words of that turn; a person who says the same twice said it twice.
fn says_again(dialogue: &Dialogue) -> bool {
    matches!(dialogue.platform, BotPlatform::DialogflowEs | BotPlatform::DialogflowCx | BotPlatform::AmazonLex)
}

/// The platform works for a conversation of ours: it knows our session, nothing is said twice, people's answer goes out on
/// the customer's own channel.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_behind_our_channel_hands_over_our_own_session() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp, ada) = (reqwest_client(), stack.whatsapp()?, admin(&stack).await?);
    whatsapp.post(&http, &whatsapp.text("447700900801", "Ida", "wamid.p1", PROBLEM, unix())).await?;
    stack.settle("select count(*) from bot_event where state = 'delivered'", 1, PATIENCE).await?;
    let told = stack.provider.seen("/bot").pop().context("the bot was told")?.json();
    let session = told["session"].as_str().context("session")?.to_owned();
    let bot = stack.demo.bot.to_string();
    register(&ada, Some(&bot), BotPlatform::Rasa).await?;
    let rasa = platforms::dialogues(&session).into_iter().find(|d| d.platform == BotPlatform::Rasa).context("rasa")?;
    let url = format!("{}/bots/{bot}/rasa/webhook", stack.base);
    let (status, answer) =
        posted(&http, &platforms::post(BotPlatform::Rasa, &url, SECRET, unix(), &rasa.handoff)?).await?;
    ensure!(status == 200 && answer["events"][3]["event"] == "pause", "{status} {answer}");
    ensure!(answer["events"][1]["value"] == told["conversation"], "another conversation: {answer} {told}");
    let mut people = both_sites(&stack).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    ensure!(told["conversation"] == conversation.as_str(), "people got another conversation");
    let agent = people[who].0.clone();
    let look = "query($c: ID!) { conversation(id: $c) { timeline(first: 20) { nodes { kind text } } } }";
    let seen = agent.query(look, json!({ "c": conversation })).await?;
    let nodes = seen["conversation"]["timeline"]["nodes"].as_array().context("nodes")?;
    ensure!(nodes.iter().filter(|node| node["text"] == PROBLEM).count() == 1, "said once, shown more often: {seen}");
    ensure!(nodes.iter().any(|node| node["text"] == "Which order is it?"), "the bot's line is missing: {seen}");
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"A new one is on its way.\" }) { userErrors { message } } }";
    agent.query(send, json!({ "c": conversation })).await?;
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    ensure!(stack.provider.seen("/100200300/messages").len() == 1, "the answer did not go out on WhatsApp");
    stack.finish().await
}
