//! What providers tell about an account: templates and health follow; windows that count messages; calls that got lost.

use super::{PATIENCE, ada, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_app::pulls;
use meridian_domain::{channel::ChannelKind, ids::ConversationId};
use meridian_lab::{
    agent::Agent,
    provider::Answer,
    senders::{self, Text},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// Meta posts one change of the business account.
async fn tell(stack: &Stack, field: &str, value: Value) -> Result<()> {
    let body = json!({ "object": "whatsapp_business_account",
        "entry": [{ "id": "555", "time": unix(), "changes": [{ "field": field, "value": value }] }] });
    let post = senders::meta(&stack.hook(ChannelKind::WhatsApp)?, &Stack::secret("whatsapp app_secret"), &body)?;
    ensure!(post.post(&reqwest_client()).await? == 200);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn templates_and_health_follow_what_meta_tells() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack
        .sql("update channel_account set settings = settings || '{\"waba_id\": \"555\"}' where kind = 'whatsapp'")
        .await?;
    let admin = ada(&stack).await?;
    let accounts = admin.query("{ channelAccounts { id kind } }", json!({})).await?;
    let all = accounts["channelAccounts"].as_array().context("accounts")?;
    let account = all.iter().find(|one| one["kind"] == "whatsapp").context("whatsapp")?["id"].clone();
    let save = "mutation($a: ID!) { messageTemplateSave(input: { channelAccountId: $a, name: \"order\", language: \"en_US\", body: \"It left.\" }) { userErrors { message } } }";
    admin.query(save, json!({ "a": account })).await?;
    let of = |name: &str, more: Value| {
        let mut value = more;
        value["message_template_id"] = json!(7);
        value["message_template_name"] = json!(name);
        value["message_template_language"] = json!("en_US");
        value
    };
    let why = json!({ "event": "PAUSED", "reason": "NONE", "other_info": { "title": "FIRST_PAUSE", "description": "Paused for 3 hours." } });
    tell(&stack, "message_template_status_update", of("order", why)).await?;
    stack.settle("select count(*) from message_template where state = 'paused'", 1, PATIENCE).await?;
    let quality = json!({ "previous_quality_score": "GREEN", "new_quality_score": "RED" });
    tell(&stack, "message_template_quality_update", of("order", quality)).await?;
    tell(&stack, "template_category_update", of("order", json!({ "new_category": "MARKETING" }))).await?;
    stack
        .settle("select count(*) from message_template where category = 'marketing' and quality = 'red'", 1, PATIENCE)
        .await?;
    let look = "query($a: ID!) { channelTemplates(channelAccountId: $a) { name state quality reason } }";
    let seen = admin.query(look, json!({ "a": account })).await?;
    let paused = json!({ "name": "order", "state": "PAUSED", "quality": "red", "reason": "Paused for 3 hours." });
    assert_eq!(seen["channelTemplates"], json!([paused]));
    // Its words are in the provider's list alone: it is read.
    let listed = |name: &str| {
        json!({ "name": name, "language": "en_US", "status": "APPROVED", "category": "UTILITY",
        "components": [{ "type": "BODY", "text": "Dear {{1}}" }] })
    };
    stack.provider.plan(
        "/555/message_templates",
        vec![Answer::Say(200, json!({ "data": [listed("welcome"), listed("order")] }))],
    );
    tell(&stack, "message_template_status_update", of("welcome", json!({ "event": "APPROVED", "reason": "NONE" })))
        .await?;
    stack
        .settle(
            "select count(*) from message_template where state = 'approved' and source = 'provider' and reason = ''",
            2,
            PATIENCE,
        )
        .await?;
    tell(&stack, "message_template_status_update", of("welcome", json!({ "event": "DELETED", "reason": null })))
        .await?;
    stack.settle("select count(*) from message_template", 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from unknown_event").await?, 0);

    let health = async || -> Result<String> {
        let seen = admin.query("{ channelAccounts { kind health { state code reason } } }", json!({})).await?;
        let all = seen["channelAccounts"].as_array().context("accounts")?.clone();
        let one = all.iter().find(|one| one["kind"] == "whatsapp").context("whatsapp")?;
        Ok(format!(
            "{} {}",
            one["health"]["code"].as_str().unwrap_or_default(),
            one["health"]["reason"].as_str().unwrap_or_default()
        ))
    };
    let flagged = json!({ "display_phone_number": "15550783881", "event": "FLAGGED", "current_limit": "TIER_1K" });
    tell(&stack, "phone_number_quality_update", flagged).await?;
    stack.settle("select count(*) from channel_health where code = 'quality'", 1, PATIENCE).await?;
    assert!(health().await?.contains("15550783881"));
    let held = json!({ "event": "ACCOUNT_RESTRICTION", "restriction_info": [{ "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING" }] });
    tell(&stack, "account_update", held).await?;
    stack.settle("select count(*) from channel_health where code = 'restricted'", 1, PATIENCE).await?;
    // The less grave neither hides it nor ends it; a good test by an admin does.
    tell(&stack, "phone_number_quality_update", json!({ "event": "UNFLAGGED" })).await?;
    let test = "mutation($a: ID!) { channelAccountTest(input: { channelAccountId: $a }) { ok detail } }";
    stack.settle("select count(*) from inbound_raw where state = 'received'", 0, PATIENCE).await?;
    assert!(health().await?.starts_with("restricted "));
    let done = admin.query(test, json!({ "a": account })).await?;
    assert_eq!(done["channelAccountTest"]["ok"], true, "{done}");
    assert_eq!(health().await?, " ");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_counts_messages_is_full_and_opens_with_the_customer() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack
        .sql("update channel_account set settings = settings || '{\"window_messages\": 2}' where kind = 'wechat'")
        .await?;
    let secret = |name: &str| Stack::secret(&format!("wechat {name}"));
    let write = async |number: u64| -> Result<()> {
        let said = Text { from: "4477009021", number, text: "hello", unix: unix() };
        let post = senders::text(ChannelKind::WeChat, &stack.hook(ChannelKind::WeChat)?, &secret, said)?;
        ensure!(post.post(&reqwest_client()).await? == 200);
        Ok(())
    };
    write(1).await?;
    stack.settle("select count(*) from session", 1, PATIENCE).await?;
    stack
        .sql("update session set control = 'agent', control_id = (select id from agent where email = 'ana@demo.example')")
        .await?;
    let ana = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let conversation: Uuid = stack.texts("select conversation_id::text from session").await?[0].parse()?;
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"hi\" }) { userErrors { code message } } }";
    let say = async || ana.query(send, json!({ "c": ConversationId(conversation).to_string() })).await;
    for _ in 0..2 {
        let sent = say().await?;
        assert_eq!(sent["messageSend"]["userErrors"], json!([]), "{sent}");
    }
    let full = say().await?;
    assert_eq!(full["messageSend"]["userErrors"][0]["code"], "WINDOW_CLOSED", "{full}");
    ensure!(full.to_string().contains("takes 2 messages until the customer writes again"), "{full}");
    let can = "query($c: ID!) { conversation(id: $c) { sessions { channelCapabilities { replyWindowMessages edits typing } } } }";
    let can = ana.query(can, json!({ "c": ConversationId(conversation).to_string() })).await?;
    let can = &can["conversation"]["sessions"][0]["channelCapabilities"];
    assert_eq!(can, &json!({ "replyWindowMessages": 2, "edits": false, "typing": true }));
    // WeChat tells whole seconds: the window opens with the next one.
    stack.settle("select count(*) from delivery where state = 'accepted'", 2, PATIENCE).await?;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    write(2).await?;
    stack.settle("select count(*) from timeline_item where actor_kind = 'customer'", 2, PATIENCE).await?;
    let open = say().await?;
    assert_eq!(open["messageSend"]["userErrors"], json!([]), "{open}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_provider_called_for_in_vain_is_fetched_all_the_same() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WeCom).context("account")?.1;
    let message = json!({ "msgid": "lost1", "open_kfid": "wkdemo", "external_userid": "wm9", "origin": 3, "send_time": unix(),
        "msgtype": "text", "text": { "content": "is anybody there?" } });
    let waits = json!({ "errcode": 0, "next_cursor": "c1", "has_more": 0, "msg_list": [message] });
    stack.provider.plan("/kf/sync_msg", vec![Answer::Say(200, waits)]);
    pulls::uncalled(&stack.app, stack.demo.tenant, account, "wkdemo").await?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", 1, PATIENCE).await?;
    // Asked again, from where it was read, it brings nothing twice.
    pulls::uncalled(&stack.app, stack.demo.tenant, account, "wkdemo").await?;
    let until = tokio::time::Instant::now() + PATIENCE;
    while stack.provider.seen("/kf/sync_msg").len() < 2 {
        ensure!(tokio::time::Instant::now() < until, "it is not asked again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(stack.provider.seen("/kf/sync_msg")[1].json()["cursor"], "c1");
    stack.finish().await
}

/// The past of a number comes in while a customer writes: answers go on quoting what was said last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_past_is_not_what_an_answer_quotes() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let live = whatsapp.text("447700900870", "Lea", "wamid.live", "where is my parcel?", unix());
    ensure!(whatsapp.post(&http, &live).await? == 200);
    let messages = "select count(*) from timeline_item where kind = 'message' and actor_kind = 'customer'";
    stack.settle(messages, 1, PATIENCE).await?;
    let old = json!({ "from": "447700900870", "id": "wamid.old", "timestamp": (unix() - 9_000_000).to_string(),
        "type": "text", "text": { "body": "good morning" }, "history_context": { "status": "READ" } });
    let value = json!({ "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "442079460100", "phone_number_id": "100200300" },
        "history": [{ "metadata": { "phase": 1, "chunk_order": 1, "progress": 50 },
            "threads": [{ "id": "447700900870", "messages": [old] }] }] });
    let chunk = json!({ "object": "whatsapp_business_account",
        "entry": [{ "id": "100", "changes": [{ "field": "history", "value": value }] }] });
    ensure!(whatsapp.post(&http, &chunk).await? == 200);
    stack.settle(messages, 2, PATIENCE).await?;
    assert_eq!(stack.texts("select last_external_id from session").await?, ["wamid.live"]);
    stack.finish().await
}
