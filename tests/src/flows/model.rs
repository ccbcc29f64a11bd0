//! A language model may add to a brief what the dialogue holds; late, broken or lying it changes nothing.

use super::{PATIENCE, main_job::reqwest_client, unix};
use anyhow::{Context, Result};
use meridian_lab::{customer, provider::Answer};
use meridian_testkit::{Model, Stack};
use serde_json::{Value, json};
use std::time::Duration;

/// A customer writes, the bot says nothing, and hands over.
async fn handed_over(stack: &Stack, phone: &str, text: &str) -> Result<String> {
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let told = stack.provider.seen("/bot").len();
    whatsapp.post(&http, &whatsapp.text(phone, "Ida", &format!("wamid.{phone}"), text, unix())).await?;
    let session = loop {
        if let Some(event) = stack.provider.seen("/bot").get(told) {
            break event.json()["session"].as_str().context("session")?.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let body = json!({ "session": session, "reason": { "code": "requested" } }).to_string();
    let mut post = http.post(format!("{}/bots/{}/handoff", stack.base, stack.demo.bot));
    for (name, value) in customer::standard_webhook(&Stack::webhook_secret("bot"), phone, unix(), &body)? {
        post = post.header(name, value);
    }
    let taken: Value = post.body(body).send().await?.json().await?;
    Ok(taken["conversation"].as_str().context("conversation")?.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_adds_what_the_dialogue_holds_and_its_faults_are_shown() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    stack.kill_workers().await;
    let url = format!("{}/v1", stack.provider.url);
    stack.model = Some(Model { url, key: None, name: "test".to_owned(), patience: Duration::from_secs(2) });
    stack.start_workers()?;
    let content = json!({ "statements": [
        { "text": "The kettle of order 48213 leaks", "lines": [1] },
        { "text": "A refund of 500 was promised", "lines": [1] } ] });
    let says = |text: &str| Answer::Say(200, json!({ "choices": [{ "message": { "content": text } }] }));
    let planned = vec![says(&content.to_string()), says("Gladly! Here is your brief."), Answer::Hang];
    stack.provider.plan("/chat/completions", planned);

    let briefs = async |stack: &Stack, conversation: &str| -> Result<Value> {
        let agent = meridian_lab::agent::Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password);
        let look = "query($c: ID!) { conversation(id: $c) { handoffs { briefState brief } } }";
        Ok(agent.await?.query(look, json!({ "c": conversation })).await?["conversation"]["handoffs"][0].take())
    };
    let with_model = "select count(*) from handoff where brief ? 'written' or brief ? 'model_fault'";
    let card = "My kettle from order 48213 leaks, I paid with 4111 1111 1111 1111";
    let first = handed_over(&stack, "447700900620", card).await?;
    stack.settle(with_model, 1, PATIENCE).await?;
    let seen = briefs(&stack, &first).await?;
    assert_eq!(seen["brief"]["written"][0]["text"], "The kettle of order 48213 leaks", "{seen}");
    assert_eq!(seen["brief"]["written"].as_array().map(Vec::len), Some(1), "the promise was never made: {seen}");
    let asked = stack.provider.seen("/chat/completions").pop().context("the model was asked")?;
    assert!(!String::from_utf8_lossy(&asked.body).contains("4111 1111"), "cards do not leave");

    let second = handed_over(&stack, "447700900621", "Where is my parcel?").await?;
    stack.settle(with_model, 2, PATIENCE).await?;
    let seen = briefs(&stack, &second).await?;
    assert_eq!(seen["brief"]["model_fault"], "the model's answer is not the JSON that was asked for", "{seen}");
    assert_eq!(
        (&seen["briefState"], seen["brief"]["problem"]["items"].as_array().map(Vec::len)),
        (&json!("ready"), Some(1))
    );

    let third = handed_over(&stack, "447700900622", "Where is my other parcel?").await?;
    stack.settle("select count(*) from handoff where brief_state = 'ready'", 3, PATIENCE).await?;
    stack.settle(with_model, 3, PATIENCE).await?;
    assert!(briefs(&stack, &third).await?["brief"]["model_fault"].is_string());
    stack.finish().await
}
