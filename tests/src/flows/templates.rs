//! Approved messages: listed at the provider, sent when the reply window is closed.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::{
    agent::Agent,
    provider::{Answer, Recorded},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const LIST: &str = "query($s: ID!) { messageTemplates(sessionId: $s) { id name language header body parameters } }";
const SEND: &str = "mutation($c: ID!, $text: String, $t: MessageTemplateInput, $f: [ID!]) { messageSend(input: {
    conversationId: $c, text: $text, template: $t, attachmentIds: $f }) { item { text } userErrors { code message } } }";

fn listed(name: &str, status: &str, components: Value) -> Value {
    json!({ "name": name, "language": "en_US", "status": status, "category": "UTILITY", "components": components })
}

/// The set-up: an admin has the provider's list read, and keeps one more by hand.
async fn set_up(stack: &Stack) -> Result<Agent> {
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let accounts = ada.query("{ channelAccounts { id kind } }", json!({})).await?;
    let all = accounts["channelAccounts"].as_array().context("accounts")?;
    let account = |kind: &str| all.iter().find(|one| one["kind"] == kind).map(|one| one["id"].clone());
    let (whatsapp, sms) = (account("whatsapp").context("whatsapp")?, account("sms").context("sms")?);
    let sync = "mutation($a: ID!) { messageTemplatesSync(input: { channelAccountId: $a }) { templates { name state byHand } userErrors { message } } }";
    let unset = ada.query(sync, json!({ "a": whatsapp })).await?;
    ensure!(
        unset["messageTemplatesSync"]["userErrors"][0]["message"].to_string().contains("waba_id is not set"),
        "{unset}"
    );
    let update = "mutation($a: ID!) { channelAccountUpdate(input: { channelAccountId: $a, settings: [{ name: \"waba_id\", value: \"555\" }] }) { userErrors { message } } }";
    ada.query(update, json!({ "a": whatsapp })).await?;
    let body = json!({ "type": "BODY", "text": "Dear {{1}}, order {{2}} leaves today." });
    let first = json!({ "data": [listed("order_update", "APPROVED", json!([body])), listed("old_news", "PAUSED", json!([body]))],
        "paging": { "cursors": { "after": "c1" }, "next": "https://next" } });
    let image = json!([{ "type": "HEADER", "format": "IMAGE" }, { "type": "BODY", "text": "It looks like this." }]);
    let second = json!({ "data": [listed("picture", "APPROVED", image)], "paging": { "cursors": { "after": "c2" } } });
    stack.provider.plan("/555/message_templates", vec![Answer::Say(200, first), Answer::Say(200, second)]);
    let synced = ada.query(sync, json!({ "a": whatsapp })).await?;
    ensure!(synced["messageTemplatesSync"]["templates"].as_array().is_some_and(|all| all.len() == 3), "{synced}");
    let save = "mutation($i: MessageTemplateSaveInput!) { messageTemplateSave(input: $i) { template { id byHand parameters } userErrors { message } } }";
    let by_hand = |account: &Value, body: &str| json!({ "i": { "channelAccountId": account, "name": "hello", "language": "en_US", "body": body } });
    let wrong = ada.query(save, by_hand(&whatsapp, " ")).await?;
    ensure!(wrong["messageTemplateSave"]["userErrors"][0]["message"].to_string().contains("1 to 4096"), "{wrong}");
    let none = ada.query(save, by_hand(&sms, "x")).await?;
    ensure!(none["messageTemplateSave"]["userErrors"][0]["message"].to_string().contains("no templates"), "{none}");
    let kept = ada.query(save, by_hand(&whatsapp, "Hello {{name}}")).await?;
    assert_eq!(kept["messageTemplateSave"]["template"]["parameters"], json!(["name"]), "{kept}");
    // The provider lists one less: it goes, what is kept by hand stays.
    let less = json!({ "data": [listed("order_update", "APPROVED", json!([body])),
        listed("picture", "APPROVED", json!([{ "type": "HEADER", "format": "IMAGE" }, { "type": "BODY", "text": "It looks like this." }]))] });
    stack.provider.plan("/555/message_templates", vec![Answer::Say(200, less)]);
    let again = ada.query(sync, json!({ "a": whatsapp })).await?;
    let names: Vec<&str> = again["messageTemplatesSync"]["templates"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|t| t["name"].as_str())
        .collect();
    assert_eq!(names, ["hello", "order_update", "picture"]);
    Ok(ada)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_window_is_answered_by_a_template() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update channel_account set bot_id = null where kind = 'whatsapp'").await?;
    let ada = set_up(&stack).await?;
    let mut people = both_sites(&stack).await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let text = whatsapp.text("447700900811", "Ida", "wamid.t1", "Where is it?", unix());
    ensure!(whatsapp.post(&http, &text).await? == 200);
    let (who, conversation) = accept_first(&mut people).await?;
    let agent = people[who].0.clone();
    let look = "query($c: ID!) { conversation(id: $c) { sessions { id } } }";
    let session = agent.query(look, json!({ "c": conversation })).await?["conversation"]["sessions"][0]["id"].clone();
    let found = agent.query(LIST, json!({ "s": session })).await?;
    let all = found["messageTemplates"].as_array().context("templates")?.clone();
    assert_eq!(all.len(), 3, "{found}");
    let id = |name: &str| all.iter().find(|t| t["name"] == name).map(|t| t["id"].clone());
    let (order, picture) = (id("order_update").context("order")?, id("picture").context("picture")?);

    stack.sql("update session set last_customer_at = last_customer_at - interval '25 hours'").await?;
    let closed = agent.query(SEND, json!({ "c": conversation, "text": "It left.", "f": [] })).await?;
    assert_eq!(closed["messageSend"]["userErrors"][0]["code"], "WINDOW_CLOSED", "{closed}");
    ensure!(closed.to_string().contains("send a template"), "{closed}");
    let told = async |template: Value, text: &str| -> Result<String> {
        let done = agent.query(SEND, json!({ "c": conversation, "text": text, "t": template, "f": [] })).await?;
        Ok(done["messageSend"]["userErrors"][0]["message"].to_string())
    };
    let refused = told(json!({ "templateId": order, "parameters": ["Ida"] }), "").await?;
    ensure!(refused.contains("{{2}} is missing"), "{refused}");
    let refused = told(json!({ "templateId": order, "parameters": ["Ida", "7"] }), "and a text").await?;
    ensure!(refused.contains("its own words"), "{refused}");
    let refused = told(json!({ "templateId": picture }), "").await?;
    ensure!(refused.contains("attach its image"), "{refused}");
    let sent = agent
        .query(SEND, json!({ "c": conversation, "text": "", "f": [], "t": { "templateId": order, "parameters": ["Ida", "A-7"] } }))
        .await?;
    assert_eq!(sent["messageSend"]["item"]["text"], "Dear Ida, order A-7 leaves today.", "{sent}");
    let kept: Value = http
        .post(format!("{}/v1/uploads?name=kettle.png", stack.base))
        .bearer_auth(&agent.token)
        .body(&b"\x89PNG\r\n\x1a\n0000IHDR and so on"[..])
        .send()
        .await?
        .json()
        .await?;
    let with = json!({ "c": conversation, "text": "", "t": { "templateId": picture }, "f": [kept["id"]] });
    let sent = agent.query(SEND, with).await?;
    assert_eq!(sent["messageSend"]["userErrors"], json!([]), "{sent}");
    stack.settle("select count(*) from delivery where state = 'accepted'", 2, PATIENCE).await?;
    let out = stack.provider.seen("/100200300/messages");
    let bodies: Vec<Value> = out.iter().map(Recorded::json).collect();
    assert_eq!(bodies[0]["template"]["name"], "order_update");
    assert_eq!(bodies[0]["template"]["components"][0]["parameters"][1]["text"], "A-7");
    assert_eq!(bodies[1]["template"]["components"][0]["parameters"][0]["type"], "image", "{}", bodies[1]);
    // Who only works sets nothing up.
    let mine = agent
        .send(
            "mutation($a: ID!) { messageTemplateRemove(input: { templateId: $a }) { templateId } }",
            json!({ "a": order }),
        )
        .await?;
    assert_eq!(mine["errors"][0]["extensions"]["code"], "FORBIDDEN", "{mine}");
    let gone = ada
        .query(
            "mutation($a: ID!) { messageTemplateRemove(input: { templateId: $a }) { templateId } }",
            json!({ "a": order }),
        )
        .await?;
    assert_eq!(gone["messageTemplateRemove"]["templateId"], order);
    stack.finish().await
}
