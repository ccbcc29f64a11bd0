//! Where an answer goes, and whether anybody waits for one.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{
    agent::Agent,
    senders::{self, Signed, Text},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const SESSIONS: &str = "query($c: ID!) { conversation(id: $c) { sessions { id thread } } }";
const SEND: &str =
    "mutation($c: ID!, $s: ID, $t: String!) { messageSend(input: { conversationId: $c, sessionId: $s, text: $t }) {
    userErrors { code message } } }";

/// What Telegram says of somebody: a message in private or in a group, or that they left.
fn telegram(stack: &Stack, number: u64, what: &Value) -> Result<Signed> {
    let mut body = json!({ "update_id": 9000 + number });
    for (name, value) in what.as_object().context("an update")? {
        body[name] = value.clone();
    }
    let secret = Stack::secret("telegram secret_token");
    let headers = vec![("x-telegram-bot-api-secret-token", secret), ("content-type", "application/json".to_owned())];
    Ok(Signed { url: stack.hook(ChannelKind::Telegram)?, headers, body: body.to_string() })
}

fn ida() -> Value {
    json!({ "id": 4_477_009_008_i64, "is_bot": false, "first_name": "Ida" })
}

fn private() -> Value {
    json!({ "id": 4_477_009_008_i64, "type": "private", "first_name": "Ida" })
}

fn message(number: u64, chat: &Value, text: &str) -> Value {
    json!({ "message": { "message_id": number, "from": ida(), "chat": chat, "date": unix(), "text": text } })
}

async fn post(stack: &Stack, number: u64, what: &Value) -> Result<()> {
    let status = telegram(stack, number, what)?.post(&reqwest_client()).await?;
    ensure!(status == 200, "an update is answered {status}");
    Ok(())
}

async fn answered(agent: &Agent, conversation: &str, session: &Value, text: &str) -> Result<Value> {
    let sent = agent.query(SEND, json!({ "c": conversation, "s": session, "t": text })).await?;
    Ok(sent["messageSend"]["userErrors"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_and_a_private_chat_are_two_places_and_who_left_is_not_written_to() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    let group = json!({ "id": -100_777, "type": "supergroup", "title": "Kettles" });
    post(&stack, 1, &message(1, &group, "does anybody know when it comes?")).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let agent = people[who].0.clone();
    post(&stack, 2, &message(2, &private(), "my card number is wrong")).await?;
    stack.settle("select count(*) from session where closed_at is null", 2, PATIENCE).await?;
    // One conversation of the customer, in two places.
    let seen = agent.query(SESSIONS, json!({ "c": conversation })).await?["conversation"]["sessions"].take();
    let sessions = seen.as_array().context("sessions")?;
    let of = |thread: Value| sessions.iter().find(|s| s["thread"] == thread).map(|s| s["id"].clone());
    let (in_group, in_private) = (of(json!("-100777")).context("a group")?, of(Value::Null).context("private")?);
    // The new place goes to whoever has the customer already.
    let (again, same) = accept_first(&mut people).await?;
    ensure!(again == who && same == conversation, "another conversation or another agent");
    for (session, text) in [(&in_private, "We change it."), (&in_group, "On Monday.")] {
        let errors = answered(&agent, &conversation, session, text).await?;
        ensure!(errors == json!([]), "{errors}");
    }
    stack.settle("select count(*) from delivery where state = 'accepted'", 2, PATIENCE).await?;
    for (text, chat) in [("We change it.", "4477009008"), ("On Monday.", "-100777")] {
        let out = stack.provider.seen("/sendMessage");
        let sent = out.iter().map(|one| String::from_utf8_lossy(&one.body).into_owned());
        let found: Vec<String> = sent.filter(|body| body.contains(text)).collect();
        ensure!(found.len() == 1 && found[0].contains(chat), "{text} went to {found:?}");
    }
    // They block the bot: nothing is sent until they are back.
    let member = |status: &str, number: u64| {
        let bot = json!({ "id": 1, "is_bot": true, "first_name": "Shop" });
        json!({ "my_chat_member": { "chat": private(), "from": ida(), "date": unix() + i64::try_from(number).unwrap_or(0),
            "old_chat_member": { "user": bot, "status": if status == "kicked" { "member" } else { "kicked" } },
            "new_chat_member": { "user": bot, "status": status } } })
    };
    post(&stack, 3, &member("kicked", 3)).await?;
    stack.settle("select count(*) from opt_out where kind = 'left'", 1, PATIENCE).await?;
    let errors = answered(&agent, &conversation, &in_private, "Are you there?").await?;
    ensure!(errors[0]["code"] == "INVALID" && errors.to_string().contains("blocked you"), "{errors}");
    post(&stack, 4, &member("member", 4)).await?;
    stack.settle("select count(*) from opt_out", 0, PATIENCE).await?;
    let errors = answered(&agent, &conversation, &in_private, "Welcome back.").await?;
    ensure!(errors == json!([]), "{errors}");
    stack.finish().await
}

/// Our own side, another application and machines write, too: it is kept, and nobody is asked to answer it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_no_answer_is_kept_and_not_routed() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let (url, secret) = (stack.hook(ChannelKind::Messenger)?, Stack::secret("messenger app_secret"));
    let event = |name: &str, list: &str, mid: &str, echo: bool| {
        let mut message = json!({ "mid": mid, "text": "hello" });
        if echo {
            message["is_echo"] = json!(true);
        }
        let (from, to) = if echo { ("500600700", "4477") } else { ("4477", "500600700") };
        let one = json!({ "sender": { "id": from }, "recipient": { "id": to }, "timestamp": unix() * 1000, "message": message });
        senders::meta(
            &url,
            &secret,
            &json!({ "object": "page", "entry": [{ "id": "500600700", "time": unix() * 1000, list: [one] }] }),
        )
        .with_context(|| name.to_owned())
    };
    for post in [event("an echo", "messaging", "mid.e1", true)?, event("standby", "standby", "mid.s1", false)?] {
        ensure!(post.post(&http).await? == 200, "a post is refused");
    }
    let kept = "select count(*) from timeline_item where kind = 'message'";
    stack.settle(kept, 2, PATIENCE).await?;
    let quiet = "select count(*) from session where control = 'none'";
    assert_eq!((stack.count(quiet).await?, stack.count("select count(*) from work_item").await?), (1, 0));
    // Once the customer asks us, it is work.
    let post = event("a question", "messaging", "mid.q1", false)?;
    ensure!(post.post(&http).await? == 200, "a post is refused");
    stack.settle(kept, 3, PATIENCE).await?;
    stack.settle("select count(*) from work_item", 1, PATIENCE).await?;
    assert_eq!((stack.count(quiet).await?, stack.count("select count(*) from session").await?), (0, 1));
    stack.finish().await
}

/// The echo of our own message names it: it comes before the provider's answer is stored, and is not said twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_echo_that_overtakes_the_answer_is_ours() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let mut people = both_sites(&stack).await?;
    let (url, secret) = (stack.hook(ChannelKind::Messenger)?, |name: &str| Stack::secret(&format!("messenger {name}")));
    let said = Text { from: "4477009008", number: 7, text: "hello", unix: unix() };
    ensure!(senders::text(ChannelKind::Messenger, &url, &secret, said)?.post(&http).await? == 200, "refused");
    let (who, conversation) = accept_first(&mut people).await?;
    let errors = answered(&people[who].0, &conversation, &Value::Null, "It leaves today.").await?;
    ensure!(errors == json!([]), "{errors}");
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    // As if the answer had not been stored yet: the name is not known.
    let ours = "select d.id::text from delivery d";
    let delivery = stack.texts(ours).await?.pop().context("a send")?;
    stack.sql("delete from item_external x using delivery d where d.item_id = x.item_id").await?;
    let message = json!({ "sender": { "id": "500600700" }, "recipient": { "id": "4477009008" }, "timestamp": unix() * 1000,
        "message": { "mid": "mid.echo", "is_echo": true, "metadata": format!("dlv_{}", delivery.replace('-', "")), "text": "It leaves today." } });
    let body =
        json!({ "object": "page", "entry": [{ "id": "500600700", "time": unix() * 1000, "messaging": [message] }] });
    ensure!(senders::meta(&url, &secret("app_secret"), &body)?.post(&http).await? == 200, "refused");
    stack.settle("select count(*) from item_external where external_id = 'mid.echo'", 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from timeline_item where kind = 'message'").await?, 2);
    stack.finish().await
}
